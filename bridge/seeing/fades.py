"""Fades to and from black or white, and dips, found in how far every frame is from the plain colour.

While a picture A fades to a colour C, its frame is (1 − a) A + a C, so that its distance from C falls as
1 − a. A ramp is therefore fitted by least squares to those distances: flat, then down, straight or eased.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Distance = npt.NDArray[np.float64]

# Colour; root mean square distance from it, of 255, under which a frame is plain; the least depth of a fade.
# Titles on black are faint, but go to a black that is black.
_PLAIN = (("black", 6.0, 14.0), ("black", 1.5, 6.0), ("white", 14.0, 20.0))
# Under this share of what is around it, a frame may be the plainest of a dip that never quite gets there.
_TROUGH = 0.22
_TROUGH_REACH_S = 0.6
_MIN_S = 0.16
_LONGEST_S = 5.0
# Plain frames shorter than this between a fade out and a fade in of one colour make the two one dip.
_DIP_S = 0.75
# Root mean square error of a fitted ramp, as a share of its depth; real fades of moving pictures stay under.
_MAX_ERROR = 0.1
# Lengths tried are this much longer each than the one before.
_FINER = 1.07
# A jump from or to a plain frame in one step.
_JUMP = 5.0


@dataclass(frozen=True)
class Gradual:
    """A gradual change over frames [start, end); `style` as an editor would call it."""

    start: int
    end: int
    style: str


@dataclass(frozen=True)
class _Ramp:
    far: int
    near: int


def fades(black: Distance, white: Distance, rate: float) -> tuple[list[Gradual], list[int]]:
    """Fades and dips, in order, and hard cuts from and to plain frames.

    Args:
        black: every frame's root mean square distance from black, 0 to 255.
        white: the same from white.
        rate: frames a second.
    """
    found: list[Gradual] = []
    cuts: list[int] = []
    for name, plain, depth in _PLAIN:
        distance = black if name == "black" else white
        for low, high in _troughs(distance, plain, rate):
            out = _ramp(distance, low, high, rate, plain, depth)
            back = _ramp(distance[::-1], len(distance) - high, len(distance) - low, rate, plain, depth)
            into = _Ramp(len(distance) - back.far, len(distance) - back.near) if back else None
            if name == "black" and not out and _jumps(distance, low - 1, low):
                cuts.append(low)
            if name == "black" and not into and _jumps(distance, high, high - 1):
                cuts.append(high)
            if out and into and into.near - out.near <= _DIP_S * rate:
                found.append(Gradual(out.far, into.far, f"Dip to {name.capitalize()}"))
                continue
            if out:
                found.append(Gradual(out.far, out.near, "Fade Out"))
            if into:
                found.append(Gradual(into.near, into.far, "Fade In"))
    return _apart(found), sorted(set(cuts))


def _apart(found: Sequence[Gradual]) -> list[Gradual]:
    """In order; what overlaps a longer one is left out."""
    kept: list[Gradual] = []
    for each in sorted(found, key=lambda one: one.start - one.end):
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda one: one.start)


def _jumps(distance: Distance, picture: int, plain: int) -> bool:
    if not (0 <= picture < len(distance) and 0 <= plain < len(distance)):
        return False
    return bool(distance[picture] - distance[plain] >= _JUMP)


def _troughs(distance: Distance, plain: float, rate: float) -> list[tuple[int, int]]:
    """Runs [start, end) of plain frames, and single frames far plainer than what is on both sides."""
    flags = np.concatenate([[False], distance < plain, [False]])
    edges = np.flatnonzero(flags[1:] != flags[:-1])
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]
    reach = max(4, round(_TROUGH_REACH_S * rate))
    inner = np.flatnonzero((distance[1:-1] <= distance[:-2]) & (distance[1:-1] <= distance[2:])) + 1
    for at in inner[distance[inner] >= plain]:
        sides = (distance[max(0, at - reach) : at], distance[at + 1 : at + 1 + reach])
        around = distance[max(0, at - reach) : at + 1 + reach]
        if distance[at] <= around.min() and distance[at] < _TROUGH * min(side.max() for side in sides):
            runs.append((int(at), int(at) + 1))
    return sorted(runs)


def _ramp(distance: Distance, low: int, high: int, rate: float, plain: float, least: float) -> _Ramp | None:
    """The ramp that ends in the plain frames [low, high), coming from the left; None where there is none.

    `far` is its first changed frame, `near` the first wholly plain one. Every length is fitted on itself and
    half its length of picture before it. A part of a ramp fits as well as all of it, but is less deep: so the
    least error for its depth is taken, twice by depth.
    """
    room = _room(distance, low, round(_LONGEST_S * rate * 1.5))
    best = _Fit(math.inf, low, low, 0.0)
    length = max(4.0, _MIN_S * rate)
    while length <= min(_LONGEST_S * rate, room + 2):
        best = min(best, _fitted(distance, round(length), low, high, room, plain), key=_Fit.price)
        length *= _FINER
        length = max(length, round(length / _FINER) + 1.0)
    if best.depth < least or best.error > _MAX_ERROR:
        return None
    steps = np.abs(np.diff(distance[max(best.far - 1, 0) : best.near + 1]))
    most = min(0.45, 0.1 + 2.5 / (best.near - best.far))
    return _Ramp(best.far, best.near) if steps.max() < most * best.depth else None


def _room(distance: Distance, low: int, longest: int) -> int:
    """Frames before `low` up to a cut, to another plain stretch, or to `longest`."""
    top = 0.0
    for count in range(min(longest, low)):
        value, step = distance[low - count - 1], abs(distance[low - count - 1] - distance[low - count])
        if count > 3 and (value < 0.3 * top or step > max(0.3 * max(top, value), 8.0)):
            return count
        top = max(top, value)
    return min(longest, low)


@dataclass(frozen=True)
class _Fit:
    error: float
    far: int
    near: int
    depth: float

    def price(self) -> float:
        return self.error / max(self.depth, 1e-9)


def _fitted(distance: Distance, length: int, low: int, high: int, room: int, plain: float) -> _Fit:
    """The best ramp of one length that ends about `low`. Its error is a share of its depth."""
    best = _Fit(math.inf, low, low, 0.0)
    top = float(distance[max(0, low - length) : low].max(initial=1.0))
    late = 2 + round(length * min(0.5, 1.5 * plain / top))
    for near in range(max(low - 2, 1), min(high, low + late) + 1):
        far = near - length
        begin = max(far - max(4, length // 2), low - room)
        if begin > far:
            continue
        at = np.arange(begin, min(near, len(distance)))
        share = np.clip((at - far + 0.5) / length, 0, 1)
        seen = distance[at]
        for shape in (share, share * share * (3 - 2 * share)):
            model = 1 - shape
            depth = float(model @ seen) / max(float(model @ model), 1e-9)
            error = float(np.sqrt(((model * depth - seen) ** 2).mean())) / max(depth, 1e-9)
            if error < best.error:
                best = _Fit(error, far, near, depth)
    return best
