"""Stretches of a film in which one picture turns into another: where dissolves and wipes may lie.

Let A be the last frame before a stretch, B the first after it, D = B − A. A frame F inside holds the share
a = ⟨F − A, D⟩ / ⟨D, D⟩ of B, and what is left, r = |F − A|² / |D|² − a², says how it holds it: a dissolve
leaves nothing (r = 0), a wipe, where a share a of the pixels is B's and the rest A's, leaves r = a (1 − a),
and a camera that moves on to something else leaves about three times that. All of it follows from the inner
products of frames at most a transition apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Lengths looked for, in frames: each a quarter longer than the one before.
LENGTHS = (6, 8, 10, 12, 15, 19, 24, 30, 38, 47, 59)
# Frames needed beside a stretch, to see where it really begins and ends.
REACH = 24
_BAND = LENGTHS[-1] + 2 * REACH + 2
_BLOCK = 128
# Where in a stretch its frames are looked at, in eighths of it.
_EIGHTHS = np.arange(1, 8)
_IDEAL = (_EIGHTHS / 8).astype(np.float32)
# Under this root mean square difference of the ends (of 255), codec noise and small motion decide.
_MIN_CHANGE = 8.0
# Loose bounds that all but a few of a thousand true stretches keep; `judge` decides.
_MAX_BEND = 0.42
_MAX_STEP = 0.55
_MAX_LEFT = 0.35


@dataclass(frozen=True)
class Products:
    """Inner products ⟨F_i, F_j⟩ of frames with 0 ≤ j − i ≤ width, divided by the number of values."""

    band: Floats  # (frames, width + 1); [i, k] = ⟨F_i, F_{i+k}⟩, 0 past the end

    def __call__(self, i: Ints, j: Ints) -> Floats:
        """⟨F_i, F_j⟩ for every pair of frame numbers, of any shape."""
        return np.asarray(self.band[np.minimum(i, j), np.abs(i - j)], np.float32)


def products(frames: Floats) -> Products:
    """Products of frames (n, values); work and memory are linear in n."""
    count, values = frames.shape
    band = np.zeros((count, _BAND + 1), np.float32)
    offsets = np.arange(_BAND + 1)
    for low in range(0, count, _BLOCK):
        part = frames[low : low + _BLOCK]
        table = part @ frames[low : low + _BLOCK + _BAND].T
        table = np.pad(table, ((0, 0), (0, _BLOCK + _BAND + 1 - table.shape[1])))
        rows = np.arange(len(part))
        band[low : low + len(part)] = table[rows[:, None], rows[:, None] + offsets]
    return Products(band / np.float32(values))


@dataclass(frozen=True)
class Stretch:
    """Frames [start, end) that may turn one picture into another."""

    start: int
    end: int
    score: float


def shares(dot: Products, first: Ints, last: Ints, inside: Ints) -> tuple[Floats, Floats, Floats]:
    """|D|² (n, 1), and for frames `inside` (n, k) their shares of the last picture and what is left."""
    first, last = first[:, None], last[:, None]
    aa, ab = dot(first, first), dot(first, last)
    size = np.maximum(aa + dot(last, last) - 2 * ab, 1e-3)
    fa = dot(inside, first)
    share = (dot(inside, last) - fa - ab + aa) / size
    left = (dot(inside, inside) + aa - 2 * fa) / size - share**2
    return size, share, left


def stretches(dot: Products, low: int, high: int) -> list[Stretch]:
    """The best of overlapping stretches whose middles lie in frames [low, high), best first."""
    count = len(dot.band)
    found: list[tuple[float, int, int]] = []
    for length in LENGTHS:
        beside = max(2, length // 4)
        step = max(1, length // 12)
        from_ = max(low - length // 2, 1 + beside)
        to = min(high - length // 2, count - length - beside)
        starts = np.arange(from_, to, step, dtype=np.int64)
        if not len(starts):
            continue
        first, last = starts - 1, starts + length
        inside = first[:, None] + np.rint(_EIGHTHS * (length + 1) / 8).astype(np.int64)
        size, share, left = shares(dot, first, last, inside)
        bend = np.abs(share - _IDEAL).max(axis=1)
        steps = np.diff(share, axis=1, prepend=np.float32(0), append=np.float32(1))
        over = np.maximum(left - np.maximum(share * (1 - share), 0), 0).max(axis=1)
        size = size[:, 0]
        outside = (_moved(dot, first, first - beside) + _moved(dot, last, last + beside)) / size
        good = (
            (size > _MIN_CHANGE**2)
            & (bend < _MAX_BEND)
            & (steps.max(axis=1) < _MAX_STEP)
            & (steps.min(axis=1) > -0.15)
            & (over < _MAX_LEFT)
        )
        score = np.sqrt(size) * (1 - bend) * (1 - over) / (1 + 2 * outside)
        found += [(float(score[at]), int(starts[at]), length) for at in np.flatnonzero(good)]
    best: list[Stretch] = []
    for value, start, length in sorted(found, reverse=True):
        if all(start + length <= each.start or start >= each.end for each in best):
            best.append(Stretch(start, start + length, value))
    return best


def _moved(dot: Products, one: Ints, other: Ints) -> Floats:
    return np.asarray(dot(one, one) + dot(other, other) - 2 * dot(one, other), np.float32)
