"""`--markers` with the list that Resolve writes as "Timeline Markers to EDL"."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.errors import TimelineError
from bridge.reading.marker_edl import entries, marks
from bridge.reading.marker_list import check_markers
from tests.reading import otio_json as o
from tests.reading.conftest import Read

SAMPLE = Path(__file__).parents[3] / "shared/samples/otio/11_resolve_timeline_markers_30fps.edl"
NTSC_30 = Fraction(30_000, 1001)


def edl(*events: tuple[str, str], head: str = "FCM: NON-DROP FRAME") -> str:
    lines = ["TITLE: Timeline 1", head, ""]
    for number, (timecode, words) in enumerate(events, start=1):
        lines += [f"{number:03d}  001      V     C        " + " ".join([timecode] * 4) + "  ", words, ""]
    return "\r\n".join(lines)


def test_the_sample_that_resolve_wrote() -> None:
    if not SAMPLE.exists():
        pytest.skip("no ../shared/samples here")
    found = marks(SAMPLE.read_text(encoding="utf-8"), Fraction(30), 108_000)
    assert [(int(m.start), int(m.length), m.name, m.color) for m in found[:3]] == [
        (36 * 30 + 25, 1, "Marker 1", "Blue"),
        (39 * 30 + 27, 1, "Marker 2", "Blue"),
        (43 * 30 + 29, 1, "Marker 3", "Blue"),
    ]
    assert len(found) == SAMPLE.read_text(encoding="utf-8").count("|M:")


def test_markers_stand_on_the_timeline_in_the_place_of_its_own(read: Read) -> None:
    text = edl(
        ("01:00:00:10", " |C:ResolveColorRed |M:must |D:1"),
        ("01:00:01:00", " hold it | here |C:ResolveColorLemon |M:tense | quiet |D:50"),
    )
    track = o.track(o.clip("a.mov", 100))
    timeline = read(track, markers=[o.marker(30, 1, "own")], markers_text=text)
    assert [(m.frame, m.duration_frames, m.name, m.note, m.color) for m in timeline.markers] == [
        (10, 1, "must", "", "Red"),
        (24, 50, "tense | quiet", "hold it | here", "Lemon"),
    ]


@pytest.mark.parametrize(("mark", "head"), [(";", "FCM: NON-DROP FRAME"), (":", "FCM: DROP FRAME")])
def test_drop_frame_is_counted_whether_mark_or_head_says_it(mark: str, head: str) -> None:
    text = edl((f"01:01:00{mark}02", " |C:ResolveColorRed |M:a |D:1"), head=head)
    (found,) = marks(text, NTSC_30, 107_892)
    assert found.start == 1800


def test_a_note_of_several_lines_is_one() -> None:
    text = edl(("00:00:01:00", "* first\n second |C:ResolveColorRed |M:x |D:1"))
    (found,) = entries(text)
    assert (found.note, found.name) == ("first second", "x")


def test_markers_of_an_earlier_score_direct_nothing() -> None:
    text = edl(
        ("00:00:01:00", " |C:ResolveColorMint |M:Score p2: climax, h003: cut |D:40"),
        ("00:00:02:00", " |C:ResolveColorMint |M:my own mint |D:1"),
    )
    assert [mark.name for mark in marks(text, Fraction(24), 0)] == ["my own mint"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (edl(("00:00:01:00", "* FROM CLIP NAME: a.mov")), r"line 4, the event at 00:00:01:00 is no marker"),
        (edl(("00:00:01:00", " |C:ResolveColorRed |M:x")), r"line 5, at 00:00:01:00: .* is no marker of Res"),
        ("no list at all", "not JSON"),
    ],
)
def test_a_faulty_list_is_said_with_line_and_timecode(text: str, what: str) -> None:
    with pytest.raises(TimelineError, match=what):
        check_markers(text)


def test_a_timecode_that_the_rate_does_not_have_is_said() -> None:
    with pytest.raises(TimelineError, match="line 5: timecode 00:00:01:29 does not exist at 24"):
        marks(edl(("00:00:01:29", " |C:ResolveColorRed |M:x |D:1")), Fraction(24), 0)


def test_a_list_of_another_timeline_is_said(read: Read) -> None:
    text = edl(("02:00:01:00", " |C:ResolveColorRed |M:x |D:1"))
    with pytest.raises(TimelineError, match=r"none of its 1 markers .* from 01:00:00:00 .* at 02:00:01:00"):
        read(o.track(o.clip("a.mov", 100)), markers_text=text)


def test_markers_of_an_earlier_score_are_no_directions_in_json_either(read: Read) -> None:
    """Resolve keeps no hidden words of a list that was imported: colour and name tell whose they are."""
    ours = {"frame": 0, "duration": 90, "name": "Score p1: climax", "color": "Mint"}
    theirs = [{**ours, "frame": 20, "color": "Red"}, {**ours, "frame": 30, "name": "Scored"}]
    timeline = read(o.track(o.clip("a.mov", 100)), markers_text=json.dumps({"markers": [ours, *theirs]}))
    assert [(m.frame, m.name) for m in timeline.markers] == [(20, "Score p1: climax"), (30, "Scored")]
