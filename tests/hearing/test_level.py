"""Loudness by the second."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.hearing.level import FLOOR_DB, loudness_db
from tests.hearing.made import tone


def test_loudness_is_that_of_each_second() -> None:
    wave = np.concatenate([tone(440, 1, level=0.5), np.zeros(16_000, np.float32), tone(440, 1, level=0.05)])
    loud, silent, soft = loudness_db(wave)
    assert loud == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.1)
    assert silent == FLOOR_DB
    assert soft == pytest.approx(loud - 20, abs=0.1)
