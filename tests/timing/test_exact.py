"""The dynamic programme equals an enumeration of every path over the same small lattice."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bridge.config import TempoSettings
from bridge.schema.cues import Hit, HitKind, Weight
from bridge.timing.lattice import LEVEL, Lattice, Prior
from bridge.timing.limits import Limits, Prices
from bridge.timing.pickup import pickups
from bridge.timing.search import Search
from bridge.timing.targets import Target
from bridge.timing.trace import Stop, best_path

HALF = Fraction(1, 2)
NEVER = 1e9


def small(seed: int) -> Lattice:
    """Three or four hits, three offsets, five or seven levels, one to three bases, bars of 2, 3 or 4."""
    rng = np.random.default_rng(seed)
    count = 4 if seed % 10 == 0 else 3
    times = np.cumsum(rng.integers(8, 60, size=count))
    targets = []
    for k, frame in enumerate(times):
        must = bool(rng.random() < 0.3) and seed % 4 == 0
        plot = k if k and rng.random() < 0.3 else -1
        hit = Hit(f"h{k}", int(frame), Weight.MUST if must else Weight.WANT, HitKind.CUT)
        window = HALF if rng.random() < 0.8 else Fraction(0)
        weight = float(rng.choice([10, 50, 100]))
        targets.append(Target(hit, Fraction(int(frame), 24), -window, window, weight, must, plot >= 0, plot))
    wish = TempoSettings(free_bend=0.011, costed_bend=0.011, max_bend=0.016, ramp_min_beats=2)
    bases = math.log(rng.uniform(70, 130)) + 2 * LEVEL * np.arange(1 + seed % 3)
    end = float(times[-1]) / 24 + 1
    prices = replace(Prices(), no_downbeat=20.0, odd_bar=12.0) if seed % 2 else Prices()
    if seed % 3 == 0:  # dearer on the first hits than on the rest
        prices = replace(prices, odd_level=rng.uniform(0, 2), turn_level=rng.uniform(0, 3), turn=1.0)
    return Lattice(
        tuple(targets), 0.0, 1 / 24, Limits.of(wish), prices, 2 + seed // 3 % 3, bases,
        Prior((0.0, end / 2), (math.log(90), math.log(110)), 2.0, end),
    )  # fmt: skip


class Every:
    """Walks every path in scalar arithmetic from the stated rules; the first partial bar is the search's."""

    def __init__(self, lattice: Lattice) -> None:
        self.l = lattice
        self.count = len(lattice.targets)
        self.free = lattice.limits.free
        self.best = NEVER

    def prior(self, base: int, begin_s: float, end_s: float) -> float:
        total = 0.0
        edges = [*self.l.prior.times_s, self.l.prior.end_s]
        for a, b, aim in zip(edges, edges[1:], self.l.prior.log_targets):
            inside = max(0.0, min(b, end_s) - max(a, begin_s))
            far = (self.l.log_bases[base] - aim) / self.l.prices.target_spread
            total += self.l.prior.cost_a_second * inside * float(far) ** 2
        return total

    def skipped(self, begin: int, end: int) -> float:
        return sum(t.weight * (3 if t.must else 1) for t in self.l.targets[begin:end])

    def late(self, step: int) -> float:
        frames = step * 0.499
        return frames * self.l.prices.late_frame if frames > 0 else -frames * self.l.prices.early_frame

    def offsets(self, j: int) -> list[int]:
        t = self.l.targets[j]
        return [k for k in range(-2, 3) if float(t.early_frames) <= k * 0.499 <= float(t.late_frames)]

    def run(self) -> float:
        self.best = self.skipped(0, self.count)
        first = int(self.l.offsets[0])
        for j in range(self.count):
            table, _ = pickups(self.l, j)
            for base in range(len(self.l.log_bases)):
                for o in self.offsets(j):
                    for x, level in enumerate(self.l.levels):
                        for phi in range(2 * self.l.beats_per_bar):
                            start = float(table[base, o - first, x, phi])
                            if start < NEVER:
                                cost = start + self.skipped(0, j) + self.late(o)
                                cost += self.prior(base, 0.0, self.time(j))
                                for way in (1, -1):
                                    self.at(cost, j, base, o, int(level), phi, way)
        return self.best

    def time(self, j: int) -> float:
        return float(self.l.targets[j].time_s)

    def at(self, cost: float, j: int, base: int, o: int, x: int, phi: int, way: int) -> None:
        """A beat on hit j: settle the downbeat, then end here or go on."""
        prices = self.l.prices
        options = [(cost, phi)]
        if self.l.targets[j].downbeat:
            options = [(cost + more, to) for more, to in self.lines(j, phi)]
        for paid, place in options:
            if abs(x) * LEVEL <= self.free // LEVEL * LEVEL + self.l.jump_levels * LEVEL + 1e-9:
                rest = self.skipped(j + 1, self.count)
                self.best = min(self.best, paid + rest + self.prior(base, self.time(j), self.l.prior.end_s))
            for after in range(len(self.l.log_bases)):
                change = 0.0
                if after != base:
                    if (
                        self.l.targets[j].plot < 0
                        or place != 0
                        or 2 * abs(after - base) * LEVEL > math.log(1.08)
                    ):
                        continue
                    change = prices.base_change * 100 * LEVEL * 2 * abs(after - base)
                self.onward(paid + change, j, after, o, x - 2 * (after - base), place, way)

    def lines(self, j: int, phi: int) -> list[tuple[float, int]]:
        """(price, place after) of having or not having the bar line that hit j wants."""
        prices, bar, plot = self.l.prices, self.l.beats_per_bar, self.l.targets[j].plot >= 0
        bars, over = divmod(phi, bar)
        price = float(self.l.odd_bar[j]) if over else 0.0
        bars += over >= 2  # one beat left over is joined to the bar before it
        price += prices.odd_phrase if plot and bars % 2 else 0.0
        found = [(price, 0 if plot else bars % 2 * bar)]
        return found + ([(float(self.l.no_downbeat[j]), phi)] if over else [])

    def onward(self, cost: float, i: int, base: int, o: int, x: int, phi: int, way: int) -> None:
        for j in range(i + 1, self.count):
            for p in self.offsets(j):
                gap = self.time(j) - self.time(i) + (p - o) * 0.499 / 24
                about = 2 * gap * math.exp(float(self.l.log_bases[base])) / 60
                for eighths in range(max(2, int(0.96 * about)), int(1.04 * about) + 2):
                    if eighths % 2 and self.time(j) - self.time(i) > 6:
                        continue
                    self.through(cost, i, j, base, x, phi, way, p, gap, eighths / 2)

    def through(
        self, cost: float, i: int, j: int, base: int, x: int, phi: int, way: int, p: int, gap: float, n: float
    ) -> None:
        limits, prices = self.l.limits, self.l.prices
        mean = math.log(60 * n / gap) - float(self.l.log_bases[base])
        if abs(mean) > 0.03:
            return
        must = self.l.targets[j].must
        for level in self.l.levels:
            leave = float(level) * LEVEL
            enter = -math.log(2 * math.exp(-mean) - math.exp(-leave))
            run = abs(enter - leave)
            s = int(level) if run <= LEVEL else round(enter / LEVEL)
            if abs(s - x) > self.l.jump_levels or abs(s) > self.l.top:
                continue
            big, little = max(abs(enter), abs(leave)), min(abs(enter), abs(leave))
            ramp = n >= limits.ramp_beats and little <= self.free and big <= limits.over(must)
            if big > self.free and not ramp:
                continue
            if run > LEVEL and (n % 1 or run > limits.step * (n - 1)):
                continue
            price = prices.bend * n * (100 * mean) ** 2 + prices.over_free * 100 * max(0.0, big - self.free)
            price += float(self.l.step[j]) * 100 * (run if run > LEVEL else 0.0)
            price += float(self.l.step[i]) * 100 * LEVEL * abs(s - x)
            total = cost + price + self.skipped(i + 1, j) + self.late(p)
            total += self.prior(base, self.time(i), self.time(j))
            now = way
            if abs(s - x) >= 2 and (s > x) != (now > 0):
                now, total = -now, total + float(self.l.turn[i])
            if run > LEVEL and (leave > enter) != (now > 0):
                now, total = -now, total + float(self.l.turn[i])
            bar = self.l.beats_per_bar
            if n % 1 == 0:
                self.at(total, j, base, p, int(level), (phi + int(n)) % (2 * bar), now)
                continue
            for short in (bar - 0.5, bar - 1.5, bar - 2.5):
                if short < 1.5:
                    continue
                since = phi % bar
                line = short - since if since < short else bar - since + short
                if line <= n:
                    place = int(phi + n + bar - short) % (2 * bar)
                    self.at(total + float(self.l.odd_bar[i]), j, base, p, int(level), place, now)


