"""Sound comes out as it was put in: every stream and channel, at the time an edit gives it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import MediaError
from bridge.hearing import RATE
from bridge.hearing.sound import SoundFile
from tests.hearing.made import noise, tone, write_sound
from tests.make_media import Scene, counted, film


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def test_samples_come_back_wherever_they_are_asked_for(tmp_path: Path) -> None:
    wave = noise(30)
    path = write_sound(tmp_path / "a.wav", wave)
    with SoundFile(path) as sound:
        assert sound.length_s == 30
        for start in (0, 7 * RATE, 7 * RATE + 500, 25 * RATE, 3, 29 * RATE):
            assert np.abs(sound.read(start, RATE) - wave[start : start + RATE]).max() < 1e-3
        past = sound.read(round(29.5 * RATE), RATE)
        assert np.abs(past[: RATE // 2] - wave[-RATE // 2 :]).max() < 1e-3
        assert not past[RATE // 2 :].any()
        assert not sound.read(100 * RATE, 10).any()
        assert not sound.read(-RATE, RATE).any()


def test_blocks_hold_everything_once(tmp_path: Path) -> None:
    wave = noise(5.5)
    with SoundFile(write_sound(tmp_path / "a.wav", wave)) as sound:
        joined = np.concatenate(list(sound.blocks(2 * RATE)))
    assert len(joined) == 6 * RATE
    assert np.abs(joined[: len(wave)] - wave).max() < 1e-3
    assert not joined[len(wave) :].any()


def test_other_rates_become_sixteen_kilohertz(tmp_path: Path) -> None:
    wave = tone(440, 3, rate=48_000)
    with SoundFile(write_sound(tmp_path / "a.wav", wave, rate=48_000)) as sound:
        heard = sound.read(RATE, RATE)
    spectrum = np.abs(np.fft.rfft(heard))
    assert int(np.argmax(spectrum)) == 440
    assert rms(heard) == pytest.approx(0.25 / np.sqrt(2), rel=0.01)


def test_all_streams_and_channels_are_mixed_down_and_some_can_be_picked(tmp_path: Path) -> None:
    left, right, other = tone(300, 2), tone(500, 2), tone(700, 2)
    path = write_sound(tmp_path / "a.mkv", [np.stack([left, right]), other])

    def pitches(channels: list[tuple[int, int]]) -> set[int]:
        with SoundFile(path, channels) as sound:
            spectrum = np.abs(np.fft.rfft(sound.read(0, RATE)))
        return {hz for hz in (300, 500, 700) if spectrum[hz] > spectrum.max() / 10}

    assert pitches([]) == {300, 500, 700}
    assert pitches([(0, 1)]) == {500}
    assert pitches([(0, 0), (1, 0)]) == {300, 700}
    assert pitches([(7, 0), (0, 9)]) == {300, 500, 700}, (
        "a channel that is not there is no reason for silence"
    )


def test_times_count_from_the_first_picture(tmp_path: Path) -> None:
    # A second of quiet, then a tone; the picture begins half a second into the sound.
    wave = np.concatenate([np.zeros(RATE, np.float32), tone(440, 2)])
    path = write_sound(tmp_path / "a.mkv", wave, picture_from=Fraction(1, 2))
    with SoundFile(path) as sound:
        heard = sound.read(0, 2 * RATE)
    assert rms(heard[: round(0.45 * RATE)]) < 1e-3
    assert rms(heard[round(0.55 * RATE) :]) > 0.1


def test_compressed_sound_is_in_time_after_a_seek(tmp_path: Path) -> None:
    wave = np.zeros(40 * RATE, np.float32)
    wave[30 * RATE : 31 * RATE] = tone(440, 1)
    with SoundFile(write_sound(tmp_path / "a.m4a", wave, codec="aac")) as sound:
        heard = sound.read(29 * RATE, 3 * RATE)
    loud = np.flatnonzero(np.abs(heard) > 0.1)
    assert loud[0] == pytest.approx(RATE, abs=RATE // 50)
    assert loud[-1] == pytest.approx(2 * RATE, abs=RATE // 50)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.wav", None, "no such file"),
        ("a.wav", b"", "cannot be read"),
        ("a.wav", b"x" * 999, "cannot be read"),
    ],
)
def test_what_cannot_be_heard_is_said(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=words):
        SoundFile(path)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    film(path, [Scene(5, counted(10))])
    with pytest.raises(MediaError, match="no sound"):
        SoundFile(path)


def test_a_truncated_film_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = write_sound(tmp_path / "a.ts", noise(20), codec="aac", picture_from=Fraction(0))
    cut = tmp_path / "b.ts"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with SoundFile(cut) as sound:
        assert rms(sound.read(2 * RATE, RATE)) > 0.05
        assert not sound.read(18 * RATE, RATE).any()
