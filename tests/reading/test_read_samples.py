"""Real timelines from outside: what each must come out as. They lie beside the repository, where they do."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.errors import TimelineError
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.schema.timeline import Timeline
from tests.reading.conftest import cuts

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "otio"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample timelines are not beside the repository"
)


def sample(name: str, fps: str = "", copy_to: Path | None = None) -> Timeline:
    path = SAMPLES / name
    if copy_to is not None:
        path = copy_to / f"{path.stem}.otio"
        path.write_bytes((SAMPLES / name).read_bytes())
    return read_timeline(path, Settings(fps=fps), Progress())


def test_resolve_timeline_with_stills_titles_and_offline_shots() -> None:
    timeline = sample("01_resolve_picchu_excerpt_effects.otio")
    assert (timeline.rate, timeline.start_timecode_frames, timeline.cue_frames) == (24, 86400, 1125)
    # V5's offline shots cover the stills, the titles and the dissolve under them.
    assert cuts(timeline) == [500, 816, 1027] == [point.frame for point in timeline.edit_points]
    assert all(shot.media is None and "layout" in shot.problem for shot in timeline.shots)


def test_resolve_fcp7_xml() -> None:
    timeline = sample("08_resolve_fcp7_60fps.xml")
    assert (timeline.rate, timeline.start_timecode_frames) == (60, 216_000)
    assert len(timeline.shots) == 9
    assert cuts(timeline)[:3] == [306, 122_014, 171_309]
    assert timeline.cue_end_frame == 461_349


def test_speeds_edl() -> None:
    timeline = sample("12_otio_cmx3600_speed_effects_small.edl", "24")
    assert timeline.start_timecode_frames == 86400
    assert cuts(timeline) == [126, 12_240, 12_257, 12_258, 12_276, 16_600]


def test_dissolves_edl() -> None:
    timeline = sample("13_otio_cmx3600_dissolve_test_4.edl", "24")
    gradual = [(p.start_frame, p.end_frame) for p in timeline.edit_points if p.kind.value == "transition"]
    assert gradual == [(81, 116), (162, 226)]
    assert cuts(timeline) == [30, 246, 342]


def test_marker_edl_says_what_it_is() -> None:
    with pytest.raises(TimelineError, match="markers, not an edit"):
        sample("11_resolve_timeline_markers_30fps.edl", "30")


@pytest.mark.parametrize(
    ("name", "rate", "frames", "edits"),
    [
        ("Chimera_3840x2160_2997fps_10bit_422.otio", Fraction(30000, 1001), 1810, 5),
        ("ElFuente_4096x2160_60fps_10bit_420_remix1.otio", Fraction(60), 1030, 4),
        ("Meridian_UHD4k5994_HDR_P3PQ.otio", Fraction(60000, 1001), 43_092, 82),
        ("SPARKS_HDR10_4K_2020_PQ_1000nits.otio", Fraction(60000, 1001), 13_777, 38),
    ],
)
def test_netflix_edits(name: str, rate: Fraction, frames: int, edits: int) -> None:
    timeline = sample(f"netflix/{name}")
    assert (timeline.rate, timeline.cue_frames, len(timeline.edit_points)) == (rate, frames, edits)


@pytest.mark.parametrize(
    ("name", "frames", "marker"),
    [
        ("02_resolve_clip_img_seq_2x_speed_resolve.json", 11, 4),
        ("04_resolve_clip_qt_retimed_speed.json", 171, 85),
        ("05_resolve_clip_img_seq_embedded_tc.json", 74, 37),
        ("07_resolve_clip_qt_handle_tail_review.json", 66, 33),
    ],
)
def test_single_clips_with_their_markers(tmp_path: Path, name: str, frames: int, marker: int) -> None:
    timeline = sample(name, copy_to=tmp_path)
    assert timeline.cue_frames == frames
    assert [mark.frame for mark in timeline.markers] == [marker]
    assert timeline.markers[0].note.startswith("{")
