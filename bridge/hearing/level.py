"""How loud it is, second by second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.hearing import RATE
from bridge.hearing.sound import Samples

FLOOR_DB = -100.0
"""Loudness of silence, dB re full scale."""


def loudness_db(samples: Samples) -> npt.NDArray[np.float32]:
    """(whole seconds,) RMS of each second, dB re full scale, from −100."""
    power = np.mean(np.square(samples.reshape(-1, RATE), dtype=np.float64), axis=1)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-12)), FLOOR_DB), np.float32)
