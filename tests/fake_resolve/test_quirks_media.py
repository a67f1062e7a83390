"""Its odd habits with clips, bins and what is placed, one test each; README.md says where they are from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fake_resolve.at_hand import last_items, made, placed, project_of, sound


def test_record_frames_are_absolute_and_a_relative_one_lands_before_the_start(tmp_path: Path):
    host = made()
    placed(host, tmp_path, recordFrame=10)
    (item,) = last_items(host)
    assert item.GetStart() == 10  # and reads back well, though the timeline begins at 86400


@pytest.mark.parametrize("frame", [86410.0, 86410.5])
def test_frames_that_are_no_whole_numbers_reject_the_whole_batch(tmp_path: Path, frame: float):
    host = made()
    assert placed(host, tmp_path, recordFrame=frame) is None
    assert last_items(host) == []


def test_an_overlap_is_dropped_and_nobody_told(tmp_path: Path):
    host = made()
    assert placed(host, tmp_path, trackIndex=1) == []


def test_a_locked_track_takes_nothing_and_nobody_is_told(tmp_path: Path):
    host = made()
    assert placed(host, tmp_path, trackIndex=2) == []


@pytest.mark.parametrize(("habit", "given"), [("none", None), ("empty", []), ("nones", [None])])
def test_what_was_placed_may_be_answered_by_nothing(tmp_path: Path, habit: str, given: Any):
    host = made(appended=habit)
    assert placed(host, tmp_path) == given
    assert [item.GetStart() for item in last_items(host)] == [86410]


def test_what_was_placed_may_be_items_whose_getters_answer_none(tmp_path: Path):
    (item,) = placed(made(appended="hollow"), tmp_path)
    assert item.GetStart() is None


@pytest.mark.parametrize(("inclusive", "length"), [(False, 40), (True, 41)])
def test_end_frames_are_exclusive_or_by_one_source_inclusive(tmp_path: Path, inclusive: bool, length: int):
    host = made(end_inclusive=inclusive)
    placed(host, tmp_path, endFrame=40)
    assert last_items(host)[0].GetDuration() == length


def test_a_sound_has_the_rate_of_the_project_when_it_was_imported(tmp_path: Path):
    host = made()
    host.state.project.settings["timelineFrameRate"] = "25"
    pool = project_of(host).GetMediaPool()
    (clip,) = pool.ImportMedia([sound(tmp_path)])
    assert clip.GetClipProperty("FPS") == "25"


@pytest.mark.parametrize(("told", "frames"), [(False, ""), (True, "48")])
def test_a_sound_does_not_tell_its_frames_a_film_does(tmp_path: Path, told: bool, frames: str):
    host = made(sound_frames=told)
    pool = project_of(host).GetMediaPool()
    (film,) = pool.GetCurrentFolder().GetClipList()
    (clip,) = pool.ImportMedia([sound(tmp_path)])
    assert clip.GetClipProperty("Frames") == frames
    assert film.GetClipProperty("Frames") == "5000"


def test_a_sound_may_not_tell_its_rate(tmp_path: Path):
    pool = project_of(made(no_sound_rate=True)).GetMediaPool()
    (clip,) = pool.ImportMedia([sound(tmp_path)])
    assert clip.GetClipProperty("FPS") == ""


@pytest.mark.parametrize("inclusive", [False, True])
def test_what_goes_beyond_the_end_of_a_sound_is_dropped(tmp_path: Path, inclusive: bool):
    host = made(end_inclusive=inclusive)
    assert placed(host, tmp_path, endFrame=49 - inclusive) == []
    placed(host, tmp_path, endFrame=48 - inclusive)
    assert last_items(host)[0].GetDuration() == 48


def test_two_rates_floor_the_length(tmp_path: Path):
    host = made()
    host.state.project.settings["timelineFrameRate"] = "25"
    placed(host, tmp_path, endFrame=49)
    assert last_items(host)[0].GetDuration() == 47  # 49 * 24 / 25 = 47.04


def test_nothing_is_appended_on_other_pages(tmp_path: Path):
    host = made()
    host.state.page = "fairlight"
    assert placed(host, tmp_path) == []


def test_items_are_not_deleted_on_the_fairlight_page(tmp_path: Path):
    host = made()
    placed(host, tmp_path)
    host.state.page = "fairlight"
    edit = project_of(host).GetCurrentTimeline()
    assert edit.DeleteClips(last_items(host)) is False
    host.state.page = "edit"
    assert edit.DeleteClips(last_items(host)) is True


def test_appending_moves_the_playhead(tmp_path: Path):
    host = made()
    placed(host, tmp_path)
    assert project_of(host).GetCurrentTimeline().GetCurrentTimecode() == "01:00:02:10"


def test_imports_go_into_the_current_bin_and_take_the_selection(tmp_path: Path):
    host = made()
    pool = project_of(host).GetMediaPool()
    pool.ImportMedia([sound(tmp_path)])
    assert [clip.GetName() for clip in pool.GetCurrentFolder().GetClipList()] == ["take one.mov", "mix.wav"]
    assert [clip.GetName() for clip in pool.GetSelectedClips()] == ["mix.wav"]


def test_what_is_no_media_is_not_imported_and_nobody_told(tmp_path: Path):
    (tmp_path / "score.mid").write_bytes(b"MThd")
    assert project_of(made()).GetMediaPool().ImportMedia([str(tmp_path / "score.mid"), "/none.wav"]) == []


def test_a_new_bin_is_opened():
    pool = project_of(made()).GetMediaPool()
    pool.AddSubFolder(pool.GetRootFolder(), "Score")
    assert pool.GetCurrentFolder().GetName() == "Score"


def test_deleting_a_picture_leaves_its_sound():
    edit = project_of(made()).GetCurrentTimeline()
    assert edit.DeleteClips(edit.GetItemListInTrack("video", 1)) is True
    assert edit.GetItemListInTrack("video", 1) == []
    assert [item.GetName() for item in edit.GetItemListInTrack("audio", 1)] == ["talk"]


def test_another_bin_clears_the_selection():
    pool = project_of(made()).GetMediaPool()
    assert [clip.GetName() for clip in pool.GetSelectedClips()] == ["take one.mov"]
    assert pool.SetCurrentFolder(pool.GetCurrentFolder()) is True
    assert len(pool.GetSelectedClips()) == 1
    assert pool.SetCurrentFolder(pool.GetRootFolder()) is True
    assert pool.GetSelectedClips() == []


def test_clips_that_are_deleted_leave_their_items_offline(tmp_path: Path):
    host = made()
    placed(host, tmp_path)
    (item,) = last_items(host)
    clip = item.GetMediaPoolItem()
    assert clip.GetClipProperty("Usage") == "1"
    assert project_of(host).GetMediaPool().DeleteClips([clip]) is True
    (item,) = last_items(host)
    assert (item.GetStart(), item.GetMediaPoolItem()) == (86410, None)
