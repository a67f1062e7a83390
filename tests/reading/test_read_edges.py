"""Which picture is seen, and where it changes."""

from __future__ import annotations

import pytest

from bridge.schema.timeline import EditKind
from tests.reading import otio_json as o
from tests.reading.conftest import Read, cuts, spans


def test_cuts_of_one_track(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 50), o.clip("b.mov", 30), o.clip("c.mov", 20)))
    assert cuts(timeline) == [50, 80]
    assert spans(timeline) == [(0, 50), (50, 80), (80, 100)]
    assert timeline.cue_frames == timeline.duration_frames == 100


def test_a_title_over_a_shot_is_no_cut(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    v2 = o.track(o.gap(20), o.title("Text+", 40), o.gap(40))
    assert cuts(read(v1, v2)) == [50]


def test_offline_media_over_a_shot_hides_it(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    for lost in (o.missing("B001.mov"), o.missing("", "/Volumes/x/B001.mov")):
        v2 = o.track(o.gap(20), o.clip("Insert", 40, 0, lost), o.gap(40))
        assert cuts(read(v1, v2)) == [20, 60]


@pytest.mark.parametrize("name", ["www.site.com", "Subtitle 1.srt"])
def test_a_title_with_a_dot_in_its_name_is_no_offline_media(read: Read, name: str) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    over = o.track(o.gap(20), o.clip(name, 40, 0, o.missing(name)), o.gap(40))
    assert cuts(read(v1, over)) == [50]
    proved = o.track(o.gap(20), o.clip(name, 40, 0, o.missing(name, "/Volumes/x/insert.bin")), o.gap(40))
    assert cuts(read(v1, proved)) == [20, 60]


def test_a_cut_under_an_opaque_clip_is_none_and_its_ends_are(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    v2 = o.track(o.gap(40), o.clip("c.mov", 20), o.gap(40))
    timeline = read(v1, v2)
    assert cuts(timeline) == [40, 60]
    assert [shot.name for shot in timeline.shots] == ["a.mov", "c.mov", "b.mov"]
    assert timeline.shots[2].start_frame == 60


def test_a_shot_seen_again_after_a_cover_goes_on_in_its_source(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 100))
    v2 = o.track(o.gap(40), o.clip("c.mov", 20), o.gap(40))
    assert spans(read(v1, v2)) == [(0, 40), (40, 60), (60, 100)]


def test_a_through_edit_is_no_cut_and_a_jump_is(read: Read) -> None:
    through = o.track(o.clip("a.mov", 50, 10), o.clip("a.mov", 30, 60), o.clip("b.mov", 30))
    assert cuts(read(through)) == [80]
    jump = o.track(o.clip("a.mov", 50, 10), o.clip("a.mov", 30, 61), o.clip("b.mov", 30))
    assert cuts(read(jump)) == [50, 80]


def test_a_change_of_speed_is_a_cut(read: Read) -> None:
    track = o.track(o.clip("a.mov", 50, 10), o.clip("a.mov", 30, 60, effects=[o.warp(2.0)]))
    assert cuts(read(track)) == [50]


def test_a_film_cut_up_at_its_own_cuts_keeps_them(read: Read) -> None:
    lengths = [40, 30, 50, 20, 60]
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    timeline = read(o.track(*(o.clip("film.mov", n, s) for n, s in zip(lengths, starts))))
    assert cuts(timeline) == [40, 70, 120, 140]
    assert any("taken for its cuts" in warning for warning in timeline.warnings)


def test_disabled_clips_and_tracks_show_nothing(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    off = o.track(o.gap(20), o.clip("c.mov", 40, enabled=False), o.gap(40))
    dark = o.track(o.clip("d.mov", 100), enabled=False)
    assert cuts(read(v1, off, dark)) == [50]


def test_an_adjustment_clip_is_ignored(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 100))
    v2 = o.track(o.gap(20), o.clip("Adjustment Clip", 40, 0, o.missing("Adjustment Clip.mov")), o.gap(40))
    assert cuts(read(v1, v2)) == []


@pytest.mark.parametrize(
    "effects",
    [
        [o.effect("Composite", o.parameter("opacity", 60.0))],
        [o.effect("Composite", o.parameter("compositeMode", 5.0))],
        [
            o.effect(
                "Transform", o.parameter("transformationZoomX", 0.4), o.parameter("transformationZoomY", 0.4)
            )
        ],
    ],
    ids=["half opaque", "blended", "picture in picture"],
)
def test_what_cannot_fill_the_frame_hides_nothing(read: Read, effects: list[o.Node]) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.clip("b.mov", 50))
    v2 = o.track(o.gap(20), o.clip("c.mov", 60, effects=effects))
    assert cuts(read(v1, v2)) == [50]


def test_a_zoomed_in_clip_hides_what_is_under_it(read: Read) -> None:
    zoom = [o.effect("Transform", o.parameter("transformationZoomX", 1.4))]
    v2 = o.track(o.gap(20), o.clip("c.mov", 60, effects=zoom))
    assert cuts(read(o.track(o.clip("a.mov", 100)), v2)) == [20, 80]


def test_logo_stills_lie_over_and_photographs_cover(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 100))
    logo = o.track(o.gap(20), o.clip("client_logo.png", 40), o.gap(40))
    photo = o.track(o.gap(20), o.clip("IMG_2231.jpg", 40), o.gap(40))
    assert cuts(read(v1, logo)) == []
    assert cuts(read(v1, photo)) == [20, 60]


