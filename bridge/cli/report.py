"""What a command tells its user: as lines, as bars on a terminal, or as JSON events.

Results go to standard output; progress, warnings and errors to standard error, but for `--json`, which
puts one event a line on standard output and nothing else there. Events (every one has `event`):

    warning   message
    queued    source, job, waiting
    progress  source, stage, done, total, note
    result    source, timeline, take, take_id, fingerprint, reused, written, files {suffix: path}, summary {};
              with `--audio` also the files `wav` and `stems/PART.wav`, with `--bundle` `bundle/...`, and
              summary.audio: length_s, cue_s, loudness_lufs, true_peak_dbtp, trims_db, made_with, or problem
    error     source (or null), kind, what, where, remedy, message, exit_code
    take      take_id, take, name, timeline, source, shelf, when, created_ms (`takes`)
    nothing   (`takes`, when there are none)
    describe  what the daemon is (`describe`)
    added     item, path, sha256, licence (`models add`)
    batch     done, skipped, failed, cancelled, exit_code
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bridge.cli import figures
from bridge.cli.output import line
from bridge.errors import CuebridgeError
from bridge.progress import Step

if TYPE_CHECKING:  # gRPC is not loaded to say that an argument is wrong
    from bridge.client import Delivered, Job

EVENT_STEP_S = 0.1


@dataclass(frozen=True)
class Row:
    """How one input of a batch fared: `state` is done, skipped, failed or cancelled."""

    source: Path
    state: str
    delivered: Delivered | None = None
    error: CuebridgeError | None = None


class Reporter(Protocol):
    """Tells the user. Every method may be called from any thread."""

    def warn(self, sentence: str) -> None:
        """Something to know that stops nothing."""

    def standing(self, source: Path, job: Job) -> None:
        """A job waits or has begun."""

    def step(self, source: Path, step: Step) -> None:
        """A job has got this far."""

    def delivered(self, source: Path, delivered: Delivered) -> None:
        """A job is done and its files are in place."""

    def failed(self, error: CuebridgeError, source: Path | None = None) -> None:
        """One source, or with None the command, has failed."""

    def batch(self, rows: Sequence[Row], exit_code: int) -> None:
        """The whole batch is over."""

    def tell(self, event: str, fields: Mapping[str, object], sentences: Sequence[str]) -> None:
        """An answer that is no score: the event for programs, or the sentences for people."""

    def close(self) -> None:
        """Nothing more will be told."""


class Lines:
    """A line a stage, for pipes and logs; `brief` for a line a result."""

    def __init__(self, brief: bool) -> None:
        self._brief = brief
        self._stages: dict[Path, str] = {}
        self._lock = threading.Lock()

    def warn(self, sentence: str) -> None:
        """See `Reporter`."""
        line(sys.stderr, f"cuebridge: {sentence}")

    def standing(self, source: Path, job: Job) -> None:
        """See `Reporter`."""
        if job.state == "queued":
            others = f" for {figures.counted(job.waiting, 'other')}" if job.waiting else ""
            line(sys.stderr, f"{source.name}: waiting{others}")

    def step(self, source: Path, step: Step) -> None:
        """See `Reporter`."""
        with self._lock:
            if self._stages.get(source) == step.stage:
                return
            self._stages[source] = step.stage
        line(sys.stderr, f"{source.name}: {step.stage}")

    def delivered(self, source: Path, delivered: Delivered) -> None:
        """See `Reporter`."""
        said(source, delivered, self._brief)

    def failed(self, error: CuebridgeError, source: Path | None = None) -> None:
        """See `Reporter`."""
        line(sys.stderr, f"cuebridge: {error}")

    def batch(self, rows: Sequence[Row], exit_code: int) -> None:
        """See `Reporter`."""
        from bridge.cli.table import show

        show(rows)

    def tell(self, event: str, fields: Mapping[str, object], sentences: Sequence[str]) -> None:
        """See `Reporter`."""
        for sentence in sentences:
            line(sys.stdout, sentence)

    def close(self) -> None:
        """See `Reporter`."""


class Events:
    """One JSON object a line, for programs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[Path, tuple[str, float]] = {}

    def warn(self, sentence: str) -> None:
        """See `Reporter`."""
        self._event("warning", message=sentence)

    def standing(self, source: Path, job: Job) -> None:
        """See `Reporter`."""
        if job.state == "queued":
            self._event("queued", source=str(source), job=job.job_id, waiting=job.waiting)

    def step(self, source: Path, step: Step) -> None:
        """See `Reporter`; within a stage at most ten a second."""
        now_s = time.monotonic()
        with self._lock:
            stage, told_s = self._last.get(source, ("", 0.0))
            if step.stage == stage and step.done != step.total and now_s - told_s < EVENT_STEP_S:
                return
            self._last[source] = (step.stage, now_s)
        fields = {"stage": step.stage, "done": step.done, "total": step.total, "note": step.note}
        self._event("progress", source=str(source), **fields)

    def delivered(self, source: Path, delivered: Delivered) -> None:
        """See `Reporter`."""
        take = delivered.take
        self._event(
            "result",
            source=str(source),
            timeline=take.timeline_name,
            take=take.number,
            take_id=take.take_id,
            fingerprint=take.fingerprint,
            reused=delivered.reused,
            written=list(delivered.written),
            files={suffix: str(path) for suffix, path in delivered.files.items()},
            summary=take.summary,
        )

    def failed(self, error: CuebridgeError, source: Path | None = None) -> None:
        """See `Reporter`."""
        self._event(
            "error",
            source=str(source) if source else None,
            kind=type(error).__name__,
            what=error.what,
            where=error.where,
            remedy=error.remedy,
            message=str(error),
            exit_code=error.exit_code,
        )

    def batch(self, rows: Sequence[Row], exit_code: int) -> None:
        """See `Reporter`."""
        states = [row.state for row in rows]
        counts = {state: states.count(state) for state in ("done", "skipped", "failed", "cancelled")}
        self._event("batch", **counts, exit_code=exit_code)

    def tell(self, event: str, fields: Mapping[str, object], sentences: Sequence[str]) -> None:
        """See `Reporter`."""
        self._event(event, **fields)

    def close(self) -> None:
        """See `Reporter`."""

    def _event(self, event: str, **fields: object) -> None:
        line(sys.stdout, json.dumps({"event": event, **fields}, ensure_ascii=False))


def said(source: Path, delivered: Delivered, brief: bool) -> None:
    """Say on standard output what came of one source, and where it lies; `brief` leaves that to a table."""
    take = delivered.take
    if delivered.reused and not delivered.written:
        line(sys.stdout, f"{source.name}: nothing has changed, take {take.number} stands")
        return
    words = [f"take {take.number}", figures.length(take.summary)]
    if brief:
        words.append(figures.hits(take.summary))
    line(sys.stdout, f"{source.name}: {', '.join(filter(None, words))}")
    if brief:
        return
    for sentence in figures.sentences(take.summary):
        line(sys.stdout, f"  {sentence}")
    for suffix in delivered.written:
        line(sys.stdout, f"  {delivered.files[suffix]}")


def reporter(json_events: bool, brief: bool) -> Reporter:
    """The reporter for this process's standard error and the user's wish; `brief`: there will be a table."""
    if json_events:
        return Events()
    if sys.stderr.isatty():
        from bridge.cli.bars import Bars

        return Bars(brief)
    return Lines(brief)
