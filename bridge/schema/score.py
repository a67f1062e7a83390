"""A score: notes in beats before anyone plays them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from bridge.schema.cues import LayerPlan


class PartRole(str, Enum):
    """What a part does. `RHYTHM` is a pulse or an ostinato, `EFFECT` what leads into hits or strikes them."""

    MELODY = "melody"
    CHORDS = "chords"
    ACCOMPANIMENT = "accompaniment"
    BASS = "bass"
    DRUMS = "drums"
    PAD = "pad"
    RHYTHM = "rhythm"
    EFFECT = "effect"


@dataclass(frozen=True)
class Note:
    """One written note: quarter notes from tick 0, MIDI pitch. `accent` marks a note on a hit."""

    start_beats: Fraction
    duration_beats: Fraction
    pitch: int
    accent: bool = False

    @property
    def end_beats(self) -> Fraction:
        """Where the note stops."""
        return self.start_beats + self.duration_beats


@dataclass(frozen=True)
class ChordSpan:
    """A chord from `start_beats` to `end_beats`; `root_pc` is sounding (0 = C), not key-relative."""

    start_beats: Fraction
    end_beats: Fraction
    root_pc: int
    quality: str
    name: str


@dataclass(frozen=True)
class KeySpan:
    """A key from `start_beats` on: tonic pitch class and mode "major" or "minor"."""

    start_beats: Fraction
    tonic_pc: int
    mode: str


@dataclass(frozen=True)
class LevelSpan:
    """A part's level from `start_beats` to `end_beats`, in a straight line; 1 is its plot's own loudness."""

    start_beats: Fraction
    end_beats: Fraction
    start: float
    end: float


@dataclass(frozen=True)
class Part:
    """Notes of one part, rising in start; `program` is a General MIDI number from 0.

    `levels` are spans in which it stands back or comes forward, `swells` (start, end) in quarter notes of
    crescendi that end on a hit.
    """

    name: str
    role: PartRole
    program: int
    notes: tuple[Note, ...]
    levels: tuple[LevelSpan, ...] = ()
    swells: tuple[tuple[Fraction, Fraction], ...] = ()


@dataclass(frozen=True)
class Score:
    """All parts of a cue with the harmony and keys they were written on; `palette` is the cue's own.

    `layers` are those that each plot was planned in, by its id.
    """

    parts: tuple[Part, ...]
    chords: tuple[ChordSpan, ...]
    keys: tuple[KeySpan, ...]
    notes: tuple[str, ...] = ()
    palette: str = ""
    layers: Mapping[str, tuple[LayerPlan, ...]] = field(default_factory=dict)
