"""Another tempo where a plot begins: allowed, its own, and on the bar line."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form
from bridge.timing import solve
from tests.timing.rules import broken
from tests.timing.sheets import random_cuts, sheet


def film(seed: int) -> tuple[CueSheet, list[int]]:
    cuts = random_cuts(seed, 24, 3.0, Fraction(24))
    starts = [cuts[7], cuts[15]]
    weights = [Weight.MUST if frame in starts else Weight.WANT for frame in cuts]
    return sheet(cuts, plot_frames=starts, weights=weights, energies=[0.1, 0.95, 0.3]), starts


def changed(cues: CueSheet, **fields: object) -> CueSheet:
    return replace(cues, plots=(cues.plots[0], *(replace(p, **fields) for p in cues.plots[1:])))  # type: ignore[arg-type]


def solved(cues: CueSheet, wish: Settings | None = None) -> Form:
    wish = wish or Settings()
    form = solve(cues, wish, Progress())
    assert broken(cues, wish, form) == []
    return form


@pytest.mark.parametrize("seed", range(4))
def test_a_free_change_goes_further_than_an_ordinary_one_and_meets_the_boundary(seed: int) -> None:
    cues, starts = film(seed)
    tied, free = solved(cues), solved(changed(cues, tempo_change=True))

    def step(form: Form) -> float:
        return form.base_bpm["p1"] / form.base_bpm["p0"]

    assert step(tied) <= 1.081
    assert step(free) > 1.1
    for result, hit in zip(free.hits, cues.hits):
        if hit.frame in starts:
            assert result.met and result.on_downbeat and abs(result.error_frames) <= 0.5


def test_a_plot_has_the_tempo_that_it_was_given_and_only_that_plot() -> None:
    cues, _ = film(1)
    plots = (cues.plots[0], replace(cues.plots[1], tempo_bpm=150.0), cues.plots[2])
    form = solved(replace(cues, plots=plots), Settings(tempo=TempoSettings(target_bpm=90)))
    assert form.base_bpm == pytest.approx({"p0": 90, "p1": 150, "p2": 90})


def test_without_a_hit_at_the_boundary_the_plot_still_begins_a_bar() -> None:
    cues, starts = film(2)
    bare = replace(
        changed(cues, tempo_change=True), hits=tuple(h for h in cues.hits if h.frame not in starts)
    )
    form = solved(bare)
    firsts = {bar.plot_id: bar for bar in reversed(form.bars)}
    for plot in bare.plots[1:]:
        away_s = float(form.tempo_map.s_at_tick(firsts[plot.id].tick) - bare.cue_s(plot.start_frame))
        assert -1.01 < away_s < 0.6  # the last beat before it: at most one beat of 60 bpm away
        assert not firsts[plot.id].partial


def test_dotted_beats_count_as_beats() -> None:
    cues, _ = film(3)
    wish = Settings(tempo=TempoSettings(min_bpm=60, max_bpm=60, metre="6/8"))
    form = solved(cues, wish)
    (event,) = form.tempo_map.events
    assert event.us_per_quarter == 666_667  # 60 dotted quarters are 90 quarters a minute
    assert {str(bar.metre) for bar in form.bars if not bar.partial} == {"6/8"}
    assert {bar.beat_ticks for bar in form.bars} == {1440}
    met = [result for result in form.hits if result.met and result.rung.value == "tempo"]
    lines = {tick for bar in form.bars for tick in bar.beats()}
    assert met and all(result.tick in lines for result in met)


def test_one_tempo_starts_where_it_meets_the_most() -> None:
    # Cuts every second at 120 bpm, a fifth of a second late: only the start can put beats on them.
    frames = [29 + 24 * k for k in range(12)]
    cues = sheet(frames, windows=[(Fraction(-1, 2), Fraction(1, 2))] * 12)
    form = solved(cues, Settings(tempo=TempoSettings(min_bpm=120, max_bpm=120)))
    assert len(form.tempo_map.events) == 1
    assert all(result.met and abs(result.error_frames) < 0.15 for result in form.hits)


def test_without_bends_the_tempo_is_written_once() -> None:
    cues, _ = film(4)
    form = solved(cues, Settings(tempo=TempoSettings(max_bend=0.0)))
    assert len(form.tempo_map.events) == 1
    assert form.largest_bend == 0
    assert sum(result.met for result in form.hits) >= len(form.hits) / 2


def test_bars_belong_to_the_plots_whose_tempo_they_have() -> None:
    # A plot of one frame has no beat of its own: no bar may be measured by its tempo.
    cues = changed(sheet([0, 1], rate=Fraction(24_000, 1001), end=4, plot_frames=[1]), tempo_bpm=65.0)
    wish = Settings(tempo=TempoSettings(min_bpm=60, max_bpm=75))
    solved(cues, wish)
