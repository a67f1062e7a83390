"""The meter, by the cases of EBU Tech 3341 and by FFmpeg's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.sounding.loudness import Meter
from tests.sounding.make import RATE_HZ, measured_by_ffmpeg


def tone(level_dbfs: float, seconds: float, hz: float = 1000.0) -> NDArray[np.float64]:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * at)
    return np.stack([wave, wave], axis=1)


def heard(frames: NDArray[np.float64], piece: int = 10_000) -> Meter:
    meter = Meter()
    for start in range(0, len(frames), piece):
        meter.add(frames[start : start + piece])
    return meter


# EBU Tech 3341 (2023), table 1: cases 1 to 5, of 1 kHz in both channels; ±0.1 LU.
@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
    ids=["-23", "-33", "relative gate", "absolute gate", "mean"],
)
def test_the_ebu_cases_are_within_a_tenth(levels: list[tuple[float, float]], expected: float) -> None:
    programme = np.concatenate([tone(level, seconds) for level, seconds in levels])
    assert heard(programme).integrated_lufs == pytest.approx(expected, abs=0.1)


# EBU Tech 3341, cases 15 and 16: a sine at a quarter of the rate, whose samples miss its peaks; +0.2 −0.4 dB.
@pytest.mark.parametrize("phase_degrees", [0, 45, 60, 67.5])
def test_peaks_between_samples_are_found(phase_degrees: float) -> None:
    at = np.arange(RATE_HZ)
    wave = 0.5 * np.sin(np.pi / 2 * at + np.radians(phase_degrees)) * np.hanning(len(at))
    found = heard(np.stack([wave, wave * 0.1], axis=1)).true_peak_dbtp
    assert -6.02 - 0.4 < found < -6.02 + 0.2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ffmpeg_measures_the_same(seed: int) -> None:
    random = np.random.default_rng(seed)
    swell = np.repeat(10 ** (random.uniform(-50, -12, 16) / 20), RATE_HZ // 2)[:, None]
    programme = random.standard_normal((8 * RATE_HZ, 2)) * swell * 0.2
    lufs, dbtp = measured_by_ffmpeg(programme)
    meter = heard(programme, 48_000)
    assert meter.integrated_lufs == pytest.approx(lufs, abs=0.05)
    assert meter.true_peak_dbtp == pytest.approx(dbtp, abs=0.3)


def test_how_it_comes_in_pieces_makes_no_difference() -> None:
    programme = np.random.default_rng(4).standard_normal((2 * RATE_HZ + 17, 2)) * 0.1
    whole, pieces = heard(programme, len(programme)), heard(programme, 1111)
    assert pieces.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=1e-9)
    assert pieces.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1e-9)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 2.0])
def test_silence_and_less_than_a_block_have_no_loudness(seconds: float) -> None:
    meter = heard(np.zeros((round(seconds * RATE_HZ), 2)))
    assert (meter.integrated_lufs, meter.true_peak_dbtp) == (-math.inf, -math.inf)
