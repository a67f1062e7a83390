"""What a take brings, what the next one replaces, what Remove takes away and what Revise asks for."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import Desk
from tests.fake_resolve import Quirks
from tests.fake_resolve.pool import ClipCalls
from tests.fake_resolve.scenes import timeline
from tests.fake_resolve.state import Item


def bins(desk: Desk) -> dict[str, list[str]]:
    """Bins of ours by their paths, with the names of their clips."""
    found: dict[str, list[str]] = {}

    def walk(folder: Any, path: str) -> None:
        for inner in folder.bins:
            found[f"{path}{inner.name}"] = sorted(clip.name for clip in inner.clips)
            walk(inner, f"{path}{inner.name}/")

    walk(desk.host.state.project.root, "")  # type: ignore[union-attr]
    return {path: clips for path, clips in found.items() if path.startswith("Score")}


def test_mix_and_stems_lie_in_a_bin_of_the_take_and_the_mix_alone_is_placed(desk: Desk) -> None:
    said = desk.run()
    assert bins(desk) == {
        "Score": [], "Score/Film ü 1": [],
        "Score/Film ü 1/v001": ["Bass.wav", "Film ü 1.wav", "Strings ü.wav"],
    }  # fmt: skip
    (track,) = desk.tracks()
    assert [item.name for item in track.items] == ["Film ü 1.wav"]
    assert [t.name for t in desk.timeline.tracks["audio"]] == ["Dialogue", "Audio 2", "SCORE v001"]
    folder = desk.scores / "Große Fahrt_ Teil 1_2" / "Film ü 1"
    assert str(folder) in said
    assert (folder / "Film ü 1.mid").is_file()
    assert "rings on for 24 frames" in said
    assert "longer than its picture" in said


def test_music_that_ends_before_the_picture_lengthens_nothing(desk: Desk) -> None:
    desk.timeline.mark_in, desk.timeline.mark_out = 0, 199
    said = desk.run()
    assert "rings on for 24 frames" in said
    assert "longer than its picture" not in said


def test_markers_are_mint_hidden_words_say_whose_they_are_and_none_takes_a_frame_of_the_users(
    desk: Desk,
) -> None:
    desk.hits = (30, 96)  # the user has a marker on 30
    mine = copy.deepcopy(desk.timeline.markers)
    said = desk.run()
    assert {frame: desk.timeline.markers[frame] for frame in mine} == mine
    assert {about["color"] for about in desk.marks().values()} == {"Mint"}
    assert desk.marks()[96]["name"] == "Score h002"
    assert desk.marks()[96]["note"] == "met by tempo, +0.20 frames"
    assert desk.marks()[0]["name"] == "Score p1: climax"
    assert "1 have no marker" in said


def test_a_rerun_replaces_its_own_markers_only_and_switches_the_older_take_off(desk: Desk) -> None:
    desk.run()
    desk.timeline.markers[200] = {
        "color": "Mint",
        "duration": 1,
        "note": "",
        "name": "mine",
        "customData": "",
    }
    desk.hits = (60, 97)
    desk.run()
    assert [(track.name, track.enabled) for track in desk.tracks()] == [
        ("SCORE v001", False),
        ("SCORE v002", True),
    ]
    assert set(desk.marks()) == {0, 60, 97}
    assert {30, 100, 200} <= set(desk.timeline.markers)
    assert [marker["frame"] for marker in desk.sent[1]] == [30, 100, 200]  # ours direct nothing
    assert set(bins(desk)) == {"Score", "Score/Film ü 1", "Score/Film ü 1/v001", "Score/Film ü 1/v002"}


def test_a_marker_of_ours_that_was_edited_is_the_users_from_then_on(desk: Desk) -> None:
    desk.run()
    desk.timeline.markers[96]["note"] = "must"
    desk.run()
    assert [marker["frame"] for marker in desk.sent[1]] == [30, 96, 100]
    assert desk.timeline.markers[96]["note"] == "must"
    desk.run("Remove last score")
    desk.run("Remove last score")
    assert desk.timeline.markers[96]["note"] == "must"
    assert {frame for frame in desk.marks() if frame != 96} == set()


def test_markers_of_a_score_placed_by_hand_are_not_sent_as_the_users(desk: Desk) -> None:
    """A list of markers that Resolve imported has no hidden words: colour and name tell whose they are."""
    about = {"color": "Mint", "duration": 300, "note": "", "name": "Score p1: climax", "customData": ""}
    desk.timeline.markers[1] = about
    desk.timeline.markers[2] = {**about, "name": "Scored", "duration": 1}
    desk.timeline.markers[3] = {**about, "color": "Red", "duration": 1}
    desk.run()
    assert [marker["frame"] for marker in desk.sent[0]] == [2, 3, 30, 100]


def test_of_a_marker_of_ours_that_was_edited_the_users_words_alone_are_sent(desk: Desk) -> None:
    desk.run()
    desk.timeline.markers[0]["note"] = "less piano"
    desk.run()
    assert [(m["name"], m["note"]) for m in desk.sent[1] if m["frame"] == 0] == [("", "less piano")]


def test_a_track_of_the_users_that_is_called_like_ours_is_left_alone(desk: Desk) -> None:
    theirs = desk.timeline.tracks["audio"][0]
    theirs.name = "SCORE v009"
    items = list(theirs.items)
    desk.run()
    desk.run("Remove last score")
    assert theirs.enabled
    assert theirs.items == items
    assert [t.name for t in desk.timeline.tracks["audio"]] == ["SCORE v009", "Audio 2"]


def test_without_a_soundfont_that_is_said_and_markers_and_files_come_alone(desk: Desk) -> None:
    desk.sound = False
    before = desk.host.snapshot()
    said = desk.run()
    assert "only markers and files" in said
    assert "no soundfont was found" in said
    assert sorted(desk.marks()) == [0, 48, 96, 144]
    after = desk.host.snapshot()
    for project in (before, after):
        project["projects"][0]["timelines"][0]["markers"] = {}
    assert after == before
    desk.run("Remove last score")
    assert desk.marks() == {}


def test_a_score_whose_sound_failed_is_brought_back_without(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sound = False
    answer = Desk._answer

    def failing(self: Desk, words: list[str]) -> Any:
        yield from answer(self, words)
        yield {"event": "error", "message": "the disk is full", "what": "the disk is full"}

    monkeypatch.setattr(Desk, "_answer", failing)
    said = desk.run()
    assert "the disk is full" in said
    assert sorted(desk.marks()) == [0, 48, 96, 144]


def test_an_error_of_the_command_is_said_in_its_words(desk: Desk) -> None:
    desk.fails = {"what": "a model is missing", "where": "", "remedy": "Install Cuebridge again"}
    before = desk.host.snapshot()
    desk.run()
    assert desk.shown == ["a model is missing.\nInstall Cuebridge again"]
    assert desk.host.snapshot() == before


def test_the_brief_is_a_marker_and_may_begin_with_a_dash(desk: Desk) -> None:
    about = {
        "color": "Blue",
        "duration": 1,
        "note": "- calm,\nsolo piano",
        "name": "Brief:",
        "customData": "",
    }
    desk.timeline.markers[5] = about
    desk.run()
    assert "--brief=- calm, solo piano" in desk.words("score")
    assert [marker["frame"] for marker in desk.sent[0]] == [30, 100]


def test_where_no_note_is_kept_on_a_clip_the_music_is_there_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClipCalls, "SetMetadata", lambda host, clip, name, value: False)
    said = desk.run()
    assert "keeps no Comments on the clip" in said
    assert [item.start for item in desk.tracks()[0].items] == [86400]


def test_remove_says_when_there_is_nothing(desk: Desk) -> None:
    desk.run("Remove last score")
    assert "There is no score of Cuebridge's" in desk.shown[0]


@pytest.mark.parametrize("page", ["edit", "fairlight", "deliver", "media"])
def test_remove_takes_away_exactly_what_was_made_from_any_page(desk: Desk, page: str) -> None:
    desk.host.state.page = page
    before = desk.host.snapshot()
    for _ in range(3):
        desk.run()
    for number in (3, 2, 1):
        assert f"SCORE v00{number} is removed" in desk.run("Remove last score")
    assert desk.host.snapshot() == before
    assert desk.shown == []


def test_a_list_of_nothing_that_is_answered_with_none_is_no_failure(sit: Sit) -> None:
    desk = sit(nothing_is_none=True)
    desk.timeline.markers = {}
    root = desk.host.state.project.root  # type: ignore[union-attr]
    root.bins, root.clips, desk.host.state.project.current = [], root.bins[0].clips, root  # type: ignore[union-attr]
    before = desk.host.snapshot()
    assert "Take 1" in desk.run()
    assert len(bins(desk)["Score/Film ü 1/v001"]) == 3
    desk.timeline.markers[5] = {"color": "Red", "duration": 1, "note": "busy", "name": "", "customData": ""}
    assert "Take 2" in desk.run("Revise score")
    del desk.timeline.markers[5]
    desk.run("Remove last score")
    assert "SCORE v001 is removed" in desk.run("Remove last score")
    assert desk.shown == []
    assert desk.host.snapshot() == before


def test_remove_leaves_a_track_that_something_of_the_users_lies_on(desk: Desk) -> None:
    desk.run()
    (track,) = desk.tracks()
    mine = Item("mine", 90000, 90010)
    track.items.append(mine)
    said = desk.run("Remove last score")
    assert "has something of yours on it, and stays" in said
    assert desk.tracks() == [track]
    assert track.items == [mine]


def test_remove_takes_a_locked_track_of_ours_as_well(desk: Desk) -> None:
    desk.run()
    desk.tracks()[0].locked = True
    desk.run("Remove last score")
    assert desk.tracks() == []


def test_remove_leaves_bins_with_something_of_the_users_in_them(desk: Desk) -> None:
    desk.run()
    score = desk.host.state.project.root.bins[-1]  # type: ignore[union-attr]
    score.bins[0].clips.append(copy.copy(desk.timeline.tracks["video"][0].items[0].clip))
    desk.run("Remove last score")
    assert bins(desk) == {"Score": [], "Score/Film ü 1": ["take one.mov"]}


def test_remove_leaves_the_clips_that_another_timeline_uses(desk: Desk) -> None:
    desk.run()
    item = desk.tracks()[0].items[0]
    project = desk.host.state.project
    assert project is not None
    project.timelines[1].tracks["audio"][0].items.append(Item("used", 0, 10, item.clip))
    said = desk.run("Remove last score")
    assert "used elsewhere too" in said
    assert "Score/Film ü 1/v001" in bins(desk)
    assert desk.tracks() == []


def test_remove_leaves_the_clips_whose_stem_the_user_has_placed(desk: Desk) -> None:
    """A clip that is deleted takes what lies of it on timelines offline."""
    desk.run()
    project = desk.host.state.project
    assert project is not None
    (stem,) = [clip for each in project.root.walk() for clip in each.clips if clip.name == "Bass.wav"]
    desk.timeline.tracks["audio"][0].items.append(Item("mine", 90000, 90010, stem))
    said = desk.run("Remove last score")
    assert "Bass.wav is used elsewhere too" in said
    assert desk.timeline.tracks["audio"][0].items[-1].clip is stem
    assert len(bins(desk)["Score/Film ü 1/v001"]) == 3
    assert desk.tracks() == []


def test_remove_on_a_copy_of_the_timeline_leaves_the_first_ones_clips(desk: Desk) -> None:
    desk.run()
    project = desk.host.state.project
    assert project is not None
    mine = desk.timeline
    twin = copy.deepcopy(mine)
    twin.uid, twin.name = "uid-twin", "Film ü 1 copy"
    for track, other in zip(mine.tracks["audio"], twin.tracks["audio"]):
        for item, copied in zip(track.items, other.items):
            copied.clip = item.clip
    project.timelines.append(twin)
    project.timeline = twin
    assert "is a copy" in desk.run("Remove last score")
    assert desk.tracks() == []
    project.timeline = mine
    assert desk.tracks()[0].items[0].clip is not None
    assert "Score/Film ü 1/v001" in bins(desk)


def test_a_timeline_that_was_renamed_is_still_known(desk: Desk) -> None:
    desk.run()
    desk.timeline.name = "Final"
    desk.run("Remove last score")
    assert (desk.tracks(), bins(desk), desk.shown) == ([], {}, [])


def revised(desk: Desk) -> list[list[str]]:
    return [words for words in desk.commands if words[0] == "revise"]


def test_revise_composes_anew_what_changed_markers_touch_and_nothing_else(sit: Sit) -> None:
    desk = sit(edit=timeline(lengths=(100, 100, 100, 100)))
    desk.plots = ((0, 100), (100, 200), (200, 300), (300, 400))
    desk.run()
    desk.timeline.markers[250] = {
        "color": "Red", "duration": 1, "note": "less piano", "name": "Marker 3", "customData": "",
    }  # fmt: skip
    desk.timeline.markers[300]["note"] = "more tension"  # ours, of the plot p4
    said = desk.run("Revise score")
    asked = [(w[w.index("--plots") + 1], [x for x in w if x.startswith("--brief=")]) for w in revised(desk)]
    assert asked == [
        ("p3,p4", []), ("p3", ["--brief=less piano"]), ("p4", ["--brief=more tension"]),
    ]  # fmt: skip
    assert ["--markers" in words for words in revised(desk)] == [True, False, False]
    assert "Take 2" in said, said
    first, _, last = revised(desk)
    assert first[first.index("-o") + 1] != str(Path(desk.words("score")[1]).parents[1])
    assert not Path(first[first.index("-o") + 1]).exists()  # what lies between is not kept
    assert last[1].startswith(first[first.index("-o") + 1])
    assert ("--audio" in first, "--audio" in last) == (False, True)
    assert [(track.name, track.enabled) for track in desk.tracks()] == [
        ("SCORE v001", False),
        ("SCORE v002", True),
    ]


def test_revise_counts_a_marker_that_was_taken_away_and_one_that_lasts(sit: Sit) -> None:
    desk = sit(edit=timeline(lengths=(100, 100, 100)))
    desk.plots = ((0, 100), (100, 200), (200, 300))
    desk.run()
    del desk.timeline.markers[30]
    desk.timeline.markers[150] = {
        "color": "Red",
        "duration": 80,
        "note": "calm",
        "name": "",
        "customData": "",
    }
    desk.run("Revise score")
    asked = {w[w.index("--plots") + 1]: [x for x in w if x.startswith("--brief=")] for w in revised(desk)}
    assert asked == {"p1,p2,p3": [], "p1": [], "p2,p3": ["--brief=calm"]}
    assert [marker["frame"] for marker in desk.sent[-1]] == [100, 150]
    again = len(revised(desk))
    desk.run("Revise score")
    assert len(revised(desk)) == again  # what was sent is remembered with the take
    assert "No marker has changed since take 2" in desk.shown[-1]


def test_revise_is_refused_where_it_is_not_offered_or_there_is_nothing(desk: Desk) -> None:
    desk.run("Revise score")
    assert "Run Score timeline first" in desk.shown[-1]
    desk.run()
    desk.offers = ["StartScore"]
    desk.run("Revise score")
    assert "does not offer to revise" in desk.shown[-1]
    assert revised(desk) == []


def test_a_trace_of_what_it_ran_in_is_left_for_the_doctor(desk: Desk) -> None:
    desk.run()
    about = json.loads((desk.scores / "last-run.json").read_text(encoding="utf-8"))
    assert (about["product"], about["version"]) == ("DaVinci Resolve Studio", "21.0.0.7")


def test_an_otio_constant_that_is_none_makes_it_xml(sit: Sit) -> None:
    desk = sit(no_otio=True)
    assert Quirks(no_otio=True) == desk.host.quirks
    desk.run()
    assert desk.words("score")[1].endswith(".xml")
