"""Sound measured on sounds that are known, and a judgement that finds what is there and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av")

from models.sight import judge, ridge, sound
from models.sight.table import Table, blocks, learnt_from


def tone(seconds: float, amplitude: float, hz: float = 1000.0) -> np.ndarray:
    at = np.arange(round(seconds * sound.RATE)) / sound.RATE
    return amplitude * np.sin(2 * np.pi * hz * at)


def test_loudness_is_that_of_the_standard():
    # BS.1770: a sine at 997 Hz of full scale in one channel reads -3.01 LUFS.
    assert sound.loudness(tone(3, 1.0, 997), 3)[1] == pytest.approx(-3.01, abs=0.1)
    assert sound.loudness(tone(3, 0.1, 997), 3)[1] == pytest.approx(-23.01, abs=0.1)
    assert sound.loudness(np.zeros(3 * sound.RATE), 3)[1] == -70


def test_low_tones_weigh_less_than_high_ones():
    low, high = (sound.loudness(tone(3, 0.5, hz), 3)[1] for hz in (40, 4000))
    assert low < high - 4


def test_every_stroke_is_an_onset_and_a_held_tone_is_one():
    strokes = np.zeros(8 * sound.RATE)
    for number in range(16):
        start = round((0.25 + number * 0.45) * sound.RATE)
        piece = tone(0.44, 0.5, 440) * np.exp(-np.arange(round(0.44 * sound.RATE)) / (0.05 * sound.RATE))
        strokes[start : start + len(piece)] += piece
    found = sound.onsets(strokes)
    assert len(found) == 16
    assert np.abs(found - (0.25 + 0.45 * np.arange(16))).max() < 0.05
    held = np.concatenate([np.zeros(sound.RATE), tone(4, 0.5)])
    assert len(sound.onsets(held)) <= 2


def test_nothing_near_a_block_is_learnt_from():
    pieces = blocks(596)
    assert pieces[0] == (0, 60) and pieces[-1] == (540, 596)
    told = learnt_from(pieces[3], 596)
    assert not told[170:250].any() and told[:170].all() and told[250:].all()


def made(truth: float, seed: int) -> Table:
    """Ten minutes whose density follows brightness by `truth`, the rest noise that changes slowly."""
    draw = np.random.default_rng(seed)
    slow = np.convolve(draw.standard_normal(606), np.ones(7) / 7, "valid")[:600]
    noise = np.convolve(draw.standard_normal(606), np.ones(7) / 7, "valid")[:600]
    seen = draw.standard_normal((1200, 7)) * 0.1
    seen[:, 1] += np.repeat(slow, 2)
    heard = np.stack([truth * slow + (1 - truth) * noise, noise], axis=1)
    return Table(seen, heard, heard * 0)


def test_what_is_there_is_found_and_what_is_not_is_not():
    there, nothing = (made(truth, 1) for truth in (0.8, 0.0))
    found = []
    for table in (there, nothing):
        guess = ridge.out_of_block(ridge.inputs(table), table.heard)
        found.append(judge.scores(guess[:, 0], judge.constants(table.heard)[:, 0], table.heard[:, 0]))
        assert 0 < judge.error(guess[:, 0], table.heard[:, 0]) < 0.4
    assert found[0]["correlation"] > 0.8 and found[0]["skill"] > 0.6
    assert found[1]["skill"] < 0.05


def test_shifts_keep_their_distance():
    found = judge.shifts(600, 9)
    assert len(set(found)) == 9 and min(found) >= 60 and max(found) <= 540
