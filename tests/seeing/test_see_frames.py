"""Decoding: the right frame at every time."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bridge.errors import MediaError
from bridge.seeing.frames import Film
from tests.make_media import Scene, counted, film
from tests.seeing.conftest import COUNTED_FRAMES, FIRST, SMALL, STEP


def numbers(path: Path, times: list[Fraction]) -> list[int | None]:
    with Film(path, 16, 8) as opened:
        return [
            None if frame is None else round((float(frame.mean()) - FIRST) / STEP)
            for frame in opened.at(times)
        ]


def test_every_frame_by_its_time(counting: Path) -> None:
    times = [Fraction(number, 24) for number in range(COUNTED_FRAMES)]
    assert numbers(counting, times) == list(range(COUNTED_FRAMES))


def test_a_time_between_frames_shows_the_earlier_one(counting: Path) -> None:
    assert numbers(counting, [Fraction(1, 5), Fraction(2, 5), Fraction(105, 240)]) == [4, 9, 10]


def test_rounding_does_not_show_the_frame_before(counting: Path) -> None:
    assert numbers(counting, [Fraction(10, 24) - Fraction(1, 1000)]) == [10]


@pytest.mark.parametrize("seed", range(3))
def test_far_jumps_land_on_the_right_frame(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "long.mp4"
    film(path, [Scene(1000, lambda n: counted(20 + n // 10)(0)[:36, :64])], 24, size=(64, 36), keyframes=30)
    wanted = sorted(random.Random(seed).sample(range(1000), 12))
    with Film(path, 16, 8) as opened:
        shown = list(opened.at([Fraction(number, 24) for number in wanted]))
    assert [round(float(frame.mean())) for frame in shown if frame is not None] == [
        pytest.approx(20 + number // 10, abs=2) for number in wanted
    ]


def test_all_frames_in_order(counting: Path) -> None:
    with Film(counting, 16, 8) as opened:
        shown = list(opened.frames())
        assert opened.found.rate == 24
        assert float(opened.found.length_s) == pytest.approx(COUNTED_FRAMES / 24, abs=0.05)
    # Matroska keeps milliseconds.
    assert [float(time) for time, _ in shown] == pytest.approx(
        [number / 24 for number in range(COUNTED_FRAMES)], abs=0.001
    )
    assert [round((float(frame.mean()) - FIRST) / STEP) for _, frame in shown] == list(range(COUNTED_FRAMES))


def test_past_the_end_is_nothing_but_for_a_rounding(counting: Path) -> None:
    end = Fraction(COUNTED_FRAMES, 24)
    shown = numbers(counting, [end, end + Fraction(1, 2), end + 2])
    assert shown == [COUNTED_FRAMES - 1, COUNTED_FRAMES - 1, None]
    assert numbers(counting, [end + 2]) == [None]


def irregular(path: Path, stamps: list[int]) -> None:
    """Frames at given milliseconds; the grey counts them."""
    with av.open(str(path), "w") as out:
        codec, pix_fmt = ("png", "rgb24") if path.suffix == ".mov" else ("ffv1", "bgr0")
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 36, pix_fmt
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(
                np.full((36, 64, 3), FIRST + STEP * number, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = stamp, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def test_a_variable_frame_rate_and_a_late_first_stamp(tmp_path: Path) -> None:
    path = tmp_path / "phone.mkv"
    irregular(path, [2000, 2033, 2100, 2500, 2540, 3500])
    at = [Fraction(ms, 1000) for ms in (0, 50, 200, 520, 1400, 1500)]
    assert numbers(path, at) == [0, 1, 2, 3, 4, 5]
    with Film(path, 16, 8) as opened:
        assert [round(float(time) * 1000) for time, _ in opened.frames()] == [0, 33, 100, 500, 540, 1500]


@pytest.mark.parametrize("name", ["a.ts", "a.mpg", "a.avi", "a.mxf", "a.mov", "a.mkv"])
def test_every_container_gives_its_first_frame_again_and_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.codec_context.qmin = stream.codec_context.qmax = 2
        for number in range(100):
            picture = av.VideoFrame.from_ndarray(
                np.full((36, 64, 3), 20 + STEP * number, np.uint8), format="rgb24"
            )
            picture.pts, picture.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    wanted = [0, 1, 50, 99]
    with Film(path, 16, 8) as opened:
        assert opened.found.rate == 25
        assert len(list(opened.frames())) == len(list(opened.frames())) == 100
        for _ in range(2):
            shown = list(opened.at([Fraction(number, 25) for number in wanted]))
            levels = [float(frame.mean()) / STEP for frame in shown if frame is not None]
            # The encoder darkens all by one level; the first frame is known by being the darkest.
            assert [level - levels[0] for level in levels] == pytest.approx(wanted, abs=0.6)
            assert levels[0] == pytest.approx(10, abs=1.1)


def test_a_rate_that_varies_is_called_by_the_standard_rate_next_to_it(tmp_path: Path) -> None:
    path = tmp_path / "phone.mov"
    irregular(path, [round(n * 33.5) + n % 3 for n in range(60)])
    with Film(path, 16, 8) as opened:
        assert opened.found.rate in (30, Fraction(30000, 1001))


def test_a_still_shows_at_any_time(tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    with av.open(str(path), "w", format="image2") as out:
        stream = out.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "rgb24"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((36, 64, 3), 90, np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    with Film(path, 16, 8) as opened:
        shown = list(opened.at([Fraction(0), Fraction(3), Fraction(500)]))
    assert [None if frame is None else int(frame.mean()) for frame in shown] == [90, 90, 90]


def test_what_is_no_film_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a film at all")
    (tmp_path / "empty.mp4").touch()
    sound = tmp_path / "sound.wav"
    with av.open(str(sound), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    for name, says in (
        ("text.mp4", "cannot be read"),
        ("empty.mp4", "cannot be read"),
        ("gone.mp4", "no such file"),
        ("sound.wav", "no picture"),
    ):
        with pytest.raises(MediaError, match=says):
            Film(tmp_path / name, 16, 8)


def test_a_truncated_film_gives_what_it_has(counting: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.mkv"
    film(path, [Scene(60, counted(FIRST, STEP, SMALL))], 24, size=SMALL, keyframes=12, codec="ffv1")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with Film(path, 16, 8) as opened:
        shown = list(opened.frames())
    assert 5 < len(shown) < 60
