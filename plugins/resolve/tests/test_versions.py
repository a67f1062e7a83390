"""Versions on a timeline: whatever becomes of its name, copies and files, each is told from the others."""

from __future__ import annotations

import copy
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from plugins.resolve.tests.desk import SCRIPTS, Desk
from tests.fake_resolve.pool import ClipCalls, PoolCalls
from tests.fake_resolve.program import ResolveCalls


def versions(desk: Desk) -> list[tuple[str, bool]]:
    return [(track.name, track.enabled) for track in desk.tracks()]


def marked(desk: Desk) -> set[tuple[int, str]]:
    return {(frame, about["customData"].split(":")[1]) for frame, about in desk.marks().items()}


def two_takes(desk: Desk) -> None:
    for hits in ((50,), (60,)):
        desk.hits = hits
        desk.run()


def copied(desk: Desk) -> Any:
    """A copy of the timeline, in front, as Resolve makes one: other items of the same clips."""
    mine = desk.timeline
    twin = copy.deepcopy(mine)
    twin.uid, twin.name = "uid-twin", "Film v2"
    for track, other in zip(mine.tracks["audio"], twin.tracks["audio"]):
        for item, same in zip(track.items, other.items):
            same.clip = item.clip
    project = desk.host.state.project
    assert project is not None
    project.timelines.append(twin)
    project.timeline = twin
    return mine


def test_a_copy_goes_on_counting_and_removes_its_own(desk: Desk) -> None:
    two_takes(desk)
    mine = copied(desk)
    before = desk.host.snapshot()
    desk.hits = (70,)
    desk.run()
    assert versions(desk) == [("SCORE v001", False), ("SCORE v002", False), ("SCORE v003", True)]
    assert marked(desk) == {(0, "v003"), (70, "v003")}
    assert "SCORE v003 is removed" in desk.run("Remove last score")
    assert desk.host.snapshot() == before
    desk.host.state.project.timeline = mine  # type: ignore[union-attr]
    assert versions(desk) == [("SCORE v001", False), ("SCORE v002", True)]


def test_a_timeline_that_was_renamed_goes_on_counting_and_can_be_revised(desk: Desk) -> None:
    two_takes(desk)
    desk.timeline.name = "Final"
    desk.timeline.markers[100]["note"] = "less piano"
    assert "Take 3" in desk.run("Revise score")
    desk.timeline.name = "Final 2"
    desk.run()
    assert versions(desk)[1:] == [("SCORE v002", False), ("SCORE v003", False), ("SCORE v004", True)]
    desk.timeline.markers[100]["note"] = "busy"
    assert "Take 5" in desk.run("Revise score")


def test_without_the_files_of_older_takes_it_counts_on_and_says_what_is_gone(desk: Desk) -> None:
    two_takes(desk)
    shutil.rmtree(desk.scores)
    desk.run("Revise score")
    assert "The cue sheet of take 2 is gone" in desk.shown[-1]
    desk.hits = (70,)
    desk.run()
    assert versions(desk)[1:] == [("SCORE v002", False), ("SCORE v003", True)]
    assert marked(desk) == {(0, "v003"), (70, "v003")}
    said = desk.run("Remove last score")
    assert "The markers of take 2 are not put back" in said
    assert versions(desk) == [("SCORE v001", False), ("SCORE v002", True)]
    assert marked(desk) == set()


def test_each_removal_brings_back_what_was_before_track_and_markers(desk: Desk) -> None:
    seen = []
    for hits in ((50,), (60,), (70,)):
        desk.hits = hits
        desk.run()
        seen.append((versions(desk), copy.deepcopy(desk.marks())))
    assert [name for name, on in seen[-1][0] if on] == ["SCORE v003"]
    for earlier in seen[1::-1]:
        desk.run("Remove last score")
        assert (versions(desk), desk.marks()) == earlier


def test_a_plot_and_a_hit_on_one_frame_share_a_marker(desk: Desk) -> None:
    desk.hits, desk.plots = (48, 96), ((0, 96), (96, 264))
    desk.run()
    assert desk.marks()[96]["name"] == "Score p2: climax, h002"
    assert {frame: about["duration"] for frame, about in desk.marks().items()} == {0: 96, 48: 1, 96: 168}
    assert desk.marks()[96]["note"] == "met by tempo, +0.20 frames"


@pytest.mark.parametrize("script", ["Score timeline", "Revise score"])
def test_marks_that_the_deliver_page_would_cost_are_seen_before_anything_is_composed(
    desk: Desk, script: str
) -> None:
    desk.run()
    desk.commands.clear()
    desk.timeline.markers[100]["note"] = "less piano"
    desk.host.state.page, desk.timeline.mark_in = "deliver", 24
    desk.run(script)
    assert "In and Out marks would be lost" in desk.shown[-1]
    assert [words[0] for words in desk.commands if words[0] != "describe"] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_page_that_is_not_told_is_not_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Nobody could go back to it."""
    desk.run()
    desk.timeline.markers[100]["note"] = "less piano"
    desk.host.state.page = "color"
    before = desk.host.snapshot()
    monkeypatch.setattr(ResolveCalls, "GetCurrentPage", lambda host, state: None)
    desk.run(script)
    assert "Resolve does not answer (GetCurrentPage)" in desk.shown[-1]
    assert desk.host.snapshot() == before


@pytest.mark.parametrize("script", SCRIPTS)
def test_marks_that_are_not_told_are_not_taken_for_none(desk: Desk, script: str) -> None:
    """However often, and whenever, Resolve gives no answer."""
    if script != "Score timeline":
        desk.run()
    desk.timeline.markers[100]["note"] = "less piano"
    desk.timeline.mark_in, desk.timeline.mark_out = 24, 199
    probe = Desk(copy.deepcopy(desk.host), desk.scores)
    start = len(probe.host.calls)
    probe.run(script)
    asked = [n for n, each in enumerate(probe.host.calls, 1) if each[1] == "GetMarkInOut" and n > start]
    for first in asked:
        again = Desk(copy.deepcopy(desk.host), desk.scores)
        again.host.fails = dict.fromkeys(range(first, first + 3), "refuse")
        again.run(script)
        assert (again.timeline.mark_in, again.timeline.mark_out) == (24, 199), first
    assert asked


def test_a_path_that_resolve_spells_otherwise_is_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ClipCalls.GetClipProperty

    def otherwise(host: Any, clip: Any, *names: Any) -> Any:
        answer = told(host, clip, *names)
        return unicodedata.normalize("NFD", answer) if names == ("File Path",) else answer

    monkeypatch.setattr(ClipCalls, "GetClipProperty", otherwise)
    assert "Take 1" in desk.run()


def test_a_stem_that_resolve_does_not_take_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = PoolCalls.ImportMedia

    def all_but_one(host: Any, pool: Any, paths: list[str]) -> Any:
        return [] if "Bass" in Path(paths[0]).name else taken(host, pool, paths)

    monkeypatch.setattr(PoolCalls, "ImportMedia", all_but_one)
    said = desk.run()
    assert "did not import" in said
    assert "Bass.wav; drag it" in said
    assert "Take 1" in said


def test_a_selection_of_several_clips_is_said_to_be_lost(desk: Desk) -> None:
    project = desk.host.state.project
    assert project is not None
    project.selection = [*project.selection, *project.selection]
    assert "no call selects them again" in desk.run()
