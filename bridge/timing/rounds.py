"""Rounds of the search: odd bars and changes of direction are priced until they are few enough, no dearer.

How many a span has is a count over the whole of it, which the search's state has no room for. So their
prices are Lagrange multipliers: raised while there are too many, then brought back half way (geometrically)
to the last price that was too low, for as long as the allowance is not used up. Of the routes that
keep both counts the one that meets most is taken; a route that loses a `must` is never preferred for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.timing.layout import Layout
from bridge.timing.limits import ODD_SHARE, TURNS_A_MINUTE, Prices
from bridge.timing.route import Route
from bridge.timing.swing import direction_changes
from bridge.timing.targets import Span

# Searches of one span, at most.
ROUNDS = 16
# Levels nearer to each other than this are one; an allowance is used up when so much of it is left.
_NEAR = 0.2
_SPARE = 1 / 16
# Most levels that a price rises in a round.
_ODD_RISE, _TURN_RISE = 0.75, 1.5
# In so many last rounds both prices rise at their fastest where there are still too many of either.
_LAST = 3

Score = tuple[float, int, float]
Found = tuple[Route, Layout, Score]


@dataclass
class Level:
    """How dear a thing has to be for there to be few enough of it."""

    most_rise: float
    level: float = 0.0
    low: float = 0.0  # the dearest that was too cheap
    high: float = math.inf  # the cheapest that was dear enough

    def settle(self, found: int, allowed: float) -> bool:
        """Set the level for the next round; False where it stays."""
        before, much = self.level, beyond(found, allowed)
        if much:
            self.low = before
            if self.high < self.low + _NEAR:  # the other price has moved the ground
                self.high = math.inf
        elif before > 0:
            self.high = before
        if math.isinf(self.high):
            if much:
                self.level += self.most_rise * min(1.0, max(0.25, 2 * much))
        elif much or (found + max(1, _SPARE * allowed) <= allowed and self.high > self.low + _NEAR):
            self.level = (self.low + self.high) / 2
        return self.level != before


def settled(prices: Prices, span: Span, find: Callable[[Prices], Found | None]) -> Route | None:
    """The best route that `find` gives at any prices of odd bars and turns tried; None where it has none."""
    best: Route | None = None
    most: tuple[float, float, float] | None = None
    wanted = math.inf  # what the first round meets: more is not to be had
    odd, turn = Level(_ODD_RISE, prices.odd_level), Level(_TURN_RISE, prices.turn_level)
    for left in reversed(range(ROUNDS)):
        found = find(replace(prices, odd_level=odd.level, turn_level=turn.level))
        if found is None:
            return best
        route, layout, score = found
        if best is None:
            wanted = score[2]
        bars, turns = odd_bars(layout), turns_of(span, layout)
        worth = (score[0], -beyond(*bars) - beyond(*turns), score[2])
        if most is None or worth > most:
            best, most = route, worth
        if not beyond(*bars) + beyond(*turns) and score[2] >= wanted:
            break
        if left <= _LAST and most[1] < 0:  # too little time to close in on it
            odd.level, turn.level = odd.level + 2 * _ODD_RISE, turn.level + 2 * _TURN_RISE
            continue
        moved = [odd.settle(*bars), turn.settle(*turns)]
        if not any(moved):
            break
    return best


def odd_bars(layout: Layout) -> tuple[int, float]:
    """Bars of another metre, and how many are allowed: one in eight of the bars that are whole."""
    bars = [b for b in layout.bars if not b.rest and not b.partial and b.end_tick <= layout.end_tick]
    return sum(bar.odd for bar in bars), ODD_SHARE * len(bars)


def turns_of(span: Span, layout: Layout) -> tuple[int, float]:
    """Changes of the tempo's direction, and how many are allowed in the span's length."""
    bars = [bar for bar in layout.bars if not bar.rest and bar.tick < layout.end_tick]
    beats = [tick for bar in bars for tick in bar.beats() if tick < layout.end_tick]
    turns = direction_changes([1 / layout.tempo_map.us_per_quarter_at(tick) for tick in beats])
    return turns, TURNS_A_MINUTE * float(span.end_s - span.start_s) / 60


def beyond(found: int, allowed: float) -> float:
    """How far a count is beyond its allowance: 0 within, 1 for twice. One of anything is always allowed."""
    return max(0.0, found / max(1.0, allowed) - 1)
