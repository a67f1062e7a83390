"""Whether melodies hold runs of notes that stand in a training song.

A run is told by its intervals alone, so that a tune in another key or rhythm is the same tune. Runs of one
repeated pitch are no tune.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.vocabulary.bars import NoteEvent
from models.judging.stretches import Notes

LENGTHS = (8, 16)


def runs(pitches: Sequence[int], length: int) -> list[tuple[int, ...]]:
    """The intervals of every run of so many notes, but for those of one pitch."""
    steps = [after - before for before, after in zip(pitches, pitches[1:])]
    found = [tuple(steps[at : at + length - 1]) for at in range(len(steps) - length + 2)]
    return [run for run in found if any(run)]


def line(bars: Notes | Sequence[Sequence[NoteEvent]]) -> list[int]:
    """The pitches of a melody in order."""
    return [note.pitch for bar in bars for note in bar]


class Known:
    """Every run of the training songs' melodies."""

    def __init__(self, melodies: Iterable[Sequence[int]]) -> None:
        self._runs: dict[int, set[tuple[int, ...]]] = {length: set() for length in LENGTHS}
        for pitches in melodies:
            for length, known in self._runs.items():
                known.update(runs(pitches, length))

    def count(self, pitches: Sequence[int], length: int) -> tuple[int, int]:
        """How many of a melody's runs are known, and how many it has."""
        found = runs(pitches, length)
        return sum(run in self._runs[length] for run in found), len(found)
