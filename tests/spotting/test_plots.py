from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label, Plot, ShiftKind, Speech
from bridge.schema.timeline import EditKind, EditPoint, Marker, Timeline
from bridge.spotting import spot
from bridge.spotting.boundaries import MAX_PLOT_S, MIN_PLOT_S, Partition, partition
from bridge.spotting.edges import Edge, find_edges
from bridge.spotting.rests import rests
from tests.spotting.films import picture, timeline


def _spot(source: Timeline, stretches=(), **settings) -> CueSheet:
    return spot(source, picture(source, stretches), Settings(**settings), Progress())


def _gradual(at_s: float, style: str, length_s: float = 1.0) -> EditPoint:
    half = round(length_s * 12)
    middle = round(at_s * 24)
    return EditPoint(middle, EditKind.TRANSITION, middle - half, middle + half, style)


def _starts_s(sheet: CueSheet) -> list[float]:
    return [float(sheet.cue_s(plot.start_frame)) for plot in sheet.plots[1:]]


# The picture turns slowly between 26 and 30 s, so that a boundary at either edit point costs about as much.
TURN = [(26, {"brightness": 0.6}), (30, {"brightness": 0.75})]


@pytest.mark.parametrize("style", ["Dip to Black", "fade in", "Dissolve", "Wipe", "SMPTE_Dissolve"])
def test_a_gradual_change_is_preferred_to_a_cut_that_says_as_much(style):
    cuts = timeline(56, [26, 30])
    assert _starts_s(_spot(cuts, TURN)) == [26]
    softened = timeline(56, [26], transitions=[_gradual(30, style)])
    assert _starts_s(_spot(softened, TURN)) == [30]


def test_a_fade_weighs_more_than_a_dissolve_and_a_cut_nothing():
    points = [_gradual(10, "Fade Out"), _gradual(20, "Cross Dissolve"), _gradual(30, "")]
    fade, dissolve, unnamed, cut = find_edges(timeline(50, [40], transitions=points), (), ())
    assert fade.favour > dissolve.favour == unnamed.favour > cut.favour == 0


def test_no_plot_begins_in_a_sentence_when_another_edit_point_is_near():
    source = timeline(56, [26, 30])
    assert _starts_s(_spot(source, TURN)) == [26]
    talk = Marker(24 * 24, 4 * 24, "dialogue")
    assert _starts_s(_spot(replace(source, markers=(talk,)), TURN)) == [30]


def test_speech_alone_moves_no_boundary_of_a_change_that_is_clear():
    source = timeline(60, [30], [Marker(28 * 24, 6 * 24, "dialogue")])
    assert _starts_s(_spot(source, [(30, {"brightness": 0.85, "motion": 0.15})])) == [30]


def test_the_end_of_what_is_said_and_a_marker_are_hints():
    talk = (Speech(5 * 24, 10 * 24), Speech(16 * 24, 20 * 24), Speech(21 * 24, 24 * 24))
    source = timeline(40, [8, 10.5, 13.2, 20.5, 30, 36], [Marker(30 * 24, 0, "grade this")])
    favours = {edge.frame / 24: edge.favour for edge in find_edges(source, talk, ())}
    assert favours[8] < -2  # in the middle of the first sentence
    assert favours[10.5] > 0  # just after it
    assert favours[20.5] == 0  # a breath, no pause
    assert favours[36] == 0
    assert favours[30] == 1


def test_edges_lie_within_the_cue_and_forced_ones_count_once():
    edges = find_edges(timeline(30, [0.5, 10], start_frame=240), (), (240, 480, 600, 960))
    assert [(edge.frame, edge.forced) for edge in edges] == [(252, False), (480, True), (600, True)]


def _cost(matrix: np.ndarray, starts: tuple[int, ...], favours: dict[int, float]) -> float:
    ends = [*starts[1:], len(matrix)]
    deviation = sum(((matrix[a:b] - matrix[a:b].mean(axis=0)) ** 2).sum() for a, b in zip(starts, ends))
    price = 0.5 * 6 * np.log(len(matrix) / 4) * 4
    return float(deviation + len(starts) * price - sum(4 * favours[start] for start in starts[1:]))


