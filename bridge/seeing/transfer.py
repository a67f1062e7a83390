"""High dynamic range and linear pictures, brought to the range that brightness and colour are measured in.

PQ and HLG (ITU-R BT.2100) are turned into light, from BT.2020 to BT.709 primaries, and back into an SDR
signal: reference white, 203 cd/m² (BT.2408), becomes SDR white, what is brighter is pressed under it. Read as
they stand, they look grey and dim. Scene-linear pictures (OpenEXR) are only encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]

# Transfer characteristics and primaries by their numbers in ITU-T H.273.
_LINEAR, _PQ, _HLG = 8, 16, 18
_BT2020, _UNSPECIFIED = 9, 2
_WHITE_NITS = 203.0
_HLG_PEAK_NITS, _HLG_GAMMA = 1000.0, 1.2
# Light up to this share of white is kept; above it a shoulder reaches towards white.
_KNEE = 0.7
_GAMMA = 2.4
_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
_LUMA_2020 = np.array([0.2627, 0.678, 0.0593], np.float32)


def to_sdr(transfer: int, primaries: int) -> Callable[[Rgb], Rgb] | None:
    """What makes a picture (height, width, 3) of this transfer and these primaries an SDR one; None where
    nothing need be done. Both as in ITU-T H.273.
    """
    if transfer not in (_LINEAR, _PQ, _HLG):
        return None
    wide = primaries == _BT2020 or (primaries == _UNSPECIFIED and transfer != _LINEAR)

    def mapped(picture: Rgb) -> Rgb:
        light = _light(transfer)[picture]
        if transfer == _HLG:
            scene = np.maximum(light @ _LUMA_2020, 1e-6)[..., None]
            light = light * scene ** np.float32(_HLG_GAMMA - 1) * np.float32(_HLG_PEAK_NITS / _WHITE_NITS)
        if wide:
            light = np.maximum(light @ _TO_BT709.T, 0)
        return np.asarray(np.rint(255 * _pressed(light) ** np.float32(1 / _GAMMA)), np.uint8)

    return mapped


@cache
def _light(transfer: int) -> Light:
    """Light of each of 256 code values: a share of reference white (PQ, linear) or of the scene (HLG)."""
    code = np.arange(256) / 255
    if transfer == _LINEAR:
        return code.astype(np.float32)
    if transfer == _HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = code ** (1 / m2)
    nits = 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return (nits / _WHITE_NITS).astype(np.float32)


def _pressed(light: Light) -> Light:
    """Light with its brightest colour under 1, hue kept."""
    top = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    over = (top - _KNEE) / (1 - _KNEE)
    pressed = np.where(top > _KNEE, _KNEE + (1 - _KNEE) * (1 - np.exp(-np.maximum(over, 0))), top)
    return np.asarray(np.clip(light * (pressed / top), 0, 1), np.float32)
