"""Small cue sheets for timing tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from bridge.schema.cues import CueSheet, Hit, HitKind, Label, MoodCurves, Plot, Weight

NTSC_24 = Fraction(24_000, 1001)
NTSC_30 = Fraction(30_000, 1001)


def sheet(
    frames: Sequence[int],
    *,
    rate: Fraction = Fraction(24),
    end: int | None = None,
    weights: Sequence[Weight] | None = None,
    windows: Sequence[tuple[Fraction, Fraction]] | None = None,
    plot_frames: Sequence[int] = (),
    music: Sequence[bool] | None = None,
    energies: Sequence[float] | None = None,
    start: int = 0,
) -> CueSheet:
    """Hits at cue frames; plots start at 0 and at `plot_frames`. `start` moves it all on the timeline."""
    last = end if end is not None else (max(frames) if frames else 0) + 48
    hits = []
    for index, frame in enumerate(frames):
        weight = weights[index] if weights else Weight.WANT
        half = Fraction(1, 2)
        default = (-half, half) if weight is Weight.MUST else (Fraction(-1), Fraction(2))
        early, late = windows[index] if windows else default
        kind = HitKind.PLOT if frame in plot_frames else HitKind.CUT
        hits.append(Hit(f"h{index}", start + frame, weight, kind, early, late, downbeat=frame in plot_frames))
    bounds = [0, *plot_frames, last]
    plots = tuple(
        Plot(
            f"p{k}",
            start + a,
            start + b,
            Label.DEVELOPMENT,
            energy=energies[k] if energies else 0.5,
            music=music[k] if music else True,
        )
        for k, (a, b) in enumerate(zip(bounds, bounds[1:]))
    )
    seconds = int(Fraction(last) / rate) + 1
    curve = (0.5,) * seconds
    return CueSheet(
        "test", rate, False, start, start, start + last, tuple(hits), plots,
        MoodCurves(curve, curve, curve, curve, curve),
    )  # fmt: skip


def random_cuts(seed: int, count: int, mean_s: float, rate: Fraction) -> list[int]:
    """Log-normal shots (σ 0.6, at least a second) as cut frames."""
    rng = np.random.default_rng(seed)
    frames, at = [], 0
    for _ in range(count):
        shot = rng.lognormal(math.log(mean_s) - 0.18, 0.6) * float(rate)
        at += max(math.ceil(float(rate)), round(shot))
        frames.append(at)
    return frames
