"""Shot rhythm: how many edit points a second, from the edit alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.schema.picture import Array

# Width of the bell each edit point is spread by. Two to three average shots of a cut sequence: short
# enough to follow a montage, long enough that one cut is no rhythm.
_SIGMA_S = 3.0


def cut_rate(edits_s: Sequence[float], times_s: Sequence[float], length_s: float) -> Array:
    """Edit points a second around each time.

    Every edit point is spread by a bell (σ 3 s); at the cue's ends the density is divided by the part of
    the bell that lies inside, so that an even rhythm reads as even.

    Args:
        edits_s: edit points, in seconds from the cue's start.
        times_s: where the rate is wanted.
        length_s: length of the cue.
    """
    times = np.asarray(times_s, np.float64)
    rate = np.zeros_like(times)
    edits = np.sort(np.asarray(edits_s, np.float64))
    scale = 1 / (_SIGMA_S * np.sqrt(2 * np.pi))
    # Beyond 5 σ the bell is nothing; windows keep 10,000 cuts quick.
    low, high = np.searchsorted(edits, times - 5 * _SIGMA_S), np.searchsorted(edits, times + 5 * _SIGMA_S)
    for index in range(len(times)):
        near = edits[low[index] : high[index]]
        rate[index] = scale * np.exp(-0.5 * ((near - times[index]) / _SIGMA_S) ** 2).sum()
    inside = _bell_share((length_s - times) / _SIGMA_S) - _bell_share(-times / _SIGMA_S)
    return (rate / np.maximum(inside, 0.05)).astype(np.float32)


def _bell_share(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The normal distribution function, by the logistic fit of Bowling et al. (2009), error < 2e-4."""
    near = np.clip(z, -6, 6)
    return np.asarray(1 / (1 + np.exp(-(0.07056 * near**3 + 1.5976 * near))), np.float64)
