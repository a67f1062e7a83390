"""A quick relaxed pass that says which base tempi are worth the full search, plot by plot.

It forgets the 3 % rule between neighbours, the place in the bar and the shape of a stretch, and keeps
hits, windows, skips, mean bends, the aim of the tempo and changes of base at plot starts. Offsets are
taken twice as coarse. Only the ranking of the bases is used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.timing.lattice import Floats, Lattice
from bridge.timing.limits import MAX_BASE_CHANGE

_FAR = 1e12


def active_bases(lattice: Lattice, keep: int) -> NDArray[np.bool_]:
    """(hits, bases) mask: for each hit the `keep` best bases of its plot by the relaxed pass."""
    count, bases = len(lattice.targets), len(lattice.log_bases)
    mask = np.ones((count, bases), dtype=bool)
    if bases <= keep:
        return mask
    starts = [0] + [j for j, t in enumerate(lattice.targets) if t.plot >= 0 and j > 0] + [count]
    starts = sorted(set(starts))
    totals = _plot_costs(lattice, starts)
    through = _through(lattice, totals)
    for plot, (begin, end) in enumerate(zip(starts, starts[1:])):
        order = np.argsort(through[plot], kind="stable")[:keep]
        mask[begin:end] = False
        mask[begin:end, order] = True
        if plot:  # its first hit is reached at the last plot's base
            mask[begin] |= mask[begin - 1]
    return mask


def _plot_costs(lattice: Lattice, starts: list[int]) -> Floats:
    """(plots, bases) cost of each plot at each base, by differences of the pass's running cost."""
    count, bases = len(lattice.targets), len(lattice.log_bases)
    picks = np.arange(0, len(lattice.offsets), 2)
    if not lattice.offset_ok[:, picks].any(axis=1).all():
        picks = np.arange(len(lattice.offsets))
    shift = lattice.offsets[picks] * lattice.step_s
    ok = lattice.offset_ok[:, picks]
    speed = (np.exp(lattice.log_bases) / 60)[None, :, None, None]
    skipped = np.concatenate([[0.0], np.cumsum(lattice.weights)])
    value = np.full((count, bases, len(picks)), _FAR)
    running = np.full((count + 1, bases), _FAR)
    running[0] = 0.0
    prices = lattice.prices
    for j in range(count):
        begin = max(0, j - lattice.sources)
        fresh = skipped[j] + lattice.prior_cost[j]
        best = np.repeat(fresh[:, None], len(picks), axis=1)
        if j > begin:
            gap = (lattice.times[j] - lattice.times[begin:j])[:, None, None, None] + (
                shift[None, None, :, None] - shift[None, None, None, :]
            )
            beats = np.maximum(gap, 1e-9) * speed
            limit = lattice.mean_limit(j)
            edge = np.full(beats.shape, _FAR)
            for half in (0.0, 0.5):
                near = np.maximum(np.rint(beats - half), 1.0) + half
                bend = np.abs(np.log(near / beats))
                cost = prices.bend * near * (100 * bend) ** 2 + (lattice.odd_bar[j] if half else 0.0)
                edge = np.minimum(edge, np.where(bend <= limit, cost, _FAR))
            edge = edge + (skipped[j] - skipped[begin + 1 : j + 1])[:, None, None, None]
            edge = edge + (lattice.prior_cost[j] - lattice.prior_cost[begin:j])[:, :, None, None]
            best = np.minimum(best, (edge + value[begin:j][:, :, None, :]).min(axis=(0, 3)))
        best[:, ~ok[j]] = _FAR
        value[j] = best
        aim = lattice.prior_cost[j] - (lattice.prior_cost[j - 1] if j else 0.0)
        left = running[j] + lattice.weights[j] + aim
        running[j + 1] = np.minimum(left, best.min(axis=1))
    marks = running[starts]
    marks[-1] += lattice.prior_cost[-1] - lattice.prior_cost[count - 1]
    return np.diff(marks, axis=0)


def _through(lattice: Lattice, totals: Floats) -> Floats:
    """(plots, bases) least cost of a whole cue that uses a base in a plot, changes of base allowed."""
    steps = lattice.log_bases
    apart = np.abs(steps[:, None] - steps[None, :])
    change = np.where(apart <= np.log1p(MAX_BASE_CHANGE), 100 * apart * lattice.prices.base_change, _FAR)
    forward, backward = totals.copy(), totals.copy()
    for plot in range(1, len(totals)):
        forward[plot] += (forward[plot - 1][:, None] + change).min(axis=0)
    for plot in range(len(totals) - 2, -1, -1):
        backward[plot] += (backward[plot + 1][:, None] + change).min(axis=0)
    result: Floats = forward + backward - totals
    return result
