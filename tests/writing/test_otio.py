from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.schema.timeline import EditKind, EditPoint, Knot, MediaSpan, Shot
from bridge.writing.otio import otio_bytes
from tests.writing.make import make_cues, make_form, make_timeline

CUES = make_cues(start=48)
FORM = make_form(CUES)
TIMELINE = make_timeline(CUES)
RATES = [Fraction(24), Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001), Fraction(60_000, 1001)]


def written(timeline: Any = TIMELINE, cues: Any = CUES, form: Any = FORM) -> Any:
    data = otio_bytes(Path("cut/edit.xml"), timeline, cues, form, "edit 100%é.mid")
    return otio.adapters.read_from_string(data.decode("utf-8"), "otio_json")


@pytest.mark.parametrize("rate", RATES)
def test_every_frame_comes_back(rate: Fraction) -> None:
    cues = make_cues(
        rate=rate, start=101, start_timecode=107_892, length=5000, cuts=tuple(range(7, 4990, 37))
    )
    timeline = make_timeline(cues)
    back = written(timeline, cues, make_form(cues))
    assert back.global_start_time == otio.opentime.RationalTime(107_892, float(rate))
    video, music = back.tracks
    starts = [round(video.range_of_child(c).start_time.value) for c in video.find_clips()]
    assert starts == [shot.start_frame for shot in timeline.shots]
    assert all(video.range_of_child(c).start_time.value % 1 == 0 for c in video.find_clips())
    score = music.find_clips()[0]
    assert music.range_of_child(score).start_time.value == 101
    assert score.duration().value == 5000
    assert score.media_reference.target_url == "edit 100%é.mid"
    assert video.duration() == music.duration() == back.duration()
    assert back.duration().rate == float(rate)


def test_plots_are_ranges_and_hits_are_instants_with_their_ids() -> None:
    markers = written().tracks.markers
    plots = [m for m in markers if m.metadata["cuebridge"]["kind"] == "plot"]
    hits = [m for m in markers if m.metadata["cuebridge"]["kind"] == "hit"]
    assert [(m.marked_range.start_time.value, m.marked_range.duration.value) for m in plots] == [
        (p.start_frame, p.end_frame - p.start_frame) for p in CUES.plots
    ]
    assert [m.color for m in plots] == ["PURPLE", "PINK"]
    assert [m.marked_range.start_time.value for m in hits] == [h.frame for h in CUES.hits]
    assert {m.marked_range.duration.value for m in hits} == {1}
    assert [m.metadata["cuebridge"]["id"] for m in hits] == [h.id for h in CUES.hits]
    assert [m.color for m in hits] == ["CYAN", "YELLOW", "CYAN", "RED"]
    assert hits[0].comment == hits[0].metadata["Resolve_OTIO"]["Note"]
    assert hits[0].comment.startswith("=door, slams. ") and "by tempo" in hits[0].comment
    assert hits[3].comment == "left: no beat in reach"


def test_transitions_lie_over_their_joins() -> None:
    cues = make_cues(start=48)
    timeline = make_timeline(cues)
    join = timeline.shots[1].start_frame
    lopsided = EditPoint(join + 2, EditKind.TRANSITION, join - 3, join + 9, "wipe")
    fade_in = EditPoint(51, EditKind.TRANSITION, 48, 54, "fade")
    nowhere = EditPoint(75, EditKind.TRANSITION, 70, 80, "inside a shot")
    back = written(replace(timeline, edit_points=(fade_in, nowhere, lopsided)), cues)
    track = back.tracks[0]
    found = [item for item in track if isinstance(item, otio.schema.Transition)]
    assert [(t.name, t.in_offset.value, t.out_offset.value) for t in found] == [
        ("fade", 0, 6),
        ("wipe", 3, 9),
    ]
    assert track.range_of_child(found[1]).start_time.value == join - 3


