"""The dynamic programme: the cheapest path through a span's lattice, all hits at once.

`value(j)[base, offset, exit level, place, way]` is the least cost of any legal tempo map that has a beat on
hit j there, at that place of a two-bar phrase; `way` is 0 when the tempo last moved up, 1 when down, so that
each change of direction can be priced. Costs are the weights of hits skipped so far plus musical costs, so
the least cost is the best objective. Hits are taken in time order; from each, stretches are pulled from
the lattice's sources, every pair of offsets, every count of beats. Nothing is pruned inside: the result is
the optimum over the lattice and the bases handed in (tests compare it with an enumeration of every path).
What it does not see: a skipped hit that a beat meets by luck (the report counts it).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bridge.timing.lattice import INFINITE, LEVEL, Floats, Ints, Lattice
from bridge.timing.limits import MAX_BASE_CHANGE
from bridge.timing.pickup import PICKUP_SOURCES, Value, pickups

UP, DOWN = 0, 1
T = TypeVar("T")


def odd_lengths(beats_per_bar: int) -> tuple[float, ...]:
    """Bars with an odd number of eighths that may stand in for one bar: 7/8, 5/8, 3/8 in 4/4."""
    return tuple(beats_per_bar - 0.5 - k for k in range(3) if beats_per_bar - 0.5 - k >= 1.5)


def odd_bar_fits(place: int, beats: float, length: float, beats_per_bar: int) -> bool:
    """Whether a bar of `length` can end inside a stretch of `beats` that starts at a place."""
    phi = place % beats_per_bar
    to_its_end = length - phi if phi < length else beats_per_bar - phi + length
    return to_its_end <= beats + 1e-9


@dataclass(frozen=True)
class _Moves:
    """Departures of one hit, places moved on, by kind of beat count: (places, 2 × 2, kinds × states).

    The second axis holds, for either way of the tempo, departures that went on the same way and those
    that may have turned into it, the turn paid.
    """

    table: Value
    whole: int  # kinds 0 .. whole − 1: whole beats modulo a phrase
    halves: int  # the kinds after: 1.5, 2.5 … beats, the last `whole` of them modulo a phrase

    def kind(self, beats: Floats) -> Ints:
        """Which slice of the table serves stretches of so many beats."""
        half = beats % 1 > 0.25
        count = np.floor(beats).astype(np.int64)
        rank = count - 1
        over = rank >= self.halves
        rank = np.where(over, self.halves - self.whole + (rank - self.halves) % self.whole, rank)
        kinds: Ints = np.where(half, self.whole + rank, count % self.whole)
        return kinds


def _kept(store: OrderedDict[int, T], key: int, make: Callable[[int], T], most: int) -> T:
    """A small cache: the entry of `key`, made when it is not there; the oldest goes when it is full."""
    found = store.get(key)
    if found is None:
        found = store[key] = make(key)
        while len(store) > most:
            store.popitem(last=False)
    return found


class Search:
    """Fills the table for one span. Memory: one float32 array a hit, of the bases in use there.

    `active` (hits, bases) says which bases are searched at each hit; all of them when it is None.
    """

    def __init__(self, lattice: Lattice, active: NDArray[np.bool_] | None = None) -> None:
        self.lattice = lattice
        self.count = len(lattice.targets)
        bases = len(lattice.log_bases)
        mask = np.ones((self.count, bases), dtype=bool) if active is None else active
        self.rows = [np.flatnonzero(mask[j]) for j in range(self.count)]
        self.row_of = np.where(mask, np.cumsum(mask, axis=1) - 1, -1)
        self.shape = (len(lattice.offsets), len(lattice.levels), lattice.places, 2)
        self.skipped = np.concatenate([[0.0], np.cumsum(lattice.weights)])
        self._value: list[Value] = []
        self._left: OrderedDict[int, Value] = OrderedDict()
        self._moved: OrderedDict[int, _Moves] = OrderedDict()

    def run(self, check: Callable[[int], None]) -> None:
        """Fill the table. `check` is called with each hit's index and may raise to stop."""
        for j in range(self.count):
            check(j)
            self._value.append(self._arrive(j))

    def value(self, j: int) -> Value:
        """Arrival costs of hit j: (rows, O, X, place, 2); `rows[j]` names the base of each row."""
        return self._value[j]

    def left(self, i: int) -> Value:
        """Departure costs of hit i by entry level: (rows, O, S, place, 2). Made once, kept while of use."""
        return _kept(self._left, i, self._leave, self.lattice.sources + 2)

    def _moves(self, i: int) -> _Moves:
        """Places moved on by each kind of beat count; half beats by way of an odd bar, its price paid."""
        left = self.left(i)
        bar, places = self.lattice.beats_per_bar, self.lattice.places
        same = np.ascontiguousarray(left.transpose(3, 4, 0, 1, 2)).reshape(places, 2, 1, -1)
        turned = np.minimum(same, same[:, ::-1] + np.float32(self.lattice.turn[i]))
        flat = np.concatenate([same, turned], axis=2)
        longest = bar + places  # in more than a bar an odd bar fits from any place
        if i + 1 < self.count and len(self.lattice.halves(i, i + 1)) < 2:
            longest = 0
        table = np.empty((places, 2, 2, places + longest, flat.shape[3]), dtype=np.float32)
        twice = np.concatenate([flat, flat])  # from `places − k` on it is the departures, k places on
        for beats in range(places):
            table[:, :, :, beats] = twice[places - beats : 2 * places - beats]
        table[:, :, :, places:] = INFINITE
        if longest:
            twice += np.float32(self.lattice.odd_bar[i])
        for rank in range(longest):
            beats_half = rank + 1.5
            kept = table[:, :, :, places + rank]
            for length in odd_lengths(bar):
                on = round(beats_half + bar - length) % places
                fits = [odd_bar_fits((to - on) % places, beats_half, length, bar) for to in range(places)]
                where = np.array(fits)[:, None, None, None] if not all(fits) else True
                np.minimum(kept, twice[places - on : 2 * places - on], out=kept, where=where)
        return _Moves(table.reshape(places, 2, -1), places, longest)

    def _arrive(self, j: int) -> Value:
        """Least cost of having a beat on hit j, by state."""
        lattice, rows = self.lattice, self.rows[j]
        value = np.full((len(rows), *self.shape), INFINITE, dtype=np.float32)
        if j < PICKUP_SOURCES:
            start, _ = pickups(lattice, j)
            before = (self.skipped[j] + lattice.prior_cost[j]).astype(np.float32)
            value[:] = (start + before[:, None, None, None])[rows][..., None]
        for i in lattice.sources_of(j):
            self._pull(value, i, j)
        value += lattice.offset_cost().astype(np.float32)[None, :, None, None, None]
        value[:, ~lattice.offset_ok[j]] = INFINITE
        np.minimum(value, INFINITE, out=value)
        return value

    def edge_cost(self, i: int, j: int) -> Floats:
        """What a stretch from i to j costs whatever its shape: hits skipped, and the aim of the tempo."""
        prior = self.lattice.prior_cost
        cost: Floats = self.skipped[j] - self.skipped[i + 1] + prior[j] - prior[i]
        return cost

    def _combinations(self, i: int, j: int) -> tuple[Ints, Floats]:
        """Bases and beat counts of stretches from i to j, in order of base."""
        both = np.intersect1d(self.rows[i], self.rows[j], assume_unique=True)
        bases: list[Ints] = []
        beats: list[Floats] = []
        for half in self.lattice.halves(i, j):
            low, high = self.lattice.counts(i, j, half)
            for rank in range(int((high - low)[both].max(initial=-1)) + 1):
                base = both[low[both] + rank <= high[both]]
                bases.append(base)
                beats.append((low[base] + rank).astype(np.float64) + (0.5 if half else 0.0))
        if not bases:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        base, beat = np.concatenate(bases), np.concatenate(beats)
        order = np.argsort(base, kind="stable")
        return base[order], beat[order]

    def _pull(self, value: Value, i: int, j: int) -> None:
        """Improve the arrivals at hit j by every stretch from hit i."""
        lattice = self.lattice
        into, out_of = np.flatnonzero(lattice.offset_ok[j]), np.flatnonzero(lattice.offset_ok[i])
        base, beats = self._combinations(i, j)
        if not len(base) or not len(into) or not len(out_of):
            return
        offsets, levels, places, _ = self.shape
        moves = _kept(self._moved, i, self._moves, lattice.sources + 1)
        stretch = lattice.stretch(j, lattice.gaps(i, j), base, beats)
        flat_cost = self.edge_cost(i, j)[base].astype(np.float32)
        pair = into[:, None] - out_of[None, :] + offsets - 1
        row = moves.kind(beats) * len(self.rows[i]) + self.row_of[i][base]
        index = (row[:, None] * offsets + out_of[None, :]) * levels
        index = stretch.enter[:, pair] + index[:, None, :, None]
        cost = (stretch.cost + flat_cost[:, None, None])[:, pair]
        rise = stretch.rise[:, pair]
        turned = moves.table.shape[2] // 2
        ways = [
            (way, index + np.where(rise * sign > 0, turned, 0), np.where(rise * sign < 0, INFINITE, cost))
            for way, sign in ((UP, 1), (DOWN, -1))
        ]
        first = np.flatnonzero(np.diff(base, prepend=-1))
        target = np.ix_(self.row_of[j][base[first]], into, stretch.levels)
        for place in range(places):
            for way, where, price in ways:
                reached = np.take(moves.table[place, way], where)
                reached += price
                best = reached.min(axis=2)  # over the offset left from
                best = np.minimum.reduceat(best, first, axis=0)  # over the counts of beats
                slot = value[..., place, way]
                slot[target] = np.minimum(slot[target], best)

    def settle(self, j: int) -> Value:
        """Arrival costs after the downbeat is settled: an odd bar before it, or none and its price."""
        lattice, value = self.lattice, self.value(j)
        if not lattice.targets[j].downbeat:
            return value
        settled = value + np.float32(lattice.no_downbeat[j])
        settled[..., :: lattice.beats_per_bar, :] = INFINITE
        for before, after, price in lattice.bar_lines(j):
            kept = settled[..., after, :]
            np.minimum(kept, value[..., before, :] + np.float32(price), out=kept)
        capped: Value = np.minimum(settled, INFINITE)
        return capped

    def _leave(self, j: int) -> Value:
        """Least cost of setting out from hit j at an entry level, the 3 % rule applied."""
        settled = self.settle(j)
        left = self._window(j, settled, 0)
        if self.may_rebase(j):
            self._rebase(j, settled, left)
        return left

    def may_rebase(self, j: int) -> bool:
        """Whether the base tempo may change at hit j: it starts a plot (and lies on its downbeat)."""
        return self.lattice.targets[j].plot >= 0 and len(self.rows[j]) > 1

    def jumps(self, j: int) -> list[tuple[int, float]]:
        """Level changes allowed between neighbours at hit j (exit − entry), and the price of each."""
        most = self.lattice.jump_levels
        price = float(self.lattice.step[j]) * 100 * LEVEL
        return [(jump, price * abs(jump)) for jump in range(-most, most + 1)]

    def way_prices(self, j: int, jump: int) -> list[tuple[int, int, float]]:
        """(way before, way after, price) of a jump at hit j; one level is too little to be a direction."""
        turn = float(self.lattice.turn[j])
        if abs(jump) <= 1:
            return [(UP, UP, 0.0), (DOWN, DOWN, 0.0)]
        after = UP if jump < 0 else DOWN
        return [(after, after, 0.0), (1 - after, after, turn)]

    def _window(self, j: int, settled: Value, shift: int) -> Value:
        """Minimum over exit levels within the jump of each entry level; `shift` moves the entry's zero."""
        levels = self.shape[1]
        left = np.full_like(settled, INFINITE)
        for jump, price in self.jumps(j):
            # entry level s (seen from the new base) comes from exit level s + shift + jump
            move = shift + jump
            to = slice(max(0, -move), min(levels, levels - move))
            if to.start >= to.stop:
                continue
            of = slice(to.start + move, to.stop + move)
            for before, after, more in self.way_prices(j, jump):
                kept = left[:, :, to, ..., after]
                np.minimum(kept, settled[:, :, of, ..., before] + np.float32(price + more), out=kept)
        return left

    def rebases(self) -> list[tuple[int, int, float]]:
        """Changes of base that a plot start allows: (steps of base, level shift, cost)."""
        most = int(np.log1p(MAX_BASE_CHANGE) / (2 * LEVEL))
        price = self.lattice.prices.base_change * 100 * LEVEL * 2
        return [(d, 2 * d, price * abs(d)) for d in range(-most, most + 1) if d]

    def _rebase(self, j: int, settled: Value, left: Value) -> None:
        """Let a departure on a downbeat come from an arrival at a neighbouring base."""
        downbeat = settled[..., :1, :]
        to_base = self.rows[j]
        for change, shift, cost in self.rebases():
            of_base = to_base - change
            exists = (of_base >= 0) & (of_base < self.row_of.shape[1])
            of_row = np.where(exists, self.row_of[j][np.where(exists, of_base, 0)], -1)
            to_row = np.flatnonzero(of_row >= 0)
            if not len(to_row):
                continue
            moved = self._window(j, downbeat[of_row[to_row]], shift)[..., 0, :] + np.float32(cost)
            left[to_row, ..., 0, :] = np.minimum(left[to_row, ..., 0, :], moved)

    def ending(self, j: int) -> Value:
        """Arrival costs plus what follows when hit j is the last stop: the free bend within one step."""
        lattice = self.lattice
        back = int(lattice.limits.free / LEVEL) + lattice.jump_levels
        value = self.settle(j).copy()
        value[:, :, np.abs(lattice.levels) > back] = INFINITE
        rest = self.skipped[self.count] - self.skipped[j + 1]
        prior = (lattice.prior_cost[-1] - lattice.prior_cost[j]).astype(np.float32)[self.rows[j]]
        value += prior[:, None, None, None, None] + np.float32(rest)
        return value
