"""Every figure of the benchmark on a case worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bench.sync import grids, tables
from bench.sync.ceiling import Bends
from bench.sync.grids import Grid
from bench.sync.lists import CutList
from bench.sync.measure import (
    CONSTANT,
    FIXED,
    FREE,
    SECONDS,
    Figures,
    Hits,
    LeftMust,
    Score,
    constant,
    figures,
    hits_of_form,
    hits_of_grid,
    score,
    video2music,
)
from bench.sync.music import Music, music_of, tempo_changes
from bridge.schema.tempo import Bar, Form, HitResult, Metre, Rung, TempoEvent, TempoMap

FOUR, THREE = Metre(4, 4), Metre(3, 4)


def cut_list(
    kept: tuple[int, ...], edits: tuple[int, ...] = (), length: int = 240, **more: object
) -> CutList:
    told = {"musts": (), "plots": ((0, length, 0.5),), "mean_s": 2.0, "seed": 0} | more
    return CutList("x", "x", Fraction(24), length, edits or kept, kept, **told)  # type: ignore[arg-type]


def test_hits_in_each_window_and_by_chance() -> None:
    # 120 bpm from zero at 24 fps: a beat each 12 frames, a bar line each 48, over ten seconds.
    grid = grids.steady(120, 0, 10)
    # music − picture: 0 and a bar line; −1; +1; +2; −2; 0 for a cut that is not kept.
    cuts = cut_list((48, 73, 95, 118, 146), (48, 60, 73, 95, 118, 146))
    found = {window: score(grid, cuts, window) for window in ("±½", "±1", "−1/+2")}
    assert [found[w].beats for w in found] == [1, 3, 4]
    assert [found[w].bars for w in found] == [1, 2, 2]  # 96 is a bar line too; 72 and 120 are not
    assert [found[w].all_beats for w in found] == [2, 4, 5]
    assert [found[w].chance_beats for w in found] == pytest.approx([1 / 12, 2 / 12, 3 / 12])
    assert [found[w].chance_bars for w in found] == pytest.approx([1 / 48, 2 / 48, 3 / 48])


def test_a_grid_without_bars_is_not_judged_by_them() -> None:
    grid = Grid(np.array([0.0, 1.0, 2.0]), np.zeros(0), np.full(3, 60.0))
    assert score(grid, cut_list((24,)), "±½").bars is None


def test_chance_is_never_more_than_certain() -> None:
    assert score(grids.steady(160, 0, 10), cut_list((24,)), "−1/+2").chance_beats < 1
    quick = Grid(np.arange(0, 10, 0.05), np.zeros(0), np.full(200, 1200.0))
    assert score(quick, cut_list((24,)), "−1/+2").chance_beats == 1


def test_the_best_constant_tempo_takes_the_best_bar_line() -> None:
    # Beats each 15 frames from frame 7 (96 bpm); three of five cuts share a bar line, the second beat.
    kept = (7 + 15, 7 + 75, 7 + 90, 7 + 135, 7 + 180)
    grid = constant(cut_list(kept), "±½", Bends(95, 97))
    found = score(grid, cut_list(kept), "±½")
    assert (found.beats, found.bars) == (5, 3)


def test_video2music_has_a_chord_a_second_and_a_bar_of_two() -> None:
    grid = video2music(cut_list((24,)))
    assert grid.beats_s[:4] == pytest.approx([0, 1, 2, 3])
    assert grid.bars_s[:3] == pytest.approx([0, 2, 4])


def test_plot_starts_want_bar_lines_and_musts_half_a_frame() -> None:
    cuts = cut_list(
        (48, 61, 97, 120), musts=(48, 61, 120), plots=((0, 97, 0.5), (97, 120, 0.5), (120, 240, 0.5))
    )
    found = hits_of_grid(cuts, grids.steady(120, 0, 10))
    # Plots start at 97 (a bar line one frame early) and 120 (a beat, no bar line); 61 is a frame off.
    assert (found.plot_starts, found.plot_downbeats, found.musts, found.musts_met) == (2, 1, 3, 2)


def test_all_columns_are_there() -> None:
    cuts = cut_list((20, 50, 95, 130))
    found = figures(cuts, grids.steady(120, 0, 10), Bends(100, 140), "mine")
    assert len(found.scores) == 3 * 6
    assert found.scores["mine", "±1"] == found.scores[FIXED, "±1"]
    assert found.scores[SECONDS, "±1"].beats <= found.scores[FIXED, "±1"].beats
    assert found.scores[CONSTANT, "±1"].beats <= found.scores[FREE, "±1"].beats


def test_a_ramp_is_one_change_of_tempo() -> None:
    assert tempo_changes(np.array([100, 100, 101, 102, 103, 103, 102, 103])) == 3
    assert tempo_changes(np.array([100, 100.001, 100])) == 0  # whole microseconds
    assert tempo_changes(np.array([100, 101, 101, 102])) == 2  # it stood still between


def test_bends_steps_and_odd_bars() -> None:
    bpm = np.array([100, 102, 106, 100, 100.0])
    bars = (FOUR, FOUR, THREE, FOUR, THREE, *(FOUR,) * 6, THREE)
    music = music_of(Grid(np.arange(5.0), np.zeros(0), bpm, np.full(5, 100.0), bars), 4.5)
    assert music.mean_bend == pytest.approx((0 + 0.02 + 0.06 + 0 + 0) / 5)
    assert music.largest_bend == pytest.approx(0.06)
    assert music.wide_steps == 2  # 102 to 106 is 3.9 %, 106 to 100 is 6 %; 100 to 102 is 2 %
    assert music.largest_step == pytest.approx(0.06)
    assert (music.bars, music.odd_bars, music.most_odd_in_eight) == (12, 3, 2)
    assert music.direction_changes == 1
    assert music.bpm == pytest.approx(np.prod(bpm) ** 0.2)
    assert music.minutes == pytest.approx(0.075)


def test_bends_are_from_the_median_where_nobody_named_a_base() -> None:
    music = music_of(Grid(np.arange(3.0), np.zeros(0), np.array([90, 100, 120.0])), 10)
    assert music.largest_bend == pytest.approx(0.2)


def test_a_step_of_three_per_cent_is_within_the_rule() -> None:
    grid = Grid(np.arange(3.0), np.zeros(0), np.array([100, 103, 100.0]))
    assert music_of(grid, 10).wide_steps == 0


def test_no_beat_at_all() -> None:
    assert music_of(Grid(np.zeros(0), np.zeros(0), np.zeros(0)), 60).beats == 0


def made(beats: int, kept: int, bars: int | None = None, **more: object) -> Figures:
    music = Music(2.0, 100, 0.02, 0.05, 1, 0.031, 10, 10, 50, 4, 1, 100.0)
    told = Score(beats, bars, beats, 0.25, 0.0625)
    scores = {(c, w): told for c in ("mine", *tables.REFERENCES) for w in tables.WINDOWS}
    cuts = cut_list(tuple(range(24, 24 * kept + 24, 24)), length=24 * kept + 48)
    return Figures(cuts, scores, more.get("hits", Hits(2, 1, 4, 3)), music)  # type: ignore[arg-type]


def test_pooled_over_lists_with_the_ratio_estimator() -> None:
    # 3 of 4 and 1 of 4: a half; residuals 1 and −1, variance 2, over 2 lists 1, over 4 hits 0.25.
    assert tables.pooled([3, 1], [4, 4]) == pytest.approx((0.5, 0.25))
    # Every hit counts once: 1 of 2 and 8 of 8 are nine tenths; residuals ±0.8, √(1.28 / 2) over a mean of 5.
    assert tables.pooled([1, 8], [2, 8]) == pytest.approx((0.9, 0.16))
    assert tables.pooled([3], [4]) == (0.75, None)
    assert tables.pooled([], []) == (0.0, None)


def test_cells_have_an_error_only_over_lists_and_skill_beside() -> None:
    assert tables.sync_cell([made(3, 4)], "mine", "±½") == "75.0 · .67"  # (.75 − .25) / .75
    assert tables.sync_cell([made(3, 4), made(1, 4)], "mine", "±½") == "50.0 ±25.0 · .33"
    assert tables.sync_cell([made(0, 4)], "mine", "±½") == "0.0 · -.33"
    assert tables.sync_cell([made(4, 4)], "mine", "±½") == "100.0 · 1.00"
    assert tables.sync_cell([made(3, 4)], "mine", "±½", bars=True) == "–"
    assert tables.sync_cell([made(3, 4, bars=1)], "mine", "±½", bars=True) == "25.0 · .20"


def test_every_list_counts_once_in_a_mean_of_lists() -> None:
    # 100 % of four and 50 % of eight: 75 %, spread 25 √2, over √2 lists.
    assert tables.mean_of_lists([made(4, 4), made(4, 8)], "mine", "±1") == pytest.approx((0.75, 0.25))
    assert tables.mean_of_lists([made(4, 4)], "mine", "±1") == (1.0, None)


def test_the_tempo_table() -> None:
    row = tables.tempo_table([("all", [made(3, 4), made(1, 4)])])[-1]
    assert row == (
        "| all | 2.00 (5.0) | 2 (3.1) | 8.0 (8) | 1 | 5.0 (5.0) | 100.0 | 5.0 | 100 100 100 100 100 |"
    )


def test_the_table_of_hits() -> None:
    hits = Hits(2, 1, 4, 3, 4, 3, named=3, off_beat=1, left=1, not_hit=1)
    row = tables.hits_table([("one", [made(3, 4, hits=hits)])])[-1]
    assert row == "| one | 50.0 | 75.0 | 75.0 | 0.0 | 75.0 | 25.0 | 25.0 | 25.0 | 0.00 (0.0) |"


def test_plots_are_counted_in_bars_from_one_downbeat_to_the_next() -> None:
    plots = ((0, 48, 0.5), (48, 96, 0.5), (96, 144, 0.5), (144, 240, 0.5), (240, 300, 0.5))
    cuts = cut_list((48, 96, 144, 240), length=300, plots=plots)
    bars = np.arange(0.0, 13.0)  # a bar a second at 24 frames: plots of 2, 2 and 4 bars
    shown = hits_of_grid(cuts, Grid(bars, bars, np.full(13, 60.0)))
    assert (shown.plot_downbeats, shown.plots, shown.plots_even) == (4, 3, 3)
    late = np.delete(bars, 3)  # the first plot has one bar less
    shown = hits_of_grid(cuts, Grid(late, late, np.full(12, 60.0)))
    assert (shown.plots, shown.plots_even) == (3, 2)


def test_a_must_met_off_the_beat_is_listed_as_it_lowers_the_share() -> None:
    cuts = cut_list((48, 102, 131, 192), musts=(48, 102, 131, 192))
    cues = cuts.cue_sheet()
    bars = tuple(Bar(k, k * 3840, FOUR, cues.plots[0].id) for k in range(6))
    accent = HitResult("", True, 8160, 0.0, Rung.ACCENT, reason="an eighth after the beat")
    told = {102: accent, 131: HitResult("", False, None, 1.0, Rung.NONE, reason="too far to bend")}
    results = tuple(
        replace(told.get(hit.frame, HitResult("", True, hit.frame * 80, 0.0, Rung.TEMPO)), hit_id=hit.id)
        for hit in cues.hits
    )
    form = Form(TempoMap((TempoEvent(0, 500_000),)), bars, results, {cues.plots[0].id: 120.0}, 240 * 80)
    found = hits_of_form(cuts, cues, form)
    assert (found.musts, found.musts_met) == (4, 2)
    assert [(must.error_frames, must.reason) for must in found.left_musts] == [
        (pytest.approx(-6), "met by accent, an eighth after the beat"),
        (pytest.approx(1), "too far to bend"),
    ]


def test_musts_are_listed_with_what_forbids_them() -> None:
    assert tables.musts_left([("free", [made(3, 4)])]) == ["Every must has a beat within half a frame."]
    left = Hits(0, 0, 1, 0, left_musts=(LeftMust("a list", "hit-008", 0.75, "clashes with hit-007"),))
    lines = tables.musts_left([("free", [made(3, 4, hits=left)])])
    assert lines[-1] == "| free | a list | hit-008 | +0.75 | clashes with hit-007 |"
