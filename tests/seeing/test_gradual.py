"""Fades, dips, dissolves and wipes on frames with known answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bridge.seeing import blends
from bridge.seeing.fades import Gradual, fades
from bridge.seeing.gradual import HEIGHT, WIDTH, GradualFinder

Levels = npt.NDArray[np.float64]
Frames = npt.NDArray[np.float64]


def ramp(low: float, high: float, length: int) -> list[float]:
    return list(low + (high - low) * (np.arange(length) + 0.5) / length)


def styles(black: Levels) -> tuple[list[Gradual], list[int]]:
    return fades(black, 255 - black, 24)


def near(found: Gradual, start: int, end: int, slack: int = 2) -> bool:
    return abs(found.start - start) <= slack and abs(found.end - end) <= slack


def test_fades_from_and_to_black() -> None:
    light = np.array([0.0] * 20 + ramp(0, 90, 24) + [90.0] * 60 + ramp(90, 0, 24) + [0.0] * 40)
    found, cuts = styles(light)
    assert [each.style for each in found] == ["Fade In", "Fade Out"] and cuts == []
    assert near(found[0], 20, 44) and near(found[1], 104, 128)


def test_an_eased_fade_and_a_long_one_of_a_picture_that_brightens() -> None:
    share = (np.arange(30) + 0.5) / 30
    eased = 120 * (1 - share * share * (3 - 2 * share))
    (found,), _ = styles(np.concatenate([np.full(50, 120.0), eased, np.zeros(20)]))
    assert near(found, 50, 80, 3)
    brighter = np.linspace(70, 110, 130) * np.concatenate([np.ones(60), 1 - np.arange(0.5, 70) / 70])
    (found,), _ = styles(np.concatenate([brighter, np.zeros(20)]))
    assert found.style == "Fade Out" and near(found, 60, 130, 12)


def test_cuts_to_and_from_black_are_cuts() -> None:
    light = np.array([80.0] * 30 + [0.5] * 20 + [19.0] * 30 + [0.0] * 10 + [80.0] * 5)
    assert styles(light) == ([], [30, 50, 80, 90])


@pytest.mark.parametrize("colour", ["black", "white"])
def test_a_dip_is_one_change_and_a_long_pause_two(colour: str) -> None:
    def dip(plain: int) -> list[str]:
        light = np.array([90.0] * 50 + ramp(90, 0, 12) + [0.0] * plain + ramp(0, 90, 12) + [90.0] * 50)
        black, white = (light, 255 - light) if colour == "black" else (255 - light, light)
        return [each.style for each in fades(black, white, 24)[0]]

    # The shortest dip never gets quite to its colour.
    assert dip(0) == dip(4) == [f"Dip to {colour.capitalize()}"]
    assert dip(40) == ["Fade Out", "Fade In"]


def test_a_dark_picture_is_no_fade() -> None:
    assert styles(9 + np.random.default_rng(3).normal(0, 0.5, 400)) == ([], [])


def picture(seed: int, wide: int = 2 * WIDTH) -> Frames:
    """A smooth picture of chance, (18, wide, 3)."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(20, 235, (HEIGHT // 3, wide // 4, 3))
    fine = np.repeat(np.repeat(coarse, 3, axis=0), 4, axis=1)
    return np.asarray((fine + np.roll(fine, 1, 0) + np.roll(fine, 1, 1) + np.roll(fine, 2, 1)) / 4)


def shot(seed: int, length: int, speed: float = 0.0) -> Frames:
    """A camera that pans by `speed` pixels a frame over a picture."""
    wide = picture(seed)
    views = []
    for number in range(length):
        whole, part = divmod(speed * number, 1)
        near = np.roll(wide, -int(whole), axis=1)
        views.append((near * (1 - part) + np.roll(near, -1, axis=1) * part)[:, :WIDTH])
    return np.stack(views)


def found_in(frames: Frames, rate: float = 24) -> list[Gradual]:
    noise = np.random.default_rng(5).normal(0, 1, frames.shape)
    finder = GradualFinder(rate)
    for frame in np.clip(np.rint(frames + noise), 0, 255).astype(np.uint8):
        finder.add(frame)
    return finder.finish(lambda: None)[0]


def share(length: int, middle: int, count: int) -> Frames:
    return np.asarray(np.clip((np.arange(count) - middle + length / 2 + 0.5) / length, 0, 1))


@pytest.mark.parametrize("length", [10, 24, 48])
def test_dissolves(length: int) -> None:
    mix = share(length, 80, 160)[:, None, None, None]
    (found,) = found_in(shot(1, 160) * (1 - mix) + shot(2, 160) * mix)
    assert found.style == "Dissolve" and near(found, 80 - length // 2, 80 + length // 2, max(3, length // 6))


@pytest.mark.parametrize("length", [10, 24, 48])
@pytest.mark.parametrize("direction", ["right", "down", "aslant", "iris", "clock"])
def test_wipes(length: int, direction: str) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    when = {
        "right": x / WIDTH,
        "down": y / HEIGHT,
        "aslant": (x + y) / (WIDTH + HEIGHT),
        "iris": np.hypot(x - WIDTH / 2, y - HEIGHT / 2) / np.hypot(WIDTH / 2, HEIGHT / 2),
        "clock": np.arctan2(x - WIDTH / 2, HEIGHT / 2 - y) / (2 * np.pi) + 0.5,
    }[direction]
    mix = np.clip((share(length, 80, 160)[:, None, None] - when) * WIDTH / 2 + 0.5, 0, 1)[..., None]
    (found,) = found_in(shot(3, 160) * (1 - mix) + shot(4, 160) * mix)
    assert found.style == "Wipe"
    shared = min(found.end, 80 + length // 2) - max(found.start, 80 - length // 2)
    assert shared >= 0.6 * max(found.end - found.start, length)


def test_what_is_no_gradual_change() -> None:
    assert found_in(np.concatenate([shot(1, 60), shot(2, 60)])) == []
    assert found_in(shot(5, 200, 1.0)) == []
    assert found_in(shot(6, 200) * np.linspace(1, 0.6, 200)[:, None, None, None]) == []


def test_a_title_that_comes_and_goes_is_none() -> None:
    frames = shot(7, 160)
    mix = (share(24, 50, 160) - share(24, 110, 160))[:, None, None, None]
    frames[:, 7:11, 10:22] = frames[:, 7:11, 10:22] * (1 - mix) + 250 * mix
    assert found_in(frames) == []


def test_fast_films_are_looked_at_at_a_slower_rate() -> None:
    mix = share(48, 120, 240)[:, None, None, None]
    (found,) = found_in(shot(1, 240) * (1 - mix) + shot(2, 240) * mix, 60)
    assert found.style == "Dissolve" and near(found, 96, 144, 8)


def test_a_change_across_two_windows_is_found_once() -> None:
    mix = share(30, 1070, 1300)[:, None, None, None]
    (found,) = found_in(shot(8, 1300) * (1 - mix) + shot(9, 1300) * mix)
    assert near(found, 1055, 1085, 5)


def test_products_are_inner_products() -> None:
    frames = np.random.default_rng(1).normal(0, 1, (300, 20)).astype(np.float32)
    dot = blends.products(frames)
    i, j = np.array([5, 130, 299]), np.array([40, 127, 250])
    assert dot(i, j) == pytest.approx((frames[i] * frames[j]).sum(axis=1) / 20, abs=1e-5)
