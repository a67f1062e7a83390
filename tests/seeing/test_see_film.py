"""A bare film: its cuts to the frame, and one decoding pass for everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import Cancelled, MediaError, TimelineError
from bridge.progress import Progress
from bridge.schema.timeline import EditKind, Timeline
from bridge.seeing import film_timeline, is_film, see
from bridge.seeing.frames import Film
from tests.make_media import Scene, drifting, film, make_demo, solid
from tests.seeing.conftest import SMALL

COLORS = [(180, 60, 40), (40, 80, 170), (90, 160, 60), (200, 190, 160), (60, 40, 90)]
LENGTHS = [31, 7, 43, 29, 38]


def hard(timeline: Timeline) -> list[int]:
    return [point.frame for point in timeline.edit_points if point.kind is EditKind.CUT]


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five moving shots at 23.976, one of them seven frames long."""
    path = tmp_path_factory.mktemp("film") / "five.mp4"
    scenes = [
        Scene(n, drifting(color, 1.0, 7 + i, 0.7, SMALL)) for i, (n, color) in enumerate(zip(LENGTHS, COLORS))
    ]
    film(path, scenes, Fraction(24000, 1001), size=SMALL)
    return path


def test_cuts_to_the_frame(five: Path) -> None:
    timeline = film_timeline(five, Settings(), Progress())
    assert timeline.rate == Fraction(24000, 1001)
    assert hard(timeline) == [31, 38, 81, 110]
    assert timeline.duration_frames == timeline.cue_frames == 148
    assert [(s.start_frame, s.end_frame) for s in timeline.shots] == [
        (0, 31),
        (31, 38),
        (38, 81),
        (81, 110),
        (110, 148),
    ]
    second = timeline.shots[1].media
    assert second is not None
    assert second.knots[0].media_s == 31 / timeline.rate
    assert len(timeline.fingerprint) == 64


ARRAYS = ("seen", "motion", "brightness", "saturation", "warmth", "contrast", "chroma", "cut_rate")


