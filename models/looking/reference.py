"""The formulas of the graphs in plain numpy, one a function: what the graphs are held to."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

CHROMA_SIDE: Final = 8
CHROMA_BINS: Final = CHROMA_SIDE * CHROMA_SIDE
CHROMA_LIMIT: Final = 2.0
"""Histogan's log-chroma plane is wide; natural pictures lie within a factor e² of grey."""
CHROMA_TOP: Final = CHROMA_SIDE - 1.001
LUMA: Final = (0.2126, 0.7152, 0.0722)
"""Rec. 709."""
BLACK_LEVEL: Final = 8 / 255
"""Codec noise makes near-black pixels look saturated; under this level they count as grey."""
COLOUR: Final = ("brightness", "saturation", "warmth", "contrast", "chroma")


def colour(frames: Frames) -> dict[str, Array]:
    """Colour and light of frames (n, height, width, 3), uint8 RGB: arrays (n,), chroma (n, 64)."""
    rgb: Array = frames.astype(np.float32) / np.float32(255)
    luma = rgb @ np.array(LUMA, np.float32)
    return {
        "brightness": luma.mean(axis=(1, 2)).astype(np.float32),
        "saturation": saturation(rgb),
        "warmth": warmth(rgb),
        "contrast": np.minimum(1, luma.std(axis=(1, 2)) * 2).astype(np.float32),
        "chroma": chroma(rgb),
    }


def saturation(rgb: Array) -> Array:
    """Mean HSV saturation, (max − min) / max; pixels next to black count as grey."""
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    share = np.where(high > BLACK_LEVEL, (high - low) / np.maximum(high, 1e-6), 0)
    return np.asarray(share.mean(axis=(1, 2)), np.float32)


def warmth(rgb: Array) -> Array:
    """(R − B) / (R + B) of the whole picture: 1 red, orange or yellow, −1 blue, 0 grey or green."""
    red, blue = rgb[..., 0].mean(axis=(1, 2)), rgb[..., 2].mean(axis=(1, 2))
    return np.asarray((red - blue) / np.maximum(red + blue, 2 * BLACK_LEVEL), np.float32)


def chroma(rgb: Array) -> Array:
    """Log-chroma histogram after HistoGAN: u = log(R/G), v = log(B/G), weighted by √(R² + G² + B²).

    8 × 8 bins over ±2, each pixel shared between its four nearest (HistoGAN's kernel is soft as well, so that
    a small change of colour is a small change of histogram); rows sum to 1, a black picture is uniform.
    """
    log = np.log(rgb + np.float32(1 / 255))
    scale = CHROMA_SIDE / (2 * CHROMA_LIMIT)
    places = [(log[..., side] - log[..., 1] + CHROMA_LIMIT) * scale - 0.5 for side in (0, 2)]
    u, v = (np.clip(place, 0, CHROMA_TOP) for place in places)
    u_low, v_low = u.astype(np.int64), v.astype(np.int64)
    u_part, v_part = u - u_low, v - v_low
    weight = np.sqrt((rgb**2).sum(axis=-1))
    count = len(rgb)
    first = np.arange(count)[:, None, None] * CHROMA_BINS + u_low * CHROMA_SIDE + v_low
    flat = np.zeros(count * CHROMA_BINS)
    for step, share in (
        (0, (1 - u_part) * (1 - v_part)),
        (1, (1 - u_part) * v_part),
        (CHROMA_SIDE, u_part * (1 - v_part)),
        (CHROMA_SIDE + 1, u_part * v_part),
    ):
        flat += np.bincount((first + step).ravel(), (weight * share).ravel(), len(flat))
    table = flat.reshape(count, CHROMA_BINS)
    total = table.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 1e-6, table / np.maximum(total, 1e-12), 1 / CHROMA_BINS), np.float32)


def motion(first: Frames, second: Frames) -> Array:
    """Mean absolute RGB difference of frames (n, height, width, 3) in pairs, 0 to 1."""
    change = np.abs(first.astype(np.int16) - second.astype(np.int16))
    return np.asarray(change.mean(axis=(1, 2, 3)) / 255, np.float32)
