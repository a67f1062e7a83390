"""Rhythm that comes back: a bar may be held to the onsets of an earlier one.

A model drawn bar by bar forgets its figure; a listener hears that as aimless. Accompaniments keep a
two-bar figure through a section, melodies bring back the rhythm of their first two bars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.composing.plan import CellPlan
from bridge.vocabulary import tokens
from bridge.vocabulary.masks import Mask

Figures = Mapping[tuple[int, int], frozenset[int]]
"""Onset steps of a figure's bars, by (bar length in steps, place in the figure)."""


class Rhythm:
    """Remembers the onsets of every bar and holds later bars to them.

    Args:
        sources: for each bar, the earlier bar whose rhythm it takes, or -1 to be free.
        given: for each bar, onsets to take instead, or `None`.
        extra: for each bar, steps that must sound besides.
    """

    def __init__(
        self,
        sources: Sequence[int],
        given: Sequence[frozenset[int] | None],
        extra: Sequence[frozenset[int]],
    ) -> None:
        self._sources = list(sources)
        self._given = list(given)
        self._extra = list(extra)
        self._written: list[set[int]] = []
        self._pattern: list[int] | None = None
        self._step = -1

    def begin(self, bar: int) -> None:
        """A bar begins."""
        self._step = -1
        self._written.append(set())
        given, source = self._given[bar], self._sources[bar]
        steps = given if given is not None else self._written[source] if 0 <= source < bar else None
        self._pattern = sorted({*steps, *self._extra[bar]}) if steps else None

    def narrow(self, wanted: Mask) -> None:
        """Leave only the next step of the pattern, or the end of the bar after its last (in place)."""
        if self._pattern is None or not wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS].any():
            return
        ahead = [step for step in self._pattern if step > self._step]
        allowed = wanted[tokens.POS_0 + ahead[0]] if ahead else wanted[tokens.BAR]
        if not allowed:
            return
        end = bool(wanted[tokens.BAR]) and not ahead
        wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS] = False
        wanted[[tokens.BAR, tokens.EOS]] = False
        if ahead:
            wanted[tokens.POS_0 + ahead[0]] = True
        wanted[tokens.BAR] = end

    def push(self, token: int) -> None:
        """Note a step."""
        if tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
            self._step = token - tokens.POS_0
            self._written[-1].add(self._step)


def go_on(wanted: Mask) -> None:
    """Keep a bar from ending while it has a step left to write at (in place)."""
    if wanted[tokens.POS_0 : tokens.POS_0 + tokens.POSITIONS].any():
        wanted[[tokens.BAR, tokens.EOS]] = False


def grid_steps(density: float) -> int:
    """The finest onset: eighths in calm music, sixteenths in lively music."""
    return 6 if density < 0.55 else 3


def off_grid(item: CellPlan) -> frozenset[int]:
    """Steps of a cell where nothing starts by choice; triplets of simple metres among them."""
    grid = grid_steps(item.density)
    return frozenset(step for step in range(item.cell.steps) if step % grid)


def figure_of(cells: Sequence[CellPlan], onsets: Sequence[frozenset[int]], bars: int) -> Figures:
    """The figure that the first `bars` played cells of each length make."""
    out: dict[tuple[int, int], frozenset[int]] = {}
    counts: dict[int, int] = {}
    for item, steps in zip(cells, onsets):
        size = item.cell.steps
        place = counts.get(size, 0)
        if item.kind == "play" and steps and not item.forced and place < bars:
            out[size, place] = steps
            counts[size] = place + 1
    return out
