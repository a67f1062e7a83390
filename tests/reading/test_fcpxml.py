"""FCPXML, in the shape that Resolve writes it and in Final Cut's own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.errors import TimelineError
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.schema.timeline import EditKind, Timeline
from tests.reading.conftest import Read, cuts, spans

RATES = [Fraction(24), Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001), Fraction(60_000, 1001)]


class Maker:
    """Elements whose times are given in frames of one rate."""

    def __init__(self, rate: Fraction = Fraction(25), start: int | None = None, drop: bool = False) -> None:
        self.rate = rate
        self.start = round(3600 * rate) if start is None else start
        self.drop = drop

    def time(self, frames: int) -> str:
        seconds = frames / self.rate
        return f"{seconds.numerator}/{seconds.denominator}s"

    def clip(
        self, at: int, length: int, first: int = 0, inner: str = "", more: str = "", ref: str = "r1"
    ) -> str:
        return (
            f'<asset-clip ref="{ref}" offset="{self.time(self.start + at)}" start="{self.time(first)}" '
            f'duration="{self.time(length)}" name="{ref} é" enabled="1" {more}>{inner}</asset-clip>'
        )

    def document(self, *story: str, resources: str = "", projects: int = 1) -> str:
        frame = 1 / self.rate
        counted = "DF" if self.drop else "NDF"
        assets = "".join(
            f'<asset id="{name}" name="{name}.mov" start="0/1s" duration="100/1s" hasVideo="1" format="r0">'
            f'<media-rep kind="original-media" src="file:///nowhere/{name}%20x.mov"/></asset>'
            for name in ("r1", "r2", "r3")
        )
        sequence = (
            f'<sequence format="r0" tcStart="{self.time(self.start)}" tcFormat="{counted}">'
            f"<spine>{''.join(story)}</spine></sequence>"
        )
        project = f'<project name="Timeline 1 (Resolve)">{sequence}</project>'
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.10"><resources>'
            f'<format id="r0" frameDuration="{frame.numerator}/{frame.denominator}s"/>{assets}'
            '<asset id="a1" name="a.wav" duration="100/1s" hasAudio="1" src="file:///nowhere/a.wav"/>'
            f'<effect id="t1" name="Basic Title"/>{resources}</resources>'
            f'<library><event name="e">{project * projects}</event></library></fcpxml>'
        )


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{float(rate):.5g}")
@pytest.mark.parametrize("hours", [0, 1, 10])
def test_cuts_and_start_are_on_their_frames_and_no_hour_is_invented(
    read: Read, rate: Fraction, hours: int
) -> None:
    make = Maker(rate, start=round(hours * 3600 * round(rate)))
    story = [
        make.clip(at, 77, first=at * 3, ref=f"r{number % 3 + 1}")
        for number, at in enumerate(range(0, 770, 77))
    ]
    timeline = read(text=make.document(*story), name="edit.fcpxml")
    assert timeline.rate == rate
    assert (timeline.start_timecode_frames, timeline.cue_frames) == (make.start, 770)
    assert cuts(timeline) == list(range(77, 770, 77))
    assert timeline.name == "Timeline 1"


def test_drop_frame_is_told_by_the_sequence(read: Read) -> None:
    make = Maker(Fraction(30_000, 1001), start=107_892, drop=True)
    timeline = read(text=make.document(make.clip(0, 100)), name="edit.fcpxml")
    assert (timeline.drop_frame, timeline.start_timecode_frames) == (True, 107_892)


def test_offsets_that_count_from_zero_whatever_the_start_are_taken_so(read: Read) -> None:
    make = Maker()
    clip = make.clip(-make.start, 50) + make.clip(50 - make.start, 25, ref="r2")
    timeline = read(text=make.document(clip), name="edit.fcpxml")
    assert (timeline.start_timecode_frames, spans(timeline)) == (make.start, [(0, 50), (50, 75)])


def test_markers_with_notes_stand_where_the_clip_shows_them(read: Read) -> None:
    make = Maker()
    marker = f'<marker start="{make.time(310)}" duration="{make.time(1)}" value="must" note="slam"/>'
    chapter = f'<chapter-marker start="{make.time(320)}" duration="{make.time(1)}" value="Two"/>'
    text = make.document(make.clip(0, 40, ref="r2"), make.clip(40, 50, first=300, inner=marker + chapter))
    timeline = read(text=text, name="edit.fcpxml")
    assert [(m.frame, m.name, m.note) for m in timeline.markers] == [(50, "must", "slam"), (60, "Two", "")]


def test_transitions_lie_over_their_cuts(read: Read) -> None:
    make = Maker()
    begin, length = make.time(make.start + 38), make.time(24)
    fade = f'<transition name="Cross Dissolve" offset="{begin}" duration="{length}"/>'
    text = make.document(make.clip(0, 50), fade, make.clip(50, 50, ref="r2"), make.clip(100, 20, ref="r3"))
    timeline = read(text=text, name="edit.fcpxml")
    (found,) = [point for point in timeline.edit_points if point.kind is EditKind.TRANSITION]
    assert (found.start_frame, found.frame, found.end_frame) == (38, 50, 62)
    assert cuts(timeline) == [100]


def test_connected_clips_cover_titles_do_not_and_sound_is_no_picture(read: Read) -> None:
    make = Maker()
    over = f'<asset-clip ref="r3" lane="1" offset="{make.time(320)}" start="0s" duration="{make.time(10)}"/>'
    title = f'<title ref="t1" lane="2" name="Big" offset="{make.time(340)}" duration="{make.time(5)}"/>'
    sound = f'<asset-clip ref="a1" lane="-1" offset="{make.time(305)}" duration="{make.time(60)}"/>'
    timeline = read(
        text=make.document(make.clip(0, 50, first=300, inner=over + title + sound)), name="edit.fcpxml"
    )
    assert spans(timeline) == [(0, 20), (20, 30), (30, 50)]


def test_a_secondary_storyline_counts_from_zero(read: Read) -> None:
    make = Maker()
    inner = "".join(
        f'<asset-clip ref="{ref}" offset="{make.time(at)}" duration="{make.time(8)}"/>'
        for ref, at in (("r2", 0), ("r3", 8))
    )
    spine = f'<spine lane="1" offset="{make.time(310)}">{inner}</spine>'
    timeline = read(text=make.document(make.clip(0, 50, first=300, inner=spine)), name="edit.fcpxml")
    assert spans(timeline) == [(0, 10), (10, 18), (18, 26), (26, 50)]


def test_resolves_own_clip_holds_its_video_inside(read: Read, tmp_path: Path) -> None:
    media = tmp_path / "r1 x.mov"
    media.write_bytes(b"")
    make = Maker()
    clip = (
        f'<clip name="r1" offset="{make.time(make.start)}" start="{make.time(60)}" '
        f'duration="{make.time(50)}"><video ref="r1" offset="{make.time(10)}" '
        f'start="{make.time(35)}" duration="{make.time(900)}"/></clip>'
    )
    timeline = read(text=make.document(clip), name="edit.fcpxml")
    span = timeline.shots[0].media
    assert span is not None
    assert span.path == media
    assert span.knots[0].media_s == Fraction(60 - 10 + 35, 25)


def test_speeds_are_read_from_the_time_map(read: Read, tmp_path: Path) -> None:
    (tmp_path / "r1 x.mov").write_bytes(b"")
    make = Maker()
    ends = f'time="{make.time(200)}" value="{make.time(400)}"'
    double = f'<timeMap><timept time="0s" value="0s"/><timept {ends}/></timeMap>'
    marker = f'<marker start="{make.time(30)}" duration="{make.time(1)}" value="m"/>'
    text = make.document(make.clip(0, 50, first=20, inner=double + marker))
    timeline = read(text=text, name="edit.fcpxml")
    span = timeline.shots[0].media
    assert span is not None
    found = [(knot.offset_s, knot.media_s) for knot in (span.knots[0], span.knots[-1])]
    assert found == [(0, Fraction(40, 25)), (2, Fraction(140, 25))]
    assert [mark.frame for mark in timeline.markers] == [10]


def test_a_disabled_clip_is_not_seen(read: Read) -> None:
    make = Maker()
    text = make.document(
        make.clip(0, 50),
        make.clip(50, 25, ref="r2").replace('enabled="1"', 'enabled="0"'),
        make.clip(75, 25, ref="r3"),
    )
    assert spans(read(text=text, name="edit.fcpxml")) == [(0, 50), (75, 100)]


def test_a_compound_clip_shows_what_it_holds(read: Read) -> None:
    make = Maker()
    inside = Maker(start=0)
    sequence = (
        f'<media id="m1" name="nest"><sequence format="r0" tcStart="0s"><spine>{inside.clip(0, 60)}'
        f"{inside.clip(60, 60, ref='r2')}</spine></sequence></media>"
    )
    ref = (
        f'<ref-clip ref="m1" offset="{make.time(make.start + 20)}" start="{make.time(40)}" '
        f'duration="{make.time(50)}" name="nest"/>'
    )
    timeline = read(
        text=make.document(make.clip(0, 20, ref="r3"), ref, resources=sequence), name="edit.fcpxml"
    )
    assert spans(timeline) == [(0, 20), (20, 40), (40, 70)]


def test_a_compound_clip_that_holds_itself_ends(read: Read) -> None:
    make = Maker(start=0)
    ref = f'<ref-clip ref="m1" offset="0s" duration="{make.time(50)}" name="nest"/>'
    media = f'<media id="m1"><sequence format="r0" tcStart="0s"><spine>{ref}</spine></sequence></media>'
    assert spans(read(text=make.document(ref, resources=media), name="edit.fcpxml")) == [(0, 50)]


def test_a_folder_as_resolve_writes_it_is_read_too(tmp_path: Path) -> None:
    folder = tmp_path / "edit.fcpxmld"
    folder.mkdir()
    make = Maker()
    (folder / "Info.fcpxml").write_text(make.document(make.clip(0, 50)), encoding="utf-8")
    timeline: Timeline = read_timeline(folder, Settings(), Progress())
    assert timeline.cue_frames == 50


def test_the_first_of_several_is_scored_and_that_is_said(read: Read) -> None:
    make = Maker()
    timeline = read(text=make.document(make.clip(0, 50), projects=3), name="edit.fcpxml")
    assert any("2 more timelines" in warning for warning in timeline.warnings)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<fcpxml version='1.9'><resources/></fcpxml>", "no project with a timeline"),
        ("<fcpxml><broken></fcpxml>", r"cannot be read \(.*line 1, column \d+"),
        (Maker().document(Maker().clip(0, 50)).replace('start="0/1s" duration="2', 'start="x" duration="2'),
         r"<asset-clip> 'r1 é' has 'x' for its start, which is no time"),
        (Maker().document(Maker().clip(0, 50)).replace("frameDuration", "f"), "not say its frame rate"),
        (Maker().document(), "no picture"),
        ("<html/>", "its root is <html>"),
    ],
    ids=["clips only", "broken", "time", "rate", "empty", "other"],
)  # fmt: skip
def test_what_cannot_be_read_is_said(read: Read, text: str, what: str) -> None:
    with pytest.raises(TimelineError, match=what) as caught:
        read(text=text, name="edit.fcpxml")
    assert caught.value.where == "edit.fcpxml"
