"""Media of every awkward kind, as a film on its own and in a timeline: right, or a clear message."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import MediaError
from bridge.progress import Progress
from bridge.schema.picture import Picture
from bridge.schema.timeline import EditKind, Timeline
from bridge.seeing import film_timeline, see
from bridge.seeing.frames import Film
from bridge.seeing.transfer import to_sdr
from tests.odd_media import eight_k, encoded, hdr, numbered, sound_only, turned, two_shots
from tests.seeing.conftest import one_shot

SIZE = (96, 54)


def cuts(path: Path) -> list[int]:
    points = film_timeline(path, Settings(), Progress()).edit_points
    return [point.frame for point in points if point.kind is EditKind.CUT]


def seen(timeline: Timeline) -> Picture:
    return see(timeline, Settings(), Progress())


def upper_and_lower(path: Path) -> tuple[float, float]:
    """Mean levels of the upper and the lower half of the first frame."""
    with Film(path, 32, 32) as film:
        (frame,) = film.at([Fraction(0)])
    assert frame is not None
    return float(frame[:14].mean()), float(frame[18:].mean())


def test_sound_alone_says_so_and_is_named_in_a_timeline(tmp_path: Path) -> None:
    path = sound_only(tmp_path / "song.mp4")
    with pytest.raises(MediaError, match="there is no picture in this file"):
        film_timeline(path, Settings(), Progress())
    picture = seen(one_shot(path, [(0, 0), (1, 1)], 24))
    assert not picture.seen.any() and "song.mp4: there is no picture" in picture.problems[0]


def test_a_variable_rate_has_its_cut_where_a_viewer_sees_it(tmp_path: Path) -> None:
    # A second at 48 frames a second, then two at 15: 26 a second in all. The cut is at 2 s.
    stamps = [round(n * 1000 / 48) for n in range(48)] + [1000 + round(n * 1000 / 15) for n in range(30)]
    path = encoded(tmp_path / "phone.mkv", two_shots(SIZE, (63, 15)), rate=25, stamps_ms=stamps)
    timeline = film_timeline(path, Settings(), Progress())
    (cut,) = (point.frame for point in timeline.edit_points)
    assert abs(cut / timeline.rate - 2) <= 1 / timeline.rate
    assert abs(timeline.duration_frames / timeline.rate - 3) <= Fraction(1, 10)
    assert seen(timeline).seen.all()


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_film_is_seen_upright(tmp_path: Path, quarters: int) -> None:
    path = turned(tmp_path / "phone.mp4", two_shots((54, 96)), quarters)
    upper, lower = upper_and_lower(path)
    assert upper - lower > 60
    assert cuts(path) == [20]
    with Film(path, 32, 32) as film:
        assert (film.found.width, film.found.height) == (54, 96)


def test_wide_pixels_are_said_and_change_nothing(tmp_path: Path) -> None:
    path = encoded(tmp_path / "dv.mp4", two_shots((72, 54)), "mpeg4", "yuv420p", pixel=Fraction(4, 3))
    with Film(path, 32, 32) as film:
        assert (film.found.width, film.found.height) == (96, 54)
    square = encoded(tmp_path / "square.mkv", two_shots((96, 54)))
    assert cuts(path) == cuts(square) == [20]
    a, b = (seen(one_shot(each, [(0, 0), (1, 1)], 24)) for each in (path, square))
    assert np.allclose(a.brightness, b.brightness, atol=0.01)


# Code values of BT.2408's reference levels: 18 % grey and white (203 cd/m²), black; PQ and HLG.
@pytest.mark.parametrize(
    ("transfer", "black", "grey", "white"), [(16, 64, 396, 573), (18, 64, 396, 721)], ids=["PQ", "HLG"]
)
def test_hdr_is_as_bright_as_it_is_meant(
    tmp_path: Path, transfer: int, black: int, grey: int, white: int
) -> None:
    levels = []
    for code in (black, grey, white):
        path = hdr(tmp_path / f"{code}.mkv", code, transfer)
        levels.append(float(seen(one_shot(path, [(0, 0), (0.4, 0.4)], 9)).brightness.mean()))
        assert film_timeline(path, Settings(), Progress()).edit_points == ()
    # SDR shows 18 % grey at 0.45 to 0.5 and white near 1; as they stand, codes would give 0.38 and 0.58.
    assert levels[0] < 0.02 and 0.4 < levels[1] < 0.56 and levels[2] > 0.85


def test_the_brightest_light_stays_in_range_and_ordinary_pictures_are_left_alone() -> None:
    bright = np.full((2, 2, 3), 255, np.uint8)
    for transfer in (16, 18):
        mapped = to_sdr(transfer, 9)
        assert mapped is not None and mapped(bright).min() >= 250
        ramp = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3)
        assert (np.diff(mapped(ramp)[0, :, 0].astype(int)) >= 0).all()
    assert to_sdr(1, 1) is None and to_sdr(2, 2) is None and to_sdr(13, 1) is None


@pytest.mark.parametrize("size", [(1, 1), (2, 2)])
def test_pictures_of_a_pixel(tmp_path: Path, size: tuple[int, int]) -> None:
    path = encoded(tmp_path / "dot.mkv", [np.full((size[1], size[0], 3), 90, np.uint8)] * 30)
    timeline = film_timeline(path, Settings(), Progress())
    assert timeline.duration_frames == 30 and timeline.edit_points == ()
    assert seen(timeline).brightness == pytest.approx(90 / 255, abs=0.02)


def test_a_film_cut_short_says_how_much_is_there(tmp_path: Path) -> None:
    pictures = [np.random.default_rng(n).integers(0, 255, (54, 96, 3), np.uint8) for n in range(60)]
    path = encoded(tmp_path / "broken.mkv", pictures)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    timeline = film_timeline(path, Settings(), Progress())
    assert 20 < timeline.duration_frames < 40
    assert any("the picture ends after 1.2 s" in warning for warning in timeline.warnings)
    picture = seen(one_shot(path, [(0, 0), (3, 3)], 72))
    assert picture.seen.any() and not picture.seen.all() and picture.problems
    headless = tmp_path / "headless.mp4"
    encoded(headless, two_shots(SIZE), "mpeg4", "yuv420p")
    headless.write_bytes(headless.read_bytes()[:2000])
    with pytest.raises(MediaError, match=r"nothing in this file\. It may have been cut short"):
        film_timeline(headless, Settings(), Progress())


@pytest.mark.parametrize("suffix", ["png", "exr"])
def test_an_image_sequence_in_a_timeline(tmp_path: Path, suffix: str) -> None:
    pattern = numbered(tmp_path, two_shots((64, 36), (12, 12)), suffix=suffix)
    shot = one_shot(pattern, [(0, 0), (1, 1)], 24, pattern_rate=Fraction(24), first_number=1001)
    picture = seen(shot)
    assert picture.seen.all() and picture.warmth[0] > 0.1 > -0.1 > picture.warmth[-1]
    gone = one_shot(tmp_path / "gone.%04d.png", [(0, 0), (1, 1)], 24, pattern_rate=Fraction(24))
    assert "frame 0 of the image sequence is missing" in seen(gone).problems[0]


def test_a_still_as_a_clip_and_not_as_a_film(tmp_path: Path) -> None:
    numbered(tmp_path, two_shots((64, 36), (1, 0)))
    still = tmp_path / "frame.1001.png"
    picture = seen(one_shot(still, [(0, 0), (5, 5)], 120))
    assert picture.seen.all() and np.ptp(picture.brightness) == 0 and not picture.motion.any()


def test_eight_k(tmp_path: Path) -> None:
    timeline = film_timeline(eight_k(tmp_path / "8k.mov"), Settings(), Progress())
    assert (timeline.duration_frames, timeline.edit_points) == (2, ())
    assert seen(timeline).brightness == pytest.approx(120 / 255, abs=0.02)
    with Film(timeline.source, 32, 32) as film:
        assert (film.found.width, film.found.height) == (7680, 4320)