def test_media_speed_and_problems_are_kept() -> None:
    def knots(*pairs: tuple[float, float]) -> tuple[Knot, ...]:
        return tuple(Knot(Fraction(str(a)), Fraction(str(b))) for a, b in pairs)

    path = Path("/media/a b.mov")
    shots = (
        Shot("s1", "plain", 0, 50, MediaSpan(path, knots((0, 1), (2, 3)))),
        Shot("s2", "double", 50, 100, MediaSpan(path, knots((0, 4), (2, 8)))),
        Shot("s3", "back", 100, 150, MediaSpan(path, knots((0, 8), (2, 6)))),
        Shot("s4", "freeze", 150, 200, MediaSpan(path, knots((0, 8), (2, 8)))),
        Shot("s5", "ramp", 200, 250, MediaSpan(path, knots((0, 0), (1, 1), (2, 4)))),
        Shot("s6", "frames", 250, 300, MediaSpan(
            Path("/seq/f.%04d.exr"), knots((0, 0.4), (2, 2.4)), Fraction(25), 1001)),
        Shot("s7", "lost", 300, 350, None, "not found"),
        Shot("s8", "overlapped", 340, 400, MediaSpan(path, knots((0, 0), (2.4, 2.4)))),
    )  # fmt: skip
    cues = make_cues(rate=Fraction(25), length=400)
    timeline = replace(make_timeline(cues), shots=shots, edit_points=())
    back = written(timeline, cues, make_form(cues))
    clips = back.tracks[0].find_clips()
    assert [c.source_range.start_time.value for c in clips] == [25, 100, 200, 200, 0, 10, 0, 10]
    assert [c.duration().value for c in clips] == [50] * 7 + [50]
    assert back.tracks[0].range_of_child(clips[7]).start_time.value == 350
    assert [[type(e).__name__ for e in c.effects] for c in clips[:5]] == [
        [], ["LinearTimeWarp"], ["LinearTimeWarp"], ["FreezeFrame"], [],
    ]  # fmt: skip
    assert clips[1].effects[0].time_scalar == 2 and clips[2].effects[0].time_scalar == -1
    assert list(clips[4].metadata["cuebridge"]["time_map"][1]) == ["1", "1"]
    assert clips[0].media_reference.target_url == str(path)
    sequence = clips[5].media_reference
    assert sequence.target_url_for_image_number(0) == "/seq/f.1001.exr"
    assert isinstance(clips[6].media_reference, otio.schema.MissingReference)
    assert clips[6].metadata["cuebridge"]["problem"] == "not found"


def test_a_timeline_without_shots_still_carries_the_music() -> None:
    back = written(replace(TIMELINE, shots=(), edit_points=()))
    assert back.tracks[0].duration().value == TIMELINE.cue_end_frame
    assert back.name == CUES.name
    assert written(replace(TIMELINE, name="")).name == "edit"


def test_same_arguments_same_bytes() -> None:
    first = otio_bytes(Path("a.xml"), TIMELINE, CUES, FORM, "a.mid")
    assert first == otio_bytes(Path("a.xml"), TIMELINE, CUES, FORM, "a.mid")
    assert "schön" in first.decode("utf-8")


def test_names_with_half_characters_can_be_written() -> None:
    shot = replace(
        TIMELINE.shots[0],
        name="\udce9t\udce9",
        media=MediaSpan(
            Path("/a/\udce9.mov"), (Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(1)))
        ),
    )
    back = written(replace(TIMELINE, name="\ud83d", shots=(shot,)))
    assert back.name == "?"
    assert back.tracks[0].find_clips()[0].media_reference.target_url == "/a/?.mov"


SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "otio"


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        ("01_resolve_picchu_excerpt_effects.otio", ""),
        ("08_resolve_fcp7_60fps.xml", ""),
        ("12_otio_cmx3600_speed_effects_small.edl", "24"),
        ("13_otio_cmx3600_dissolve_test_4.edl", "24"),
        ("netflix/Chimera_3840x2160_2997fps_10bit_422.otio", ""),
        ("netflix/SPARKS_HDR10_4K_2020_PQ_1000nits.otio", ""),
    ],
)
def test_what_is_written_reads_like_what_was_read(name: str, fps: str, tmp_path: Path) -> None:
    source = SAMPLES / name
    if not source.exists():
        pytest.skip(f"{source} is not there")
    before = read_timeline(source, Settings(fps=fps), Progress())
    cues = make_cues(
        rate=before.rate, drop=before.drop_frame, length=before.cue_frames, start=before.cue_start_frame,
        start_timecode=before.start_timecode_frames,
        cuts=tuple(point.frame - before.cue_start_frame for point in before.edit_points),
    )  # fmt: skip
    copy = tmp_path / "copy.otio"
    copy.write_bytes(otio_bytes(source, before, cues, make_form(cues), "copy.mid"))
    after = read_timeline(copy, Settings(), Progress())
    for field in ("rate", "drop_frame", "start_timecode_frames", "duration_frames", "edit_points"):
        assert getattr(after, field) == getattr(before, field), field
    assert [(s.start_frame, s.end_frame) for s in after.shots] == [
        (s.start_frame, s.end_frame) for s in before.shots
    ]
