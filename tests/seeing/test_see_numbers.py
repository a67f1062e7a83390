"""Features, rhythm, fades and dissolves on arrays with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.seeing import features
from bridge.seeing.gradual import Gradual, black_runs, dissolves, fades, weak_cuts
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


def ramp(low: float, high: float, length: int) -> list[float]:
    return list(np.linspace(low, high, length))


def test_fades_in_light() -> None:
    light = np.array([0.0] * 20 + ramp(0, 90, 24) + [90.0] * 60 + ramp(90, 0, 24) + [0.0] * 40)
    found, cuts = fades(light, 24)
    assert [each.style for each in found] == ["Fade In", "Fade Out"]
    assert abs(found[0].start - 20) <= 2 and abs(found[0].end - 44) <= 2
    assert abs(found[1].start - 104) <= 2 and abs(found[1].end - 128) <= 2
    assert cuts == []


def test_cuts_to_and_from_black_are_cuts() -> None:
    light = np.array([80.0] * 30 + [0.5] * 20 + [9.0] * 30 + [0.0] * 10 + [80.0] * 5)
    assert fades(light, 24) == ([], [30, 50, 80, 90])


def test_a_dip_is_one_transition_and_a_long_black_two() -> None:
    def dip(black: int) -> list[str]:
        light = np.array([90.0] * 50 + ramp(90, 0, 12) + [0.0] * black + ramp(0, 90, 12) + [90.0] * 50)
        return [each.style for each in fades(light, 24)[0]]

    assert dip(4) == ["Dip to Black"]
    assert dip(40) == ["Fade Out", "Fade In"]


def test_a_dark_picture_is_no_fade() -> None:
    rng = np.random.default_rng(3)
    light = 6 + rng.normal(0, 0.5, 400)
    assert black_runs(light) == []
    assert fades(light, 24) == ([], [])


def tiny_shot(seed: int, length: int, drift: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    rng = np.random.default_rng(seed)
    base, step = rng.uniform(0, 255, 432), rng.normal(0, drift, 432)
    return np.clip(base + step * np.arange(length)[:, None], 0, 255)


@pytest.mark.parametrize("length", [12, 24, 48])
def test_dissolves_are_found_where_they_are(length: int) -> None:
    first, second = tiny_shot(1, 120, 0.2), tiny_shot(2, 120, 0.2)
    share = np.clip((np.arange(120) - 60 + length / 2 + 0.5) / length, 0, 1)[:, None]
    mixed = np.rint(first * (1 - share) + second * share).astype(np.uint8)
    (found,) = dissolves(mixed, 24, [], lambda: None)
    assert found.style == "Dissolve"
    assert abs((found.start + found.end) / 2 - 60) <= 4
    assert abs((found.end - found.start) - length) <= max(6, length // 3)


def test_a_cut_is_no_dissolve_nor_is_a_slow_change() -> None:
    cut = np.concatenate([tiny_shot(1, 60, 0.2), tiny_shot(2, 60, 0.2)])
    assert dissolves(np.rint(cut).astype(np.uint8), 24, [], lambda: None) == []
    slow = tiny_shot(4, 200, 0.8)
    assert dissolves(np.rint(slow).astype(np.uint8), 24, [], lambda: None) == []


def test_the_first_step_of_a_dissolve_is_a_weak_cut() -> None:
    tiny = np.concatenate(
        [np.full((50, 432), 10), np.linspace(30, 200, 20)[:, None].repeat(432, 1), np.full((50, 432), 210)]
    )
    blend = [Gradual(49, 71, "Dissolve")]
    assert weak_cuts(tiny.astype(np.uint8), [50, 100], blend) == {50}
    hard = np.concatenate([np.full((50, 432), 10), np.full((70, 432), 200)])
    assert weak_cuts(hard.astype(np.uint8), [50], blend) == set()


def test_shrinking_rounds_as_the_mean_of_four_does() -> None:
    frame = np.random.default_rng(2).integers(0, 256, (72, 128, 3)).astype(np.uint8)
    means = frame.reshape(36, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.array_equal(features.shrink(frame), np.rint(means))
