"""CMX 3600 lists and FCP 7 XML."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.errors import TimelineError
from bridge.schema.timeline import EditKind
from tests.reading.conftest import Read, cuts, spans

HEAD = "TITLE: Reel One\nFCM: NON-DROP FRAME\n\n"


def edl(*events: str) -> str:
    return HEAD + "\n".join(events) + "\n"


CUTS = edl(
    "001  A001     V     C        00:00:10:00 00:00:12:00 01:00:00:00 01:00:02:00",
    "* FROM CLIP NAME: A001.mov",
    "002  A002     V     C        00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00",
    "* FROM CLIP NAME: A002.mov",
)


def test_an_edl_starts_at_its_record_timecode(read: Read) -> None:
    timeline = read(text=CUTS, name="a.edl", fps="25")
    assert timeline.start_timecode_frames == 90000
    assert (timeline.name, timeline.rate, cuts(timeline), timeline.cue_frames) == ("Reel One", 25, [50], 75)
    assert [shot.name for shot in timeline.shots] == ["A001.mov", "A002.mov"]


def test_an_edl_needs_its_rate(read: Read) -> None:
    with pytest.raises(TimelineError, match="--fps 25") as caught:
        read(text=CUTS, name="a.edl")
    assert caught.value.exit_code == 2


def test_a_wrong_rate_is_named(read: Read) -> None:
    late = edl("001  A001  V  C  00:00:10:00 00:00:10:29 01:00:00:00 01:00:00:29")
    with pytest.raises(TimelineError, match=r"event 001.*--fps"):
        read(text=late, name="a.edl", fps="24")
    with pytest.raises(TimelineError, match="not defined at 72"):
        read(text=CUTS, name="a.edl", fps="72")


def test_drop_frame_lists_written_with_colons(read: Read) -> None:
    text = (
        CUTS.replace("NON-DROP", "DROP")
        .replace("01:00:02:00", "01:01:00:02")
        .replace("01:00:03:00", "01:01:01:02")
    )
    text = text.replace("00:00:12:00", "00:01:10:02").replace("00:00:10:00", "00:00:10:00")
    timeline = read(text=text, name="a.edl", fps="29.97")
    assert timeline.drop_frame
    assert timeline.start_timecode_frames == 107892
    assert cuts(timeline) == [1800]  # a minute less two dropped labels, plus two frames
    assert timeline.cue_frames == 1830


def test_speeds_and_freezes(read: Read, tmp_path: Path) -> None:
    (tmp_path / "fast.mov").touch()
    (tmp_path / "still.mov").touch()
    text = edl(
        "001  FAST     V     C        00:00:01:00 00:00:03:00 01:00:00:00 01:00:01:00",
        "M2   FAST       048.0                00:00:01:00",
        "* FROM CLIP NAME: fast.mov",
        "002  STILL    V     C        00:00:05:00 00:00:05:01 01:00:01:00 01:00:03:00",
        "M2   STILL      000.0                00:00:05:00",
        "* FROM CLIP NAME: still.mov",
        "* * FREEZE FRAME",
    )
    fast, still = read(text=text, name="a.edl", fps="24").shots
    assert fast.media is not None and still.media is not None
    assert [(k.offset_s, k.media_s) for k in fast.media.knots] == [(0, 1), (1, 3)]
    assert [(k.offset_s, k.media_s) for k in still.media.knots] == [(0, 5), (2, 5)]


def test_a_length_mismatch_keeps_the_record_side(read: Read) -> None:
    text = edl(
        "001  A  V  C  00:00:00:00 00:00:04:00 01:00:00:00 01:00:02:00",
        "002  B  V  C  00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00",
    )
    timeline = read(text=text, name="a.edl", fps="25")
    assert cuts(timeline) == [50]
    assert any("event 001" in warning and "200 %" in warning for warning in timeline.warnings)


def test_an_edl_dissolve_starts_on_its_record_time(read: Read) -> None:
    text = edl(
        "001  A  V  C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00",
        "002  B  V  C        00:00:05:00 00:00:05:00 01:00:02:00 01:00:02:00",
        "002  C  V  D    020 00:00:06:00 00:00:08:00 01:00:02:00 01:00:04:00",
        "* BLEND, DISSOLVE",
    )
    (point,) = read(text=text, name="a.edl", fps="25").edit_points
    assert (point.kind, point.start_frame, point.frame, point.end_frame) == (EditKind.TRANSITION, 50, 60, 70)


def test_black_in_an_edl_is_no_shot(read: Read) -> None:
    text = edl(
        "001  A  V  C  00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00",
        "002  BL V  C  00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00",
        "003  B  V  C  00:00:00:00 00:00:01:00 01:00:03:00 01:00:04:00",
    )
    timeline = read(text=text, name="a.edl", fps="25")
    assert spans(timeline) == [(0, 50), (75, 100)]
    assert cuts(timeline) == [50, 75]


def test_locators_are_record_timecodes(read: Read) -> None:
    text = CUTS + "* LOC: 01:00:02:10 RED     the door\n"
    (marker,) = read(text=text, name="a.edl", fps="25").markers
    assert (marker.frame, marker.name, marker.color) == (60, "the door", "RED")


@pytest.mark.parametrize("mark", [";", ":"])
@pytest.mark.parametrize(
    ("rate", "label", "end", "frame"), [("29.97", "22", "02", 1820), ("59.94", "24", "04", 3620)]
)
def test_locators_of_a_drop_frame_list(
    read: Read, mark: str, rate: str, label: str, end: str, frame: int
) -> None:
    # A second minute begins at label 2 (4 at 59.94), so label 22 (24) is 20 frames into it.
    text = (
        "TITLE: T\nFCM: DROP FRAME\n\n"
        "001  A  V  C  00:00:00;00 00:00:30;00 01:00:00;00 01:00:30;00\n"
        f"002  B  V  C  00:00:00;00 00:00:45;00 01:00:30;00 01:01:15;{end}\n"
        f"* FROM CLIP NAME: B.mov\n* LOC: 01:01:00{mark}{label} RED     hit here\n"
    )
    timeline = read(text=text, name="a.edl", fps=rate)
    assert [(m.frame, m.name, m.color) for m in timeline.markers] == [(frame, "hit here", "RED")]
    assert not timeline.warnings


def test_locators_without_a_colour_stay_and_impossible_ones_are_named(read: Read) -> None:
    text = CUTS + "* LOC: 01:00:02;10 must: the door\n* LOC: 1:00:02:12\n* LOC: 01:00:02:25 RED     late\n"
    timeline = read(text=text, name="a.edl", fps="25")
    assert [(m.frame, m.name) for m in timeline.markers] == [(60, "must: the door"), (62, "")]
    assert any("late" in warning and "01:00:02:25" in warning for warning in timeline.warnings)


def test_sound_events_are_no_picture(read: Read) -> None:
    text = CUTS + "003  A003  A  C  00:00:00:00 00:00:09:00 01:00:00:00 01:00:09:00\n"
    assert cuts(read(text=text, name="a.edl", fps="25")) == [50]


def test_two_picture_tracks_keep_their_places(read: Read) -> None:
    text = CUTS + "003  A003  V2  C  00:00:00:00 00:00:00:20 01:00:01:00 01:00:01:20\n"
    timeline = read(text=text, name="a.edl", fps="25")
    assert timeline.start_timecode_frames == 90000
    assert cuts(timeline) == [25, 45, 50]


def test_a_marker_list_is_not_an_edit(read: Read) -> None:
    text = edl(
        "001  001      V     C        01:00:36:25 01:00:36:26 01:00:36:25 01:00:36:26",
        " |C:ResolveColorBlue |M:Marker 1 |D:1",
    )
    with pytest.raises(TimelineError, match="markers, not an edit"):
        read(text=text, name="a.edl", fps="30")


XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE xmeml>
<xmeml version="5"><sequence><name>Cut 3</name>
<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>
<timecode><string>01:00:00;00</string><frame>107892</frame><displayformat>DF</displayformat>
 <rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate></timecode>
<marker><name>hit</name><comment>must</comment><in>70</in><out>-1</out></marker>
<media><video><track>
 {items}
</track></video></media></sequence></xmeml>
"""
RATE = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"


