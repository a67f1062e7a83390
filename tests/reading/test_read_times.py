"""Rates, starts, cues, fingerprints."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.errors import Cancelled, TimecodeError, TimelineError
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.schema.timeline import EditKind
from tests.reading import otio_json as o
from tests.reading.conftest import Read, cuts, spans


@pytest.mark.parametrize("literal", [23.976, 23.976023976, 23.976024627685547, 23.98])
def test_loose_ntsc_literals_are_exact(read: Read, literal: float) -> None:
    track = o.track(o.clip("a.mov", 48, rate=literal), o.clip("b.mov", 48, rate=24000 / 1001))
    timeline = read(track, start=o.rt(86400, literal))
    assert timeline.rate == Fraction(24000, 1001)
    assert (cuts(timeline), timeline.start_timecode_frames) == ([48], 86400)


def test_start_decides_between_mixed_rates(read: Read) -> None:
    track = o.track(o.clip("a.mov", 60, rate=30), o.clip("b.mov", 60, rate=30), o.clip("c.mov", 25, rate=25))
    assert read(track, start=o.rt(0, 25)).rate == 25
    assert read(track, start=o.rt(0, 1)).rate == 30


def test_times_in_seconds_need_a_rate(read: Read) -> None:
    bare = o.track(o.clip("a.mov", 2.5, 0, o.missing("a.mov"), rate=1), o.clip("b.mov", 1.2, rate=1))
    with pytest.raises(TimelineError, match="--fps 25"):
        read(bare, start=o.rt(0, 1))
    timeline = read(bare, start=o.rt(3600, 1), fps="50")
    assert (timeline.rate, cuts(timeline), timeline.cue_frames) == (50, [125], 185)
    assert timeline.start_timecode_frames == 180_000 and not timeline.warnings
    known = o.track(o.clip("a.mov", 2.5, 0, o.external("a.mov", 0, 100, 25), rate=1))
    assert read(known, start=o.rt(0, 1)).rate == 25


def test_drop_frame_start_is_recognised(read: Read) -> None:
    track = o.track(o.clip("a.mov", 60, rate=30000 / 1001))
    assert read(track, start=o.rt(107892, 29.97)).drop_frame
    assert not read(track, start=o.rt(108000, 29.97)).drop_frame
    assert not read(track, start=o.rt(0, 29.97)).drop_frame


def test_an_empty_name_becomes_the_files(read: Read) -> None:
    assert read(o.track(o.clip("a.mov", 10)), name="Reel 3.otio").name == "Reel 3"


def test_a_given_rate_only_warns(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 10)), fps="25")
    assert timeline.rate == 24
    assert any("--fps 25 is ignored" in warning for warning in timeline.warnings)
    assert not read(o.track(o.clip("a.mov", 10)), fps="24").warnings


def test_in_and_out_cut_the_cue(read: Read) -> None:
    track = o.track(
        o.clip("a.mov", 50, 100),
        o.clip("b.mov", 50),
        o.transition(6, 6),
        o.clip("c.mov", 50),
        o.clip("d.mov", 50),
    )
    timeline = read(
        track, mark_in="01:00:01:00", mark_out="01:00:06:06", markers=[o.marker(10), o.marker(60)]
    )
    assert (timeline.cue_start_frame, timeline.cue_end_frame) == (24, 150)
    assert spans(timeline) == [(24, 50), (50, 100), (100, 150)]
    assert [(point.frame, point.kind) for point in timeline.edit_points] == [
        (50, EditKind.CUT),
        (100, EditKind.TRANSITION),
    ]
    assert [marker.frame for marker in timeline.markers] == [60]
    assert timeline.duration_frames == 200


def test_a_cue_starts_in_the_middle_of_its_media(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    timeline = read(o.track(o.clip("a.mov", 100, 48)), mark_in="24")
    knots = timeline.shots[0].media.knots  # type: ignore[union-attr]
    assert [(knot.offset_s, knot.media_s) for knot in knots] == [
        (0, 3),
        (Fraction(76, 24), 3 + Fraction(76, 24)),
    ]


@pytest.mark.parametrize(
    ("mark_in", "mark_out"), [("00:00:10:00", ""), ("500", ""), ("50", "40"), ("", "0"), ("60", "60")]
)
def test_marks_outside_say_what_the_timeline_runs_from(read: Read, mark_in: str, mark_out: str) -> None:
    with pytest.raises(TimelineError, match="runs from 01:00:00:00 to 01:00:04:04"):
        read(o.track(o.clip("a.mov", 100)), mark_in=mark_in, mark_out=mark_out)


def test_an_out_past_the_end_is_brought_back_with_a_warning(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 100)), mark_out="02:00:00:00")
    assert timeline.cue_end_frame == 100
    assert any("02:00:00:00 lies past the end" in warning for warning in timeline.warnings)
    assert not read(o.track(o.clip("a.mov", 100)), mark_out="100").warnings


def test_a_mark_that_is_no_timecode(read: Read) -> None:
    with pytest.raises(TimecodeError, match="In mark"):
        read(o.track(o.clip("a.mov", 100)), mark_in="soon")


def test_fingerprint_is_of_the_edit_and_not_the_file(read: Read) -> None:
    one = o.timeline(o.track(o.clip("a.mov", 50), o.clip("b.mov", 50)))
    other = json.loads(json.dumps(one))
    other["metadata"]["whatever"] = 1
    other["name"] = "renamed"
    first = read(document=one).fingerprint
    assert read(document=other, name="copy.otio").fingerprint == first
    assert len(first) == 64
    other["tracks"]["children"][0]["children"][0]["source_range"]["duration"]["value"] = 51
    assert read(document=other).fingerprint != first
    assert read(document=one, mark_in="10").fingerprint != first
    clips = [o.clip("a.mov", 50), o.clip("b.mov", 50)]
    for tracks, more in (
        ([o.track(*clips)], {"markers": [o.marker(30, 1, "hit")]}),
        ([o.track(clips[0], o.transition(4, 4), clips[1])], {}),
    ):
        assert read(*tracks, **more).fingerprint != first


def test_fingerprint_knows_media_by_name_and_whether_it_is_there(read: Read, tmp_path: Path) -> None:
    def of(path: str, start: int = 0) -> str:
        return read(o.track(o.clip("x", 50, start, o.external(path)))).fingerprint

    offline = of("/Volumes/one/a.mov")
    assert of("D:\\two\\a.mov") == offline
    (tmp_path / "a.mov").touch()
    there = of("/Volumes/one/a.mov")
    assert there != offline
    assert of("a.mov") == there
    assert of("a.mov", start=5) != there


def test_reading_stops_when_cancelled(tmp_path: Path) -> None:
    path = o.write(tmp_path / "a.otio", o.timeline(o.track(o.clip("a.mov", 10))))
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        read_timeline(path, Settings(), progress)


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    steps = []
    path = o.write(tmp_path / "a.otio", o.timeline(o.track(o.clip("a.mov", 10))))
    read_timeline(path, Settings(), Progress(steps.append))
    assert [step.stage for step in steps] == ["reading"] * len(steps)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].total