@pytest.mark.parametrize("block", range(8))
def test_equals_enumeration(block: int) -> None:
    reached = 0
    for seed in range(block * 26, block * 26 + 26):
        lattice = small(seed)
        search = Search(lattice)
        search.run(lambda hit: None)
        stops, cost = best_path(search)
        expected = Every(lattice).run()
        assert min(cost, search.skipped[-1]) == pytest.approx(expected, abs=0.02), f"seed {seed}"
        reached += len(stops) >= 2
        if cost < search.skipped[-1]:
            assert value_of(lattice, stops) == pytest.approx(cost, abs=0.02), f"seed {seed}: traced path"
    assert reached >= 10  # most cases have something to decide


def value_of(lattice: Lattice, stops: list[Stop]) -> float:
    """Cost of a traced path, added up again from its parts."""
    prices, every = lattice.prices, Every(lattice)
    total, before, ways = 0.0, -1, []
    x = 0
    for k, stop in enumerate(stops):
        j = stop.hit
        step = round((stop.time_s - every.time(j)) * 24 / 0.499)
        total += every.skipped(before + 1, j) + every.late(step)
        total += every.prior(stop.base, every.time(before) if k else 0.0, every.time(j))
        if k == 0:
            table, _ = pickups(lattice, j)
            level = round(stop.leave / LEVEL) + lattice.top
            total += float(table[stop.base, step - int(lattice.offsets[0]), level, stop.place])
        else:
            run = abs(stop.leave - stop.enter)
            mean = math.log(2 / (math.exp(-stop.enter) + math.exp(-stop.leave)))
            big = max(abs(stop.enter), abs(stop.leave))
            total += prices.bend * stop.beats * (100 * mean) ** 2
            total += prices.over_free * 100 * max(0.0, big - lattice.limits.free)
            total += lattice.step[j] * 100 * (run if run > LEVEL else 0.0)
            s = round(stop.leave / LEVEL) if run <= LEVEL else round(stop.enter / LEVEL)
            total += lattice.step[before] * 100 * LEVEL * abs(s - x)
            ways += [(s - x, before)] if abs(s - x) >= 2 else []
            ways += [(stop.leave - stop.enter, before)] if run > LEVEL else []
            total += lattice.odd_bar[before] if stop.odd_bar else 0.0
        if lattice.targets[j].downbeat:
            line = stop.place % lattice.beats_per_bar == 0
            bought = [more for more, to in every.lines(j, stop.place) if to != stop.place or line]
            total += bought[0] if stop.downbeat else lattice.no_downbeat[j]
        moved = stop.base_after - stop.base
        total += prices.base_change * 100 * LEVEL * 2 * abs(moved)
        x = round(stop.leave / LEVEL) - 2 * moved
        before = j
    total += every.skipped(before + 1, every.count)
    total += sum(lattice.turn[at] for (a, _), (b, at) in zip(ways, ways[1:]) if (a > 0) != (b > 0))
    return total + every.prior(stops[-1].base, every.time(before), lattice.prior.end_s)
