"""What the fake exports is read by our own reader as what stands on the timeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.timebase import parse_rate
from tests.fake_resolve import FakeResolve
from tests.fake_resolve.scenes import timeline, worked_in


@pytest.mark.parametrize("kind", ["EXPORT_OTIO", "EXPORT_FCP_7_XML"])
@pytest.mark.parametrize(
    ("rate", "start"), [("24", 86400), ("23.976", 86400), ("59.94", 0), ("25", 900000), ("120", 432000)]
)
def test_an_export_reads_as_the_timeline(tmp_path: Path, kind: str, rate: str, start: int):
    edit = timeline(rate=rate, start=start)
    host = FakeResolve(state=worked_in(edit))
    path = tmp_path / ("a.otio" if kind == "EXPORT_OTIO" else "a.xml")
    remote = host.resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    assert remote.Export(str(path), getattr(host.resolve, kind)) is True
    read = read_timeline(path, Settings(), Progress())
    assert read.rate == parse_rate(rate)
    assert read.start_timecode_frames == start
    assert [point.frame for point in read.edit_points] == [96, 144]
    assert [(shot.start_frame, shot.end_frame) for shot in read.shots] == [(0, 96), (96, 144), (144, 264)]
    if kind == "EXPORT_OTIO":
        marks = [(marker.frame, marker.name, marker.note) for marker in read.markers]
        assert marks == [(30, "must", ""), (100, "Marker 2", "tense")]


def test_an_otio_has_resolves_own_shape(tmp_path: Path):
    edit = timeline()
    host = FakeResolve(state=worked_in(edit))
    path = tmp_path / "a.otio"
    remote = host.resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    assert remote.Export(str(path), host.resolve.EXPORT_OTIO) is True
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["name"] == ""
    assert written["global_start_time"]["value"] == 86400
    picture, titles, dialogue, empty = written["tracks"]["children"]
    shot = picture["children"][0]["media_references"]["DEFAULT_MEDIA"]
    assert shot["target_url"] == "/media/Größe 1/take one.mov"
    assert [each["OTIO_SCHEMA"] for each in titles["children"]] == ["Gap.1", "Clip.2", "Gap.1"]
    title = titles["children"][1]["media_references"]["DEFAULT_MEDIA"]
    assert title["OTIO_SCHEMA"] == "MissingReference.1"
    for track in (picture, titles, dialogue, empty):
        assert sum(each["source_range"]["duration"]["value"] for each in track["children"]) == 264
    marker = written["tracks"]["markers"][1]
    assert (marker["comment"], marker["color"]) == ("", "BLUE")
    assert marker["metadata"]["Resolve_OTIO"]["Note"] == "tense"
