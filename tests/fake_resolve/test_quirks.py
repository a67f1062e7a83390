"""The host's odd habits, one test each; README.md says where they are from. See also test_quirks_media.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fake_resolve import SUPPORTED, FakeResolve, Injected, Misuse
from tests.fake_resolve.at_hand import made, project_of
from tests.fake_resolve.scenes import timeline, worked_in
from tests.fake_resolve.state import Item, State


def test_hasattr_is_always_true_and_an_unknown_method_is_none():
    resolve = made().resolve
    assert hasattr(resolve, "NoSuchThing")
    assert resolve.NoSuchThing is None
    assert "NoSuchThing" not in dir(resolve)


@pytest.mark.parametrize(("habit", "nothing"), [(False, []), (True, None)])
def test_a_list_of_nothing_may_be_none(habit: bool, nothing: Any):
    host = made(nothing_is_none=habit)
    project = project_of(host)
    (rushes, _) = project.GetMediaPool().GetRootFolder().GetSubFolderList()
    assert rushes.GetSubFolderList() == nothing
    assert project.GetMediaPool().GetRootFolder().GetClipList() == nothing
    assert project.GetCurrentTimeline().GetItemListInTrack("audio", 2) == nothing
    host.state.project.timeline.markers = {}
    assert (project.GetCurrentTimeline().GetMarkers() is None) == habit


def test_a_method_of_a_later_version_is_none_and_not_listed():
    edit = project_of(made("18.5.0")).GetCurrentTimeline()
    assert edit.GetMarkInOut is None
    assert "GetMarkInOut" not in dir(edit)


def test_constants_are_attributes_that_dir_does_not_list():
    resolve = made().resolve
    assert resolve.EXPORT_OTIO is not None
    assert "EXPORT_OTIO" not in dir(resolve)


def test_a_constant_by_its_name_is_rejected_silently_and_no_file_appears(tmp_path: Path):
    host = made()
    edit = project_of(host).GetCurrentTimeline()
    assert edit.Export(str(tmp_path / "a.otio"), "EXPORT_OTIO") is False
    assert list(tmp_path.iterdir()) == []
    assert edit.Export(str(tmp_path / "a.otio"), host.resolve.EXPORT_OTIO) is True


def test_edl_and_aaf_need_a_subtype(tmp_path: Path):
    host = made()
    edit, resolve = project_of(host).GetCurrentTimeline(), host.resolve
    assert edit.Export(str(tmp_path / "a.edl"), resolve.EXPORT_EDL) is False
    assert edit.Export(str(tmp_path / "a.edl"), resolve.EXPORT_EDL, resolve.EXPORT_NONE) is True


def test_fcpxml_1_10_is_a_folder(tmp_path: Path):
    host = made()
    project_of(host).GetCurrentTimeline().Export(str(tmp_path / "a.fcpxmld"), host.resolve.EXPORT_FCPXML_1_10)
    assert (tmp_path / "a.fcpxmld" / "Info.fcpxml").is_file()


def test_keywords_and_wrong_counts_of_arguments_are_misuse():
    edit = project_of(made()).GetCurrentTimeline()
    with pytest.raises(Misuse):
        edit.GetTrackCount(trackType="audio")
    with pytest.raises(Misuse):
        edit.GetTrackCount()
    with pytest.raises(Misuse):
        edit.GetStartFrame(1)


def test_what_the_fake_does_not_model_is_said_and_not_passed_over():
    with pytest.raises(Misuse, match=r"does not model Timeline\.GrabStill"):
        project_of(made()).GetCurrentTimeline().GrabStill()


def test_the_end_of_a_timeline_is_exclusive_or_inclusive():
    ends = [project_of(made(end_frame_inclusive=b)).GetCurrentTimeline().GetEndFrame() for b in (False, True)]
    assert ends == [86664, 86663]


def test_a_new_track_is_mono_unless_it_is_said():
    edit = project_of(made()).GetCurrentTimeline()
    edit.AddTrack("audio")
    assert edit.GetTrackSubType("audio", 3) == "mono"
    edit.AddTrack("audio", "stereo")
    assert edit.GetTrackSubType("audio", 4) == "stereo"


def test_a_track_added_at_an_index_moves_the_users_tracks():
    edit = project_of(made()).GetCurrentTimeline()
    edit.AddTrack("audio", {"audioType": "stereo", "index": 1})
    assert edit.GetTrackName("audio", 2) == "Dialogue"


def test_one_frame_has_one_marker():
    edit = project_of(made()).GetCurrentTimeline()
    assert edit.AddMarker(30, "Mint", "x", "", 1, "ours") is False
    assert edit.AddMarker(31, "Mint", "x", "", 1, "ours") is True
    assert edit.AddMarker(32, "Beige", "x", "", 1, "ours") is False


@pytest.mark.parametrize("floats", [False, True])
def test_markers_count_from_the_timelines_start_and_keys_may_be_floats(floats: bool):
    markers = project_of(made(float_markers=floats)).GetCurrentTimeline().GetMarkers()
    assert list(markers) == [30, 100]
    assert {type(frame) for frame in markers} == {float if floats else int}


def test_marks_count_from_the_timelines_start_and_are_left_out_where_unset():
    host = made()
    edit = project_of(host).GetCurrentTimeline()
    assert edit.GetMarkInOut() == {}
    host.state.project.timeline.mark_in = 24
    assert edit.GetMarkInOut()["video"] == {"in": 24}


def test_the_deliver_page_sets_marks_of_its_own():
    host = made()
    host.state.project.timeline.mark_in, host.state.project.timeline.mark_out = 10, 20
    host.resolve.OpenPage("deliver")
    assert project_of(host).GetCurrentTimeline().GetMarkInOut()["video"] == {"in": 0, "out": 263}


def test_a_timeline_has_a_rate_of_its_own():
    host = made()
    host.state.project.settings["timelineFrameRate"] = "30"
    assert project_of(host).GetSetting("timelineFrameRate") == "30"
    assert project_of(host).GetCurrentTimeline().GetSetting("timelineFrameRate") == "24"


def test_a_rate_may_be_a_number():
    assert project_of(made(rate_as_number=True)).GetCurrentTimeline().GetSetting("timelineFrameRate") == 24.0


def test_drop_frame_is_a_setting_and_shows_in_timecodes():
    host = FakeResolve(state=worked_in(timeline(rate="29.97", drop=True, start=107892)))
    edit = project_of(host).GetCurrentTimeline()
    assert edit.GetSetting("timelineDropFrameTimecode") == "1"
    assert edit.GetStartTimecode() == "01:00:00;00"


@pytest.mark.parametrize(("language", "word"), [("en", "Complete"), ("de", "Abgeschlossen"), ("ja", "完了")])
def test_the_status_of_a_render_is_said_in_the_users_language(language: str, word: str):
    host = made(language=language)
    host.resolve.OpenPage("deliver")
    project = project_of(host)
    project.LoadRenderPreset("Audio Only")
    job = project.AddRenderJob()
    assert project.StartRendering(job) is True
    assert project.GetRenderJobStatus(job) == {"JobStatus": word, "CompletionPercentage": 100}
    assert project.DeleteRenderJob(job) is True


def test_render_settings_add_up_over_what_is_hidden():
    host = made()
    host.resolve.OpenPage("deliver")
    project = project_of(host)
    project.LoadRenderPreset("Audio Only")
    project.SetRenderSettings({"CustomName": "video"})
    project.AddRenderJob()
    assert project.GetRenderJobList()[0]["ExportVideo"] is False


def test_objects_go_stale_when_another_project_is_opened():
    host = made()
    project = project_of(host)
    edit = project.GetCurrentTimeline()
    host.resolve.GetProjectManager().LoadProject("Another project")
    assert edit.GetName() is None
    assert project.GetName() is None
    assert project_of(host).GetName() == "Another project"


def test_on_the_free_edition_a_studio_call_opens_a_modal_and_then_all_fail():
    host = made("20.1", "Free")
    edit = project_of(host).GetCurrentTimeline()
    assert edit.GetName() == "Film ü 1"
    assert edit.DetectSceneCuts() is False
    assert edit.GetName() is False
    host.modal = False
    assert edit.GetName() == "Film ü 1"


@pytest.mark.parametrize(
    ("version", "edition", "has"),
    [("19.0", "Free", True), ("19.1", "Free", False), ("21.0.0", "Free", False), ("21.0.0", "Studio", True)],
)
def test_windows_are_for_studio_since_19_1(version: str, edition: str, has: bool):
    host = made(version, edition)
    assert (host.fusion.UIManager is not None) == has
    assert host.modal == (not has)


def test_after_resolve_has_quit_its_objects_answer_nothing():
    host = made()
    edit = project_of(host).GetCurrentTimeline()
    host.gone = True
    assert host.fusion.Test is None
    assert edit.GetName() is None


@pytest.mark.parametrize(("edition", "external", "served"), [
    ("Studio", True, True), ("Studio", False, False), ("Free", True, False),
])  # fmt: skip
def test_scripts_from_outside_are_for_studio_where_they_are_allowed(
    edition: str, external: bool, served: bool
):
    host = made(edition=edition)
    host.external = external
    assert (host.scriptapp("Resolve") is not None) == served
    assert host.resolve.GetProductName()  # from the menu it is there all the same


def test_transitions_are_items_without_a_clip_and_without_properties():
    host = made()
    dissolve = Item("Cross Dissolve", 86490, 86502, kind="transition")
    host.state.project.timeline.tracks["video"][0].items.append(dissolve)
    items = project_of(host).GetCurrentTimeline().GetItemListInTrack("video", 1)
    assert [item.GetName() for item in items] == ["shot 1", "Cross Dissolve", "shot 2", "shot 3"]
    assert [item.GetProperty() == {} for item in items] == [False, True, False, False]
    assert items[1].GetMediaPoolItem() is None
    (title,) = project_of(host).GetCurrentTimeline().GetItemListInTrack("video", 2)
    assert title.GetProperty() != {}


def test_a_call_may_take_minutes():
    host = made(slow_s=180.0)
    project_of(host)
    assert host.clock_s == 360


def test_a_save_of_an_untitled_project_is_refused():
    host = made()
    host.state.project.name = "Untitled Project"
    assert host.resolve.GetProjectManager().SaveProject() is False


def test_no_project_and_no_timeline_are_none():
    host = FakeResolve(state=State())
    assert project_of(host) is None
    assert host.resolve.GetCurrentPage() is None
    host = made()
    host.state.project.timeline = None
    assert project_of(host).GetCurrentTimeline() is None


@pytest.mark.parametrize("version", SUPPORTED)
def test_a_call_can_be_made_to_fail_before_or_after_it_is_done(version: str):
    host = made(version)
    edit = project_of(host).GetCurrentTimeline()
    host.fails = {len(host.calls) + 1: "refuse", len(host.calls) + 2: "raise"}
    assert edit.AddTrack("audio", "stereo") is None
    assert len(host.state.project.timeline.tracks["audio"]) == 2
    with pytest.raises(Injected):
        edit.AddTrack("audio", "stereo")
    assert len(host.state.project.timeline.tracks["audio"]) == 3


def test_a_marker_before_the_start_or_after_the_last_frame_is_refused():
    edit = project_of(made()).GetCurrentTimeline()
    assert edit.AddMarker(263, "Mint", "x", "", 1, "ours") is True
    assert edit.AddMarker(264, "Mint", "x", "", 1, "ours") is False
    assert edit.AddMarker(-1, "Mint", "x", "", 1, "ours") is False


@pytest.mark.parametrize(
    ("page", "told"), [("media", False), ("fusion", False), ("edit", True), ("fairlight", True)]
)
def test_the_playhead_has_no_timecode_on_two_pages(page: str, told: bool):
    host = made()
    host.resolve.OpenPage(page)
    edit = project_of(host).GetCurrentTimeline()
    assert edit.GetCurrentTimecode() == ("01:00:00:17" if told else "")
    assert edit.SetCurrentTimecode("01:00:01:00") is told
