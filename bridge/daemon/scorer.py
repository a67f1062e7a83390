"""What the daemon needs of the line, and the line itself, imported when the first job runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bridge.config import Complement, Revision, Settings
from bridge.progress import Progress
from bridge.schema.record import ScoreFiles


class Scored(Protocol):
    """What one scoring gives; `pipeline.Result` documents the fields."""

    @property
    def timeline_name(self) -> str: ...  # noqa: D102
    @property
    def fingerprint(self) -> str: ...  # noqa: D102
    @property
    def files(self) -> Mapping[str, bytes]: ...  # noqa: D102
    @property
    def summary(self) -> Mapping[str, object]: ...  # noqa: D102


class Scorer(Protocol):
    """The calls of `bridge.pipeline`, and `writing.named`; anything with them can be served."""

    def score(self, source: Path, settings: Settings, progress: Progress) -> Scored:
        """Score one timeline or film."""

    def fingerprint(self, source: Path, settings: Settings, progress: Progress) -> str:
        """SHA-256 over all that the result depends on."""

    def revise(
        self, base: ScoreFiles, revision: Revision, roots: tuple[str, ...], progress: Progress
    ) -> Scored:
        """Compose some plots of a score anew."""

    def complement(self, asked: Complement, settings: Settings, progress: Progress) -> Scored:
        """Add the parts that a MIDI file lacks."""

    def named(self, files: Mapping[str, bytes], stem: str) -> Mapping[str, bytes]:
        """The files as they are when they are called `stem`, which is known once the take has a number."""

    def describe(self) -> dict[str, object]:
        """Models, provider, formats and versions, as plain JSON values."""


class Line:
    """The product's own line. Importing it loads every heavy library, so it waits for the first call."""

    def score(self, source: Path, settings: Settings, progress: Progress) -> Scored:
        """See `pipeline.score`."""
        from bridge import pipeline

        return pipeline.score(source, settings, progress)

    def fingerprint(self, source: Path, settings: Settings, progress: Progress) -> str:
        """See `pipeline.fingerprint`."""
        from bridge import pipeline

        return pipeline.fingerprint(source, settings, progress)

    def revise(
        self, base: ScoreFiles, revision: Revision, roots: tuple[str, ...], progress: Progress
    ) -> Scored:
        """See `pipeline.revise`."""
        from bridge import pipeline

        return pipeline.revise(base, revision, roots, progress)

    def complement(self, asked: Complement, settings: Settings, progress: Progress) -> Scored:
        """See `pipeline.complement`."""
        from bridge import pipeline

        return pipeline.complement(asked, settings, progress)

    def named(self, files: Mapping[str, bytes], stem: str) -> Mapping[str, bytes]:
        """See `writing.named`."""
        from bridge import writing

        return writing.named(dict(files), stem)

    def describe(self) -> dict[str, object]:
        """See `pipeline.describe`."""
        from bridge import pipeline

        return pipeline.describe()