def item(name: str, start: int, end: int, first: int, extra: str = "", rate: str = RATE) -> str:
    return (
        f'<clipitem id="{name} {start}"><name>{name}</name>{rate}<start>{start}</start><end>{end}</end>'
        f"<in>{first}</in><out>{first + end - start}</out><file id='{name}'><name>{name}</name>{rate}"
        f"<duration>9000</duration><pathurl>file://localhost/Volumes/x/{name}</pathurl></file>{extra}</clipitem>"
    )


def xml(*items: str) -> str:
    return XML.format(items="".join(items))


def test_fcp_xml_start_rate_cuts_and_markers(read: Read) -> None:
    timeline = read(text=xml(item("a.mov", 0, 60, 0), item("b.mov", 60, 100, 30)), name="a.xml")
    assert timeline.rate == Fraction(30000, 1001)
    assert (timeline.start_timecode_frames, timeline.drop_frame) == (107892, True)
    assert (timeline.name, cuts(timeline), timeline.cue_frames) == ("Cut 3", [60], 100)
    assert [(m.frame, m.name, m.note) for m in timeline.markers] == [(70, "hit", "must")]


def test_fcp_clips_of_another_rate_stay_on_whole_frames(read: Read) -> None:
    other = "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
    timeline = read(text=xml(item("a.mov", 0, 61, 0, rate=other), item("b.mov", 61, 100, 0)), name="a.xml")
    assert cuts(timeline) == [61]


