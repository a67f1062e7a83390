from __future__ import annotations

import numpy as np
import pytest

from bench.novelty import Heard, features, hear, percentile
from bench.plots import near, other_edits, shuffled
from bridge.spotting.boundaries import MIN_PLOT_S
from models.sight.sound import RATE


def _chord(seconds: int, hz: tuple[float, ...], gain: float = 0.1) -> np.ndarray:
    at = np.arange(seconds * RATE) / RATE
    noise = np.random.default_rng(1).normal(0, 0.003, len(at))
    return gain * sum(np.sin(2 * np.pi * each * at) for each in hz) + noise


C, F_SHARP = (261.6, 329.6, 392.0), (185.0, 233.1, 277.2)


def test_the_sound_changes_where_the_chord_does() -> None:
    heard = hear(np.concatenate([_chord(20, C), _chord(20, F_SHARP)]))
    assert len(heard.loudness) == 40
    assert np.abs(heard.changes_s - 20).min() <= 1
    assert percentile(heard.novelty)[40] > 0.95


def test_loudness_alone_is_little_of_a_change() -> None:
    rows = features(np.concatenate([_chord(20, C), _chord(20, F_SHARP), _chord(20, F_SHARP, 0.05)]))
    curve = Heard(rows, np.zeros(60)).novelty
    assert curve[38:43].max() > 2 * curve[78:83].max()


def test_floors_keep_what_they_say() -> None:
    random = np.random.default_rng(0)
    starts, edits = np.array([10.0, 31.0, 55.0]), np.sort(random.uniform(0, 80, 60))
    for draw in shuffled(starts, 80, 20):
        assert sorted(np.diff([0, *draw, 80])) == pytest.approx([10, 21, 24, 25])
    draws = other_edits(edits, 3, 50)
    assert all(len(draw) == 3 and set(draw) <= set(edits) for draw in draws)
    assert min(np.diff(draw).min() for draw in draws) >= MIN_PLOT_S
    assert len({tuple(draw) for draw in draws}) > 20
    assert near(np.array([1.0, 9.0]), np.array([2.5]), 2).tolist() == [1, 0]
