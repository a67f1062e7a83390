"""Loudness by the second, and novelty where the sound really changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.errors import Cancelled
from bridge.hearing.level import FLOOR_DB, levels
from bridge.progress import Progress
from tests.hearing.made import noise, tone, write_sound


def test_loudness_is_that_of_each_second(tmp_path: Path) -> None:
    wave = np.concatenate([tone(440, 2, level=0.5), np.zeros(16_000, np.float32), tone(440, 1.5, level=0.05)])
    heard = levels(write_sound(tmp_path / "a.wav", wave), Progress())
    assert len(heard.loudness_db) == len(heard.novelty) == 5
    assert heard.loudness_db[0] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.1)
    assert heard.loudness_db[2] == FLOOR_DB
    assert heard.loudness_db[3] == pytest.approx(20 * np.log10(0.05 / np.sqrt(2)), abs=0.1)


def test_novelty_peaks_where_one_sound_takes_over_from_another(tmp_path: Path) -> None:
    tones = [noise(15, level=0.05) + tone(440, 15), noise(20, 1, level=0.05) + tone(587, 20)]
    parts = [*tones, noise(15, 2, level=0.2)]
    change = levels(write_sound(tmp_path / "a.wav", np.concatenate(parts)), Progress()).novelty
    peaks = [k for k in range(1, 49) if change[k] > 0.3 and change[k] == change[max(0, k - 4) : k + 5].max()]
    assert peaks == [15, 35]
    assert change.max() == 1


def test_a_sound_that_stays_as_it_is_has_no_novelty(tmp_path: Path) -> None:
    assert not levels(write_sound(tmp_path / "a.wav", tone(440, 30)), Progress()).novelty.any()


def test_listening_stops_when_asked(tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        levels(write_sound(tmp_path / "a.wav", tone(440, 1)), progress)
