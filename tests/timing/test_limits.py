"""No hard limit is ever broken, whatever the cue sheet."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.timing import solve
from tests.timing.rules import broken
from tests.timing.sheets import NTSC_24, NTSC_30, random_cuts, sheet


@st.composite
def sheets(draw: st.DrawFn) -> CueSheet:
    """Anything a cue sheet may hold: crowded, empty, contradictory, silent in places."""
    rate = draw(st.sampled_from([NTSC_24, Fraction(25), NTSC_30, Fraction(60), Fraction(12)]))
    gaps = draw(st.lists(st.sampled_from([1, 2, 5, 11, 20, 29, 40, 61, 97, 150, 333]), max_size=14))
    frames, at = [], draw(st.integers(0, 40))
    for gap in gaps:
        frames.append(at)
        at += gap
    weights = [draw(st.sampled_from([Weight.MUST, Weight.WANT, Weight.WANT, Weight.NICE])) for _ in frames]
    window = st.sampled_from(
        [(Fraction(-1), Fraction(2)), (Fraction(0), Fraction(0)), (Fraction(-1, 2), Fraction(1, 2)),
         (Fraction(-3), Fraction(0)), (Fraction(-1, 3), Fraction(5, 7))]
    )  # fmt: skip
    windows = [draw(window) for _ in frames]
    end = at + draw(st.integers(1, 100))
    starts = sorted(draw(st.sets(st.sampled_from(frames), max_size=3))) if frames else []
    starts = [f for f in starts if 0 < f < end]
    music = [draw(st.sampled_from([True, True, True, False])) for _ in range(len(starts) + 1)]
    energies = [draw(st.floats(0, 1)) for _ in music]
    return sheet(
        frames, rate=rate, end=end, weights=weights, windows=windows, plot_frames=starts,
        music=music, energies=energies, start=draw(st.sampled_from([0, 86_400, -50])),
    )  # fmt: skip


def settings_of(low: float, high: float, exact: bool, bar: int) -> Settings:
    return Settings(tempo=TempoSettings(min_bpm=low, max_bpm=high, exact=exact, beats_per_bar=bar))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    sheets(),
    st.sampled_from([(72.0, 88.0), (100.0, 116.0), (60.0, 75.0), (119.0, 121.0), (120.0, 120.0)]),
    st.booleans(),
    st.sampled_from([4, 4, 4, 3, 5, 2]),
)
def test_random_sheets(cues: CueSheet, span: tuple[float, float], exact: bool, bar: int) -> None:
    wish = settings_of(*span, exact, bar)
    assert broken(cues, wish, solve(cues, wish, Progress())) == []


@pytest.mark.parametrize("seed", range(4))
def test_films(seed: int) -> None:
    rate = [Fraction(24), NTSC_24, Fraction(25), Fraction(60)][seed]
    cuts = random_cuts(seed, 40, [2.0, 3.5, 6.0, 2.5][seed], rate)
    weights = [Weight.MUST if k % 8 == 7 else Weight.WANT for k in range(len(cuts))]
    cues = sheet(cuts, rate=rate, weights=weights, plot_frames=cuts[9::12])
    wish = settings_of(*[(72.0, 88.0), (100.0, 116.0), (132.0, 148.0), (60.0, 160.0)][seed], False, 4)
    form = solve(cues, wish, Progress())
    assert broken(cues, wish, form) == []
    assert form.largest_bend <= 0.08
