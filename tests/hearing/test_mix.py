"""A cue's sounds are mixed as the edit has them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.hearing import RATE
from bridge.hearing.mix import BLOCK_S, mixed
from bridge.progress import Progress
from bridge.schema.timeline import GainPoint, Knot, MediaSpan, Sound, Timeline
from tests.hearing.made import noise, tone, write_sound

FPS = Fraction(25)


def sound(path: Path | None, start_s: int, end_s: int, *points: tuple[float, float], **more: object) -> Sound:
    """Plays media seconds `points` (offset, media); from the media's start without them."""
    length_s = end_s - start_s
    knots = tuple(Knot(Fraction(a), Fraction(b)) for a, b in points or ((0, 0), (length_s, length_s)))
    media = None if path is None else MediaSpan(path, knots)
    return Sound("1", start_s * 25, end_s * 25, media, **more)  # type: ignore[arg-type]


def mix(*sounds: Sound, seconds: int = 8, start_s: int = 0) -> tuple[np.ndarray, list[str]]:
    end = (start_s + seconds) * 25
    timeline = Timeline("t", FPS, False, 0, end, start_s * 25, end, (), sounds=sounds)
    problems: dict[str, None] = {}
    blocks = list(mixed(timeline, problems, Progress()))
    assert all(len(block) == BLOCK_S * RATE for block in blocks)
    return np.concatenate(blocks)[: seconds * RATE], list(problems)


def test_sounds_add_up_at_their_times_and_gains(tmp_path: Path) -> None:
    a, b = noise(4), noise(20, 1)
    first, second = write_sound(tmp_path / "a.wav", a), write_sound(tmp_path / "b.wav", b)
    heard, problems = mix(
        sound(first, 1, 5),
        sound(second, 3, 18, (0, 2), (15, 17), gain=(GainPoint(Fraction(0), -20.0),)),
        seconds=20,
    )
    wanted = np.zeros(20 * RATE)
    wanted[RATE : 5 * RATE] += a
    wanted[3 * RATE : 18 * RATE] += b[2 * RATE : 17 * RATE] / 10
    assert np.abs(heard - wanted).max() < 1e-3
    assert not problems


def test_only_the_cue_is_heard(tmp_path: Path) -> None:
    a = noise(10)
    heard, _ = mix(sound(write_sound(tmp_path / "a.wav", a), 0, 10), seconds=3, start_s=2)
    assert np.abs(heard - a[2 * RATE : 5 * RATE]).max() < 1e-3


@pytest.mark.parametrize(
    ("points", "pitch", "where"),
    [
        (((0, 0), (4, 8)), 600, "twice as fast"),
        (((0, 0), (4, 2)), 150, "half as fast"),
        (((0, 8), (4, 0)), 600, "backwards"),
        (((0, 0), (2, 2), (4, 8)), 300, "its first half as it is"),
    ],
)
def test_retimes_are_heard(
    tmp_path: Path, points: tuple[tuple[float, float], ...], pitch: int, where: str
) -> None:
    heard, _ = mix(sound(write_sound(tmp_path / "a.wav", tone(300, 9)), 0, 4, *points))
    assert int(np.argmax(np.abs(np.fft.rfft(heard[:RATE])))) == pitch, where


@pytest.mark.parametrize("points", [((0, 3), (4, 3)), ((0, 0), (4, 40))])
def test_freezes_and_what_nobody_can_follow_are_silent(
    tmp_path: Path, points: tuple[tuple[float, float], ...]
) -> None:
    assert not mix(sound(write_sound(tmp_path / "a.wav", tone(300, 41)), 0, 4, *points))[0].any()


def test_fades_and_moving_gains(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", np.full(8 * RATE, 0.5, np.float32))
    gain = (GainPoint(Fraction(4), 0.0), GainPoint(Fraction(6), -40.0))
    heard, _ = mix(sound(path, 0, 8, fade_in_s=Fraction(2), gain=gain))
    for second, level in ((0.5, 0.125), (1, 0.25), (3, 0.5), (5, 0.05), (7, 0.005)):
        assert heard[round(second * RATE)] == pytest.approx(level, rel=0.02)


def test_what_cannot_be_heard_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"nothing")
    lost = Sound("1", 0, 100, None, problem="c.wav was not found")
    heard, problems = mix(
        sound(tmp_path / "broken.wav", 0, 20), sound(tmp_path / "broken.wav", 2, 3), lost, seconds=20
    )
    assert not heard.any()
    assert len(problems) == 2
    assert any("broken.wav" in problem for problem in problems)
    assert "c.wav was not found" in problems
