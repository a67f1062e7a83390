"""Measure a bar's controls from its notes: the one place, used in training and in evaluation.

When composing, the same levels come from the cue sheet instead; `level_of_unit` maps a 0 to 1
curve to them. The edges below are this project's own, set so that POP909's training songs fill the
levels.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.tokens import LEVELS, bar_steps

CHANGES_PER_QUARTER = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
"""Upper edges of harmonic rhythm, density levels 0 to 6.

In 4/4 these are up to 0, 1, 2, 3, 4, 6 and 8 changes a bar.
"""

ONSETS_PER_QUARTER = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
"""Upper edges of note density, levels 0 to 6: distinct onsets for each quarter note."""

MEAN_PITCH = (47.0, 53.0, 59.0, 66.0, 73.0)
"""Upper edges of register, levels 0 to 4, as MIDI pitch."""

NOTES_PER_ONSET = (1.0, 1.5, 2.0, 3.0)
"""Upper edges of polyphony, levels 0 to 3: notes struck together, averaged over the bar."""

VALENCE_OF_QUALITY = {
    "maj": 1.0,
    "maj7": 0.75,
    "7": 0.6,
    "sus2": 0.55,
    "sus4": 0.5,
    "aug": 0.3,
    "min7": 0.25,
    "min": 0.0,
    "hdim7": 0.0,
    "dim": 0.0,
}
"""Brightness of a chord from 0 (dark) to 1 (bright): an ordering by thirds, major over minor."""

TENSION_OF_QUALITY = {
    "maj": 0.0,
    "min": 0.1,
    "sus2": 0.35,
    "min7": 0.35,
    "maj7": 0.45,
    "sus4": 0.55,
    "7": 0.7,
    "hdim7": 0.85,
    "dim": 0.9,
    "aug": 1.0,
}
"""Roughness of a chord from 0 (at rest) to 1: triads, then sevenths, then tritone and augmented."""

VALENCE_EDGES = (0.2, 0.4, 0.6, 0.8)
TENSION_EDGES = (0.04, 0.08, 0.14, 0.24)
ENERGY_EDGES = (0.45, 0.53, 0.61, 0.7)


def left(bars_after: int) -> int:
    """Level of `LEFT` from the number of bars of the plot that follow this one (0 = the last)."""
    return max(0, min(bars_after, LEVELS["LEFT"] - 1))


def level_of_unit(value: float, kind: str) -> int:
    """Level of a control from a curve between 0 and 1 (outside values are clipped).

    The levels of a kind share the range evenly: for five levels, 0.5 is level 2.
    """
    levels = LEVELS[kind]
    return max(0, min(int(value * levels), levels - 1))


def harmonic_rhythm(chords: Sequence[ChordEvent], before: Chord | None, metre: tuple[int, int]) -> int:
    """Density of a bar of chords: changes for each quarter note, as a level.

    `before` is the chord that sounded when the bar began; a restatement of it is no change.
    """
    changes = 0
    for event in sorted(chords, key=lambda event: event.step):
        changes += event.chord != before
        before = event.chord
    return bisect_left(CHANGES_PER_QUARTER, changes / _quarters(metre))


def note_density(notes: Iterable[NoteEvent], metre: tuple[int, int]) -> int:
    """Density of a bar of notes: distinct onsets for each quarter note, as a level."""
    return bisect_left(ONSETS_PER_QUARTER, len({note.step for note in notes}) / _quarters(metre))


def register(notes: Sequence[NoteEvent]) -> int | None:
    """Height of a bar's notes: their mean pitch as a level; `None` for a silent bar."""
    if not notes:
        return None
    return bisect_left(MEAN_PITCH, sum(note.pitch for note in notes) / len(notes))


def polyphony(notes: Sequence[NoteEvent]) -> int | None:
    """Notes struck together on average, as a level; `None` for a silent bar."""
    if not notes:
        return None
    return bisect_left(NOTES_PER_ONSET, len(notes) / len({note.step for note in notes}))


def valence(sounding: Sequence[tuple[Chord | None, int]]) -> int | None:
    """Brightness of a stretch of harmony, given as (chord, steps it lasts); `None` for no chord."""
    value = _mean_over(sounding, VALENCE_OF_QUALITY)
    return None if value is None else bisect_left(VALENCE_EDGES, value)


def tension(sounding: Sequence[tuple[Chord | None, int]]) -> int | None:
    """Roughness of a stretch of harmony, given as (chord, steps it lasts); `None` for no chord."""
    value = _mean_over(sounding, TENSION_OF_QUALITY)
    return None if value is None else bisect_left(TENSION_EDGES, value)


def energy(mean_velocity: float, onsets_per_quarter: float) -> int:
    """Arousal of a stretch: half from loudness (MIDI velocity 40 to 120), half from activity.

    Activity is distinct onsets of all parts together for each quarter note, 4 being full.
    """
    loudness = max(0.0, min((mean_velocity - 40) / 80, 1.0))
    activity = max(0.0, min(onsets_per_quarter / 4, 1.0))
    return bisect_left(ENERGY_EDGES, (loudness + activity) / 2)


def sounding(chords: Sequence[ChordEvent], metre: tuple[int, int]) -> tuple[tuple[Chord | None, int], ...]:
    """The chords of one bar with the steps each lasts within it."""
    events = sorted(chords, key=lambda event: event.step)
    ends = [event.step for event in events[1:]] + [bar_steps(metre)]
    return tuple((event.chord, end - event.step) for event, end in zip(events, ends, strict=True))


def _quarters(metre: tuple[int, int]) -> float:
    return metre[0] * 4 / metre[1]


def _mean_over(sounding: Sequence[tuple[Chord | None, int]], value_of: dict[str, float]) -> float | None:
    steps = sum(length for chord, length in sounding if chord is not None)
    if steps == 0:
        return None
    total = sum(value_of[chord.quality] * length for chord, length in sounding if chord is not None)
    return total / steps
