"""The cue's motif: a short idea, stated where a line first sings, and recalled by plot.

A plot of a label that was heard before opens with what that label's first plot opened with; the first plot of
another label opens with the cue's motif varied: in notes twice as long, upside down, or as its first bar in
sequence. Either way it is moved along the scale to where it fits the new harmony best, and notes on strong
beats that still do not fit go to the nearest chord tone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.composing.harmony import SCALES
from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import pitch_classes

BARS = 2
LEAST_NOTES = 3
VARIATIONS = ("augmented", "inverted", "sequenced")

_FURTHEST = 7
# What a misfit costs against a step away: strong beats must fit, weak ones may pass.
_STRONG, _WEAK, _OUTSIDE, _AWAY = 3.0, 0.5, 20.0, 0.3

Bars = tuple[tuple[NoteEvent, ...], ...]


@dataclass(frozen=True)
class Place:
    """A bar that the motif may stand in: its length and strong steps, and its chords, key-relative."""

    steps: int
    strong: frozenset[int]
    chords: tuple[ChordEvent, ...]


def varied(motif: Bars, how: str, steps: int, mode: str) -> Bars:
    """The motif under one of `VARIATIONS`, in as many bars of the same length (in steps).

    Raises:
        ValueError: there is no such variation.
    """
    if how == "augmented":
        return _augmented(motif, steps)
    if how == "inverted":
        first = next(note.pitch for bar in motif for note in bar)
        axis, _ = _degree(first, mode)
        return tuple(
            tuple(
                note._replace(pitch=_pitch(2 * axis - _degree(note.pitch, mode)[0], 0, mode)) for note in bar
            )
            for bar in motif
        )
    if how == "sequenced":
        return tuple(tuple(_moved(note, at, mode) for note in motif[0]) for at in range(len(motif)))
    raise ValueError(f"no variation {how!r}; there are {', '.join(VARIATIONS)}")


def fitted(motif: Bars, places: Sequence[Place], mode: str, low: int, high: int) -> Bars:
    """The motif moved along the scale to where it fits the places' chords, between `low` and `high`.

    Args:
        motif: notes bar by bar, key-relative.
        places: one for each of its bars.
        mode: `major` or `minor`.
        low: lowest key-relative pitch.
        high: highest.
    """

    def cost(by: int) -> float:
        total = _AWAY * abs(by)
        for bar, place in zip(motif, places):
            for note in bar:
                pitch = _moved(note, by, mode).pitch
                total += _OUTSIDE * (not low <= pitch <= high)
                if pitch % 12 not in _sounding(place, note.step):
                    total += _STRONG if note.step in place.strong else _WEAK
        return total

    by = min(range(-_FURTHEST, _FURTHEST + 1), key=lambda by: (cost(by), abs(by), by))
    return tuple(
        tuple(_settled(_moved(note, by, mode), place, mode, low, high) for note in bar)
        for bar, place in zip(motif, places)
    )


def meeting(bar: tuple[NoteEvent, ...], steps: frozenset[int]) -> tuple[NoteEvent, ...] | None:
    """The bar with a note at each of the steps; `None` where more than its first note would have to move.

    A first note that comes after a step goes to it and is so much longer.
    """
    missing = steps - {note.step for note in bar}
    if not missing:
        return bar
    if not bar or missing != {min(steps)} or min(steps) > bar[0].step:
        return None
    first, step = bar[0], min(steps)
    longer = tokens.nearest_duration_steps(first.duration_steps + first.step - step)
    return (first._replace(step=step, duration_steps=longer), *bar[1:])


def draw_variation(generator: np.random.Generator) -> str:
    """One of `VARIATIONS`; takes one number."""
    return VARIATIONS[int(generator.random() * len(VARIATIONS))]


def _augmented(motif: Bars, steps: int) -> Bars:
    """Twice as long: as much of it as the bars hold."""
    out: list[list[NoteEvent]] = [[] for _ in motif]
    for at, bar in enumerate(motif):
        for note in bar:
            place, step = divmod(2 * (at * steps + note.step), steps)
            if place < len(out):
                length = tokens.nearest_duration_steps(2 * note.duration_steps)
                out[place].append(NoteEvent(step, note.pitch, length))
    return tuple(map(tuple, out))


def _settled(note: NoteEvent, place: Place, mode: str, low: int, high: int) -> NoteEvent:
    """In range, on a strong step on a chord tone, elsewhere in the key or the chord."""
    while note.pitch < low:
        note = note._replace(pitch=note.pitch + 12)
    while note.pitch > high:
        note = note._replace(pitch=note.pitch - 12)
    tones = _sounding(place, note.step)
    wanted = tones if note.step in place.strong else tones | SCALES[mode]
    if note.pitch % 12 in wanted:
        return note
    near = [pitch for pitch in range(low, high + 1) if pitch % 12 in wanted]
    if not near:
        return note
    return note._replace(pitch=min(near, key=lambda pitch: (abs(pitch - note.pitch), pitch)))


def _sounding(place: Place, step: int) -> frozenset[int]:
    chord = next((event.chord for event in reversed(place.chords) if event.step <= step), None)
    return frozenset(range(12)) if chord is None else frozenset(pitch_classes(chord))


def _moved(note: NoteEvent, by: int, mode: str) -> NoteEvent:
    degree, above = _degree(note.pitch, mode)
    return note._replace(pitch=_pitch(degree + by, above, mode))


def _degree(pitch: int, mode: str) -> tuple[int, int]:
    """The scale step at or below a pitch, counted from pitch 0, and the semitones above it."""
    scale = sorted(SCALES[mode])
    octave, pitch_class = divmod(pitch, 12)
    place = max(at for at, tone in enumerate(scale) if tone <= pitch_class)
    return octave * len(scale) + place, pitch_class - scale[place]


def _pitch(degree: int, above: int, mode: str) -> int:
    scale = sorted(SCALES[mode])
    octave, place = divmod(degree, len(scale))
    return octave * 12 + scale[place] + above
