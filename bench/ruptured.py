"""The partitions of `ruptures` (Truong, Oudre and Vayatis 2020) of the same seconds, beside ours.

Its linear kernel with ours as the penalty, snapped to the nearest edit points; and its PELT over the edges
with our costs as a cost of its own. `python -m bench.plots --ruptures`, after `pip install ruptures`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import ruptures

from bench.novelty import Heard, percentile
from bridge.progress import Progress
from bridge.schema.picture import Picture
from bridge.schema.timeline import Timeline
from bridge.spotting.boundaries import MAX_PLOT_S, MIN_PLOT_S, Partition, describe_seconds
from bridge.spotting.edges import find_edges
from bridge.spotting.mood import secondly

Array = npt.NDArray[np.float64]


def beside(timeline: Timeline, picture: Picture, heard: Heard) -> list[str]:
    """Rows of a Markdown table: boundaries, cost by our objective, percentile of novelty, milliseconds."""
    matrix = describe_seconds(secondly(picture))
    edges = find_edges(timeline, (), ())
    own = Partition(matrix, edges, timeline)
    at_s = np.array([float(timeline.cue_s(node.frame)) for node in own.nodes])

    def ours() -> list[int]:
        return own.solve(Progress())

    def kernel() -> list[int]:
        found = ruptures.KernelCPD(kernel="linear", min_size=round(MIN_PLOT_S)).fit(matrix)
        return sorted({int(np.abs(at_s - s).argmin()) for s in found.predict(pen=own.price)[:-1]})

    def pelt() -> list[int]:
        found = ruptures.Pelt(custom_cost=_Cost(own, at_s), min_size=1, jump=1)
        return list(found.fit(np.zeros((len(at_s) - 1, 1))).predict(pen=own.price)[:-1])

    rows = ["| | plots begin | closest, s | cost | percentile | ms |", "|---|---|---|---|---|---|"]
    steps = percentile(heard.novelty)
    for name, solve in (("ours", ours), ("linear kernel, snapped", kernel), ("PELT, our cost", pelt)):
        found, took_s = _timed(solve)
        starts = at_s[found]
        closest = np.diff([0, *starts, at_s[-1]]).min()
        at = steps[np.clip(np.rint(2 * starts).astype(int), 0, len(steps) - 1)]
        error = at.std() / np.sqrt(max(1, len(at)))
        cells = (len(found), f"{closest:.1f}", f"{own.cost(found):,.0f}", f"{at.mean():.2f} ± {error:.2f}")
        rows.append(f"| {name} | " + " | ".join(map(str, cells)) + f" | {1000 * took_s:.0f} |")
    return rows


def _timed(solve: Callable[[], list[int]]) -> tuple[list[int], float]:
    begin = time.process_time()
    return solve(), time.process_time() - begin


class _Cost(ruptures.base.BaseCost):  # type: ignore[misc]
    """Our price of a plot from one edge to another, as that library asks for it."""

    model, min_size = "", 1

    def __init__(self, own: Partition, at_s: Array) -> None:
        self._own, self._at_s = own, at_s

    def fit(self, signal: Any) -> _Cost:
        self.signal = signal  # its length is asked for
        return self

    def error(self, start: int, end: int) -> float:
        too_long = self._at_s[end] - self._at_s[start] > MAX_PLOT_S
        return self._own.cost_of(start, end) - self._own.price + 1e9 * too_long
