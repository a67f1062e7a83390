"""Fades and dissolves in a flat film, found in tiny frames.

A fade is a steady fall or rise of light to or from black. A dissolve is a stretch whose frames are blends of
its ends: halfway in, the frame is near the mean of both, while outside the stretch little changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Tiny = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

# Mean luma, of 255, under which a frame is black: a dim title card on black stays above it.
BLACK = 3.0
# A jump of luma from or to black in one frame; at least twice what sensor noise in the dark makes.
_BLACK_JUMP = 4.0
_MIN_FADE_S = 0.2
_MIN_FADE_DEPTH = 8.0
# Frames a fade may stand still: films converted between rates repeat frames.
_PLATEAU = 2
# Black shorter than this between a fade out and a fade in makes the two one dip.
_DIP_S = 0.75
# Half lengths of dissolves looked for, in seconds.
_HALVES_S = (0.25, 0.33, 0.5, 0.67, 0.83, 1.0, 1.25)
# On big_buck_bunny's and the Sintel trailer's lists these find its dissolves and no camera move:
# ends that differ by 25 of 255, frames within a quarter of that of the blend, change inside at least
# 1.8 times the change just outside. Title fades over a still picture differ by 22.
_MIN_CHANGE = 25.0
_MAX_RESIDUE = 0.25
_MIN_CONTRAST = 1.8
_CHUNK = 4096


@dataclass(frozen=True)
class Gradual:
    """A gradual change over frames [start, end); `style` as an editor would call it."""

    start: int
    end: int
    style: str


def black_runs(light: Light) -> list[tuple[int, int]]:
    """Stretches [start, end) of black frames."""
    dark = np.concatenate([[False], light < BLACK, [False]])
    edges = np.flatnonzero(dark[1:] != dark[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2])]


def fades(light: Light, rate: float) -> tuple[list[Gradual], list[int]]:
    """Fades from and to black, and hard cuts from and to it.

    Args:
        light: mean luma of every frame, 0 to 255.
        rate: frames a second.
    """
    found: list[Gradual] = []
    cuts: list[int] = []
    count = len(light)
    for start, end in black_runs(light):
        before = _ramp(light, start, -1) if start > 0 else start
        after = _ramp(light, end - 1, +1) if end < count else end - 1
        out = _fade(light, before, start, rate)
        into = _fade(light, after, end - 1, rate)
        if start > 0 and not out and light[start - 1] - light[start] >= _BLACK_JUMP:
            cuts.append(start)
        if end < count and not into and light[end] - light[end - 1] >= _BLACK_JUMP:
            cuts.append(end)
        before, into_start = _steep(light, before, start), end
        after = _steep(light, after, end - 1)
        while into_start > start + 1 and light[into_start - 1] > light[into_start - 2] + 0.02:
            into_start -= 1
        if out and into and end - start <= _DIP_S * rate:
            found.append(Gradual(before, after + 1, "Dip to Black"))
            continue
        if out:
            found.append(Gradual(before, start, "Fade Out"))
        if into:
            found.append(Gradual(into_start, after + 1, "Fade In"))
    return found, cuts


def _ramp(light: Light, edge: int, step: int) -> int:
    """The last frame, going from black in direction `step`, to which light keeps rising."""
    at, best, still = edge, edge, 0
    while 0 <= at + step < len(light):
        at += step
        if light[at] > light[best] + 0.25:
            best, still = at, 0
        else:
            still += 1
            if still > _PLATEAU:
                break
    return best


def _steep(light: Light, far: int, near: int) -> int:
    """Where a ramp has gone 95 % of its way from black: what comes after is the picture's own change."""
    enough = light[near] + 0.95 * (light[far] - light[near])
    step = 1 if far >= near else -1
    return next((at for at in range(near, far, step) if light[at] >= enough), far)


def _fade(light: Light, far: int, near: int, rate: float) -> bool:
    """Whether light between a picture and black changes slowly enough, and by enough, for a fade."""
    length = abs(far - near)
    if length < max(3, _MIN_FADE_S * rate):
        return False
    depth = light[far] - light[near]
    steps = np.abs(np.diff(light[min(far, near) : max(far, near) + 1]))
    return bool(depth >= _MIN_FADE_DEPTH and steps.max() < 0.6 * depth)


