"""The dynamic programme: the cheapest path through a span's lattice, all hits at once.

`value[j][base, offset, exit level, φ]` is the least cost of any legal tempo map that has a beat on hit j
there, φ beats after a bar line. Costs are the weights of hits skipped so far plus musical costs, so the
least cost is the best objective. Hits are taken in time order; from each, stretches are pulled from up to
`sources` earlier hits, every pair of offsets, every count of beats. Nothing is pruned inside: the
result is the optimum over the lattice (tests compare it with an enumeration of every path).
What it does not see: a skipped hit that a beat meets by luck (the report counts it).
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from bridge.progress import Progress
from bridge.timing.lattice import INFINITE, LEVEL, Floats, Ints, Lattice
from bridge.timing.limits import MAX_BASE_CHANGE

Value = NDArray[np.float32]

# The first partial bar is a whole number of these parts of a quarter: finer ones cost more.
PICKUP_PARTS = (1, 2, 4, 8, 32, 64)
PICKUP_SOURCES = 6
# Beyond so many quarters before the first hit, eighths of a quarter already reach any tempo.
COARSE_PICKUP_BEATS = 6.0


def odd_lengths(beats_per_bar: int) -> tuple[float, ...]:
    """Bars with an odd number of eighths that may stand in for one bar: 7/8, 5/8, 3/8 in 4/4."""
    return tuple(beats_per_bar - 0.5 - k for k in range(3) if beats_per_bar - 0.5 - k >= 1.5)


def odd_bar_fits(phi: int, beats: float, length: float, beats_per_bar: int) -> bool:
    """Whether a bar of `length` can end inside a stretch of `beats` that starts φ beats into a bar."""
    to_its_end = length - phi if phi < length else beats_per_bar - phi + length
    return to_its_end <= beats + 1e-9


def pickups(lattice: Lattice, j: int) -> tuple[Value, Floats]:
    """Cost of reaching hit j first, from the span's start through a partial bar: (B, O, X, φ).
    With it the quarters that takes: (B, O, X).

    The bar's length in quarters is a whole number of parts; the tempo that makes it so must lie within
    half a level of the exit level, so that the next stretch may start from there.
    """
    bases, offsets = len(lattice.log_bases), len(lattice.offsets)
    cost = np.full((bases, offsets, len(lattice.levels)), INFINITE, dtype=np.float32)
    phis = lattice.beats_per_bar
    reach = np.full((bases, offsets, len(lattice.levels)), 0.0)
    free = int(lattice.limits.free / LEVEL)
    for o in np.flatnonzero(lattice.offset_ok[j]):
        gap = float(lattice.times[j] + lattice.offsets[o] * lattice.step_s)
        if gap <= 1e-9:
            speed = lattice.log_bases[:, None] + (lattice.levels * LEVEL)[None, :]
            slow, fast = lattice.limits.min_log_bpm - 1e-9, lattice.limits.max_log_bpm + 1e-9
            legal = (np.abs(lattice.levels)[None, :] <= free) & (speed >= slow) & (speed <= fast)
            cost[:, o] = np.where(legal, 0.0, INFINITE)
            continue
        exact = gap * np.exp(lattice.log_bases) / 60
        for rank, part in enumerate(PICKUP_PARTS):
            if part > 8 and exact[0] > COARSE_PICKUP_BEATS:
                break
            spread = max(1, int(np.ceil(exact[-1] * lattice.limits.free * part)))
            spread = min(spread, 24)
            units = np.rint(exact * part)[:, None] + np.arange(-spread, spread + 1)[None, :]
            quarters = units / part
            with np.errstate(divide="ignore", invalid="ignore"):
                bend = np.log(60 * np.maximum(quarters, 1e-9) / gap) - lattice.log_bases[:, None]
            absolute = bend + lattice.log_bases[:, None]
            legal = (units >= 1) & (np.abs(bend) <= lattice.limits.free)
            legal &= (absolute >= lattice.limits.min_log_bpm - 1e-9) & (
                absolute <= lattice.limits.max_log_bpm + 1e-9
            )
            level = np.clip(np.rint(bend / LEVEL), -free, free).astype(np.int64) + lattice.top
            legal &= np.abs(bend - (level - lattice.top) * LEVEL) <= LEVEL / 2 + 1e-9
            rows, columns = np.nonzero(legal)
            price = lattice.prices.pickup * rank + lattice.prices.bend * (
                quarters[rows, columns] * (100 * bend[rows, columns]) ** 2
            )
            where = (rows, np.full(len(rows), o), level[rows, columns])
            better = price < cost[where]
            # The last write wins where two counts share a level: sort so that the cheapest is last.
            order = np.argsort(-price[better], kind="stable")
            picked = tuple(axis[better][order] for axis in where)
            cost[picked] = price[better][order]
            reach[picked] = quarters[rows, columns][better][order]
    full = np.repeat(cost[..., None], phis, axis=3)
    for phi in range(1, phis):  # the partial bar ends at or after the cue's start
        full[..., phi] = np.where(reach >= phi - 1e-9, cost, INFINITE)
    return full, reach


class Search:
    """Fills the table for one span. Memory: one float32 array a hit, of the bases in use there.

    `active` (hits, bases) says which bases are searched at each hit; all of them when it is None.
    """

    def __init__(self, lattice: Lattice, active: NDArray[np.bool_] | None = None) -> None:
        self.lattice = lattice
        count = len(lattice.targets)
        self.active = np.ones((count, len(lattice.log_bases)), dtype=bool) if active is None else active
        self.shape = (
            len(lattice.log_bases), len(lattice.offsets), len(lattice.levels), lattice.beats_per_bar
        )  # fmt: skip
        self._rows: list[Value] = []
        self._left: OrderedDict[int, Value] = OrderedDict()
        self.skipped = np.concatenate([[0.0], np.cumsum(lattice.weights)])
        self.count = count

    def run(self, progress: Progress, done: int = 0, total: int = 1) -> None:
        """Fill the table.

        Raises:
            Cancelled: when asked to stop.
        """
        for j in range(self.count):
            progress.report("timing", done + j, total)
            self._rows.append(self.arrive(j)[self.active[j]])

    def value(self, j: int) -> Value:
        """Arrival costs of hit j: (B, O, X, φ)."""
        full = np.full(self.shape, INFINITE, dtype=np.float32)
        full[self.active[j]] = self._rows[j]
        return full

    def left(self, i: int) -> Value:
        """Departure costs of hit i, made once and kept for as long as neighbours ask for them."""
        found = self._left.get(i)
        if found is None:
            found = self._left[i] = self.leave(i)
            while len(self._left) > self.lattice.sources + 2:
                self._left.popitem(last=False)
        else:
            self._left.move_to_end(i)
        return found

    def first_source(self, j: int) -> int:
        """Earliest hit that a stretch into hit j may come from."""
        return max(0, j - self.lattice.sources)

    def arrive(self, j: int) -> Value:
        """Least cost of having a beat on hit j, by state."""
        lattice = self.lattice
        value = np.full(self.shape, INFINITE, dtype=np.float32)
        if j < PICKUP_SOURCES:
            start, _ = pickups(lattice, j)
            before = self.skipped[j] + lattice.prior_cost[j]
            start += before.astype(np.float32)[:, None, None, None]
            np.minimum(value, start, out=value)
        for i in range(self.first_source(j), j):
            for half in (False, True):
                self._pull(value, i, j, half)
        value += lattice.offset_cost().astype(np.float32)[None, :, None, None]
        value[:, ~lattice.offset_ok[j]] = INFINITE
        value[~self.active[j]] = INFINITE
        np.minimum(value, INFINITE, out=value)
        return value

    def edge_cost(self, i: int, j: int) -> Floats:
        """What a stretch from i to j costs whatever its shape: hits skipped, and the aim of the tempo."""
        prior = self.lattice.prior_cost
        cost: Floats = self.skipped[j] - self.skipped[i + 1] + prior[j] - prior[i]
        return cost

    def _pull(self, value: Value, i: int, j: int, half: bool) -> None:
        lattice = self.lattice
        low, high = lattice.counts(i, j, half)
        widest = int((high - low).max(initial=-1)) + 1
        into, out_of = np.flatnonzero(lattice.offset_ok[j]), np.flatnonzero(lattice.offset_ok[i])
        if widest <= 0 or not len(into) or not len(out_of):
            return
        pair = into[:, None] - out_of[None, :] + len(lattice.offsets) - 1
        gaps = lattice.gaps(i, j)
        extra, flat_cost = (0.5 if half else 0.0), self.edge_cost(i, j)
        _, offsets, levels, phis = self.shape
        live = self.left(i).min(axis=(1, 2, 3)) < INFINITE / 2
        rows = self.left(i).reshape(-1, phis)
        for rank in range(widest):
            base = np.flatnonzero((low + rank <= high) & self.active[j] & live)
            if not len(base):
                continue
            beats: Floats = (low[base] + rank + extra).astype(np.float64)
            enter, cost = lattice.stretch(j, gaps, base, beats)
            cost = cost + flat_cost[base].astype(np.float32)[:, None, None]
            index = enter[:, pair] + ((base[:, None] * offsets + out_of[None, :]) * levels)[:, None, :, None]
            reached = np.take(rows, index, axis=0)
            reached += cost[:, pair][..., None]
            best = reached.min(axis=2)  # over the offset left from
            self._enter(value, base, into, beats, best, half)

    def _enter(self, value: Value, base: Ints, into: Ints, beats: Floats, best: Value, half: bool) -> None:
        """Move φ on by each stretch's beats and keep the cheaper."""
        phis = self.shape[3]
        target = np.arange(phis)
        grid = np.ix_(base, into)
        if not half:
            source = (target[None, :] - beats.astype(np.int64)[:, None]) % phis
            moved = np.take_along_axis(best, source[:, None, None, :], axis=3)
            value[grid] = np.minimum(value[grid], moved)
            return
        kept = value[grid]
        for length in odd_lengths(phis):
            whole = np.rint(beats - length).astype(np.int64)
            source = (target[None, :] - whole[:, None]) % phis
            fits = np.array(
                [[odd_bar_fits(int(p), float(n), length, phis) for p in row] for row, n in zip(source, beats)]
            )
            moved = np.take_along_axis(best, source[:, None, None, :], axis=3)
            price = np.where(fits, self.lattice.prices.odd_bar, INFINITE).astype(np.float32)
            kept = np.minimum(kept, moved + price[:, None, None, :])
        value[grid] = kept

    def settle(self, j: int) -> Value:
        """Arrival costs after the downbeat is settled: an odd bar before it, or none and its price.

        A downbeat bought with an odd bar leaves at φ = 0.
        """
        lattice, value = self.lattice, self.value(j)
        if not lattice.targets[j].downbeat:
            return value
        settled = value + np.float32(lattice.prices.no_downbeat)
        bought = value + (lattice.odd_bars() * lattice.prices.odd_bar).astype(np.float32)
        settled[..., 0] = bought.min(axis=3)
        capped: Value = np.minimum(settled, INFINITE)
        return capped

    def leave(self, j: int) -> Value:
        """Least cost of setting out from hit j at an entry level: (B, O, S, φ), the 3 % rule applied."""
        settled = self.settle(j)
        left = self._window(settled, 0)
        if self.may_rebase(j):
            self._rebase(settled, left)
        return left

    def may_rebase(self, j: int) -> bool:
        """Whether the base tempo may change at hit j: it starts a plot (and lies on its downbeat)."""
        return self.lattice.targets[j].plot >= 0 and len(self.lattice.log_bases) > 1

    def _window(self, settled: Value, shift: int) -> Value:
        """Minimum over exit levels within the jump of each entry level; `shift` moves the entry's zero."""
        lattice = self.lattice
        levels = self.shape[2]
        left = np.full_like(settled, INFINITE)
        for jump in range(-lattice.jump_levels, lattice.jump_levels + 1):
            # entry level s (seen from the new base) comes from exit level s + shift + jump
            move = shift + jump
            to = slice(max(0, -move), min(levels, levels - move))
            if to.start >= to.stop:
                continue
            of = slice(to.start + move, to.stop + move)
            price = np.float32(lattice.prices.step * 100 * LEVEL * abs(jump))
            np.minimum(left[:, :, to], settled[:, :, of] + price, out=left[:, :, to])
        return left

    def rebases(self) -> list[tuple[int, int, float]]:
        """Changes of base that a plot start allows: (steps of base, level shift, cost)."""
        steps = self.lattice.base_level()
        if len(steps) < 2:
            return []
        unit = int(steps[1] - steps[0])
        most = int(np.log1p(MAX_BASE_CHANGE) / (unit * LEVEL))
        price = self.lattice.prices.base_change * 100 * LEVEL * unit
        return [(d, d * unit, price * abs(d)) for d in range(-most, most + 1) if d]

    def _rebase(self, settled: Value, left: Value) -> None:
        bases = self.shape[0]
        downbeat = settled[..., :1]
        for change, shift, cost in self.rebases():
            moved = self._window(downbeat, shift)[..., 0] + np.float32(cost)
            to = slice(max(0, change), min(bases, bases + change))
            if to.start >= to.stop:
                continue
            of = slice(to.start - change, to.stop - change)
            np.minimum(left[to][..., 0], moved[of], out=left[to][..., 0])

    def endings(self) -> Floats:
        """(hits,) least total cost of a path whose last stop is each hit; INFINITE where there is none."""
        total = np.full(self.count, float(INFINITE))
        for j in range(self.count):
            total[j] = min(float(INFINITE), float(self._ending(j).min()))
        return total

    def _ending(self, j: int) -> Value:
        """Arrival costs plus what follows when hit j is the last stop: the free bend within one step."""
        lattice = self.lattice
        back = int(lattice.limits.free / LEVEL) + lattice.jump_levels
        value = self.settle(j).copy()
        value[:, :, np.abs(lattice.levels) > back] = INFINITE
        rest = self.skipped[self.count] - self.skipped[j + 1]
        prior = (lattice.prior_cost[-1] - lattice.prior_cost[j]).astype(np.float32)
        value += prior[:, None, None, None] + np.float32(rest)
        return value
