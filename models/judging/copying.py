"""Whether melodies hold runs of notes that stand in a training piece.

A run is told by its intervals alone, so that a tune in another key or rhythm is the same tune. Runs of one
repeated pitch are no tune.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.vocabulary.bars import NoteEvent
from models.judging.spread import mean_of
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


def shares(lines: Sequence[Sequence[Sequence[int]]], known: Known) -> dict[str, dict[str, float]]:
    """By length of run: how many of the pieces' runs are known, of how many, and the mean share over pieces.

    Args:
        lines: of each piece its stretches of one key, as pitches in order.
        known: what they are compared with.
    """
    out = {}
    for length in LENGTHS:
        counts = [
            tuple(map(sum, zip(*(known.count(line, length) for line in piece)))) for piece in lines if piece
        ]
        share = mean_of([found / of for found, of in counts if of])
        out[f"runs of {length} notes"] = {
            "found": sum(found for found, _ in counts),
            "of": sum(of for _, of in counts),
            "mean": share.value,
            "error": share.error,
        }
    return out


class Known:
    """Every run of the training pieces' melodies."""

    def __init__(self, melodies: Iterable[Sequence[int]]) -> None:
        self._runs: dict[int, set[tuple[int, ...]]] = {length: set() for length in LENGTHS}
        for pitches in melodies:
            for length, known in self._runs.items():
                known.update(runs(pitches, length))

    def count(self, pitches: Sequence[int], length: int) -> tuple[int, int]:
        """How many of a melody's runs are known, and how many it has."""
        found = runs(pitches, length)
        return sum(run in self._runs[length] for run in found), len(found)
