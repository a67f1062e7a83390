"""Pairs of small films that differ in one way, or as two moods do: does each axis move the right way?

Films are made, decoded, cut and looked at as any film is. That an axis moves the right way is all that is
shown here: what somebody feels at a picture is another matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.seeing import film_timeline, see
from bridge.spotting import spot
from tests.make_media import Paint, Scene, drifting, film

RATE, LENGTH_S = 12, 12
SIZE = (128, 72)
LEAST = 0.02
"""No axis is said to move by less: a hundredth is noise of the codec."""


@dataclass(frozen=True)
class Look:
    """A film: colours that follow one another every `shot_s`, drifting by `speed` pixels a frame."""

    colors: tuple[tuple[int, int, int], ...]
    speed: float = 0.0
    shot_s: float = 12.0
    depth: float = 0.4


@dataclass(frozen=True)
class Pair:
    """Two films and what must rise (+) or fall (-) from the first to the second."""

    first: Look
    second: Look
    rises: str
    falls: str = ""


DARK, DIM, GREY, BRIGHT = ((30, 32, 36),), ((70, 70, 70),), ((120, 120, 120),), ((200, 200, 200),)
AMBER, AZURE = ((190, 130, 60),), ((76, 138, 206),)
SUNNY = ((250, 190, 70), (240, 120, 80), (200, 210, 60), (250, 160, 110))
COLD = ((40, 46, 60), (30, 38, 50), (46, 50, 60), (36, 36, 48))
GREYS = ((80, 80, 80), (150, 150, 150), (110, 110, 110), (180, 180, 180))

PAIRS = {
    "still and dark, fast and bright": Pair(
        Look(DARK), Look(SUNNY, 3, 1.5), "valence energy density loudness"
    ),
    "slow cutting, fast cutting": Pair(
        Look(GREYS, 0.5, 6), Look(GREYS, 0.5, 1), "energy tension density loudness"
    ),
    "no cut, some cuts": Pair(Look(GREY, 0.5), Look(GREYS, 0.5, 3), "energy density"),
    "cold, dark and pale, warm, bright and colourful": Pair(
        Look(COLD, 0.5, 3), Look(SUNNY, 0.5, 3), "valence", "tension"
    ),
    "still, moving": Pair(Look(GREY), Look(GREY, 4), "energy tension density loudness"),
    "slow movement, fast movement": Pair(
        Look(GREY, 0.5), Look(GREY, 6), "energy tension density loudness"
    ),
    "dark, dim": Pair(Look(DARK, 1), Look(DIM, 1), "valence", "tension"),
    "dim, bright": Pair(Look(DIM, 1), Look(BRIGHT, 1), "valence", "tension"),
    "grey, colourful": Pair(Look(GREY, 1), Look(((170, 90, 170),), 1), "energy density"),
    "blue, amber of the same light": Pair(Look(AZURE, 1), Look(AMBER, 1), "valence", "tension"),
    "flat and dark, contrasts in the dark": Pair(
        Look(((60, 60, 60),), 0.2, depth=0.1), Look(((60, 60, 60),), 0.2, depth=1.0), "tension"
    ),
    "an idyll, a horror": Pair(
        Look(((170, 210, 110),), 0.5), Look(COLD, 4, 1, 0.9), "energy tension density loudness", "valence"
    ),
    "sad, frightening": Pair(
        Look(((60, 62, 70),)), Look(COLD, 4, 1, 0.9), "energy tension density loudness"
    ),
    "tender, happy": Pair(Look(((220, 180, 150),), 0.5), Look(SUNNY, 4, 1), "energy density loudness"),
    "night, day": Pair(Look(((20, 26, 50),), 1), Look(((150, 200, 230),), 1), "valence", "tension"),
}  # fmt: skip


def _spotted(path: Path, scenes: list[Scene]) -> CueSheet:
    film(path, scenes, RATE, size=SIZE)
    timeline = film_timeline(path, Settings(), Progress())
    return spot(timeline, see(timeline, Settings(), Progress()), Settings(), Progress())


def _scenes(look: Look, length_s: float = LENGTH_S) -> list[Scene]:
    count = round(length_s / look.shot_s)
    return [
        Scene(round(look.shot_s * RATE), _paint(look, look.colors[i % len(look.colors)], i))
        for i in range(max(1, count))
    ]


def _paint(look: Look, color: tuple[int, int, int], seed: int) -> Paint:
    return drifting(color, look.speed, seed, look.depth, SIZE)


@pytest.mark.parametrize("name", PAIRS)
def test_every_axis_moves_the_right_way(name: str, tmp_path: Path) -> None:
    pair = PAIRS[name]
    first, second = (
        _spotted(tmp_path / f"{i}.mp4", _scenes(look)) for i, look in enumerate((pair.first, pair.second))
    )
    for axis in pair.rises.split():
        assert _mean(second, axis) > _mean(first, axis) + LEAST, axis
    for axis in pair.falls.split():
        assert _mean(second, axis) < _mean(first, axis) - LEAST, axis


def _mean(sheet: CueSheet, axis: str) -> float:
    """Over the cue, by its plots: what the music obeys."""
    lengths = [plot.end_frame - plot.start_frame for plot in sheet.plots]
    return float(np.average([getattr(plot, axis) for plot in sheet.plots], weights=lengths))


CHANGES = {
    "movement rises": Pair(Look(GREY, 0.3), Look(GREY, 6), "energy density loudness"),
    "cuts come faster": Pair(Look(GREYS, 0.5, 6), Look(GREYS, 0.5, 1), "energy density loudness"),
    "light goes": Pair(Look(BRIGHT, 1), Look(DARK, 1), "tension", "valence"),
    "colour comes": Pair(Look(GREY, 1), Look(AMBER, 1), "valence"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_within_a_film_the_curves_follow_the_change(name: str, tmp_path: Path) -> None:
    pair = CHANGES[name]
    sheet = _spotted(tmp_path / "film.mp4", [*_scenes(pair.first), *_scenes(pair.second)])
    for axis in pair.rises.split():
        assert sheet.mood.mean(axis, 14, 23) > sheet.mood.mean(axis, 1, 10) + LEAST, axis
    for axis in pair.falls.split():
        assert sheet.mood.mean(axis, 14, 23) < sheet.mood.mean(axis, 1, 10) - LEAST, axis
