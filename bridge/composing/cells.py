"""The form's bars as the models can read them: cells of a legal metre on the grid of 80 ticks.

A cell is a bar. Only a bar whose metre the vocabulary does not know becomes something else: two cells
where two known metres add up to it, else one cell of the next longer metre that is cut short.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.tempo import Bar, Form, Metre
from bridge.vocabulary.tokens import FIRST_METRES as METRES
from bridge.vocabulary.tokens import TICKS_PER_STEP, bar_steps

_LONGEST = max(bar_steps(metre) for metre in METRES)

# Where the weight lies, in steps; a metre not named has it on its first beat alone.
_STRONG: dict[tuple[int, int], tuple[int, ...]] = {
    (4, 4): (0, 24),
    (5, 4): (0, 36),
    (6, 4): (0, 36),
    (7, 4): (0, 48),
    (5, 8): (0, 18),
    (6, 8): (0, 18),
    (7, 8): (0, 24),
    (9, 8): (0, 18, 36),
    (12, 8): (0, 18, 36, 54),
}
_ODD_BEATS: dict[tuple[int, int], tuple[int, ...]] = {
    (3, 8): (0,),
    (5, 8): (0, 18),
    (7, 8): (0, 12, 24),
}


@dataclass(frozen=True)
class Cell:
    """One stretch that the models see as a bar: `ticks` long from `tick`, told as `metre`.

    `opens` and `closes` say whether it holds the first and the last tick of its bar.
    """

    bar: Bar
    tick: int
    ticks: int
    metre: tuple[int, int]
    opens: bool = True
    closes: bool = True

    @property
    def end_tick(self) -> int:
        """First tick after the cell."""
        return self.tick + self.ticks

    @property
    def steps(self) -> int:
        """Steps that begin inside the cell (the last may be cut short)."""
        return -(-self.ticks // TICKS_PER_STEP)

    @property
    def strong_steps(self) -> tuple[int, ...]:
        """Steps that carry the metre's weight."""
        return tuple(step for step in _STRONG.get(self.metre, (0,)) if step < self.steps)

    @property
    def beat_steps(self) -> tuple[int, ...]:
        """Steps of the beats: quarters, dotted quarters in compound metres."""
        if self.metre in _ODD_BEATS:
            beats = _ODD_BEATS[self.metre]
        else:
            compound = self.metre[1] == 8
            beats = tuple(range(0, bar_steps(self.metre), 18 if compound else 12))
        return tuple(step for step in beats if step < self.steps)

    def step_of(self, tick: int) -> int:
        """The step nearest to a tick of the cell."""
        return min(max(round((tick - self.tick) / TICKS_PER_STEP), 0), self.steps - 1)

    def tick_of(self, step: int) -> int:
        """The tick of a step."""
        return self.tick + step * TICKS_PER_STEP


def lay_cells(form: Form) -> tuple[Cell, ...]:
    """All cells of a form, abutting, in order."""
    cells: list[Cell] = []
    for index, bar in enumerate(form.bars):
        # A bar that an end of the cue cuts short ends where the next one starts.
        following = form.bars[index + 1].tick if index + 1 < len(form.bars) else bar.end_tick
        ticks = min(bar.end_tick, following) - bar.tick
        if ticks > 0:
            cells += _cells_of(bar, ticks)
    return tuple(cells)


def known_metres(metre: Metre, ticks: int) -> tuple[tuple[int, int], ...]:
    """The legal metres that stand for a stretch of `ticks` notated in `metre`.

    All but the last are exact; the last is exact or the next longer one.
    """
    written = (metre.numerator, metre.denominator)
    if written in METRES and ticks == metre.ticks:
        return (written,)
    steps = -(-ticks // TICKS_PER_STEP)

    def fit(known: tuple[int, int]) -> tuple[int, bool, int]:
        return bar_steps(known), known[1] != metre.denominator, known[0]

    exact = [known for known in METRES if bar_steps(known) == steps]
    if exact:
        return (min(exact, key=fit),)
    pairs = [
        (first, second)
        for first in METRES
        for second in METRES
        if bar_steps(first) + bar_steps(second) == steps and first[1] == second[1] == metre.denominator
    ]
    if pairs:
        # The two halves as even as can be, the longer first: 11/8 is 6/8 and 5/8.
        return min(pairs, key=lambda pair: (abs(fit(pair[0])[0] - fit(pair[1])[0]), -fit(pair[0])[0]))
    if steps > _LONGEST:
        rest = ticks - Metre(4, 4).ticks
        return ((4, 4), *known_metres(metre, rest))
    longer = [known for known in METRES if bar_steps(known) > steps]
    return (min(longer, key=fit),)


def _cells_of(bar: Bar, ticks: int) -> list[Cell]:
    metres = known_metres(bar.metre, ticks)
    cells: list[Cell] = []
    tick, left = bar.tick, ticks
    for index, metre in enumerate(metres):
        last = index == len(metres) - 1
        length = left if last else bar_steps(metre) * TICKS_PER_STEP
        cells.append(Cell(bar, tick, length, metre, index == 0, last))
        tick, left = tick + length, left - length
    return cells
