"""The discretisation: what a stretch between two hits may be, as arrays. Exact rules, no search here.

A *stop* is a beat on a hit: (hit, offset inside its window, base tempo, exit tempo, place in the phrase).
- Offsets are whole multiples of a step just under half a frame, zero included.
- Base tempi are `min_bpm · e^(b·2·LEVEL)`, about 1 % apart. All are searched where a span has a dozen hits
  or fewer; elsewhere those that a relaxed pass ranks best for each plot (`sketch`), which is no bound.
- A *place* counts beats since the last bar line, and on from there through a phrase of two bars: a plot
  of an even number of bars divides into phrases of 2, 4 and 8, an odd one does not and is priced.
- Tempo levels are multiples of LEVEL (0.485 %) above or below the base.
- A *stretch* joins two stops by a whole number of beats, or by one eighth more where a bar of
  7/8, 5/8 or 3/8 (with four beats a bar) ends inside it. The length of its beats runs linearly from an
  entry tempo s to an exit tempo x, one step a beat; x lies on a level and s follows from the duration that
  is needed. A stretch with an eighth in it, or of one beat, keeps one tempo.
- A stretch starts at one of the `SOURCES` hits before it, the last two or those within ten seconds.
- The 3 % rule between neighbours is judged from the last stop's exit level to s rounded to a level,
  with a whole level to spare, so that it holds for the real numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bridge.timing.limits import Limits, Prices
from bridge.timing.targets import Target

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 0.00485
OFFSET_STEP_FRAMES = 0.499
MAX_OFFSETS_EARLY, MAX_OFFSETS_LATE = 4, 6
# Of all counts of beats that a long gap allows, only so many nearest the base are offered.
MAX_COUNTS = 3
SOURCES = 5
# Sixteen beats at 100 bpm: bends of 3 % either way reach every phase in that time.
REACH_S = 10.0
# Beyond this, bends alone nearly always do what an eighth more or less would.
HALF_REACH_S = 6.0
# Offsets need not be finer than this: at 48 frames a second and more, windows take every second step.
FINE_OFFSET_S = 0.012
INFINITE = np.float32(1e30)
# Phrases of 2, 4 and 8 bars are wanted: all of them are whole numbers of these.
PHRASE_BARS = 2


# The first partial bar is a whole number of these parts of a beat: finer ones cost more. Those of a dotted
# quarter are eighths, sixteenths and on from there.
PICKUP_PARTS = (1, 2, 4, 8, 32, 64)
DOTTED_PICKUP_PARTS = (1, 3, 6, 12, 48, 96)


@dataclass(frozen=True)
class Prior:
    """Where tempo is aimed: from `time_s` on, natural log of the wanted bpm, and cost a second."""

    times_s: tuple[float, ...]
    log_targets: tuple[float, ...]
    cost_a_second: float
    end_s: float


@dataclass(frozen=True)
class Stretches:
    """Stretches into one hit, by (base and beats, duration, exit level).

    `levels` are the indices of the exit levels allowed there; `enter` the index of the entry level (0
    where the stretch is illegal), `cost` what it costs (INFINITE there), `rise` the way its tempo runs.
    """

    levels: Ints
    enter: Ints
    cost: NDArray[np.float32]
    rise: NDArray[np.int8]


@dataclass
class Lattice:
    """One span's discretisation. Times are seconds from the span's first frame."""

    targets: tuple[Target, ...]
    start_s: float
    frame_s: float
    limits: Limits
    prices: Prices
    beats_per_bar: int
    log_bases: Floats
    prior: Prior
    sources: int = SOURCES
    half_reach_s: float = HALF_REACH_S
    pickup_parts: tuple[int, ...] = PICKUP_PARTS
    coarse: bool = False  # windows take every second offset, whole frames, as at high frame rates
    times: Floats = field(init=False)
    weights: Floats = field(init=False)
    offsets: Ints = field(init=False)  # all offsets in use, in steps
    offset_ok: NDArray[np.bool_] = field(init=False)  # (hits, offsets)
    levels: Ints = field(init=False)
    jump_levels: int = field(init=False)
    prior_cost: Floats = field(init=False)  # (hits + 1, bases): from the span's start to hit or end
    odd_bar: Floats = field(init=False)  # (hits,): price of an odd bar on the way from each, or up to it
    turn: Floats = field(init=False)  # (hits,): price of a change of direction at a hit or on the way from it
    step: Floats = field(init=False)  # (hits,): price of tempo change there or on the way to it, a per cent
    no_downbeat: Floats = field(init=False)  # (hits,)

    def __post_init__(self) -> None:
        count = len(self.targets)
        self.times = np.array([float(t.time_s) - self.start_s for t in self.targets])
        self.weights = np.array([t.weight * (self.prices.must if t.must else 1.0) for t in self.targets])
        step = OFFSET_STEP_FRAMES
        early = [int(np.ceil(float(t.early_frames) / step - 1e-9)) for t in self.targets]
        late = [int(np.floor(float(t.late_frames) / step + 1e-9)) for t in self.targets]
        low, high = [max(-MAX_OFFSETS_EARLY, e) for e in early], [min(MAX_OFFSETS_LATE, e) for e in late]
        first, last = (min(low), max(high)) if count else (0, 0)
        self.offsets = np.arange(first, last + 1)
        self.offset_ok = np.zeros((count, len(self.offsets)), dtype=bool)
        for row, (a, b) in enumerate(zip(low, high)):
            self.offset_ok[row, a - first : b - first + 1] = True
            if (self.coarse or self.step_s < FINE_OFFSET_S) and b - a >= 4:
                self.offset_ok[row, self.offsets % 2 != 0] = False
        # No beat before the cue's first frame.
        self.offset_ok &= self.times[:, None] + self.offsets * self.step_s >= -1e-9
        reach = self.limits.costed
        if self.limits.exact or any(t.must for t in self.targets):
            reach = self.limits.most
        top = int(reach / LEVEL)
        self.levels = np.arange(-top, top + 1)
        self.jump_levels = max(0, int((self.limits.step - LEVEL) / LEVEL + 1e-9))
        self.prior_cost = self._prior_costs()
        prices = self.prices
        dearness = prices.dearness(prices.turn_level, count)
        self.turn, self.step = prices.turn * dearness, prices.step * dearness
        self.odd_bar = prices.odd_bar * prices.dearness(prices.odd_level, count)
        # However dear odd bars are, a plot start's downbeat stays worth one.
        dear = np.where(self.odd_bar > prices.odd_bar, 1.5 * self.odd_bar, 0.0)
        self.no_downbeat = np.maximum(prices.no_downbeat, dear)

    @property
    def step_s(self) -> float:
        """Seconds of one offset step."""
        return OFFSET_STEP_FRAMES * self.frame_s

    @property
    def places(self) -> int:
        """Beats of a phrase, the unit in which plots are counted."""
        return PHRASE_BARS * self.beats_per_bar

    @property
    def top(self) -> int:
        """Index of level zero, which is also the number of levels above it."""
        return len(self.levels) // 2

    def mean_limit(self, j: int) -> float:
        """Largest bend that the mean of a stretch into hit j can have."""
        return (self.limits.free + self.limits.over(self.targets[j].must)) / 2

    def _prior_costs(self) -> Floats:
        marks = np.array([*self.times, self.prior.end_s])
        total = np.zeros((len(marks), len(self.log_bases)))
        edges = [*self.prior.times_s, max(self.prior.end_s, self.prior.times_s[-1])]
        for begin, end, aim in zip(edges, edges[1:], self.prior.log_targets):
            inside = np.clip(np.minimum(marks, end) - begin, 0.0, None)
            distance = (self.log_bases - aim) / self.prices.target_spread
            total += self.prior.cost_a_second * inside[:, None] * distance[None, :] ** 2
        return total

    def offset_cost(self) -> Floats:
        """Cost of each offset: late is better than early."""
        frames = self.offsets * OFFSET_STEP_FRAMES
        away = np.where(frames < 0, -frames * self.prices.early_frame, frames * self.prices.late_frame)
        return away + np.where(np.abs(frames) > 0.5 + 1e-9, self.prices.off_frame, 0.0)

    def bar_lines(self, j: int) -> list[tuple[int, int, float]]:
        """How hit j, which wants a downbeat, comes by one: (place before, place after, price).

        Beats left over make an odd bar: one of them lengthens the bar before, more are a bar of their own.
        A plot start begins a phrase, and pays where the plot before it had an odd number of bars.
        """
        bar, plot = self.beats_per_bar, self.targets[j].plot >= 0
        found = []
        for place in range(self.places):
            over = place % bar
            bars = (place // bar + (over > 1)) % PHRASE_BARS
            price = self.odd_bar[j] * (over > 0) + self.prices.odd_phrase * (plot and bars > 0)
            found.append((place, 0 if plot else bars * bar, price))
        return found

    def gaps(self, i: int, j: int) -> Floats:
        """Seconds between stops on i and j, by difference of offset index from −(O−1) to O−1."""
        spread = np.arange(-(len(self.offsets) - 1), len(self.offsets))
        gap: Floats = self.times[j] - self.times[i] + spread * self.step_s
        return gap

    def counts(self, i: int, j: int, half: bool) -> tuple[Ints, Ints]:
        """Fewest and most whole beats between hits i and j, by base; `half` adds an eighth to each."""
        gap = self.gaps(i, j)
        speed = np.exp(self.log_bases) / 60
        limit = self.mean_limit(j)
        extra = 0.5 if half else 0.0
        low = np.ceil(max(gap[0], 0.0) * speed * np.exp(-limit) - extra - 1e-9).astype(np.int64)
        high = np.floor(gap[-1] * speed * np.exp(limit) - extra + 1e-9).astype(np.int64)
        middle = np.rint((self.times[j] - self.times[i]) * speed - extra).astype(np.int64)
        low = np.maximum(np.maximum(low, middle - MAX_COUNTS // 2), 1)
        high = np.minimum(high, middle + MAX_COUNTS // 2)
        return low, high

    def sources_of(self, j: int) -> range:
        """Hits that a stretch into hit j may come from: the two before, and more within `REACH_S`."""
        first = max(0, j - self.sources)
        while first < j - 2 and self.times[j] - self.times[first] > REACH_S:
            first += 1
        return range(first, j)

    def halves(self, i: int, j: int) -> tuple[bool, ...]:
        """Whether a bar with an odd number of eighths is offered between i and j beside whole beats.

        Where more than `half_reach_s` lies between, only whole beats are.
        """
        return (False, True) if self.times[j] - self.times[i] <= self.half_reach_s else (False,)

    def stretch(self, j: int, gap_s: Floats, base: Ints, beats: Floats) -> Stretches:
        """Stretches into hit j: durations (D,), indices of base tempi (K,), beats (K,)."""
        limits, prices = self.limits, self.prices
        most = limits.over(self.targets[j].must)
        top = min(self.top, int(most / LEVEL))
        levels = np.arange(self.top - top, self.top + top + 1)
        log_base = self.log_bases[base][:, None, None]
        count = beats[:, None, None]
        period = np.maximum(gap_s[None, :, None], 1e-9) / (60.0 * count) * np.exp(log_base)
        leave = (self.levels[levels] * LEVEL)[None, None, :]
        # The mean length of a beat lies midway between the first's and the last's.
        enter = -np.log(np.maximum(2 * period - np.exp(-leave), 1e-3))
        change = np.abs(leave - enter)
        run = np.where(beats % 1 == 0, np.maximum(limits.step * (beats - 1), LEVEL), LEVEL)[:, None, None]
        bend_in, bend_out = np.abs(enter), np.abs(leave)
        largest = np.maximum(bend_in, bend_out)
        ramp = (count >= limits.ramp_beats) & (np.minimum(bend_in, bend_out) <= limits.free)
        low = limits.min_log_bpm - log_base - 1e-9
        high = limits.max_log_bpm - log_base + 1e-9
        legal = (largest <= limits.free) | (ramp & (largest <= most))
        legal &= (np.minimum(enter, leave) >= low) & (np.maximum(enter, leave) <= high) & (change <= run)
        even = change <= LEVEL  # written as one constant tempo, half a level from x at most
        slope = np.where(even, 0.0, leave - enter)
        cost = (
            prices.bend * count * (100 * np.log(period)) ** 2
            + self.step[j] * 100 * np.abs(slope)
            + prices.over_free * 100 * np.maximum(largest - limits.free, 0.0)
        )
        index = np.where(even, levels[None, None, :], np.rint(enter / LEVEL).astype(np.int64) + self.top)
        legal &= (index >= 0) & (index < len(self.levels))
        return Stretches(
            levels=levels,
            enter=np.where(legal, index, 0),
            cost=np.where(legal, cost, INFINITE).astype(np.float32),
            rise=np.sign(slope).astype(np.int8),
        )
