"""The measure of onsets, on sounds whose beginnings are known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.onsets import RATE_HZ, main, onset_s


@pytest.mark.parametrize("late_ms", [-20.0, -3.0, 0.0, 7.5, 30.0])
@pytest.mark.parametrize("bed", [0.0, 0.05])
def test_a_pluck_is_found_where_it_begins(late_ms: float, bed: float) -> None:
    at = np.arange(2 * RATE_HZ) / RATE_HZ
    begin_s = 1.0 + late_ms / 1000
    pluck = np.where(
        at >= begin_s, np.cos(2 * np.pi * 660 * (at - begin_s)) * np.exp(-(at - begin_s) / 0.1), 0
    )
    sound = 0.5 * pluck + bed * np.sin(2 * np.pi * 220 * at)
    assert onset_s(sound, 1.0) == pytest.approx(begin_s, abs=0.003)


def test_without_a_score_it_has_nothing_to_say() -> None:
    assert main([]) == 2
