"""The ceiling against answers by hand, against every path, and above all that it is the ceiling of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.sync.ceiling import BASE_STEP_BPM, OFFSET_STEP_FRAMES, Bends, Ceiling
from bench.sync.lists import CutList, simulated
from bench.sync.measure import (
    CONSTANT,
    FIXED,
    FREE,
    OURS,
    REFERENCES,
    SECONDS,
    WHOLE,
    WINDOWS,
    measure,
    score,
)
from bridge.config import Settings, TempoSettings

MS = 0.001
RATE = 1000.0  # windows of a few frames are then a few milliseconds


def met(times: list[float], bends: Bends, eighths: bool = False, **more: np.ndarray) -> int:
    return Ceiling(np.array(times), (-MS, MS), RATE, bends, eighths=eighths, **more).met


def test_a_tempo_that_may_not_move_meets_whole_beats_or_eighths() -> None:
    still = Bends(120, 120, 0.05, 0.05)  # the range holds the bend at nothing
    assert met([0.3, 0.8, 2.3], still) == 3
    assert met([0.3, 0.8, 1.55], still) == 2
    assert met([0.3, 0.8, 1.55], still, eighths=True) == 3  # 0.75 s is a beat and an eighth
    assert met([0.3, 0.55], still, eighths=True) == 1  # an eighth alone is no beat


def test_a_bend_reaches_as_far_as_it_says() -> None:
    # Gaps of four beats at 120 bpm, then one of four beats at 129.53.
    times = [1.0, 3.0, 5.0, 7.0, 7 + 2 / 1.08 + MS]
    sharp = (-MS / 10, MS / 10)
    must = np.array([False] * 4 + [True])

    def most(bend: float, musts: np.ndarray | None = None) -> int:
        bends = Bends(120, 130, bend, 0.08)
        return Ceiling(np.array(times), sharp, RATE, bends, musts, eighths=False).met

    assert (most(0.0), most(0.03), most(0.05)) == (4, 4, 5)  # 5 % either way of 124 bpm reaches both
    assert most(0.0, must) == 5


def test_a_new_base_at_a_plot() -> None:
    times = [1.0, 2.0, 3.0, 4.0, 4.75, 5.5, 6.25]  # 60 bpm, then 80
    bends = Bends(60, 80, 0.0, 0.0)
    starts = np.array([t == 4.0 for t in times])
    assert met(times, bends) < 7
    assert met(times, bends, plots=starts) == 7


def test_no_hits() -> None:
    empty = Ceiling(np.array([]), (-MS, MS), RATE, Bends(60, 160))
    assert (empty.met, empty.stops()) == (0, ())
    assert empty.grid(10.0).beats_s[0] == 0


class Every:
    """All paths over the same discretisation, by recursion and scalar arithmetic."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rate = 24.0
        self.hits = [float(t) for t in np.cumsum(rng.integers(14, 40, size=4)) / self.rate]
        slow = float(rng.integers(60, 120))
        self.bends = Bends(slow, slow + 2, float(rng.choice([0.0, 0.01, 0.03])), 0.05)
        self.window = (-0.5 / self.rate, 0.5 / self.rate)
        self.musts = rng.random(4) < 0.3
        self.plots = rng.random(4) < 0.3
        self.eighths = bool(seed % 2)
        step = OFFSET_STEP_FRAMES / self.rate
        self.offsets = [self.window[0] + k * step for k in range(5)]
        self.bases = [self.bends.min_bpm + k * BASE_STEP_BPM for k in range(5)]

    def fits(self, gap: float, base: float, must: bool) -> bool:
        bend = self.bends.into_must if must else self.bends.most
        low = max(base * (1 - bend), self.bends.min_bpm) / 60 * gap
        high = min(base * (1 + bend), self.bends.max_bpm) / 60 * gap
        extras = (0.0, 0.5) if self.eighths else (0.0,)
        return any(
            low - 1e-9 <= beats + extra <= high + 1e-9
            for extra in extras
            for beats in range(1, math.ceil(high) + 1)
        )

    def best(self) -> int:
        def onwards(hit: int, at: float, base: float) -> int:
            most = 0
            for later in range(hit + 1, len(self.hits)):
                for offset in self.offsets:
                    then = self.hits[later] + offset
                    bases = self.bases if self.plots[hit] else [base]
                    for new in bases:
                        if self.fits(then - at, new, bool(self.musts[later])):
                            most = max(most, 1 + onwards(later, then, new))
            return most

        return max(
            1 + onwards(hit, self.hits[hit] + offset, base)
            for hit in range(len(self.hits))
            for offset in self.offsets
            for base in self.bases
        )


@pytest.mark.parametrize("seed", range(8))
def test_it_equals_every_path(seed: int) -> None:
    every = Every(seed)
    found = Ceiling(
        np.array(every.hits), every.window, every.rate, every.bends, every.musts, every.plots, every.eighths
    )
    assert found.met == every.best()


@pytest.mark.parametrize("eighths", [False, True])
def test_its_grid_meets_what_it_says_within_its_bends(eighths: bool) -> None:
    cuts = next(cuts for cuts in simulated() if cuts.mean_s == 3.5)
    rate = float(cuts.rate)
    early, late = WINDOWS["−1/+2"]
    bends = Bends(72, 88)
    found = Ceiling(
        np.array(cuts.kept) / rate, (early / rate, late / rate), rate, bends,
        np.isin(cuts.kept, cuts.musts), np.isin(cuts.kept, cuts.plot_starts), eighths,
    )  # fmt: skip
    grid = found.grid(cuts.length_s)
    assert score(grid, cuts, "−1/+2").beats >= found.met
    assert np.all(np.diff(grid.beats_s) > 0)
    assert np.all(np.abs(grid.bpm / grid.base_bpm - 1) <= bends.into_must + 1e-6)
    assert np.all((grid.bpm >= 72 - 1e-6) & (grid.bpm <= 88 + 1e-6))
    whole = np.isclose(np.diff(grid.beats_s), 60 / grid.bpm[:-1], rtol=1e-6)
    assert whole.all() != eighths  # this list needs eighths at these tempi


def shortened(cuts: CutList, count: int) -> CutList:
    end = cuts.edits[count]
    return CutList(
        cuts.id, cuts.name, cuts.rate, end, cuts.edits[:count],
        tuple(f for f in cuts.kept if f < end), tuple(f for f in cuts.musts if f < end),
        tuple((a, min(b, end), energy) for a, b, energy in cuts.plots if a < end), cuts.mean_s, cuts.seed,
    )  # fmt: skip


@pytest.mark.parametrize("tempi", [(60.0, 160.0), (72.0, 88.0)])
def test_it_stands_above_every_other_column(tempi: tuple[float, float]) -> None:
    settings = Settings(tempo=TempoSettings(min_bpm=tempi[0], max_bpm=tempi[1]))
    short = [shortened(cuts, 24) for cuts in simulated() if cuts.seed == 0 and cuts.rate == 25]
    for figures in (measure(cuts, settings) for cuts in short):
        for window in WINDOWS:
            beats = {name: figures.scores[name, window].beats for name in (OURS, *REFERENCES)}
            assert beats[FREE] >= beats[OURS]
            assert beats[FREE] >= beats[WHOLE] >= beats[CONSTANT] >= 0
            assert beats[FIXED] >= beats[SECONDS]  # every second is a beat at 120 bpm
            if tempi[1] >= 120:
                assert beats[CONSTANT] >= beats[FIXED]
