"""Scorers for tests: what the source's text says decides what they do, and gates hold them back."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.config import Complement, Revision, Settings
from bridge.errors import ModelError, TimelineError
from bridge.progress import Progress
from bridge.schema.record import ScoreFiles

STAGES = ("reading", "seeing", "timing", "composing")


@dataclass(frozen=True)
class Scored:
    timeline_name: str
    fingerprint: str
    files: dict[str, bytes]
    summary: dict[str, object]


@dataclass
class TextScorer:
    """Scores text files. Their first word: `wait` (until a file of the source's name with suffix .go
    appears, or the gate opens), `bad`, `model`, `crash`, `exit`; anything else succeeds."""

    gate: threading.Event = field(default_factory=threading.Event)
    started: threading.Event = field(default_factory=threading.Event)
    scored: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    settings: Settings | None = None

    def score(self, source: Path, settings: Settings, progress: Progress) -> Scored:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self._score(source, settings, progress)
        finally:
            with self.lock:
                self.at_once -= 1

    def _score(self, source: Path, settings: Settings, progress: Progress) -> Scored:
        word = self._word(source)
        self.scored.append(source.name)
        self.settings = settings
        for stage in STAGES:
            for done in range(3):
                progress.report(stage, done, 2)
            if stage == "seeing":
                self.started.set()
                if word == "wait":
                    self._wait(source, progress)
        if word == "bad":
            raise TimelineError("it is not a timeline", where=str(source), remedy="Give another")
        if word == "model":
            raise ModelError("chords-v1 is not what its card says")
        if word == "crash":
            raise ZeroDivisionError("by the scorer")
        if word == "exit":
            raise SystemExit(3)
        fingerprint = self._digest(source, settings)
        data = f"{source.name} {settings.seed} {settings.brief}".encode()
        files = {
            suffix: suffix.encode() + b":" + data
            for suffix in ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md")
        }
        if settings.only_spot:
            files = {suffix: files[suffix] for suffix in ("cues.json", "cues.csv", "png", "brief.md")}
        return Scored(
            source.stem, fingerprint, files, {"hits": 4, "met": 3, "seed": settings.seed, "bpm": 90.5}
        )

    def revise(
        self, base: ScoreFiles, revision: Revision, roots: tuple[str, ...], progress: Progress
    ) -> Scored:
        """A score of the base's source whose text also says what was revised; `wait` waits here too."""
        scored = self.score(base.source, Settings(seed=revision.seed or 0, brief=revision.brief), progress)
        told = f" of {base.name} plots {','.join(revision.plots)}".encode()
        scored.files["mid"] = base.midi + told
        scored.summary["revision"] = {"of": base.name, "plots": list(revision.plots), "changes": []}
        return Scored(scored.timeline_name, scored.fingerprint + "r", scored.files, scored.summary)

    def complement(self, asked: Complement, settings: Settings, progress: Progress) -> Scored:
        """The given file with words after it, and a cue sheet; waits where a source of that text would."""
        scored = self.score(asked.timeline or asked.path, settings, progress)
        files = {suffix: scored.files[suffix] for suffix in ("cues.json", "cues.csv")}
        files["mid"] = asked.midi + f" with {','.join(asked.parts)}".encode()
        return Scored(scored.timeline_name, scored.fingerprint + "c", files, scored.summary)

    def _wait(self, source: Path, progress: Progress) -> None:
        while not (self.gate.is_set() or source.with_suffix(".go").exists()):
            progress.check()
            time.sleep(0.005)

    def fingerprint(self, source: Path, settings: Settings, progress: Progress) -> str:
        self._word(source)
        for done in range(3):
            progress.report(STAGES[0], done, 2)
        return self._digest(source, settings)

    def _digest(self, source: Path, settings: Settings) -> str:
        return hashlib.sha256(source.read_bytes() + repr(settings).encode()).hexdigest()

    def named(self, files: Mapping[str, bytes], stem: str) -> Mapping[str, bytes]:
        return {**files, "otio": files["otio"] + f"@{stem}".encode()} if "otio" in files else files

    def describe(self) -> dict[str, object]:
        return {"models": [], "reads": [".otio", ".xml", ".edl", ".mp4"]}

    def _word(self, source: Path) -> str:
        if not source.exists():
            raise TimelineError("there is no such file", where=str(source), remedy="Check the path")
        return (source.read_text().split() or [""])[0]
