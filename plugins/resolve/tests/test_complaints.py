"""What users of others' scripts for Resolve complained of, one by one. See also tests/installing."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import SCRIPTS, Desk
from tests.fake_resolve.program import ResolveCalls
from tests.fake_resolve.scenes import timeline
from tests.fake_resolve.state import Clip, Item, State, Track


@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_happens_on_a_click_no_project_is_open(sit: Sit, script: str) -> None:
    desk = sit(state=State())
    desk.run(script)
    assert desk.shown == ["No project is open.\nOpen one with a timeline, then run the script again."]
    assert desk.commands == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_happens_on_a_click_no_timeline_is_open(desk: Desk, script: str) -> None:
    desk.host.state.project.timeline = None
    desk.run(script)
    assert desk.shown[0].startswith("No timeline is open.")


def test_nothing_happens_on_a_click_a_dialog_is_open(desk: Desk) -> None:
    desk.host.modal = True
    before = desk.host.snapshot()
    desk.run()
    assert "If a dialog of Resolve's is open, close it" in desk.shown[0]
    assert desk.host.snapshot() == before


@pytest.mark.parametrize("way", ["resolve", "bmd", "app", "broken"])
def test_nothing_happens_on_a_click_resolve_is_found_by_any_name_it_goes_by(desk: Desk, way: str) -> None:
    desk.way = way
    assert "Take 1" in desk.run()


@pytest.mark.parametrize(("edition", "listens"), [("Studio", True), ("Studio", False), ("Free", True)])
def test_from_outside_resolve_is_found_by_its_own_module_where_it_listens(
    sit: Sit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edition: str, listens: bool
) -> None:
    """Run by any Python, outside Resolve; one that does not listen, or is free, answers None."""
    desk = sit(edition=edition)
    desk.host.external = listens
    before = desk.host.snapshot()
    module = tmp_path / "Scripting ü 1" / "Modules" / "DaVinciResolveScript.py"
    module.parent.mkdir(parents=True)
    module.write_text("import resolve_at_hand\nscriptapp = resolve_at_hand.scriptapp\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "resolve_at_hand", desk.host)  # type: ignore[arg-type]
    monkeypatch.setenv("RESOLVE_SCRIPT_LIB", "")
    monkeypatch.setenv("RESOLVE_SCRIPT_API", str(module.parents[1]))
    desk.way = "none"
    path = list(sys.path)
    try:
        said = desk.run()
    finally:
        sys.modules.pop("DaVinciResolveScript", None)
    assert sys.path == path
    if listens and edition == "Studio":
        assert "Take 1" in said
        assert desk.tracks()[0].items
    else:
        assert desk.host.snapshot() == before
        assert desk.commands == []
        assert "From outside it needs Resolve Studio" in desk.shown[0]
        assert "External scripting using set to Local" in desk.shown[0]


def test_nothing_happens_on_a_click_started_where_resolve_is_not(desk: Desk) -> None:
    desk.way = "none"
    assert "(ModuleNotFoundError: " in desk.run()  # what else may be amiss
    assert "Workspace > Scripts" in desk.shown[0]
    assert desk.code == 1


def test_port_blocked_no_script_opens_a_port(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocked(*_: object, **__: object) -> None:
        raise PermissionError(10013, "forbidden by its access permissions")

    monkeypatch.setattr(socket, "socket", blocked)
    assert "Take 1" in desk.run()
    assert "Take 2" in desk.run()
    assert "is removed" in desk.run("Remove last score")


def test_port_blocked_for_the_daemon_is_said_in_the_commands_words(desk: Desk) -> None:
    desk.fails = {"what": "no port can be opened", "where": "127.0.0.1", "remedy": "Run cuebridge doctor"}
    before = desk.host.snapshot()
    desk.run()
    assert desk.shown == ["127.0.0.1: no port can be opened.\nRun cuebridge doctor"]
    assert desk.host.snapshot() == before


@pytest.mark.parametrize("language", ["de", "ja"])
def test_the_status_of_renders_is_localised_and_none_is_asked_for(sit: Sit, language: str) -> None:
    desk = sit(language=language)
    assert "Take 1" in desk.run()
    assert [name for _, name, _ in desk.host.calls if "Render" in name] == []


def test_two_resolves_the_console_says_which_one_a_script_runs_in(sit: Sit) -> None:
    assert "in DaVinci Resolve Studio 20.1.0.7" in sit("20.1", "Studio").run()
    assert "in DaVinci Resolve 18.5.0.7" in sit("18.5.0", "Free").run()


def test_calls_stall_for_minutes_and_nothing_gives_up(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = sit(slow_s=180.0)
    monkeypatch.setattr(time, "time", lambda: desk.host.clock_s)
    assert "Take 1" in desk.run()
    assert desk.tracks()[0].items


def test_a_resolve_too_old_is_told_how_to_go_on_by_hand(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ResolveCalls, "GetVersionString", lambda host, state: "17.4.6.4")
    desk = sit("18.1.3")
    desk.run()
    assert "Resolve 17.4.6.4 is too old" in desk.shown[0]
    assert "File > Export > Timeline" in desk.shown[0]
    assert desk.commands == []


def test_a_file_lies_where_the_scores_should_and_it_is_named(desk: Desk) -> None:
    desk.scores.mkdir(parents=True)
    taken = desk.scores / "Große Fahrt_ Teil 1_2"
    taken.write_text("mine")
    before = desk.host.snapshot()
    desk.run()
    assert str(taken) in desk.shown[0]
    assert "Move what is in the way" in desk.shown[0]
    assert desk.host.snapshot() == before
    assert taken.read_text() == "mine"


def test_nothing_happens_on_a_click_the_command_is_gone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*words: object, **more: object) -> None:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(Desk, "_popen", gone)
    assert "`cuebridge plugins install resolve` again" in desk.run()


def test_the_free_edition_of_21_1_is_told_how_to_go_on_by_hand(
    sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The fake ends with 21.0; only what it says of itself is newer.
    monkeypatch.setattr(ResolveCalls, "GetVersionString", lambda host, state: "21.1.0.14")
    desk = sit("21.0.0", "Free")
    desk.run()
    assert "File > Export > Timeline" in desk.shown[0]
    assert desk.commands == []
    assert "Take 1" in sit("21.0.0", "Studio").run()


def test_the_timecode_is_an_hour_off(sit: Sit) -> None:
    desk = sit(edit=timeline(start=86400))
    desk.run()
    assert desk.tracks()[0].items[0].start == 86400  # absolute; 0 would lie an hour before the picture


def test_negative_times(sit: Sit) -> None:
    """A marker before the start, as a retimed start timecode leaves behind, is sent and harms nothing."""
    desk = sit()
    desk.timeline.markers[-5] = {"color": "Red", "duration": 1, "note": "", "name": "x", "customData": ""}
    assert "Take 1" in desk.run()
    assert desk.sent[0][0]["frame"] == -5


def test_the_timelines_rate_is_not_the_projects(desk: Desk) -> None:
    desk.host.state.project.settings["timelineFrameRate"] = "30"
    desk.run()
    words = desk.words("score")
    assert words[words.index("--fps") + 1] == "24"
    assert desk.tracks()[0].items[0].start == 86400


@pytest.mark.parametrize("page", ["media", "cut", "edit", "fusion", "color", "fairlight", "deliver"])
@pytest.mark.parametrize("marks", [(None, None), (24, 199)])
def test_marks_are_deleted_and_the_page_the_playhead_the_bin_and_the_selection_change(
    desk: Desk, page: str, marks: tuple[int | None, int | None]
) -> None:
    desk.host.state.page = page
    desk.timeline.mark_in, desk.timeline.mark_out = marks
    project = desk.host.state.project
    assert project is not None
    before = (desk.timeline.playhead, project.current, list(project.selection))
    desk.run()
    assert desk.host.state.page == page
    assert (desk.timeline.mark_in, desk.timeline.mark_out) == marks
    assert (desk.timeline.playhead, project.current, project.selection) == before
    assert desk.tracks()[0].items


@pytest.mark.parametrize("marks", [(24, None), (None, 199)])
def test_the_range_is_not_respected_one_mark_alone(desk: Desk, marks: tuple[int | None, int | None]) -> None:
    desk.timeline.mark_in, desk.timeline.mark_out = marks
    desk.run()
    words = desk.words("score")
    assert ("--in" in words, "--out" in words) == (marks[0] is not None, marks[1] is not None)
    assert (desk.timeline.mark_in, desk.timeline.mark_out) == marks


def test_one_mark_alone_would_be_lost_on_the_deliver_page_and_that_is_said(desk: Desk) -> None:
    desk.host.state.page, desk.timeline.mark_in = "deliver", 24
    before = desk.host.snapshot()
    desk.run()
    assert "Go to the Edit page" in desk.shown[0]
    assert desk.host.snapshot() == before


def test_progress_stalls(desk: Desk) -> None:
    assert "composing 50 %" in desk.run()


def test_nothing_is_placed_the_media_cannot_be_imported(sit: Sit) -> None:
    desk = sit(no_media_import=True)
    before = desk.host.snapshot()
    desk.run()
    assert "did not import" in desk.shown[0]
    assert "Drag it into the media pool by hand" in desk.shown[0]
    assert desk.host.snapshot() == before


def test_nothing_is_placed_the_users_last_track_is_locked_or_full(desk: Desk) -> None:
    """A track of its own has room, and no lock."""
    desk.timeline.tracks["audio"][-1].locked = True
    desk.run()
    assert desk.tracks()[0].items


def test_nothing_is_placed_another_timeline_is_in_front_by_then(desk: Desk) -> None:
    project = desk.host.state.project
    assert project is not None
    mine, other = project.timelines
    other_before = len(other.tracks["audio"])

    def leave() -> None:
        project.timeline = other

    first = desk.timeline
    desk.meanwhile = leave
    said = desk.run()
    assert project.timeline is other
    assert len(other.tracks["audio"]) == other_before
    assert [t.name for t in mine.tracks["audio"]][-1] == "SCORE v001", said
    assert first is mine


def test_nothing_is_placed_into_another_project_that_is_open_by_then(desk: Desk) -> None:
    state = desk.host.state

    def leave() -> None:
        state.project = state.projects[1]

    desk.meanwhile = leave
    desk.run()
    assert "Another project is open by now" in desk.shown[0]
    assert all(t.tracks["audio"][-1].name == "Audio 2" for p in state.projects for t in p.timelines)


def test_resolve_is_quit_while_it_composes(desk: Desk) -> None:
    def leave() -> None:
        desk.host.gone = True

    desk.meanwhile = leave
    desk.run()
    assert "Resolve does not answer" in desk.shown[0]


@pytest.mark.parametrize(
    "name",
    ["Schnitt für Übermorgen – Teil 2", "剪辑 第一版", "a/b\\c:d*e?f", "CON", "  ends in dots ... ", "..",
     "x" * 200, "Film.v002", "50% \"off\""],
)  # fmt: skip
def test_names_and_paths_beyond_ascii_with_spaces_or_that_no_system_allows(sit: Sit, name: str) -> None:
    desk = sit(edit=timeline(name))
    desk.run()
    desk.run()
    assert desk.shown == []
    assert [track.name for track in desk.tracks()] == ["SCORE v001", "SCORE v002"]
    folder = Path(desk.words("score")[1]).parent
    assert folder.parent.parent.parent == desk.scores
    assert all(part.strip(". ") == part for part in folder.relative_to(desk.scores).parts)
    assert "Score" in [each.name for each in desk.host.state.project.root.bins]
    desk.run("Remove last score")
    assert [track.name for track in desk.tracks()] == ["SCORE v001"]


def test_windows_paths_of_media_reach_the_export(sit: Sit) -> None:
    path = "C:\\Users\\Jörg\\Meine Filme\\take one.mov"
    desk = sit(edit=timeline(media=Clip("take one.mov", path, "24", 5000)))
    desk.run()
    exported = json.loads(Path(desk.words("score")[1]).read_text(encoding="utf-8"))
    shot = exported["tracks"]["children"][0]["children"][0]
    assert shot["media_references"]["DEFAULT_MEDIA"]["target_url"] == path


def test_five_hundred_markers(sit: Sit) -> None:
    desk = sit(edit=timeline(lengths=(4000, 4000, 4000)))
    for number in range(500):
        about = {"color": "Red", "duration": 1, "note": "", "name": f"must {number}", "customData": "theirs"}
        desk.timeline.markers[8 * number + 200] = about
    before = dict(desk.timeline.markers)
    desk.hits = tuple(range(100, 12000, 20))
    said = desk.run()
    assert len(desk.sent[0]) == len(before) == 502
    for frame, about in before.items():
        assert desk.timeline.markers[frame] == about
    free = {0, *desk.hits} - set(before)
    assert set(desk.marks()) == free
    assert f"{len(free)} markers" in said
    assert f"{len({0, *desk.hits} & set(before))} have no marker" in said
    calls = len(desk.host.calls)
    desk.run("Remove last score")
    assert desk.timeline.markers == before
    assert len(desk.host.calls) - calls < 800


def test_an_empty_timeline(sit: Sit) -> None:
    desk = sit(edit=timeline(lengths=()))
    before = desk.host.snapshot()
    desk.run()
    assert desk.shown == [
        'The timeline "Film ü 1" has no picture.\nPut the cut on a video track, then run the script again.'
    ]
    assert desk.host.snapshot() == before
    assert desk.commands == []


def test_a_timeline_of_titles_only_is_left_to_the_command_to_judge(sit: Sit) -> None:
    edit = timeline()
    edit.tracks["video"] = [Track("Video 1", [Item("Title", 86400, 86500, None, kind="title")])]
    desk = sit(edit=edit)
    desk.fails = {"what": "the timeline has no picture", "where": "cut.otio", "remedy": "Put a clip on it"}
    before = desk.host.snapshot()
    desk.run()
    assert desk.shown == ["cut.otio: the timeline has no picture.\nPut a clip on it"]
    assert desk.host.snapshot() == before


@pytest.mark.parametrize("habit", ["export_lies"])
def test_an_export_that_wrote_nothing_is_said_and_nothing_scored(sit: Sit, habit: str) -> None:
    desk = sit(**{habit: True})
    desk.run()
    assert "did not export" in desk.shown[0]
    assert desk.commands == []


def test_before_18_5_there_is_xml_and_the_music_is_to_be_dragged(sit: Sit) -> None:
    desk = sit("18.1.3")
    said = desk.run()
    assert desk.words("score")[1].endswith(".xml")
    assert "drag" in said
    assert sorted(desk.marks()) == [0, 48, 96, 144]
    assert desk.tracks() == []
    desk.run("Remove last score")
    assert desk.marks() == {}


def test_the_environment_of_resolves_own_python_does_not_reach_the_command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "PYTHONHOME", "/opt/resolve/python")
    monkeypatch.setitem(os.environ, "LD_LIBRARY_PATH", "/opt/resolve/libs")
    assert "Take 1" in desk.run()  # the desk looks at what the command is given
