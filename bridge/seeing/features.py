"""Numbers from small frames: colour, light and motion, by released graphs on whichever provider is there.

The graphs and the formulas they stand for are in `models/looking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from bridge.inference.graph import released_graph
from bridge.schema.picture import Array

Frames = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 64, 36
# Frames are decoded at twice that: cuts show better in them, and both ways to see a film start from the same.
SCALE = 2
CHROMA_BINS = 64
NEUTRAL = {"motion": 0.0, "brightness": 0.5, "saturation": 0.25, "warmth": 0.0, "contrast": 0.3}
# Frames a run of a graph: what is between its steps stays in a processor's cache.
_BATCH = 32


@dataclass(frozen=True)
class Look:
    """Features of n frames: arrays (n,), chroma (n, 64).

    Attributes:
        brightness: mean Rec. 709 luma.
        saturation: mean HSV saturation; pixels next to black count as grey.
        warmth: (R − B) / (R + B) of the whole picture.
        contrast: standard deviation of luma × 2, at most 1.
        chroma: log-chroma histogram after HistoGAN, rows sum to 1, a black picture is uniform.
    """

    brightness: Array
    saturation: Array
    warmth: Array
    contrast: Array
    chroma: Array


LOOKS = tuple(field.name for field in fields(Look))


def look(frames: Frames) -> Look:
    """Colour and light of frames (n, height, width, 3), uint8 RGB.

    Raises:
        ModelError: the released graph is missing or broken.
    """
    graph = released_graph("colour")
    parts = [graph.run(frames=frames[at : at + _BATCH]) for at in range(0, max(1, len(frames)), _BATCH)]
    return Look(**{name: np.concatenate([part[name] for part in parts]) for name in LOOKS})


def difference(first: Frames, second: Frames) -> Array:
    """Mean absolute RGB difference of frames (n, height, width, 3) in pairs, 0 to 1.

    Raises:
        ModelError: the released graph is missing or broken.
    """
    graph = released_graph("motion")
    parts = [
        graph.run(first=first[at : at + _BATCH], second=second[at : at + _BATCH])["motion"]
        for at in range(0, max(1, len(first)), _BATCH)
    ]
    return np.concatenate(parts)


def joined(looks: Sequence[Look]) -> Look:
    """Several looks, one after another."""
    return Look(**{name: np.concatenate([getattr(each, name) for each in looks]) for name in LOOKS})


def shrink(frame: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A decoded frame at the size features are measured at: means of 2 × 2 pixels, halves to the even."""
    rows = frame[0::SCALE].astype(np.uint16) + frame[1::SCALE]
    sums = rows[:, 0::SCALE] + rows[:, 1::SCALE]
    return np.asarray((sums + 1 + ((sums >> 2) & 1)) >> 2, np.uint8)