def test_fcp_time_remap(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    remap = (
        "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>"
        "<parameter><parameterid>variablespeed</parameterid><value>0</value></parameter>"
        "<parameter><parameterid>speed</parameterid><value>200</value></parameter>"
        "<parameter><parameterid>reverse</parameterid><value>FALSE</value></parameter></effect></filter>"
    )
    (shot,) = read(text=xml(item("a.mov", 0, 60, 0, remap)), name="a.xml").shots
    assert shot.media is not None
    assert shot.media.knots[-1].media_s == 2 * shot.media.knots[-1].offset_s == 2 * 60 * Fraction(1001, 30000)


def test_fcp_items_without_a_file_are_titles(read: Read) -> None:
    times = "<start>20</start><end>50</end><in>0</in><out>30</out>"
    title = f'<clipitem id="t"><name>Text</name>{RATE}{times}</clipitem>'
    odd = item("b.mov", 60, 100, 30, "<filter><enabled>TRUE</enabled></filter>")
    text = xml(item("a.mov", 0, 60, 0), odd).replace("</video>", f"<track>{title}</track></video>")
    assert cuts(read(text=text, name="a.xml")) == [60]


def test_fcp_transitions(read: Read) -> None:
    dissolve = (
        "<transitionitem><start>50</start><end>70</end><alignment>center</alignment>"
        f"{RATE}<effect><name>Cross Dissolve</name></effect></transitionitem>"
    )
    first = item("a.mov", 0, 60, 0).replace("<end>60</end>", "<end>-1</end>")
    second = item("b.mov", 60, 100, 30).replace("<start>60</start>", "<start>-1</start>")
    (point,) = read(text=xml(first, dissolve, second), name="a.xml").edit_points
    assert (point.kind, point.start_frame, point.frame, point.end_frame) == (EditKind.TRANSITION, 50, 60, 70)
    assert point.style == "Cross Dissolve"
