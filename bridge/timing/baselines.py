"""What Cuebridge is measured against: one constant tempo with the best offset, and a fixed tempo.

The first is what Find Tempo does in Digital Performer and Dorico, given every offset as well as every
tempo; the second is what a generator with one tempo (Video2Music's 120 bpm) does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FIND_TEMPO_STEP_BPM = 0.25


@dataclass(frozen=True)
class Constant:
    """A steady beat: one at `offset_s`, and every 60 / `bpm` seconds either side."""

    bpm: float
    offset_s: float
    met_weight: float

    def errors_s(self, hits_s: Floats) -> Floats:
        """Nearest beat − hit, seconds, for each hit."""
        period = 60 / self.bpm
        away = np.mod(hits_s - self.offset_s, period)
        return np.where(away <= period / 2, -away, period - away)


def _best_offset(
    phase: Floats, early: Floats, late: Floats, weights: Floats, period: float
) -> tuple[float, float]:
    """Offset in [0, period) inside most weight of windows [phase + early, phase + late], exact."""
    begin = np.mod(phase + early, period)
    width = np.minimum(late - early, period)
    end = begin + width
    # A window past the period's end comes in again at its start.
    points = np.concatenate([begin, end, begin - period, end - period])
    change = np.concatenate([weights, -weights, weights, -weights])
    # Closed windows: where one begins as another ends both count.
    order = np.lexsort((-change, points))
    running = np.cumsum(change[order])
    ordered = points[order]
    inside = (ordered >= -1e-12) & (ordered < period)
    if not inside.any():
        return 0.0, 0.0
    running = np.where(inside, running, -1.0)
    best = int(running.argmax())
    # The middle of the best interval keeps clear of both edges.
    following = ordered[best + 1] if best + 1 < len(ordered) else ordered[best]
    return float((ordered[best] + min(following, period)) / 2), float(running[best])


def constant_tempo(
    hits_s: Floats,
    early_s: Floats | float,
    late_s: Floats | float,
    weights: Floats | None = None,
    min_bpm: float = 70.0,
    max_bpm: float = 160.0,
    step_bpm: float = FIND_TEMPO_STEP_BPM,
) -> Constant:
    """The constant tempo and offset whose beats meet most weight.

    Args:
        hits_s: (N,) seconds.
        early_s: window before each hit, ≤ 0; one number or (N,).
        late_s: window after it, ≥ 0.
        weights: (N,), default 1 each.
        min_bpm: slowest tempo tried.
        max_bpm: fastest; both ends are tried.
        step_bpm: step of the search. Offsets are exact: every interval between window edges.

    Returns:
        The first best in rising tempo; 0 hits give `min_bpm`.
    """
    hits = np.asarray(hits_s, dtype=np.float64)
    early = np.broadcast_to(np.asarray(early_s, dtype=np.float64), hits.shape)
    late = np.broadcast_to(np.asarray(late_s, dtype=np.float64), hits.shape)
    worth = np.ones(len(hits)) if weights is None else np.asarray(weights, dtype=np.float64)
    best = Constant(min_bpm, 0.0, -1.0)
    for bpm in [*np.arange(min_bpm, max_bpm, step_bpm), max_bpm]:
        offset, met = _best_offset(hits, early, late, worth, 60 / float(bpm))
        if met > best.met_weight + 1e-9:
            best = Constant(float(bpm), offset, met)
    return best


def fixed_tempo(hits_s: Floats, bpm: float = 120.0) -> Constant:
    """A beat at zero and every 60 / `bpm` seconds: no search at all."""
    return Constant(bpm, 0.0, float(len(hits_s)))


def share_within(errors_s: Floats, early_s: float, late_s: float) -> float:
    """Share of errors inside a window; 0 when there are none."""
    if not len(errors_s):
        return 0.0
    return float(np.mean((errors_s >= early_s - 1e-9) & (errors_s <= late_s + 1e-9)))


def chance(bpm: float, early_s: float, late_s: float) -> float:
    """Share that beats placed blindly would meet: window over period, at most 1."""
    return min(1.0, (late_s - early_s) * bpm / 60)


def skill(share: float, by_chance: float) -> float:
    """Chance-corrected share: (hit − chance) / (1 − chance); 0 where chance is certain."""
    return (share - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
