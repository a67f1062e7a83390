"""Keep the mood curves true to the plots: over each plot a curve's mean is the plot's own number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from bridge.schema.cues import MoodCurves, Plot
from bridge.spotting.mood import Curve

NAMES = ("valence", "energy", "tension", "density", "loudness")
# Plots are written to three digits and curves to four: closer than this, they agree. It makes fitting
# idempotent, so that a cue sheet handed back unchanged asks for the same music.
_AGREE = 1e-3


def fit_curves(
    curves: MoodCurves, plots: tuple[Plot, ...], cue_start_frame: int, rate: Fraction
) -> MoodCurves:
    """Shift each curve within each plot until its mean there is the plot's number, within 0 to 1."""
    fitted: dict[str, tuple[float, ...]] = {}
    for name in NAMES:
        values = np.array(getattr(curves, name), dtype=np.float64)
        for plot in plots:
            # The seconds that `MoodCurves.mean` reads, each in one plot only; a plot shorter than a
            # second may have none, and then its own number stands alone.
            first = round(float((plot.start_frame - cue_start_frame) / rate))
            last = round(float((plot.end_frame - cue_start_frame) / rate))
            if last <= first or first >= len(values):
                continue
            values[first:last] = _shifted(values[first:last], getattr(plot, name))
        fitted[name] = tuple(round(float(value), 4) for value in values)
    return MoodCurves(**fitted)


def _shifted(values: Curve, mean: float) -> Curve:
    """Values moved by one amount and clipped so that their mean is as asked; bisection on the amount."""
    if abs(float(values.mean()) - mean) <= _AGREE:
        return values
    low, high = -1.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if float(np.clip(values + middle, 0, 1).mean()) < mean:
            low = middle
        else:
            high = middle
    return np.asarray(np.clip(values + high, 0, 1))
