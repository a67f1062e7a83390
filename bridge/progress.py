"""Progress out, cancellation in: the one callback every stage takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from bridge.errors import Cancelled


@dataclass(frozen=True)
class Step:
    """One report: `done` of `total` units of `stage`; `note` is for people."""

    stage: str
    done: int
    total: int
    note: str = ""


Listener = Callable[[Step], None]


class Progress:
    """Tells a listener how far a job is, and raises `Cancelled` once somebody asked it to stop.

    A stage calls `report` at every unit of work (a shot, a plot, a bar), which makes each of those a
    point where the job can stop. Thread-safe: `cancel` may be called from any thread.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()

    def report(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Report `done` of `total` units of `stage`.

        Raises:
            Cancelled: when `cancel` was called.
        """
        self.check()
        if self._listener is not None:
            self._listener(Step(stage, done, total, note))

    def check(self) -> None:
        """Raise `Cancelled` when `cancel` was called; for loops too fine to report."""
        if self._cancelled.is_set():
            raise Cancelled()

    def cancel(self) -> None:
        """Ask the job to stop at its next report."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._cancelled.is_set()
