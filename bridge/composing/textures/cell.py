"""Accompaniment cells mined from CC0 scores: onsets and the rank of the tone at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bridge.composing.tables import table
from bridge.composing.writing import Draft, Sounding
from bridge.vocabulary.tokens import TICKS_PER_STEP


@dataclass(frozen=True)
class Cell:
    """`notes` are (onset in steps of a twelfth of a quarter, ranks), over `quarters`; `pieces` had it."""

    quarters: float
    notes: tuple[tuple[int, tuple[int, ...]], ...]
    pieces: int

    @property
    def ranks(self) -> int:
        """How many tones it needs, 2 at least."""
        return max(2, 1 + max(rank for _, ranks in self.notes for rank in ranks))

    def written(self, each: Sounding, pitches: Sequence[int], *, detached: bool) -> list[Draft]:
        """The cell through one chord: it starts with its bar and stops where the chord does.

        Args:
            each: the chord.
            pitches: sounding pitches by rank.
            detached: whether notes stop halfway to the next, or ring until then.
        """
        item = each.item
        length = round(self.quarters * 12)
        onsets = [
            (start + step, ranks) for start in range(0, item.cell.steps, length) for step, ranks in self.notes
        ]
        onsets = [(step, ranks) for step, ranks in onsets if step < item.cell.steps]
        out: list[Draft] = []
        for place, (step, ranks) in enumerate(onsets):
            tick = item.cell.tick_of(step)
            if not each.tick <= tick < each.end_tick:
                continue
            after = onsets[place + 1][0] if place + 1 < len(onsets) else item.cell.steps
            ticks = (after - step) * TICKS_PER_STEP
            end = min(tick + (ticks * 3 // 5 if detached else ticks), each.end_tick)
            out += [Draft(tick, pitches[rank], end) for rank in ranks if rank < len(pitches)]
        return out


@cache
def cells_of(kind: str) -> tuple[Cell, ...]:
    """Cells of a kind, `figure` or `ostinato`, whose onsets lie on the grid of twelfths."""
    out = []
    for row in table("cells"):
        parts = [part.split(":") for part in row["cell"].split()]
        notes = tuple((int(at) // 2, tuple(int(rank) for rank in ranks.split("+"))) for at, ranks in parts)
        if row["kind"] == kind and all(int(at) % 2 == 0 for at, _ in parts):
            out.append(Cell(float(row["quarters"]), notes, int(row["pieces"])))
    return tuple(out)


def slowed(cell: Cell) -> Cell:
    """The cell at half its pace."""
    return replace(
        cell, quarters=2 * cell.quarters, notes=tuple((2 * step, ranks) for step, ranks in cell.notes)
    )
