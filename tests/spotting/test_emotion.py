"""How what a picture feels like moves its mood: the right way, a little, and never without an encoder."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.inference.prompts import EMOTIONS, FEELINGS
from bridge.schema.picture import Picture
from bridge.spotting.emotion import DEGREES, SHARE, emotion_axes, felt
from bridge.spotting.mood import Curve

NAMES = tuple(EMOTIONS)


def feeling(*names: str) -> Picture:
    """A second of each emotion."""
    count = 5 * len(names)
    flat = np.full(count, 0.5, np.float32)
    emotion = np.repeat(
        np.eye(len(NAMES), dtype=np.float32)[[NAMES.index(name) for name in names]], 5, axis=0
    )
    return Picture(
        np.ones(count, bool), flat, flat, flat, flat, flat, np.full((count, 64), 1 / 64, np.float32), flat,
        emotion=emotion, emotion_names=NAMES,
    )  # fmt: skip


def middle(seconds: int) -> tuple[Curve, Curve, Curve]:
    return np.full(seconds, 0.5), np.full(seconds, 0.5), np.full(seconds, 0.5)


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("exciting", (1, 1, -1)),
        ("fearful", (-1, 1, 1)),
        ("tense", (-1, 1, 1)),
        ("sad", (-1, -1, 1)),
        ("relaxing", (1, -1, -1)),
        ("neutral", (0, 0, 0)),
    ],
)
def test_each_emotion_moves_every_axis_its_way(name: str, ways: tuple[int, int, int]) -> None:
    moved = felt(middle(1), feeling(name))
    assert [int(np.sign(np.round(axis[0] - 0.5, 6))) for axis in moved] == list(ways)
    assert all(abs(axis[0] - 0.5) <= SHARE for axis in moved)


def test_the_tense_are_tenser_than_the_sad_and_the_fearful_least_happy() -> None:
    axes = emotion_axes(feeling("tense", "sad", "fearful"))
    assert axes is not None
    valence, energy, tension = axes
    assert tension[0] > tension[1] and energy[0] > energy[1] and valence[0] > valence[2]


def test_seconds_are_means_of_their_samples_and_stay_in_range() -> None:
    picture = feeling("exciting", "sad", "neutral")
    axes = emotion_axes(picture)
    assert axes is not None and [len(axis) for axis in axes] == [3, 3, 3]
    assert axes[0] == pytest.approx([0.5**0.5, -(0.5**0.5), 0])
    high = felt((np.ones(3), np.ones(3), np.zeros(3)), picture)
    assert all(axis.min() >= 0 and axis.max() <= 1 for axis in high)


def test_without_an_encoder_nothing_moves() -> None:
    flat = np.full(5, 0.5, np.float32)
    picture = Picture(
        np.ones(5, bool), flat, flat, flat, flat, flat, np.full((5, 64), 1 / 64, np.float32), flat
    )
    axes = middle(1)
    assert emotion_axes(picture) is None and felt(axes, picture) is axes


def test_every_name_that_is_read_has_its_place() -> None:
    assert set(DEGREES) == set(EMOTIONS)
    assert len(FEELINGS) == len(set(FEELINGS)) == 24
