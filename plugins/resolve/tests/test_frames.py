"""Frame-exact: the music begins on the cue's first frame, markers sit on the hits, whatever the timeline."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from bridge.timebase import parse_rate, timecode_to_frames
from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import Desk, source_of
from tests.fake_resolve.items import ItemCalls
from tests.fake_resolve.scenes import timeline
from tests.fake_resolve.state import Track

# Every rate that Resolve has; the two that can drop frames once more so.
RATES = [
    *((rate, False) for rate in (
        "16", "18", "23.976", "24", "25", "29.97", "30", "47.952", "48", "50", "59.94", "60", "72", "95.904",
        "96", "100", "119.88", "120",
    )),
    ("29.97", True), ("59.94", True),
]  # fmt: skip


def start_frame(rate: str, drop: bool, hours: int) -> int:
    return timecode_to_frames(f"{hours:02d}:00:00{';' if drop else ':'}00", parse_rate(rate))


@pytest.mark.parametrize("marked", [False, True], ids=["whole", "in-out"])
@pytest.mark.parametrize("hours", [0, 1, 10])
@pytest.mark.parametrize(
    ("rate", "drop"), RATES, ids=[f"{rate}{'df' if drop else ''}" for rate, drop in RATES]
)
def test_music_and_markers_lie_on_their_frames(
    sit: Sit, rate: str, drop: bool, hours: int, marked: bool
) -> None:
    start = start_frame(rate, drop, hours)
    desk = sit(edit=timeline(rate=rate, drop=drop, start=start, lengths=(97, 48, 119)))
    if marked:
        desk.timeline.mark_in, desk.timeline.mark_out = 41, 200
    desk.hits = (60, 97, 145, 261)
    desk.run()
    (track,) = desk.tracks()
    (item,) = track.items
    first, after = (41, 201) if marked else (0, 264)
    assert item.start == start + first
    assert item.end - item.start == after - first + desk.tail_frames
    assert track is desk.timeline.tracks["audio"][-1]
    assert (track.name, track.subtype, track.enabled) == ("SCORE v001", "stereo", True)
    hits = [frame for frame in desk.hits if first < frame < after]
    assert sorted(desk.marks()) == [first, *hits]
    words = desk.words("score")
    assert words[words.index("--fps") + 1] == rate + (" DF" if drop else "")
    assert ("--in" in words, "--out" in words) == (marked, marked)
    if marked:
        assert (words[words.index("--in") + 1], words[words.index("--out") + 1]) == ("41", "201")


@pytest.mark.parametrize(("rate", "drop"), RATES)
def test_rates_are_exact(rate: str, drop: bool) -> None:
    names: dict[str, object] = {}
    source = source_of("Score timeline")
    exec(source[: source.rindex("# ---")], names)  # all but the line that runs it
    exact = names["exact_rate"]
    wanted = parse_rate(rate)
    for text in (rate, rate + ".0", rate + " DF") if "." not in rate else (rate, rate + " DF"):
        assert exact(text) == Fraction(wanted)  # type: ignore[operator]


@pytest.mark.parametrize("rate", ["23.976", "29.97", "59.94", "25"])
def test_a_project_of_another_rate_moves_nothing(sit: Sit, rate: str) -> None:
    """The sound's rate is the project's: its length is counted in that, its place in the timeline's."""
    desk = sit(edit=timeline(rate=rate))
    desk.host.state.project.settings["timelineFrameRate"] = "24"
    desk.run()
    (item,) = desk.tracks()[0].items
    assert item.start == 86400
    seconds = (264 + desk.tail_frames) / parse_rate(rate)
    assert abs((item.end - item.start) / parse_rate(rate) - seconds) < Fraction(1, 12)


@pytest.mark.parametrize("appended", ["none", "empty", "nones", "hollow"])
def test_what_resolve_answers_to_placing_counts_for_nothing(sit: Sit, appended: str) -> None:
    desk = sit(appended=appended)
    desk.run()
    assert [item.start for item in desk.tracks()[0].items] == [86400]


@pytest.mark.parametrize(
    "habit", ["end_inclusive", "end_frame_inclusive", "rate_as_number", "sound_frames", "no_sound_rate"]
)
@pytest.mark.parametrize("on", [False, True])
def test_where_sources_disagree_both_are_right(sit: Sit, habit: str, on: bool) -> None:
    desk = sit(**{habit: on})
    desk.run()
    (item,) = desk.tracks()[0].items
    assert (item.start, item.end) == (86400, 86400 + 264 + desk.tail_frames)


def test_music_that_begins_inside_its_file_is_not_left_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ItemCalls, "GetLeftOffset", lambda host, item, subframe=False: 500)
    before = desk.host.snapshot()
    desk.run()
    assert "without its first 500" in desk.shown[0]
    assert desk.host.snapshot() == before


def test_a_timeline_that_comes_in_front_just_before_placing_gets_nothing(desk: Desk) -> None:
    """Resolve places into the one in front, whichever that is."""
    project = desk.host.state.project
    assert project is not None
    mine, other = project.timelines
    other.tracks["audio"].append(Track("free"))
    probe = Desk(copy.deepcopy(desk.host), desk.scores)
    probe.run()
    before = desk.host.snapshot()
    named = [number for number, each in enumerate(probe.host.calls, 1) if each[1] == "SetTrackName"][-1]
    desk.host.after[named] = lambda: setattr(project, "timeline", other)
    desk.run()
    assert "was another timeline opened meanwhile" in desk.shown[0]
    project.timeline = mine
    assert desk.host.snapshot() == before


@pytest.mark.parametrize("floats", [False, True])
def test_markers_are_sent_with_whole_frames(sit: Sit, floats: bool) -> None:
    desk = sit(float_markers=floats)
    desk.run()
    assert [marker["frame"] for marker in desk.sent[0]] == [30, 100]
    assert desk.sent[0][1] == {
        "frame": 100,
        "duration": 20,
        "name": "Marker 2",
        "note": "tense",
        "color": "Blue",
    }
