"""Cuts and transitions inside one flat film: PySceneDetect for hard cuts, `gradual` for the rest."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scenedetect.common import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from bridge.schema.timeline import EditKind, EditPoint
from bridge.seeing.gradual import Gradual, dissolves, fades, weak_cuts

Rgb = npt.NDArray[np.uint8]

# Tuned on the lists beside the reference films (bench/shots.py prints the table). The ratio to the
# neighbours' change is PySceneDetect's `adaptive_threshold`; its default of 3.0 misses two of 124 cuts.
# Shots may be 0.2 s short: trailers have them.
_RATIO = 2.7
_MIN_CONTENT = 12.0
_MIN_SHOT_S = 0.2
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_TINY_BLOCK = 8


class ShotFinder:
    """Takes a film's frames in order and says where it is cut.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: Fraction) -> None:
        self._rate = float(rate)
        # Detection counts frames; the rate it is told matters only for its own reports.
        self._base = FrameTimecode(0, float(round(self._rate, 3)))
        self._detector = AdaptiveDetector(
            adaptive_threshold=_RATIO,
            min_scene_len=max(2, round(_MIN_SHOT_S * self._rate)),
            min_content_val=_MIN_CONTENT,
        )
        self._hard: list[int] = []
        self._light: list[float] = []
        self._tiny: list[Rgb] = []
        self._count = 0

    def add(self, frame: Rgb) -> None:
        """The film's next frame, (height, width, 3) uint8 RGB; sides are multiples of 8."""
        bgr = np.ascontiguousarray(frame[:, :, ::-1])
        for cut in self._detector.process_frame(self._base + self._count, bgr):
            self._hard.append(cut.frame_num)
        self._light.append(float(frame.reshape(-1, 3).mean(axis=0) @ _LUMA))
        height, width, _ = frame.shape
        blocks = frame.reshape(height // _TINY_BLOCK, _TINY_BLOCK, width // _TINY_BLOCK, _TINY_BLOCK, 3)
        self._tiny.append(blocks.mean(axis=(1, 3)).astype(np.uint8).reshape(-1))
        self._count += 1

    def finish(self, check: Callable[[], None]) -> list[EditPoint]:
        """Every edit point, in order, in frames counted from the first frame added.

        `check` is called now and then and may raise to stop.
        """
        if self._count == 0:
            return []
        for cut in self._detector.post_process(self._base + (self._count - 1)):
            self._hard.append(cut.frame_num)
        light = np.asarray(self._light)
        gradual, black_cuts = fades(light, self._rate)
        shortest = max(2, round(_MIN_SHOT_S * self._rate))
        cuts = _merged([*self._hard, *black_cuts], gradual, shortest)
        tiny = np.stack(self._tiny)
        blends = dissolves(tiny, self._rate, gradual, check)
        weak = weak_cuts(tiny, cuts, blends)
        return edit_points([cut for cut in cuts if cut not in weak], [*gradual, *blends], self._count)


def _merged(cuts: list[int], gradual: list[Gradual], shortest: int) -> list[int]:
    """Cuts once each, none inside a fade, none closer to the one before than a shot may be."""
    kept: list[int] = []
    for cut in sorted(set(cuts)):
        inside = any(each.start - 2 <= cut <= each.end + 2 for each in gradual)
        if cut > 0 and not inside and (not kept or cut - kept[-1] >= shortest):
            kept.append(cut)
    return kept


def edit_points(cuts: list[int], gradual: list[Gradual], count: int) -> list[EditPoint]:
    """Cuts and gradual changes of a film of `count` frames as edit points, in order, one a frame."""
    points = [EditPoint(cut, EditKind.CUT, cut, cut) for cut in cuts if 0 < cut < count]
    for each in gradual:
        middle = (each.start + each.end) // 2
        points.append(EditPoint(middle, EditKind.TRANSITION, each.start, min(each.end, count), each.style))
    unique: dict[int, EditPoint] = {}
    for point in sorted(points, key=lambda p: (p.frame, p.kind is EditKind.CUT)):
        unique.setdefault(point.frame, point)
    return list(unique.values())