@pytest.fixture
def no_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, opening a film fails the test."""

    def refuse(*given: object, **more: object) -> None:
        raise AssertionError("a film was opened again")

    return lambda: monkeypatch.setattr("bridge.seeing.media.Film", refuse)


@pytest.mark.parametrize("marks", [("", ""), ("13", "100")], ids=["whole", "marked"])
def test_a_film_is_decoded_once_and_seen_the_same_as_twice(
    five: Path, marks: tuple[str, str], no_reading: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = film_timeline(five, Settings(mark_in=marks[0], mark_out=marks[1]), Progress())
    with monkeypatch.context() as nothing_kept:
        nothing_kept.setenv("CUEBRIDGE_CACHE_MB", "0")
        fresh = see(timeline, Settings(), Progress())
    no_reading()
    kept = see(timeline, Settings(), Progress())
    for name in ARRAYS:
        assert np.array_equal(getattr(kept, name), getattr(fresh, name)), name


def test_the_pass_serves_a_cue_that_starts_anywhere(five: Path) -> None:
    timeline = film_timeline(five, Settings(mark_in="13", mark_out="100"), Progress())
    assert (timeline.cue_start_frame, timeline.cue_end_frame) == (13, 100)
    assert hard(timeline) == [31, 38, 81]
    assert timeline.shots[0].start_frame == 13


def test_a_changed_file_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    film(path, [Scene(12, solid(200, 0, 0, SMALL))], size=SMALL)
    assert see(film_timeline(path, Settings(), Progress()), Settings(), Progress()).warmth.min() > 0.9
    film(path, [Scene(30, solid(0, 0, 200, SMALL))], size=SMALL)
    assert see(film_timeline(path, Settings(), Progress()), Settings(), Progress()).warmth.max() < -0.9


def test_fades_and_dips_are_transitions(tmp_path: Path) -> None:
    path = tmp_path / "fades.mp4"
    black = solid(0, 0, 0, SMALL)
    looks = [drifting(color, 0.3, 3 + i, 0.5, SMALL) for i, color in enumerate(COLORS[:3])]
    scenes = [
        Scene(20, black),
        *(Scene(n, p) for n, p in ((60, looks[0]), (16, black), (60, looks[1]), (30, black))),
    ]
    film(path, scenes, 24, dissolves={1: 16, 2: 16, 3: 16, 4: 16}, size=SMALL)
    points = film_timeline(path, Settings(), Progress()).edit_points
    assert [point.style for point in points] == ["Fade In", "Dip to Black", "Fade Out"]
    expected = [(12, 28), (72, 104), (148, 164)]
    for point, (start, end) in zip(points, expected):
        assert point.kind is EditKind.TRANSITION
        assert abs(point.start_frame - start) <= 4 and abs(point.end_frame - end) <= 4


def test_a_dissolve_out_of_a_dark_still_is_not_a_cut_as_well(tmp_path: Path) -> None:
    path = tmp_path / "still.mp4"
    bright = drifting((215, 190, 150), 0.2, 9, 0.2, SMALL)
    film(path, [Scene(60, solid(10, 10, 24, SMALL)), Scene(60, bright)], 24, dissolves={1: 13}, size=SMALL)
    (point,) = film_timeline(path, Settings(), Progress()).edit_points
    assert point.kind is EditKind.TRANSITION and point.style == "Dissolve"
    assert abs(point.frame - 60) <= 3


def test_a_film_of_one_shot_and_of_one_frame(tmp_path: Path) -> None:
    for length in (1, 40):
        path = tmp_path / f"{length}.mp4"
        film(path, [Scene(length, drifting((90, 90, 120), 1, 3, 0.5, SMALL))], size=SMALL)
        timeline = film_timeline(path, Settings(), Progress())
        assert (timeline.cue_frames, len(timeline.shots), timeline.edit_points) == (length, 1, ())
        assert see(timeline, Settings(), Progress()).seen.all()


def test_a_film_that_was_read_before_is_not_decoded_again(
    five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUEBRIDGE_CACHE", str(tmp_path / "seen"))
    mixed = tmp_path / "mixed.mp4"
    scenes = [Scene(50, drifting(color, 0.0, 3, 0.6, SMALL)) for color in COLORS[:3]]
    film(mixed, scenes, 24, dissolves={1: 20}, size=SMALL)
    first = [film_timeline(path, Settings(), Progress()) for path in (five, mixed)]
    assert {point.kind for each in first for point in each.edit_points} == set(EditKind)

    def decoded(self: Film) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr(Film, "frames", decoded)
    assert [film_timeline(path, Settings(), Progress()) for path in (five, mixed)] == first
    inner = film_timeline(five, Settings(mark_in="13", mark_out="100"), Progress())
    assert hard(inner) == [31, 38, 81] and inner.cue_frames == 87
    film(mixed, scenes[:1], 24, size=SMALL)
    with pytest.raises(AssertionError, match="decoded again"):
        film_timeline(mixed, Settings(), Progress())


def test_marks_outside_the_film(five: Path) -> None:
    for marks in ({"mark_in": "999"}, {"mark_in": "50", "mark_out": "40"}):
        with pytest.raises(TimelineError, match="00:00:00:00 to 00:00:06:04"):
            film_timeline(five, Settings(**marks), Progress())


def test_a_given_rate_only_warns(five: Path) -> None:
    timeline = film_timeline(five, Settings(fps="25"), Progress())
    assert any("--fps 25 is ignored" in warning for warning in timeline.warnings)


def test_what_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0" * 5000)
    with pytest.raises(MediaError) as caught:
        film_timeline(tmp_path / "a.mp4", Settings(), Progress())
    assert caught.value.exit_code == 2 and caught.value.where == "a.mp4"
    assert is_film(Path("x.MP4")) and is_film(Path("x.mov"))
    assert not is_film(Path("x.otio")) and not is_film(Path("x.xml")) and not is_film(Path("x"))


def test_finding_shots_can_be_stopped(five: Path) -> None:
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        film_timeline(five, Settings(), progress)


def test_the_demo_film_is_cut_where_its_list_says(tmp_path: Path) -> None:
    path, _ = make_demo(tmp_path, size=(160, 90))
    truth = json.loads((tmp_path / "demo_cuts.json").read_text())
    timeline = film_timeline(path, Settings(), Progress())
    assert hard(timeline) == truth["hard_cuts"]
    (dissolve,) = (point for point in timeline.edit_points if point.kind is EditKind.TRANSITION)
    span = truth["gradual"][0]
    assert abs(dissolve.start_frame - span["start"]) <= 3 and abs(dissolve.end_frame - span["end"]) <= 3
