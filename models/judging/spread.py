"""Means with standard errors over pieces, and differences in units of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mean:
    """A mean over `count` pieces with its standard error."""

    value: float
    error: float
    count: int

    def words(self, digits: int = 3) -> str:
        """`.123 ± .004`."""
        return f"{self.value:.{digits}f} ± {self.error:.{digits}f}"


def mean_of(values: Sequence[float]) -> Mean:
    """Over the pieces that have a value at all."""
    array = np.array([value for value in values if np.isfinite(value)])
    error = array.std(ddof=1) / np.sqrt(len(array)) if len(array) > 1 else float("nan")
    return Mean(float(array.mean()), float(error), len(array))


def apart(written: Mapping[int, float], real: Mapping[int, float]) -> float:
    """How far two sets of pieces are apart, in standard errors of the difference of their means.

    Piece by piece where both have it, for a piece and what was written in its place share key, bars and
    tempo; else as two sets.
    """
    both = [song for song in written if song in real]
    if len(both) > 1:
        each = mean_of([written[song] - real[song] for song in both])
        return each.value / each.error if each.error else 0.0 if each.value == 0 else float("inf")
    one, other = mean_of(list(written.values())), mean_of(list(real.values()))
    return (one.value - other.value) / float(np.hypot(one.error, other.error))


def resampled(count: int, statistic: Callable[[np.ndarray], float], rounds: int = 200) -> float:
    """Bootstrap standard error of a statistic of pieces drawn with replacement (their places)."""
    choose = np.random.default_rng(1)
    return float(np.std([statistic(choose.integers(count, size=count)) for _ in range(rounds)], ddof=1))
