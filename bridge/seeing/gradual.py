"""Gradual changes of a flat film (dissolves, wipes, fades, dips), found while its frames go by.

Fades and dips come from two numbers a frame (`fades`). Dissolves and wipes come from the frames themselves,
32 × 18 pixels each: a window of them at a time is searched for stretches that turn one picture into another
(`blends`), and each is judged (`judging`). Only the window is held.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bridge.seeing import blends, judging
from bridge.seeing.fades import Gradual, fades

Tiny = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 32, 18
# Stretches are looked for in frames of about this rate; of faster films every second or third is taken.
_MOST_RATE = 31
_WINDOW = 1024
# Frames beside the window: half the longest stretch, and what is looked at beyond it.
_MARGIN = blends.LENGTHS[-1] // 2 + blends.REACH + 2
# White is measured in the middle two thirds each way: the bars of a wide film stay black.
_INNER = (slice(HEIGHT // 6, -(HEIGHT // 6)), slice(WIDTH // 6, -(WIDTH // 6)))
# Nobody joins shots that are seen whole for less: of two changes so near, the lesser is a camera move.
_APART_S = 0.2
_STYLES = {"dissolve": "Dissolve", "wipe": "Wipe"}


class GradualFinder:
    """Takes a film's frames in order and says where one picture slowly becomes another.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._stride = max(1, math.ceil(rate / _MOST_RATE))
        self._black: list[float] = []
        self._white: list[float] = []
        self._held: list[Tiny] = []
        self._first = 0
        self._found: list[tuple[float, Gradual]] = []

    def add(self, tiny: Tiny) -> None:
        """The next frame, (18, 32, 3) uint8 RGB."""
        values = tiny.astype(np.float32)
        self._black.append(math.sqrt(float(np.square(values).mean())))
        self._white.append(math.sqrt(float(np.square(255 - values[_INNER]).mean())))
        if (len(self._black) - 1) % self._stride == 0:
            self._held.append(tiny)
            if len(self._held) == _WINDOW + 2 * _MARGIN:
                self._search(_WINDOW + _MARGIN)
                self._held = self._held[_WINDOW:]
                self._first += _WINDOW

    def _search(self, high: int) -> None:
        """Judge the stretches whose middles lie in the held frames up to `high`."""
        frames = np.stack(self._held).astype(np.float32) - 128
        dot = blends.products(frames.reshape(len(frames), -1))
        for each in blends.stretches(dot, _MARGIN if self._first else 0, high):
            judged = judging.judge(frames, dot, each)
            if judged is not None:
                kind, start, end = judged
                start, end = ((at + self._first) * self._stride for at in (start, end))
                self._found.append((each.score, Gradual(start, end, _STYLES[kind])))

    def finish(self, check: Callable[[], None]) -> tuple[list[Gradual], list[int]]:
        """Every gradual change, in order, and the hard cuts from and to plain black.

        `check` is called now and then and may raise to stop.
        """
        check()
        if len(self._held) > 8:
            self._search(len(self._held))
        self._held = []
        check()
        kept, cuts = fades(np.asarray(self._black), np.asarray(self._white), self._rate)
        for _, each in sorted(self._found, key=lambda found: (-found[0], found[1].start)):
            if any(each.start < cut < each.end for cut in cuts):
                continue
            gap = round(_APART_S * self._rate)
            if all(each.end + gap <= other.start or each.start >= other.end + gap for other in kept):
                kept.append(each)
        return sorted(kept, key=lambda each: each.start), cuts
