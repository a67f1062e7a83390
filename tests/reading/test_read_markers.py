from __future__ import annotations

import pytest

from bridge.errors import TimelineError
from tests.reading import otio_json as o
from tests.reading.conftest import Read


def test_a_clip_marker_is_in_source_time_with_its_note_in_metadata(read: Read) -> None:
    marks = [
        o.marker(86412, 5, "hit", "must: door"),
        o.marker(86399, 1, "handle"),
        o.marker(86450, 1, "past"),
    ]
    track = o.track(
        o.clip("x.mov", 30), o.clip("a.mov", 50, 86400, o.external("a.mov", 86400), markers=marks)
    )
    timeline = read(track)
    (marker,) = timeline.markers
    assert (marker.frame, marker.duration_frames, marker.name, marker.note) == (42, 5, "hit", "must: door")
    assert marker.color == "GREEN"
    assert any("2 clip markers are left out" in warning for warning in timeline.warnings)


def test_resolve_counts_markers_of_a_retimed_clip_in_retimed_frames(read: Read) -> None:
    # As in a real export: 2x, source start 39, marker at 24 = the clip's fifth frame.
    timeline = read(o.track(o.clip("a.mov", 11, 39, effects=[o.warp(2.0)], markers=[o.marker(24)])))
    assert [marker.frame for marker in timeline.markers] == [4]


def test_other_programs_count_them_in_source_frames(read: Read) -> None:
    track = o.track(o.clip("a.mov", 20, 40, effects=[o.warp(2.0)], markers=[o.marker(60)]))
    document = o.timeline(track)
    for node in (document, track, track["children"][0]):
        node["metadata"] = {}
    assert [marker.frame for marker in read(document=document).markers] == [10]


def test_timeline_markers_from_zero_and_from_the_start_timecode(read: Read) -> None:
    track = o.track(o.clip("a.mov", 100))
    assert [m.frame for m in read(track, markers=[o.marker(30, 10)]).markers] == [30]
    assert [m.frame for m in read(track, markers=[o.marker(86430, 10)]).markers] == [30]


def test_track_and_gap_markers(read: Read) -> None:
    empty = o.gap(30)
    empty["markers"] = [o.marker(12, 1, "in black")]
    track = o.track(empty, o.clip("a.mov", 70), markers=[o.marker(40, 1, "on track")])
    timeline = read(track)
    assert [(m.frame, m.name) for m in timeline.markers] == [(12, "in black"), (40, "on track")]


def test_linked_sound_repeats_a_marker_only_once(read: Read) -> None:
    marks = [o.marker(5, 1, "a", "b")]
    picture = o.track(o.clip("a.mov", 50, markers=marks))
    sound = o.track(o.clip("a.mov", 50, markers=[*marks, o.marker(9, 1, "line")]), kind="Audio")
    assert [(m.frame, m.name) for m in read(picture, sound).markers] == [(5, "a"), (9, "line")]


def test_markers_of_hidden_clips_are_left_out(read: Read) -> None:
    v1 = o.track(o.clip("a.mov", 100, markers=[o.marker(30, 1, "hidden"), o.marker(70, 1, "seen")]))
    v2 = o.track(o.gap(20), o.clip("b.mov", 30), o.gap(50))
    timeline = read(v1, v2)
    assert [m.name for m in timeline.markers] == ["seen"]
    assert any("1 clip markers" in warning for warning in timeline.warnings)


def test_markers_of_titles_over_a_shot_stay(read: Read) -> None:
    card = o.title("Text+", 30)
    card["markers"] = [o.marker(3, 1, "name appears")]
    timeline = read(o.track(o.clip("a.mov", 100)), o.track(o.gap(20), card, o.gap(50)))
    assert [m.frame for m in timeline.markers] == [23]


def test_a_newer_markers_colour_gets_its_nearest_name(read: Read) -> None:
    newer = {**o.marker(5), "OTIO_SCHEMA": "Marker.3"}
    newer["color"] = {"OTIO_SCHEMA": "Color.1", "r": 0.1, "g": 0.2, "b": 0.9, "a": 1.0, "name": ""}
    timeline = read(o.track(o.clip("a.mov", 50, markers=[newer])))
    assert [(m.frame, m.color) for m in timeline.markers] == [(5, "BLUE")]
    assert any("Marker.3" in warning for warning in timeline.warnings)


def test_a_marker_that_lasts_past_the_cue_ends_with_it(read: Read) -> None:
    track = o.track(o.clip("a.mov", 100))
    timeline = read(track, markers=[o.marker(10, 200), o.marker(0, 30)], mark_in="20", mark_out="60")
    assert [(m.frame, m.duration_frames) for m in timeline.markers] == [(20, 10), (20, 40)]


def test_a_list_stands_in_the_place_of_the_timelines_own_markers_but_not_of_its_clips(read: Read) -> None:
    track = o.track(o.clip("a.mov", 100, markers=[o.marker(5, 1, "on the clip")]))
    text = '{"markers": [{"frame": 40, "note": "must"}, {"frame": 20, "duration": 9, "name": "tense"}]}'
    timeline = read(track, markers=[o.marker(30, 1, "own")], markers_text=text)
    found = [(m.frame, m.duration_frames, m.name, m.note) for m in timeline.markers]
    assert found == [(5, 1, "on the clip", ""), (20, 9, "tense", ""), (40, 1, "", "must")]
    assert read(track, markers=[o.marker(30)], markers_text='{"markers": []}').markers[0].frame == 5


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("frame 3", "not JSON"),
        ("[]", "no list"),
        ('{"markers": [3]}', "marker 1 is no object"),
        ('{"markers": [{"frame": 1}, {"frame": 1.5}]}', "marker 2 .* no whole number"),
        ('{"markers": [{"frame": 1, "note": 5}]}', "no text"),
    ],
)
def test_a_list_that_is_none_is_said(read: Read, text: str, what: str) -> None:
    with pytest.raises(TimelineError, match=what):
        read(o.track(o.clip("a.mov", 100)), markers_text=text)


def test_markers_that_resolves_script_made_direct_nothing(read: Read) -> None:
    marks = [o.marker(3, 1, "Score h001"), o.marker(9, 1, "Score p2: climax"), o.marker(12, 1, "Score sheet")]
    for mark in marks:
        mark["color"] = "MINT"
    timeline = read(o.track(o.clip("a.mov", 100)), markers=[*marks, o.marker(20, 1, "Score h001")])
    assert [(m.frame, m.name) for m in timeline.markers] == [(12, "Score sheet"), (20, "Score h001")]
