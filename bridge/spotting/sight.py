"""What is seen, every half second, as a regressor takes it: the same numbers in training and in use."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.schema.picture import SAMPLE_STEP_S, Picture

STEP_S: Final = 0.5
NAMES: Final = ("motion", "brightness", "saturation", "warmth", "contrast", "cut rate", "change")
"""Columns of `half_seconds`, in order."""
_BACK_STEPS: Final = 4
"""A change of colour is one against two seconds before: longer than a cut, shorter than a scene."""

Rows = npt.NDArray[np.float32]


def half_seconds(picture: Picture) -> Rows:
    """(n, 7) means over each half second of the cue, columns as in `NAMES`.

    Motion is log(1 + 20 m), cut rate its square root (edit points a second), change the Hellinger distance,
    0 to 1, between the colour histograms now and two seconds before; the others are as in `Picture`.
    """
    at = np.floor(np.arange(picture.samples) * float(SAMPLE_STEP_S) / STEP_S + 1e-9).astype(np.int64)
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    counts = np.diff(np.append(starts, picture.samples))

    def mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        sums = np.add.reduceat(values.astype(np.float64), starts, axis=0)
        return np.asarray(sums / counts.reshape(-1, *([1] * (values.ndim - 1))))

    chroma = np.sqrt(mean(picture.chroma))
    before = chroma[np.maximum(np.arange(len(chroma)) - _BACK_STEPS, 0)]
    change = np.sqrt(np.maximum(0, 1 - (chroma * before).sum(axis=1)))
    columns = (
        np.log1p(20 * mean(picture.motion)),
        mean(picture.brightness),
        mean(picture.saturation),
        mean(picture.warmth),
        mean(picture.contrast),
        np.sqrt(mean(picture.cut_rate)),
        change,
    )
    return np.stack(columns, axis=1).astype(np.float32)
