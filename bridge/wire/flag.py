"""A flag that a signal handler may set: `threading.Event` takes a lock, which the handler may interrupt."""

from __future__ import annotations

import time

SLICE_S = 0.02


class Flag:
    """Set once, seen by any thread within a fiftieth of a second."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Set it; safe in a signal handler and in any thread."""
        self._set = True

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._set

    def wait(self, timeout_s: float) -> bool:
        """Wait for it at most so long; whether it is set."""
        until_s = time.monotonic() + timeout_s
        while not self._set and (left_s := until_s - time.monotonic()) > 0:
            time.sleep(min(SLICE_S, left_s))
        return self._set
