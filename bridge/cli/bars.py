"""Progress bars for a terminal: one a running job, with the name of its stage."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bridge.cli.output import line
from bridge.cli.report import Row, said
from bridge.errors import Cancelled, CuebridgeError
from bridge.progress import Step

if TYPE_CHECKING:
    from bridge.client import Delivered, Job


class Bars:
    """See `report.Reporter`."""

    def __init__(self, brief: bool) -> None:
        self._brief = brief
        self._console = Console(file=sys.stderr, highlight=False)
        self._progress = Progress(
            TextColumn("{task.fields[name]}", markup=False),
            TextColumn("{task.fields[stage]}", style="cyan", markup=False),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._tasks: dict[Path, TaskID] = {}
        self._lock = threading.RLock()

    def warn(self, sentence: str) -> None:
        """See `Reporter`."""
        self._console.print(f"cuebridge: {sentence}", style="yellow", markup=False)

    def standing(self, source: Path, job: Job) -> None:
        """See `Reporter`."""
        words = {"queued": "waiting", "running": "starting"}
        self._show(source, words.get(job.state, job.state), 0, 0)

    def step(self, source: Path, step: Step) -> None:
        """See `Reporter`."""
        self._show(source, step.stage, step.done, step.total)

    def delivered(self, source: Path, delivered: Delivered) -> None:
        """See `Reporter`."""
        self._drop(source)
        with self._lock:
            self._progress.stop()  # so that a line of the result does not run into a bar
            said(source, delivered, self._brief)
            if self._tasks:
                self._progress.start()

    def failed(self, error: CuebridgeError, source: Path | None = None) -> None:
        """See `Reporter`."""
        for known in [source] if source else list(self._tasks):
            self._drop(known)
        style = "yellow" if isinstance(error, Cancelled) else "red"
        self._console.print(f"cuebridge: {error}", style=style, markup=False, soft_wrap=True)

    def batch(self, rows: Sequence[Row], exit_code: int) -> None:
        """See `Reporter`."""
        from bridge.cli.table import show

        self.close()
        show(rows)

    def tell(self, event: str, fields: Mapping[str, object], sentences: Sequence[str]) -> None:
        """See `Reporter`."""
        for sentence in sentences:
            line(sys.stdout, sentence)

    def close(self) -> None:
        """See `Reporter`."""
        with self._lock:
            self._progress.stop()

    def _show(self, source: Path, stage: str, done: int, total: int) -> None:
        with self._lock:
            count = f"{done}/{total}" if total > 1 else ""
            known = self._tasks.get(source)
            if known is None:
                self._progress.start()
                self._tasks[source] = self._progress.add_task(
                    "", total=total or None, completed=done, name=source.name, stage=stage, count=count
                )
            else:
                self._progress.update(known, total=total or None, completed=done, stage=stage, count=count)

    def _drop(self, source: Path) -> None:
        with self._lock:
            task = self._tasks.pop(source, None)
            if task is not None:
                self._progress.remove_task(task)
            if not self._tasks:
                self._progress.stop()
