"""Cuts and transitions inside one flat film: PySceneDetect for hard cuts, `gradual` for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt
from scenedetect.common import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from bridge.schema.timeline import EditKind, EditPoint
from bridge.seeing.fades import Gradual
from bridge.seeing.gradual import HEIGHT, WIDTH, GradualFinder

Rgb = npt.NDArray[np.uint8]

# Set on the lists beside the reference films (bench/shots.py prints the tables). The ratio to the neighbours'
# change is PySceneDetect's `adaptive_threshold`; its default of 3.0 misses two of Big Buck Bunny's 124 cuts.
# Shots may be 0.2 s short: trailers have them.
_RATIO = 2.7
_MIN_CONTENT = 12.0
_MIN_SHOT_S = 0.2
# A cut this near a gradual change is its own first or last step.
_NEAR_FRAMES = 2


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
        self._gradual = GradualFinder(self._rate)
        self._count = 0

    def add(self, frame: Rgb) -> None:
        """The film's next frame, (height, width, 3) uint8 RGB."""
        bgr = np.ascontiguousarray(frame[:, :, ::-1])
        for cut in self._detector.process_frame(self._base + self._count, bgr):
            self._hard.append(cut.frame_num)
        tiny = cv2.resize(frame, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        self._gradual.add(np.asarray(tiny, np.uint8))
        self._count += 1

    def finish(self, check: Callable[[], None]) -> list[EditPoint]:
        """Every edit point, in order, in frames counted from the first frame added.

        `check` is called now and then and may raise to stop.
        """
        if self._count == 0:
            return []
        for cut in self._detector.post_process(self._base + (self._count - 1)):
            self._hard.append(cut.frame_num)
        gradual, black_cuts = self._gradual.finish(check)
        shortest = max(2, round(_MIN_SHOT_S * self._rate))
        return edit_points(_merged([*self._hard, *black_cuts], gradual, shortest), gradual, self._count)


def _merged(cuts: Sequence[int], gradual: Sequence[Gradual], shortest: int) -> list[int]:
    """Cuts once each, none in a gradual change, none closer to the one before than a shot may be."""
    kept: list[int] = []
    for cut in sorted(set(cuts)):
        inside = any(each.start - _NEAR_FRAMES <= cut <= each.end + _NEAR_FRAMES for each in gradual)
        if cut > 0 and not inside and (not kept or cut - kept[-1] >= shortest):
            kept.append(cut)
    return kept


def edit_points(cuts: Sequence[int], gradual: Sequence[Gradual], count: int) -> list[EditPoint]:
    """Cuts and gradual changes of a film of `count` frames as edit points, in order, one a frame."""
    points = [EditPoint(cut, EditKind.CUT, cut, cut) for cut in cuts if 0 < cut < count]
    for each in gradual:
        end = min(each.end, count)
        points.append(EditPoint((each.start + end) // 2, EditKind.TRANSITION, each.start, end, each.style))
    unique: dict[int, EditPoint] = {}
    for point in sorted(points, key=lambda p: (p.frame, p.kind is EditKind.CUT)):
        unique.setdefault(point.frame, point)
    return list(unique.values())
