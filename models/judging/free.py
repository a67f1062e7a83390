"""Free generation: the held-out songs' keys, bars, tempi and lengths given, all else left to the models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bridge.vocabulary.chords import pitch_classes
from models.judging import six
from models.judging.spread import apart, mean_of
from models.judging.stretches import Harmony, Notes, Stretch, by_song, sounding
from models.judging.writing import DRAWING, Drawing, write_chords, write_notes

COUNTED = (
    "scale consistency",
    "pitch entropy",
    "pitch-class entropy",
    "empty beat rate",
    "inter-onset interval, s",
    "groove, 16 steps",
)
FURTHEST = 2.5
"""Standard errors of the difference."""

Written = tuple[list[Harmony], list[Notes], list[Notes]]


def write(
    models: Any, stretches: Sequence[Stretch], name: str, drawing: Mapping[str, Drawing] = DRAWING
) -> Written:
    """Chords, then a melody on them that quotes nobody, then an accompaniment of both."""
    chords = write_chords(models.chords, stretches, name, drawing["chords"])
    melody = write_notes(
        models.melody, stretches, chords, name, drawing=drawing["melody"], quotes=models.quotes
    )
    accompaniment = write_notes(
        models.accompaniment, stretches, chords, name, given=melody, drawing=drawing["accompaniment"]
    )
    return chords, melody, accompaniment


def real(stretches: Sequence[Stretch]) -> Written:
    """What stands in the songs."""
    return (
        [stretch.chords for stretch in stretches],
        [stretch.melody for stretch in stretches],
        [stretch.accompaniment for stretch in stretches],
    )


def measured(stretches: Sequence[Stretch], written: Written) -> dict[str, dict[int, float]]:
    """Every measure by song: the six, and the share of chord tones of both parts."""
    out: dict[str, dict[int, float]] = {}
    chords, melody, accompaniment = written
    for song, places in by_song(stretches).items():
        notes = [
            note
            for at in places
            for part in (melody[at], accompaniment[at])
            for note in sounding(stretches[at], part)
        ]
        bars = [pair for at in places for pair in zip(stretches[at].starts, stretches[at].starts[1:])]
        values = six.measures(notes, bars, stretches[places[0]].bpm) if len(notes) > 1 else {}
        for name, part in (("melody", melody), ("accompaniment", accompaniment)):
            values[f"chord tones, {name}"] = chord_tones([(chords[at], part[at]) for at in places])
        for name, value in values.items():
            out.setdefault(name, {})[song] = value
    return out


def chord_tones(parts: Iterable[tuple[Harmony, Notes]]) -> float:
    """Share of notes whose pitch class belongs to the chord that sounds where they start."""
    inside = total = 0
    for chords, notes in parts:
        for events, bar in zip(chords, notes):
            for note in bar:
                chord = next((e.chord for e in reversed(events) if e.step <= note.step), None)
                if chord is not None:
                    total += 1
                    inside += note.pitch % 12 in pitch_classes(chord)
    return inside / total if total else float("nan")


def compared(
    rows: Mapping[str, Mapping[str, Mapping[int, float]]], against: str
) -> dict[str, dict[str, dict[str, Any]]]:
    """For each set and measure: mean, standard error, and how many standard errors from `against`."""
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for name, found in rows.items():
        out[name] = {}
        for measure, values in found.items():
            mean = mean_of(list(values.values()))
            off = 0.0 if name == against else apart(values, rows[against][measure])
            out[name][measure] = {"mean": mean.value, "error": mean.error, "apart": off}
    return out
