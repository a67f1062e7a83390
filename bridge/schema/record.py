"""How a score was made: what its cue sheet says besides what the music obeys, so that it can be revised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.config import TempoSettings
from bridge.schema.cues import CueSheet, LayerPlan
from bridge.schema.performance import Performance
from bridge.schema.score import ChordSpan, KeySpan
from bridge.schema.tempo import Bar, Form


@dataclass(frozen=True)
class Origin:
    """The seed and the variation that a plot's random streams were derived from."""

    seed: int
    variation: int = 0


@dataclass(frozen=True)
class Change:
    """One revision: of which take, which plots, what was locked, what was asked and what came of it.

    `words` are sentences for a person; `parts` are the names of locked parts.
    """

    of: str
    plots: tuple[str, ...]
    parts: tuple[str, ...]
    brief: str
    origin: Origin
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """How a score was made.

    `origins` are by plot id; `palette` is the cue's own, by name; `changes` are all revisions, the first one
    first. Velocities, tail and limits of the tempo are as in `config.Settings`.
    """

    origins: Mapping[str, Origin]
    palette: str = ""
    tail_s: float = 3.0
    min_velocity: int = 49
    max_velocity: int = 112
    tempo: TempoSettings = field(default_factory=TempoSettings)
    changes: tuple[Change, ...] = field(default=())


@dataclass(frozen=True)
class ScoreFiles:
    """A score by its files, and what to call it in words.

    `source` is the timeline it was made for; `otio` its marked timeline, empty where that is gone.
    """

    name: str
    source: Path
    midi: bytes
    cues_json: str
    otio: bytes = b""


@dataclass(frozen=True)
class Made:
    """A score read back from its own files: what was played, and what it was made of.

    `left_out` counts events that somebody else has put into the MIDI file and that no performance holds.
    `stale`: hits or plots' places have been changed in the cue sheet since the form was made for them.
    """

    name: str
    cues: CueSheet
    form: Form
    performance: Performance
    keys: tuple[KeySpan, ...]
    chords: tuple[ChordSpan, ...]
    record: Record
    layers: Mapping[str, tuple[LayerPlan, ...]] = field(default_factory=dict)
    left_out: int = 0
    stale: bool = False


def regions(bars: tuple[Bar, ...]) -> dict[str, tuple[int, int]]:
    """First tick of a plot's first bar and end of its last, by plot id: where its music is.

    The bars of a plot follow one another. One that is too short for a bar has none, and is not named.
    """
    found: dict[str, tuple[int, int]] = {}
    for bar, after in zip(bars, (*bars[1:], None)):
        start, _ = found.get(bar.plot_id, (bar.tick, 0))
        # A bar that an end of the cue cuts short ends where the next one starts.
        found[bar.plot_id] = (start, bar.end_tick if after is None else min(bar.end_tick, after.tick))
    return found
