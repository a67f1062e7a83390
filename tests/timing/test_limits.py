"""No hard limit is ever broken, whatever the cue sheet."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.config import HitSettings, Settings, TempoSettings
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


@st.composite
def wishes(draw: st.DrawFn) -> Settings:
    """Controls that a user may set: range, base tempo, largest bend, metre, window, exact mode."""
    span = draw(
        st.sampled_from(
            [(72.0, 88.0), (100.0, 116.0), (60.0, 75.0), (119.0, 121.0), (120.0, 120.0), (97.3, 97.3)]
        )
        | st.tuples(st.floats(40, 90), st.floats(91, 220))
    )
    tempo = TempoSettings(
        min_bpm=span[0],
        max_bpm=span[1],
        target_bpm=draw(st.none() | st.none() | st.floats(*span)),
        max_bend=draw(st.sampled_from([0.08, 0.08, 0.05, 0.03, 0.012, 0.0])),
        exact=draw(st.booleans()),
        metre=draw(st.sampled_from(["4/4", "4/4", "3/4", "5/4", "2/4", "6/8", "12/8", "9/8"])),
    )
    half = Fraction(1, 2)
    window = draw(st.sampled_from([(Fraction(-1), Fraction(2)), (-half, half), (Fraction(0), Fraction(0))]))
    return Settings(tempo=tempo, hits=HitSettings(window_frames=window))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(sheets(), wishes())
def test_random_sheets(cues: CueSheet, wish: Settings) -> None:
    assert broken(cues, wish, solve(cues, wish, Progress())) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(sheets(), wishes(), st.data())
def test_tempi_that_change_with_the_plots(cues: CueSheet, wish: Settings, data: st.DataObject) -> None:
    own = st.none() | st.none() | st.floats(wish.tempo.min_bpm, wish.tempo.max_bpm)
    plots = tuple(
        replace(plot, tempo_change=data.draw(st.booleans()), tempo_bpm=data.draw(own)) for plot in cues.plots
    )
    changed = replace(cues, plots=plots)
    assert broken(changed, wish, solve(changed, wish, Progress())) == []


@pytest.mark.parametrize("seed", range(4))
def test_films(seed: int) -> None:
    rate = [Fraction(24), NTSC_24, Fraction(25), Fraction(60)][seed]
    cuts = random_cuts(seed, 40, [2.0, 3.5, 6.0, 2.5][seed], rate)
    weights = [Weight.MUST if k % 8 == 7 else Weight.WANT for k in range(len(cuts))]
    cues = sheet(cuts, rate=rate, weights=weights, plot_frames=cuts[9::12])
    low, high = [(72.0, 88.0), (100.0, 116.0), (132.0, 148.0), (60.0, 160.0)][seed]
    wish = Settings(tempo=TempoSettings(min_bpm=low, max_bpm=high))
    form = solve(cues, wish, Progress())
    assert broken(cues, wish, form) == []
    assert form.largest_bend <= 0.08
