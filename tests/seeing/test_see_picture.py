"""What a cue looks like: known films, known numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import Cancelled
from bridge.progress import Progress, Step
from bridge.schema.picture import Picture
from bridge.schema.timeline import EditPoint, Knot, MediaSpan, Shot, Timeline
from bridge.seeing import see
from bridge.seeing.picture import settled_motion
from bridge.seeing.sampling import media_time
from tests.make_media import Scene, counted, drifting, film, solid
from tests.seeing.conftest import COLORS, COUNTED_FRAMES, FIRST, SMALL, STEP, one_shot, timeline_of


def look(timeline: Timeline) -> Picture:
    return see(timeline, Settings(), Progress())


def frames_seen(picture: Picture) -> list[int]:
    return [round((float(level) * 255 - FIRST) / STEP) for level in picture.brightness]


def test_samples_are_a_fifth_of_a_second_apart(counting: Path) -> None:
    picture = look(one_shot(counting, [(0, 0), (2, 2)], 48))
    assert picture.samples == 10
    assert frames_seen(picture) == [0, 4, 9, 14, 19, 24, 28, 33, 38, 43]
    for name in ("motion", "brightness", "saturation", "warmth", "contrast", "chroma", "cut_rate"):
        array = getattr(picture, name)
        assert array.dtype == np.float32 and np.isfinite(array).all()
    assert picture.chroma.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert picture.seen.all() and not picture.problems


@pytest.mark.parametrize(
    ("knots", "shown"),
    [
        ([(0, 1), (1, 3)], [24, 33, 43, 52, 62]),
        ([(0, 1), (1, 1.5)], [24, 26, 28, 31, 33]),
        ([(0, 2), (1, 2)], [48] * 5),
        ([(0, 2), (1, 1)], [48, 43, 38, 33, 28]),
        ([(0, 0), (0.4, 0.4), (1, 2.2)], [0, 4, 9, 24, 38]),
    ],
    ids=["double", "half", "freeze", "reverse", "ramp"],
)
def test_retimes_show_the_right_frames(
    counting: Path, knots: list[tuple[float, float]], shown: list[int]
) -> None:
    assert frames_seen(look(one_shot(counting, knots, 24))) == [
        pytest.approx(number, abs=1) for number in shown
    ]


def test_every_shot_has_a_time_map_of_its_own(counting: Path) -> None:
    def shot(name: str, start: int, end: int, media_s: int) -> Shot:
        knots = (Knot(Fraction(0), Fraction(media_s)), Knot(Fraction(1), Fraction(media_s + 1)))
        return Shot(name, name, start, end, MediaSpan(counting, knots))

    picture = look(timeline_of(shot("a", 0, 24, 3), shot("b", 24, 48, 0), shot("c", 48, 72, 2)))
    assert frames_seen(picture) == [
        *(72, 76, 81, 86, 91),
        *(0, 4, 9, 14, 19),
        *(48, 52, 57, 62, 67),
    ]


def test_colours_of_solid_shots(colored: Path) -> None:
    picture = look(one_shot(colored, [(0, 0), (4, 4)], 96))
    for index, (red, green, blue) in enumerate(COLORS.values()):
        at = index * 5 + 2
        luma = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
        assert picture.brightness[at] == pytest.approx(luma, abs=0.02)
        assert picture.contrast[at] == pytest.approx(0, abs=0.02)
        high, low = max(red, green, blue), min(red, green, blue)
        assert picture.saturation[at] == pytest.approx((high - low) / high if high else 0, abs=0.05)
        assert picture.warmth[at] == pytest.approx((red - blue) / max(1, red + blue), abs=0.05)
        # A solid colour lies in a bin and its neighbours.
        assert np.sort(picture.chroma[at])[-4:].sum() == pytest.approx(1 if high else 4 / 64, abs=0.02)
    assert picture.warmth[2] > 0.6 and picture.warmth[7] < -0.6


def test_motion_is_measured_within_a_shot_only(colored: Path) -> None:
    span = MediaSpan(colored, (Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(1))))
    shots = [
        Shot("a", "red", 0, 24, span),
        Shot(
            "b",
            "blue",
            24,
            48,
            replace(span, knots=tuple(Knot(k.offset_s, k.media_s + 1) for k in span.knots)),
        ),
    ]
    assert look(timeline_of(*shots)).motion.max() < 0.01
    # The same film as one shot does jump, by the mean of what red, green and blue change.
    jump = look(one_shot(colored, [(0, 0), (2, 2)], 48)).motion
    assert jump.argmax() == 5
    change = np.abs(np.subtract(COLORS["red"], COLORS["blue"])).mean() / 255
    assert jump[5] == pytest.approx(change, abs=0.03)


def test_motion_of_a_known_change(counting: Path) -> None:
    motion = look(one_shot(counting, [(0, 0), (2, 2)], 48)).motion * 255 / STEP
    assert motion == pytest.approx([4, 4, 5, 5, 5, 5, 4, 5, 5, 5], abs=0.01)


def test_a_fast_pattern_moves_more_than_a_slow_one(tmp_path: Path) -> None:
    path = tmp_path / "two.mp4"
    scenes = [Scene(48, drifting((120, 90, 60), speed, 5, 0.9, SMALL)) for speed in (0.1, 4.0)]
    film(path, scenes, 24, size=SMALL)
    slow = look(one_shot(path, [(0, 0), (2, 2)], 48)).motion
    fast = look(one_shot(path, [(0, 2), (2, 4)], 48)).motion
    assert fast.mean() > 5 * slow.mean() > 0


def test_offline_media_is_named_once_and_scored_from_the_edit(colored: Path) -> None:
    lost = Shot("b", "b.mov", 24, 48, None, "b.mov was not found")
    span = MediaSpan(colored, (Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(1))))
    timeline = timeline_of(Shot("a", "a", 0, 24, span), lost, replace(lost, start_frame=48, end_frame=72))
    timeline = replace(timeline, edit_points=(EditPoint(24, start_frame=24, end_frame=24),))
    picture = look(timeline)
    assert picture.problems == ("b.mov was not found",)
    assert picture.seen.tolist() == [True] * 5 + [False] * 10
    unseen = slice(5, None)
    assert set(picture.brightness[unseen]) == {0.5}
    assert set(picture.warmth[unseen]) == set(picture.motion[unseen]) == {0.0}
    assert picture.chroma[unseen] == pytest.approx(1 / 64)
    assert picture.cut_rate.min() > 0


def test_unreadable_media_is_named_with_why(tmp_path: Path) -> None:
    (tmp_path / "broken.mov").write_text("no film")
    picture = look(one_shot(tmp_path / "broken.mov", [(0, 0), (1, 1)], 24))
    assert len(picture.problems) == 1 and picture.problems[0].startswith("broken.mov: ")
    assert not picture.seen.any()


def test_media_shorter_than_its_use_is_named(counting: Path) -> None:
    picture = look(one_shot(counting, [(0, 3), (5, 8)], 120))
    assert picture.seen[0] and not picture.seen[-1]
    assert "counting.mkv is 4.6 s long" in picture.problems[0] and "up to 7.8 s" in picture.problems[0]


def test_no_shot_is_black_and_not_unknown(colored: Path) -> None:
    span = MediaSpan(colored, (Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(1))))
    picture = look(timeline_of(Shot("a", "a", 24, 48, span)))
    assert picture.seen.all()
    assert picture.brightness[:5].max() == 0 and picture.brightness[6] > 0.1


def test_the_cue_starts_where_it_is_cut(counting: Path) -> None:
    whole = one_shot(counting, [(0, 0), (4, 4)], 96)
    picture = look(replace(whole, cue_start_frame=24, cue_end_frame=72))
    assert picture.samples == 10
    assert frames_seen(picture)[:3] == [24, 28, 33]


def test_image_sequences_and_a_frame_missing_in_one(tmp_path: Path) -> None:
    for number in (7, 8, 9, 11, 12):
        with av.open(str(tmp_path / f"p.{number:04d}.png"), "w", format="image2") as out:
            stream = out.add_stream("png", rate=1)
            stream.width, stream.height, stream.pix_fmt = 64, 36, "rgb24"
            level = np.full((36, 64, 3), FIRST + STEP * number, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(level, format="rgb24")))
            out.mux(stream.encode(None))
    span = {"pattern_rate": Fraction(5), "first_number": 7}
    picture = look(one_shot(tmp_path / "p.%04d.png", [(0, 0), (1, 1)], 24, **span))
    assert frames_seen(picture) == [7, 8, 9, 9, 11]
    assert not picture.problems


def test_a_source_timecode_is_taken_off_when_nothing_else_fits(tmp_path: Path) -> None:
    path = tmp_path / "tape.mov"
    with av.open(str(path), "w") as out:
        out.metadata["timecode"] = "10:00:00:00"
        stream = out.add_stream("png", rate=24)
        stream.width, stream.height, stream.pix_fmt = *SMALL, "rgb24"
        for number in range(48):
            picture = counted(FIRST, STEP, SMALL)(number)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    seen = look(one_shot(path, [(0, 36001), (0.5, 36001.5)], 12))
    assert frames_seen(seen) == [24, 28, 33]
    assert not seen.problems


def test_seeing_reports_and_stops(counting: Path) -> None:
    timeline = one_shot(counting, [(0, 0), (4, 4)], 96)
    steps: list[Step] = []
    see(timeline, Settings(), Progress(steps.append))
    assert steps[-1].done == steps[-1].total and {step.stage for step in steps} == {"seeing"}
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        see(timeline, Settings(), progress)


def test_chunks_change_nothing(counting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = one_shot(counting, [(0, 0), (4, 4)], 96)
    whole = look(timeline)
    monkeypatch.setattr("bridge.seeing.picture._CHUNK", 7)
    parts = look(timeline)
    for name in ("motion", "brightness", "chroma", "seen"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


def test_a_shot_of_one_sample_takes_its_neighbours_motion() -> None:
    nan = np.nan
    motion = np.array([nan, 0.1, nan, nan, 0.3, 0.3], np.float32)
    shots = np.array([0, 0, 1, 2, 2, 2])
    seen = np.ones(6, np.bool_)
    settled = settled_motion(motion, shots, seen)
    assert settled == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.3, 0.3])
    assert settled_motion(
        np.full(3, nan, np.float32), np.array([0, 1, 2]), np.ones(3, np.bool_)
    ).tolist() == [0, 0, 0]


def test_media_time_holds_at_the_ends() -> None:
    knots = (Knot(Fraction(0), Fraction(1)), Knot(Fraction(2), Fraction(5)))
    assert [media_time(knots, Fraction(t)) for t in (-1, 0, 1, 2, 9)] == [1, 1, 3, 5, 5]


def test_one_frame_is_one_sample(colored: Path) -> None:
    picture = look(one_shot(colored, [(0, 0), (1 / 24, 1 / 24)], 1))
    assert picture.samples == 1 and picture.seen.all()


def test_the_counting_film_is_what_it_says(counting: Path) -> None:
    assert FIRST + STEP * COUNTED_FRAMES < 255
    assert solid(1, 2, 3)(5)[0, 0].tolist() == [1, 2, 3]