@pytest.mark.parametrize("seed", range(8))
def test_the_partition_is_the_best_of_all(seed):
    random = np.random.default_rng(seed)
    seconds = 60
    levels = np.repeat(random.normal(0, 1.5, (6, 4)), 10, axis=0)
    matrix = levels + random.normal(0, 0.4, (seconds, 4))
    at = sorted(random.choice(np.arange(4, 57), 9, replace=False).tolist())
    favours = dict(zip(at, random.uniform(-3, 3, 9)))
    source = timeline(seconds, at)
    edges = [Edge(second * 24, favours[second]) for second in at]
    found = partition(matrix, edges, source, Progress())
    allowed = [
        (0, *inner)
        for count in range(len(at) + 1)
        for inner in combinations(at, count)
        if all(b - a >= MIN_PLOT_S for a, b in zip((0, *inner), (*inner, seconds)))
    ]
    best = min(allowed, key=lambda starts: _cost(matrix, starts, favours))
    assert (0, *(frame // 24 for frame in found)) == best
    inner = [1 + at.index(start) for start in best[1:]]
    assert Partition(matrix, edges, source).cost(inner) == pytest.approx(_cost(matrix, best, favours))


def test_a_shot_longer_than_a_plot_may_be_is_parted_on_whole_seconds():
    sheet = _spot(timeline(200), [(90.5, {"brightness": 0.9})])
    assert all(start == int(start) for start in _starts_s(sheet))
    lengths = np.diff([0, *_starts_s(sheet), 200])
    assert lengths.max() <= MAX_PLOT_S + 1
    assert 90 in _starts_s(sheet) or 91 in _starts_s(sheet)


@pytest.mark.parametrize(
    ("change", "kind", "word"),
    [
        ({"motion": 0.2}, ShiftKind.PACING, "more movement"),
        ({"brightness": 0.85}, ShiftKind.TONE, "brighter"),
        ({"brightness": 0.1}, ShiftKind.TONE, "darker"),
    ],
    ids=["pacing", "lighter", "darker"],
)
def test_a_turn_is_named_for_what_changes_most(change, kind, word):
    sheet = _spot(timeline(60, [30]), [(30, change)])
    (turn,) = sheet.transitions
    assert (turn.frame, turn.kind) == (30 * 24, kind)
    assert word in turn.reason
    assert turn.reason.endswith("at a cut")
    assert turn.strength > 0.6


def test_other_hues_of_the_same_light_are_another_scene():
    source = timeline(60, [30])
    seen = picture(source)
    seen.chroma[:] = 0
    seen.chroma[:150, 3] = 1
    seen.chroma[150:, 40] = 1
    (turn,) = spot(source, seen, Settings(), Progress()).transitions
    assert (turn.kind, turn.reason) == (ShiftKind.SCENE, "the scene changes, at a cut")


def test_what_an_encoder_sees_parts_plots_that_look_alike():
    source = timeline(60, [12, 20, 30, 41, 50])
    rows = np.zeros((60, 8), np.float32)
    rows[:30, 0] = rows[30:, 1] = 1
    looked = replace(picture(source), semantic_s=np.arange(60, dtype=np.float32) + 0.3, semantic=rows)
    assert len(spot(source, picture(source), Settings(), Progress()).plots) == 1
    sheet = spot(source, looked, Settings(), Progress())
    assert _starts_s(sheet) == [30]
    assert {turn.frame: turn.kind for turn in sheet.transitions}[30 * 24] is ShiftKind.SCENE


def test_a_stronger_change_is_a_stronger_turn_and_no_change_is_none():
    def strength(brightness: float) -> float:
        (turn,) = _spot(timeline(60, [30]), [(30, {"brightness": brightness})]).transitions
        return turn.strength

    assert 0.6 < strength(0.75) < strength(0.95) <= 1
    assert _spot(timeline(60, [30])).transitions == ()


def test_a_fade_says_more_of_the_scene_than_a_cut_between_the_same_pictures():
    turns = []
    for source in (timeline(60, [30]), timeline(60, transitions=[_gradual(30, "Fade Out")])):
        seen = picture(source)
        seen.chroma[:150] = np.linspace(0, 2 / 64, 64)
        seen.chroma[150:] = np.linspace(2 / 64, 0, 64)
        turns += spot(source, seen, Settings(), Progress()).transitions
    cut, fade = turns
    assert cut.kind is fade.kind is ShiftKind.SCENE
    assert fade.strength > cut.strength
    assert fade.reason == "the scene changes, at a fade out"


def test_every_plot_but_the_first_begins_at_a_turn_and_strong_ones_are_listed_between():
    changes = [(20, {"brightness": 0.9}), (40, {"motion": 0.25, "brightness": 0.2})]
    marked = timeline(60, [20, 40, 50], [Marker(0, 58 * 24, "one long section")])
    free = _spot(timeline(60, [20, 40, 50]), changes)
    assert [t.frame for t in free.transitions] == [p.start_frame for p in free.plots[1:]] == [480, 960]
    sheet = _spot(marked, changes)
    assert {480, 960} <= {turn.frame for turn in sheet.transitions}
    assert {p.start_frame for p in sheet.plots[1:]} <= {turn.frame for turn in sheet.transitions}


def test_nothing_turns_at_the_very_ends_of_a_cue():
    changes = [(1, {"brightness": 0.9}), (59, {"brightness": 0.1})]
    assert _spot(timeline(60, [1, 59]), changes).transitions == ()


def test_labels_say_why():
    changes = [(20, {"motion": 0.05, "brightness": 0.6}), (40, {"motion": 0.25, "brightness": 0.2})]
    changes = [(0, {"motion": 0.01}), *changes, (60, {"motion": 0.01, "brightness": 0.5})]
    first, second, third, last = _spot(timeline(80, [20, 40, 60]), changes).plots
    assert "music begins" in first.reason
    assert "before the climax" in second.reason
    assert third.label is Label.CLIMAX
    assert "the strongest of 4" in third.reason
    assert "settles" in last.reason
    assert f"{third.energy:.2f}" in third.reason


def test_music_comes_back_as_the_talk_ends_and_says_so():
    markers = [Marker(20 * 24, 14 * 24, "dialogue, no music")]
    plots = _spot(timeline(60, [10, 50], markers)).plots
    silent = next(p for p in plots if not p.music)
    back = next(p for p in plots if p.start_frame == 34 * 24)
    assert "a marker asks for no music; it leaves as somebody speaks" in silent.entrance
    assert "as the talk ends" in back.entrance
    assert silent.reason == "no music"


def test_music_enters_with_the_picture_after_black():
    sheet = _spot(timeline(40, [6, 20]), [(0, {"brightness": 0.0}), (6, {"brightness": 0.6})])
    assert "music enters with the picture; the tone changes: brighter" in sheet.plots[1].entrance


def test_where_there_is_talk_music_is_needed_less():
    source = timeline(200, range(20, 200, 20))
    alike = [Plot(f"p{i}", 480 * i, 480 * i + 480, Label.DEVELOPMENT) for i in range(10)]
    assert all(plot.music for plot in rests(alike, source, (), (), ()))
    result = rests(alike, source, (), (), (Speech(102 * 24, 118 * 24),))
    (silent,) = [plot for plot in result if not plot.music]
    assert silent.id == "p5"
    assert "somebody speaks in 80 % of it" in silent.entrance


def test_music_does_not_stop_within_a_shot_while_an_edit_point_will_do():
    cuts = [*range(10, 300, 10), *range(420, 600, 10)]  # 120 s without a cut in between
    changes = [
        (t, {"brightness": 0.3 + 0.5 * (i % 2), "motion": 0.1 * (i % 3)})
        for i, t in enumerate(range(0, 600, 30))
    ]
    sheet = _spot(timeline(600, [float(c) for c in cuts]), changes)
    edits = {point.frame for point in timeline(600, [float(c) for c in cuts]).edit_points}
    silent = [plot for plot in sheet.plots if not plot.music]
    assert silent
    assert all({plot.start_frame, plot.end_frame} <= edits for plot in silent)
