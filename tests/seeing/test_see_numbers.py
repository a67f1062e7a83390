"""Features and rhythm on arrays with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.seeing import features
from bridge.seeing.rhythm import cut_rate


def plain(*colors: tuple[int, int, int]) -> features.Frames:
    frames = np.zeros((len(colors), 36, 64, 3), np.uint8)
    for frame, color in zip(frames, colors):
        frame[:] = color
    return frames


def test_primary_colours() -> None:
    seen = features.look(
        plain((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (255, 200, 0))
    )
    assert seen.brightness == pytest.approx(
        [0.2126, 0.7152, 0.0722, 1, 0, 0.2126 + 0.7152 * 200 / 255], abs=1e-4
    )
    assert seen.saturation == pytest.approx([1, 1, 1, 0, 0, 1], abs=1e-4)
    assert seen.warmth == pytest.approx([1, 0, -1, 0, 0, 1], abs=1e-4)
    assert seen.contrast == pytest.approx([0] * 6, abs=1e-4)
    assert seen.chroma.sum(axis=1) == pytest.approx([1] * 6, abs=1e-5)
    assert seen.chroma[4] == pytest.approx(1 / 64)


def test_log_chroma_puts_grey_in_the_middle_and_ignores_light() -> None:
    dark, light, red, blue = features.look(
        plain((50, 50, 50), (220, 220, 220), (150, 50, 50), (50, 50, 150))
    ).chroma
    assert dark == pytest.approx(light, abs=0.02)
    grid = dark.reshape(8, 8)
    assert grid[3:5, 3:5].sum() == pytest.approx(1)
    centre = np.arange(8)
    assert (red.reshape(8, 8).sum(axis=1) * centre).sum() > 5 and (
        red.reshape(8, 8).sum(axis=0) * centre
    ).sum() < 4
    assert (blue.reshape(8, 8).sum(axis=0) * centre).sum() > 5


def test_contrast_of_half_black_half_white() -> None:
    frames = plain((0, 0, 0))
    frames[:, :, 32:] = 255
    assert features.look(frames).contrast == pytest.approx([1])


def test_noise_in_the_dark_is_not_saturated() -> None:
    assert features.look(plain((6, 0, 3))).saturation == pytest.approx([0])


def test_difference_is_the_mean_change() -> None:
    assert features.difference(plain((10, 20, 30)), plain((40, 20, 0))) == pytest.approx([20 / 255])


def test_shrinking_takes_means_of_four() -> None:
    frame = np.zeros((4, 4, 3), np.uint8)
    frame[0, 0], frame[0, 1], frame[1, 0], frame[1, 1] = 10, 20, 30, 40
    assert features.shrink(frame)[0, 0].tolist() == [25, 25, 25]


def test_an_even_rhythm_reads_as_even() -> None:
    edits = [2.0 * k + 1 for k in range(30)]  # one every two seconds for a minute
    rate = cut_rate(edits, [0.2 * k for k in range(300)], 60.0)
    assert rate == pytest.approx(np.full(300, 0.5), abs=0.03)


def test_rhythm_of_nothing_and_of_a_burst() -> None:
    assert cut_rate([], [0, 1, 2], 3.0).tolist() == [0, 0, 0]
    rate = cut_rate([30 + 0.5 * k for k in range(10)], [0.0, 32.0, 60.0], 60.0)
    assert rate[1] > 0.8 and rate[0] == pytest.approx(0, abs=1e-3) and rate[2] == pytest.approx(0, abs=1e-3)
