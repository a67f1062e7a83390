"""How rough pitches sound together: Sethares' sensory dissonance of harmonic tones.

W. A. Sethares, "Local consonance and the relationship between timbre and scale", JASA 94 (1993): a curve
fitted to Plomp and Levelt's ratings of two sine tones, summed over all pairs of partials. Tones here have six
partials, each .88 as strong as the one before, as in that paper's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

PARTIALS: Final = 6
FALL: Final = 0.88
CLOSEST: Final = 0.24
_S1, _S2, _B1, _B2 = 0.0207, 18.96, 3.51, 5.75

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def pairs() -> Floats:
    """(128, 128): roughness of two MIDI pitches sounding together, one for a semitone above middle C."""
    partials = np.arange(1, PARTIALS + 1)
    frequencies = 440.0 * 2.0 ** ((np.arange(128)[:, None] - 69) / 12) * partials  # (128, P)
    strengths = FALL ** (partials - 1.0)
    low = np.minimum(frequencies[:, None, :, None], frequencies[None, :, None, :])
    apart = np.abs(frequencies[:, None, :, None] - frequencies[None, :, None, :])
    scaled = CLOSEST / (_S1 * low + _S2) * apart
    curve = np.exp(-_B1 * scaled) - np.exp(-_B2 * scaled)
    weight = np.minimum(strengths[:, None], strengths[None, :])
    found = (curve * weight).sum((2, 3))
    out: Floats = found / found[60, 61]
    return out


def of_pitches(pitches: Sequence[int]) -> float:
    """Roughness of pitches that sound together: the mean over their pairs; 0 for fewer than two.

    Each pitch counts once. A semitone at middle C is 1.
    """
    chosen = np.unique(np.asarray(pitches, int))
    if len(chosen) < 2:
        return 0.0
    rows, columns = np.triu_indices(len(chosen), 1)
    return float(pairs()[chosen[rows], chosen[columns]].mean())
