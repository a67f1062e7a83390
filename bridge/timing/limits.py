"""What the solver may never do and what everything else costs: one place for every number it weighs.

Hard limits come from the settings (bends 3, 5 and 8 %, ramps of four beats) and from the design. Costs
are in the units of a hit's weight (must 100, want 50, nice 10) and are ours, tuned on `bench/sync`:
they only order solutions that the hard limits already allow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bridge.config import TempoSettings

# At most one bar in eight may be of another metre (design), unless a `must` asks for more.
ODD_SHARE = 1 / 8
# Fewer than four changes of tempo direction a minute (ours: no listening test is behind it).
TURNS_A_MINUTE = 3.99
# Neighbouring beats differ by at most 3 % (design): below the 3.5 to 5.5 % at which listeners notice a
# tempo change over a few beats.
MAX_STEP = 0.03
# The base of the next plot lies within so much of the last one's, unless nothing sounds between them.
MAX_BASE_CHANGE = 0.08
# Odd bars and turns are made dearer by levels of so much.
LEVEL_RISE = 1.25
# Prices that stand for bars and musts, not for the ease of the tempo.
_NO_EASE = ("must", "odd_bar", "odd_phrase", "no_downbeat", "target_spread", "odd_level", "turn_level")


@dataclass(frozen=True)
class Prices:
    """Costs in hit-weight units; a `want` hit is worth 50."""

    bend: float = 0.012  # a beat, times the square of the bend in per cent
    over_free: float = 3.0  # a stretch, for each per cent beyond the free bend
    step: float = 0.35  # for each per cent of tempo change, anywhere (total variation: prices see-saw)
    turn: float = 13.0  # each time the tempo's direction changes
    early_frame: float = 1.5  # late rather than early (design)
    late_frame: float = 0.75
    off_frame: float = 4.0  # once, for a hit more than half a frame off, however wide its window
    must: float = 3.0  # a skipped `must` counts so many times its weight: only hard limits should stop one
    odd_bar: float = 20.0
    odd_phrase: float = 25.0  # a plot of an odd number of bars: phrases of 2, 4 and 8 are wanted
    no_downbeat: float = 45.0  # a plot start on a beat that is not a bar line
    base_change: float = 0.6  # for each per cent of change at a plot start
    target: float = 0.0038  # share of the weights in reach, for each squared `target_spread` of distance
    target_spread: float = 0.15  # in natural log of tempo: 15 %
    pickup: float = 1.0  # for each finer subdivision that the first partial bar needs
    odd_level: float = 0.0  # how much dearer odd bars are: `dearness` says where
    turn_level: float = 0.0  # the same of turns, and of the steps that can add up to one

    def dearness(self, level: float, hits: int) -> NDArray[np.float64]:
        """Factors on a price, hit by hit: whole levels for all of them, the rest for so large a share.

        The price rises from the span's start on, so that what it buys off grows one by one and not, as
        with one price for all, by jumps.
        """
        whole, share = divmod(level, 1)
        return np.asarray(LEVEL_RISE ** (whole + (np.arange(hits) < share * hits)), dtype=np.float64)

    def loosened(self, factor: float) -> Prices:
        """The same with all costs but those of bars scaled: below 1, hits count for more."""
        scaled = {
            name: getattr(self, name) * factor for name in self.__dataclass_fields__ if name not in _NO_EASE
        }
        return replace(self, **scaled)


@dataclass(frozen=True)
class Limits:
    """Hard limits in natural logarithms of tempo ratios, with a sliver kept for rounding to integers."""

    free: float
    costed: float
    most: float
    step: float
    ramp_beats: int
    min_log_bpm: float
    max_log_bpm: float
    exact: bool

    @staticmethod
    def of(settings: TempoSettings) -> Limits:
        """From the settings: a bend of 3 % is ln 1.03 either way (the smaller of the two sides)."""
        sliver = 2e-4

        def log(share: float) -> float:
            return max(0.0, math.log1p(share) - sliver)

        return Limits(
            free=log(settings.free_bend),
            costed=log(settings.costed_bend),
            most=log(settings.max_bend),
            step=log(MAX_STEP),
            ramp_beats=settings.ramp_min_beats,
            min_log_bpm=math.log(settings.min_bpm),
            max_log_bpm=math.log(settings.max_bpm),
            exact=settings.exact,
        )

    @property
    def one_tempo(self) -> bool:
        """Whether the range leaves one tempo only: then nothing may bend, not even a silence."""
        return self.max_log_bpm - self.min_log_bpm < 1e-9

    @property
    def steady(self) -> bool:
        """Whether music keeps one tempo: written as one, without the microsecond that rounding would add."""
        return self.one_tempo or self.most <= 0

    def over(self, must: bool) -> float:
        """Largest bend that a ramp into such a hit may reach."""
        return self.most if must or self.exact else self.costed
