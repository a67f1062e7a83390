"""How a span's first hit is reached: through a first partial bar of any length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bridge.timing.lattice import INFINITE, LEVEL, PHRASE_BARS, Floats, Lattice

Value = NDArray[np.float32]

PICKUP_SOURCES = 6
# Beyond so many quarters before the first hit, eighths of a quarter already reach any tempo.
COARSE_PICKUP_BEATS = 6.0


def pickups(lattice: Lattice, j: int) -> tuple[Value, Floats]:
    """Cost of reaching hit j first, from the span's start through a partial bar: (B, O, X, places).
    With it the quarters that takes: (B, O, X).

    The bar's length in quarters is a whole number of parts; the tempo that makes it so must lie within
    half a level of the exit level, so that the next stretch may start from there.
    """
    bases, offsets = len(lattice.log_bases), len(lattice.offsets)
    cost = np.full((bases, offsets, len(lattice.levels)), INFINITE, dtype=np.float32)
    reach = np.full((bases, offsets, len(lattice.levels)), 0.0)
    free = int(lattice.limits.free / LEVEL)
    for o in np.flatnonzero(lattice.offset_ok[j]):
        gap = float(lattice.times[j] + lattice.offsets[o] * lattice.step_s)
        if gap <= 1e-9:
            speed = lattice.log_bases[:, None] + (lattice.levels * LEVEL)[None, :]
            slow, fast = lattice.limits.min_log_bpm - 1e-9, lattice.limits.max_log_bpm + 1e-9
            legal = (np.abs(lattice.levels)[None, :] <= free) & (speed >= slow) & (speed <= fast)
            cost[:, o] = np.where(legal, 0.0, INFINITE)
            continue
        exact = gap * np.exp(lattice.log_bases) / 60
        for rank, part in enumerate(lattice.pickup_parts):
            if part > 8 and exact[0] > COARSE_PICKUP_BEATS:
                break
            spread = max(1, int(np.ceil(exact[-1] * lattice.limits.free * part)))
            spread = min(spread, 24)
            units = np.rint(exact * part)[:, None] + np.arange(-spread, spread + 1)[None, :]
            quarters = units / part
            with np.errstate(divide="ignore", invalid="ignore"):
                bend = np.log(60 * np.maximum(quarters, 1e-9) / gap) - lattice.log_bases[:, None]
            absolute = bend + lattice.log_bases[:, None]
            legal = (units >= 1) & (np.abs(bend) <= lattice.limits.free)
            legal &= (absolute >= lattice.limits.min_log_bpm - 1e-9) & (
                absolute <= lattice.limits.max_log_bpm + 1e-9
            )
            level = np.clip(np.rint(bend / LEVEL), -free, free).astype(np.int64) + lattice.top
            legal &= np.abs(bend - (level - lattice.top) * LEVEL) <= LEVEL / 2 + 1e-9
            rows, columns = np.nonzero(legal)
            price = lattice.prices.pickup * rank + lattice.prices.bend * (
                quarters[rows, columns] * (100 * bend[rows, columns]) ** 2
            )
            where = (rows, np.full(len(rows), o), level[rows, columns])
            better = price < cost[where]
            # The last write wins where two counts share a level: sort so that the cheapest is last.
            order = np.argsort(-price[better], kind="stable")
            picked = tuple(axis[better][order] for axis in where)
            cost[picked] = price[better][order]
            reach[picked] = quarters[rows, columns][better][order]
    full = np.full((*cost.shape, lattice.places), INFINITE, dtype=np.float32)
    for place in range(lattice.places):
        # A partial bar leads in; only the whole ones after it count.
        whole, phi = divmod(place, lattice.beats_per_bar)
        bars = np.floor((reach - phi) / lattice.beats_per_bar + 1e-9)
        fits = (bars >= 0) & (bars % PHRASE_BARS == whole)
        full[..., place] = np.where(fits, cost, INFINITE)
    return full, reach