def dissolves(tiny: Tiny, rate: float, taken: Sequence[Gradual], check: Callable[[], None]) -> list[Gradual]:
    """Dissolves outside of fades. A cut inside one is no blend, so cuts need no keeping out.

    Args:
        tiny: every frame, flattened, (n, values) uint8.
        rate: frames a second.
        taken: fades already found.
        check: called now and then; may raise to stop.
    """
    blocked = np.zeros(len(tiny) + 1, np.int64)
    for each in taken:
        blocked[each.start : each.end] = 1
    blocked = np.concatenate([[0], np.cumsum(blocked)])
    candidates: list[tuple[float, int, int]] = []
    for half_s in _HALVES_S:
        half = max(3, round(half_s * rate))
        candidates += _blends(tiny, half, max(2, half // 2), blocked, check)
    found: list[Gradual] = []
    for _, centre, half in sorted(candidates, reverse=True):
        if all(centre + half <= each.start or centre - half >= each.end for each in found):
            found.append(Gradual(centre - half, centre + half, "Dissolve"))
    return sorted(found, key=lambda each: each.start)


def weak_cuts(tiny: Tiny, cuts: Sequence[int], found: Sequence[Gradual]) -> set[int]:
    """Cuts that are only the first or last step of a dissolve: out of a still, dark picture the first
    blended frame is a jump. They change less than a third of what the dissolve changes.
    """
    weak = set()
    for each in found:
        last = min(each.end, len(tiny) - 1)
        whole = np.abs(tiny[each.start].astype(np.int16) - tiny[last]).mean()
        for cut in cuts:
            if each.start - 2 <= cut <= each.end + 2:
                jump = np.abs(tiny[cut].astype(np.int16) - tiny[cut - 1]).mean()
                if jump < whole / 3:
                    weak.add(cut)
    return weak


def _blends(
    tiny: Tiny, half: int, margin: int, blocked: npt.NDArray[np.int64], check: Callable[[], None]
) -> list[tuple[float, int, int]]:
    """(score, centre, half) of every frame that is the middle of a blend 2 × half long."""
    reach, quarter = half + margin, half // 2
    found: list[tuple[float, int, int]] = []
    for low in range(reach, len(tiny) - reach, _CHUNK):
        check()
        high = min(low + _CHUNK, len(tiny) - reach)
        part = tiny[low - reach : high + reach].astype(np.float32)

        def at(offset: int, part: Floats = part, size: int = high - low) -> Floats:
            return part[reach + offset : reach + offset + size]

        first, last = at(-half), at(half)
        change = np.abs(first - last).mean(axis=1)
        at_all = np.flatnonzero(change > _MIN_CHANGE)
        if not len(at_all):
            continue
        share = quarter / half
        residue = np.maximum.reduce(
            [
                np.abs(at(0) - (first + last) / 2).mean(axis=1),
                np.abs(at(-quarter) - (first * (1 + share) + last * (1 - share)) / 2).mean(axis=1),
                np.abs(at(quarter) - (first * (1 - share) + last * (1 + share)) / 2).mean(axis=1),
            ]
        ) / np.maximum(change, 1e-3)
        outside = (
            np.maximum(np.abs(at(-reach) - first).mean(axis=1), np.abs(last - at(reach)).mean(axis=1))
            / margin
        )
        contrast = (change / (2 * half)) / np.maximum(outside, 0.05)
        centres = np.arange(low, high)
        free = blocked[np.minimum(centres + half + 1, len(blocked) - 1)] == blocked[centres - half]
        good = free & (change > _MIN_CHANGE) & (residue < _MAX_RESIDUE) & (contrast > _MIN_CONTRAST)
        for index in np.flatnonzero(good):
            score = float(change[index] * min(contrast[index], 10) * (1 - residue[index]))
            found.append((score, int(centres[index]), half))
    return found
