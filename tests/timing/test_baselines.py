"""The tempi that Cuebridge is measured against, on lists whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.timing.baselines import chance, constant_tempo, fixed_tempo, share_within, skill


def test_a_steady_list_is_found_with_its_offset() -> None:
    hits = 0.37 + 0.5 * np.array([1, 4, 9, 11, 18, 30])
    best = constant_tempo(hits, -0.01, 0.01, None, 70, 160)
    assert share_within(best.errors_s(hits), -0.01, 0.01) == 1.0
    assert best.met_weight == 6


def test_it_equals_a_search_by_brute_force() -> None:
    rng = np.random.default_rng(4)
    for _ in range(10):
        hits = np.sort(rng.uniform(0, 30, 9))
        weights = rng.choice([10.0, 50.0, 100.0], 9)
        best = constant_tempo(hits, -0.04, 0.08, weights, 100, 104)
        tried = 0.0
        for bpm in np.arange(100, 104.01, 0.25):
            for offset in np.arange(0, 60 / bpm, 0.0005):
                away = np.mod(hits - offset, 60 / bpm)
                error = np.where(away <= 30 / bpm, -away, 60 / bpm - away)
                tried = max(tried, weights[(error >= -0.04) & (error <= 0.08)].sum())
        assert best.met_weight >= tried - 1e-9
        errors = best.errors_s(hits)
        assert weights[(errors >= -0.0401) & (errors <= 0.0801)].sum() == pytest.approx(best.met_weight)


def test_fixed_tempo_counts_from_zero() -> None:
    errors = fixed_tempo(np.array([0.5, 1.1, 1.9]), 120).errors_s(np.array([0.5, 1.1, 1.9]))
    assert errors == pytest.approx([0.0, -0.1, 0.1])


def test_chance_and_skill() -> None:
    assert chance(120, -1 / 24, 2 / 24) == pytest.approx(0.25)
    assert skill(0.25, 0.25) == 0
    assert skill(1.0, 0.25) == 1