def test_a_title_card_over_black_is_a_shot(read: Read) -> None:
    v1 = o.track(o.gap(48), o.clip("a.mov", 52))
    v2 = o.track(o.gap(10), o.title("Text+", 30), o.gap(60))
    timeline = read(v1, v2)
    assert spans(timeline) == [(10, 40), (48, 100)]
    assert cuts(timeline) == [10, 40, 48]


def test_black_in_the_middle_is_two_cuts(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 50), o.gap(20), o.clip("b.mov", 30)))
    assert cuts(timeline) == [50, 70]
    assert spans(timeline) == [(0, 50), (70, 100)]


def test_trailing_gaps_and_sound_do_not_lengthen_the_cue(read: Read) -> None:
    sound = o.track(o.clip("music.wav", 400), kind="Audio")
    timeline = read(o.track(o.clip("a.mov", 50), o.gap(200)), sound)
    assert timeline.cue_end_frame == 50
    assert timeline.duration_frames == 400
    assert any("sound runs on" in warning for warning in timeline.warnings)


def test_a_dissolve_is_a_span_with_a_middle(read: Read) -> None:
    timeline = read(
        o.track(o.clip("a.mov", 50), o.transition(10, 14, "Cross Dissolve"), o.clip("b.mov", 50, 30))
    )
    (point,) = timeline.edit_points
    assert (point.kind, point.start_frame, point.frame, point.end_frame) == (EditKind.TRANSITION, 40, 52, 64)
    assert point.style == "Cross Dissolve"
    assert spans(timeline) == [(0, 52), (52, 100)]


@pytest.mark.parametrize("before_after", [(0, 24), (24, 0), (0, 194)])
def test_transitions_may_be_lopsided(read: Read, before_after: tuple[int, int]) -> None:
    before, after = before_after
    timeline = read(o.track(o.clip("a.mov", 300), o.transition(before, after), o.clip("b.mov", 300)))
    (point,) = timeline.edit_points
    assert (point.start_frame, point.end_frame) == (300 - before, 300 + after)
    assert point.frame == (600 - before + after) // 2


def test_the_real_kind_of_a_transition_is_in_metadata(read: Read) -> None:
    track = o.track(
        o.clip("a.mov", 50), o.transition(5, 5, "Edge Wipe", name="Dissolve"), o.clip("b.mov", 50)
    )
    assert read(track).edit_points[0].style == "Edge Wipe"


