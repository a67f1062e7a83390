"""One job: look for a take that is there already, else score or revise, and store what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from bridge.daemon.jobs import Finished, Request
from bridge.daemon.scorer import Scored, Scorer
from bridge.daemon.store import Draft, Store
from bridge.progress import Progress

CHECKING = "checking"


class _Checking(Progress):
    """A job's progress under a stage of its own: scoring reads the source once more, and starts at 0."""

    def __init__(self, job: Progress) -> None:
        super().__init__(lambda step: job.report(CHECKING, step.done, step.total, step.note))
        self._job = job

    def check(self) -> None:
        self._job.check()

    @property
    def cancelled(self) -> bool:
        return self._job.cancelled


class Worker:
    """Does jobs with one scorer and one store."""

    def __init__(self, scorer: Scorer, store: Store) -> None:
        self._scorer = scorer
        self._store = store

    def __call__(self, request: Request, progress: Progress) -> Finished:
        """Do one job.

        Raises:
            CuebridgeError: whatever the scorer raises.
            Cancelled: somebody asked to stop; nothing is stored then.
        """
        source = Path(request.source)
        if request.reuse:
            fingerprint = self._scorer.fingerprint(source, request.settings, _Checking(progress))
            known = self._store.find(request.shelf, request.name, fingerprint)
            if known is not None:
                return Finished(known, reused=True)
        scored = self._scored(request, progress)
        progress.check()  # a request to stop that came during the last stage still leaves no take
        draft = Draft(
            shelf=request.shelf,
            name=request.name,
            source=request.source,
            timeline_name=scored.timeline_name,
            fingerprint=scored.fingerprint,
            settings=_asked(request),
            summary=scored.summary,
            files=lambda stem: self._scorer.named(scored.files, stem),
        )
        return Finished(
            self._store.add(draft, at_least=request.take_at_least, after_row=request.after_row), reused=False
        )

    def _scored(self, request: Request, progress: Progress) -> Scored:
        if request.revising is not None:
            asked = request.revising
            return self._scorer.revise(asked.files, asked.revision, request.settings.media_roots, progress)
        if request.complementing is not None:
            return self._scorer.complement(request.complementing, request.settings, progress)
        return self._scorer.score(Path(request.source), request.settings, progress)


def _asked(request: Request) -> dict[str, object]:
    """What was asked for, as JSON values."""
    if request.complementing is not None:
        added = request.complementing
        return {**_plain(asdict(request.settings)), "path": str(added.path), "parts": list(added.parts)}
    if request.revising is None:
        return _plain(asdict(request.settings))
    return {"of": request.revising.files.name, **_plain(asdict(request.revising.revision))}


def _plain(value: object) -> dict[str, object]:
    """Settings as JSON values; a `Fraction` becomes "1/2", a file its hash."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not a mapping")
    return {key: _plain(inner) if isinstance(inner, dict) else _scalar(inner) for key, inner in value.items()}


def _scalar(value: object) -> object:
    if isinstance(value, bytes):
        return f"sha256 {hashlib.sha256(value).hexdigest()}" if value else ""
    if isinstance(value, Fraction):
        return str(value)
    return [_scalar(item) for item in value] if isinstance(value, tuple) else value
