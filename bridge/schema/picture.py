"""What was seen: picture features on a regular clock, five times a second (as V-MusProd samples motion)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

SAMPLE_STEP_S = Fraction(1, 5)


def _nothing() -> Array:
    return np.zeros(0, np.float32)


def _no_rows() -> Array:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, eq=False)
class Picture:
    """Features of one cue, n = ceil(cue length / 0.2 s) samples; sample i stands for second i × 0.2.

    All arrays are float32 in [0, 1] unless said otherwise; where `seen` is False (media that could not
    be read) they hold the neutral value named, and only `cut_rate` is real.

    Attributes:
        seen: (n,) bool: pictures were read for this sample.
        motion: (n,) mean absolute RGB difference to the frame 0.2 s before, within a shot; neutral 0.
        brightness: (n,) mean Rec. 709 luma; neutral .5.
        saturation: (n,) mean HSV saturation; neutral .25.
        warmth: (n,) -1 (blue) to 1 (red/yellow); neutral 0.
        contrast: (n,) standard deviation of luma × 2, at most 1; neutral .3.
        chroma: (n, bins) log-chroma histogram, each row sums to 1; neutral uniform.
        cut_rate: (n,) edit points a second around the sample, from the edit alone, ≥ 0.
        problems: sentences naming media that could not be read.
        semantic_s: (m,) seconds from the cue's first frame, rising, at which a semantic encoder looked: into
            every shot at least once; m is 0 where there is none.
        semantic: (m, d) what it saw, rows of length 1: their products are cosines.
        emotion: (n, k) shares of `emotion_names`, rows sum to 1, smoothed within shots; None without an
            encoder that knows words.
        feeling: the same for the finer `feeling_names`.
        missing: sentences on what is done without, such as an encoder that is not installed.
    """

    seen: npt.NDArray[np.bool_]
    motion: Array
    brightness: Array
    saturation: Array
    warmth: Array
    contrast: Array
    chroma: Array
    cut_rate: Array
    problems: tuple[str, ...] = ()
    semantic_s: Array = field(default_factory=_nothing)
    semantic: Array = field(default_factory=_no_rows)
    emotion: Array | None = None
    emotion_names: tuple[str, ...] = ()
    feeling: Array | None = None
    feeling_names: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """Number of samples n."""
        return int(self.seen.shape[0])