def test_a_transition_under_another_clip_is_not_seen(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.transition(10, 10), o.clip("b.mov", 50))
    v2 = o.track(o.gap(30), o.clip("c.mov", 40), o.gap(30))
    points = read(v1, v2).edit_points
    assert [(point.frame, point.kind) for point in points] == [(30, EditKind.CUT), (70, EditKind.CUT)]


def test_a_hidden_transition_lends_nothing_to_a_cut_above_it(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 50), o.transition(10, 10), o.clip("b.mov", 50))
    v2 = o.track(o.clip("c.mov", 50), o.clip("d.mov", 50))
    (point,) = read(v1, v2).edit_points
    assert (point.frame, point.kind) == (50, EditKind.CUT)


def test_fades_at_the_ends_are_transitions(read: Read) -> None:
    track = o.track(o.transition(0, 24), o.clip("a.mov", 100), o.transition(36, 0, "Dip To Color Dissolve"))
    points = read(track).edit_points
    assert [(p.start_frame, p.frame, p.end_frame) for p in points] == [(0, 12, 24), (64, 82, 100)]
    assert all(point.kind is EditKind.TRANSITION for point in points)


def test_fader_handles_and_opacity_keys_are_fades(read: Read) -> None:
    faders = o.effect("Video Faders", o.parameter("videoFaderIn", 20))
    opacity = o.effect("Composite", o.parameter("opacity", 0, {0: 100.0, 70: 100.0, 100: 0.0}))
    points = read(o.track(o.clip("a.mov", 100, effects=[faders, opacity]))).edit_points
    assert [(p.start_frame, p.end_frame, p.style) for p in points] == [
        (0, 20, "Fade In"),
        (70, 100, "Fade Out"),
    ]


def test_a_switched_off_transition_is_a_cut(read: Read) -> None:
    off = {**o.transition(5, 5), "OTIO_SCHEMA": "Transition.2", "enabled": False}
    timeline = read(o.track(o.clip("a.mov", 50), off, o.clip("b.mov", 50)))
    assert [point.frame for point in timeline.edit_points] == [50]


def test_a_nested_timeline_shows_its_own_cuts(read: Read) -> None:
    inner = o.stack(
        o.track(o.clip("a.mov", 40), o.clip("b.mov", 40), o.clip("c.mov", 40)), source_range=o.span(20, 60)
    )
    timeline = read(o.track(o.clip("x.mov", 10), inner, o.clip("y.mov", 10)))
    assert cuts(timeline) == [10, 30, 70]  # b starts 20 in, 80 is inner's end at 70
    assert [shot.name for shot in timeline.shots] == ["x.mov", "a.mov", "b.mov", "y.mov"]


def test_a_retimed_nested_timeline_is_one_shot(read: Read) -> None:
    inner = o.stack(
        o.track(o.clip("a.mov", 40), o.clip("b.mov", 40)),
        source_range=o.span(0, 40),
        effects=[o.warp(2.0)],
        name="Compound 1",
    )
    timeline = read(o.track(o.clip("x.mov", 10), inner))
    assert cuts(timeline) == [10]
    assert any("Compound 1" in warning for warning in timeline.warnings)


def test_mixed_and_fractional_rates_add_up_in_timeline_frames(read: Read) -> None:
    # 100 frames at 30 are 80 at 24; Resolve writes 20.000000000000004.
    track = o.track(
        o.clip("a.mov", 24.000000000000004), o.clip("b.mov", 100, rate=30), o.clip("c.mov", 50, 91046.625)
    )
    timeline = read(track)
    assert timeline.rate == 24
    assert cuts(timeline) == [24, 104]
    assert timeline.cue_end_frame == 154


def test_thousands_of_cuts_add_up(read: Read) -> None:
    clips = [o.clip(f"c{index % 90}.mov", 3 + index % 4, index * 2) for index in range(2000)]
    timeline = read(o.track(*clips))
    expected = [0]
    for index in range(2000):
        expected.append(expected[-1] + 3 + index % 4)
    assert cuts(timeline) == expected[1:-1]
