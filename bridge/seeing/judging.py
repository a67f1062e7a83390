"""What tells a dissolve or a wipe from a camera or a crowd that moves: numbers of one stretch of frames.

The bounds were set on edits of the tuning shots (bench/edits.py), camera moves over them and the first half
of Big Buck Bunny; models/LOG.md tells what a learnt classifier did in their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.seeing.blends import REACH, Floats, Products, Stretch, shares

# Frames a dissolve or wipe may last; past that only slow moves are found.
_SHORTEST, _LONGEST = 4, 70
# Weight of one pixel's change stops growing here (of 255, all three colours): a lamp must not decide.
_MOST_CHANGE = 60.0
# A step between neighbouring frames over this share of the whole change is a cut: nothing past it counts.
_CUT_SHARE = 0.2


@dataclass(frozen=True)
class Numbers:
    """What was measured of a stretch that turns a picture A into a picture B.

    Attributes:
        left: what a blend of A and B leaves unexplained: 0 for a dissolve, 1 for a wipe, more for motion.
        linger: how much pixels linger between A and B: 1 for a dissolve, near 0 for a hard wipe.
        sweep: how much of the pixels' times a line, a circle or a clock hand explains (R²).
        likeness: correlation of A and B: near 1 for a camera that has hardly moved.
        spread: how evenly the change covers the picture, 0 to 1: low for a title.
        outside: how much the pictures change just outside, as a share of the change from A to B.
        onward: how fast they go on turning into B just outside, by the pace inside: about 0 for an edit.
        spike: the largest step by the next largest not beside it: high for a cut.
    """

    left: float
    linger: float
    sweep: float
    likeness: float
    spread: float
    outside: float
    onward: float
    spike: float

    @property
    def kind(self) -> str:
        """What the numbers say it is, "dissolve" or "wipe"; empty for neither."""
        # One picture is seldom the negative of another: that is a pattern moved by half of its period.
        if self.spike > 2.5 or self.outside > 0.6 or not -0.35 < self.likeness < 0.78:
            return ""
        blended = self.linger - 0.3 * self.left - 0.45 * self.outside > 0.475
        if blended and self.spread > 0.3 and self.onward < 0.2:
            return "dissolve"
        swept = abs(self.left - 1) < 0.9 and self.linger < 0.4 and self.sweep > 0.3
        return "wipe" if swept and self.spread > 0.3 else ""


def judge(frames: Floats, dot: Products, found: Stretch) -> tuple[str, int, int] | None:
    """The kind of a stretch and its frames [start, end); None for what is neither dissolve nor wipe.

    Args:
        frames: (n, 18, 32, 3), 128 taken off.
        dot: their products.
        found: where to look.
    """
    start, end = settled(dot, found)
    if not _SHORTEST <= end - start <= _LONGEST or start < 1 or end >= len(frames):
        return None
    numbers, swept = measure(frames, dot, start, end)
    kind = numbers.kind
    if kind == "wipe" and swept[1] - swept[0] >= _SHORTEST:
        start, end = swept
    return (kind, start, end) if kind else None


def settled(dot: Products, found: Stretch) -> tuple[int, int]:
    """Where the stretch really starts and ends: the frames' shares of the new picture, seen from further
    out, are fitted by a flat, a ramp and a flat.
    """
    before, after = _reach(dot, found, -1, REACH), _reach(dot, found, +1, REACH)
    first, last = found.start - 1 - before, found.end + after
    inside = np.arange(first, last + 1)
    _, share, _ = shares(dot, np.array([first]), np.array([last]), inside[None, :])
    return _ramp(share[0], first, (found.start, found.end))


def _reach(dot: Products, found: Stretch, step: int, most: int) -> int:
    """Frames beyond the stretch, backwards or forwards, that may be looked at: none past a cut."""
    edge = found.start - 1 if step < 0 else found.end
    wanted = min(most, max(4, (found.end - found.start) // 2))
    change = _distance(dot, found.start - 1, found.end)
    for count in range(wanted):
        at = edge + step * (count + 1)
        if not 0 <= at < len(dot.band) or _distance(dot, at, at - step) > _CUT_SHARE * change:
            return count
    return wanted


def _distance(dot: Products, one: int, other: int) -> float:
    i, j = np.array([one]), np.array([other])
    return max(float((dot(i, i) + dot(j, j) - 2 * dot(i, j))[0]), 0.0)


def _ramp(share: Floats, first: int, guess: tuple[int, int]) -> tuple[int, int]:
    """The start and end, around `guess`, of the flat–ramp–flat nearest to shares of frames from `first`."""
    length = guess[1] - guess[0]
    low, high = 0, len(share) - 1
    starts = np.arange(max(low, guess[0] - first - length), min(high - 3, guess[0] - first + length // 2))
    ends = np.arange(max(4, guess[1] - first - length // 2), min(high, guess[1] - first + length) + 1)
    if not len(starts) or not len(ends):
        return guess
    at = np.arange(len(share), dtype=np.float32)
    wide = np.maximum(ends[None, :] - starts[:, None], 1)[..., None]
    model = np.clip((at - starts[:, None, None] + 0.5) / wide, 0, 1)
    error = ((model - share) ** 2).sum(axis=2)
    error[ends[None, :] - starts[:, None] < _SHORTEST] = np.inf
    row, column = np.unravel_index(int(error.argmin()), error.shape)
    return int(starts[row]) + first, int(ends[column]) + first


def measure(frames: Floats, dot: Products, start: int, end: int) -> tuple[Numbers, tuple[int, int]]:
    """The numbers of frames [start, end), and the frames that a sweep over the picture would take.

    Args:
        frames: (n, height, width, 3), any offset taken off.
        dot: their products.
        start: the first changed frame.
        end: the first of the new picture; both have a frame beside them.
    """
    first, last = start - 1, end
    found, length = Stretch(start, end, 0.0), end - start
    size, _, left = shares(dot, np.array([first]), np.array([last]), np.arange(start, end)[None, :])
    power, part = _parts(frames, first, last)
    weight = _weight(power)
    mean = (part * weight).sum(axis=(1, 2))
    even = float((mean * (1 - mean)).sum()) + 1e-3
    beside = max(2, min(length // 3, 8))
    low, high = max(0, first - beside), min(len(frames) - 1, last + beside)
    steps = np.array([_distance(dot, at, at + 1) for at in range(first, last)])
    top = int(steps.argmax())
    others = np.delete(steps, slice(max(top - 1, 0), top + 2)).max(initial=1.0)
    sweep, span = _swept(frames, dot, found)
    numbers = Numbers(
        left=float(left.clip(0).sum()) / even,
        linger=float((part * (1 - part) * weight).sum()) / even,
        sweep=sweep,
        likeness=_likeness(frames[first], frames[last]),
        spread=float(power.sum()) ** 2 / (power.size * float((power**2).sum()) + 1e-6),
        outside=(_distance(dot, low, first) + _distance(dot, last, high)) / float(size[0, 0]),
        onward=_onward(dot, found),
        spike=float(np.sqrt(steps[top] / others)),
    )
    return numbers, span


def _onward(dot: Products, found: Stretch) -> float:
    first, last, length = found.start - 1, found.end, found.end - found.start
    beside = max(2, length // 4)
    before, after = (_reach(dot, found, step, beside) for step in (-1, +1))
    at = np.array([[first - before, last + after]])
    _, share, _ = shares(dot, np.array([first]), np.array([last]), at)
    paces = [-share[0, 0] / max(before, 1), (share[0, 1] - 1) / max(after, 1)]
    return float(np.clip(np.array(paces) * length, -1, 2).mean())


def _parts(frames: Floats, first: int, last: int) -> tuple[Floats, Floats]:
    """Every pixel's change from `first` to `last`, squared, and for the frames between each pixel's share of
    the new picture, 0 to 1.
    """
    old, change = frames[first], frames[last] - frames[first]
    power = (change**2).sum(axis=-1)
    part = ((frames[first + 1 : last] - old) * change).sum(axis=-1) / np.maximum(power, 30.0)
    return power, np.clip(part, 0, 1)


def _weight(power: Floats) -> Floats:
    """What each pixel counts; all together 1."""
    weight = np.minimum(power, 3 * _MOST_CHANGE**2)
    return np.asarray(weight / max(float(weight.sum()), 1e-6), np.float32)


def _likeness(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(axis=(0, 1)), other - other.mean(axis=(0, 1))
    return float((a * b).sum() / max(float(np.sqrt((a**2).sum() * (b**2).sum())), 1.0))


def _swept(frames: Floats, dot: Products, found: Stretch) -> tuple[float, tuple[int, int]]:
    """How well a sweep explains when the pixels change, seen from a little further out, and its frames."""
    wide = max(2, (found.end - found.start) // 4)
    first = found.start - 1 - _reach(dot, found, -1, wide)
    last = found.end + _reach(dot, found, +1, wide)
    power, part = _parts(frames, first, last)
    when = np.asarray((1 - part).sum(axis=0), np.float32)
    explained, (begin, stop) = _sweep(when, _weight(power))
    at = (first + 1 + round(begin), first + 1 + round(stop))
    return explained, (max(at[0], first + 1), min(at[1], last))


def _sweep(when: Floats, weight: Floats) -> tuple[float, tuple[float, float]]:
    """How much of the pixels' times a line, a circle or a clock hand explains, weighted, and the first and
    the last time of the best of them.
    """
    height, width = when.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - (width - 1) / 2) / width, (y - (height - 1) / 2) / width
    one = np.ones_like(x)
    best, span = 0.0, (float(when.min()), float(when.max()))
    mean = float((when * weight).sum())
    total = float(((when - mean) ** 2 * weight).sum()) + 0.1
    roots = np.sqrt(weight.ravel())[:, None]
    for terms in ((one, x, y), (one, np.hypot(x, y)), (one, np.arctan2(x, -y))):
        table = np.stack([term.ravel() for term in terms], axis=1)
        solved, *_ = np.linalg.lstsq(table * roots, when.ravel()[:, None] * roots, rcond=None)
        fitted = (table @ solved).reshape(when.shape)
        explained = 1 - float(((when - fitted) ** 2 * weight).sum()) / total
        if explained > best:
            best, span = explained, (float(fitted.min()), float(fitted.max()))
    return best, span
