"""Where plots begin: optimal partition of the cue at its edges.

The cue's seconds are described by light, colour, motion, cut rhythm and, where an encoder saw it, meaning; a
plot costs the squared deviation of its seconds from their mean plus a price, and the partition of least cost
is found exactly by dynamic programming over the edges (edit points, markers, or every second where there are
neither). The price is the Schwarz criterion's (Yao 1988, "Estimating the number of change-points via Schwarz'
criterion"): half of log n for each mean that a new plot brings, less what speaks for that very edge
(`edges`).

Why not a library: `ruptures` knows neither edges with a price of their own nor a longest plot. Its linear
kernel over the same seconds, snapped to the nearest edit points, puts plots a second apart; its PELT, given
these costs as its own, prunes what it must not and ends dearer than the best. By the music of the one film
that has any the two do as well as this within their errors (`python -m bench.plots --ruptures`), and it would
bring SciPy, twice the size of NumPy, for sixty lines.

The mood axes are no columns of their own: they follow from light, colour, motion and cuts, which would count
twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bridge.progress import Progress
from bridge.schema.timeline import Timeline
from bridge.spotting.edges import WITHIN_A_SHOT, Edge
from bridge.spotting.mood import Curve, SecondlyFeatures

MIN_PLOT_S = 8.0  # a section of four bars at 120 bpm
MAX_PLOT_S = 75.0  # eight four-bar phrases at 100 bpm; longer stretches of film change their mind
_GRID_S = 1
# Neighbouring seconds are alike, so n seconds are not n observations; a shot's length apart they are.
_SECONDS_AN_OBSERVATION = 4.0
# The columns are strongly dependent, about six of them are free.
_MEANS = 6


# The description's first columns, and how much each must move to count as one.
# Fixed scales, not the film's own spread: a film in which nothing changes must not be cut to bits.
_SCALES = {
    "brightness": 0.12, "saturation": 0.12, "warmth": 0.15, "contrast": 0.1, "motion": 0.35, "cuts": 0.25,
}  # fmt: skip
COLUMNS = tuple(_SCALES)
# Hellinger distance between colour histograms; 64 bins together weigh about two other columns.
_CHROMA_SCALE = 0.35
# Distance between unit embeddings: shots of one scene lie at a cosine of some .8, scenes at .6 to .7.
_SEMANTIC_SCALE = 0.5


def describe_seconds(features: SecondlyFeatures) -> Curve:
    """(seconds, d) matrix in comparable scales: `COLUMNS`, then hues, then meaning where an encoder saw it.

    Motion is log(1 + 20 m), cuts the square root of edit points a second.
    """
    named = {
        "brightness": features.brightness,
        "saturation": features.saturation,
        "warmth": features.warmth,
        "contrast": features.contrast,
        "motion": np.log1p(20 * features.motion),
        "cuts": np.sqrt(features.cut_rate),
    }
    matrix = np.stack([named[name] / scale for name, scale in _SCALES.items()], axis=1)
    blocks = [matrix, np.sqrt(features.chroma) / _CHROMA_SCALE]
    if features.semantic is not None:
        blocks.append(features.semantic / _SEMANTIC_SCALE)
    return np.concatenate(blocks, axis=1)


def partition(
    matrix: Curve, edges: Sequence[Edge], timeline: Timeline, progress: Progress
) -> tuple[int, ...]:
    """Frames of the inner plot boundaries, rising, at least `MIN_PLOT_S` apart where not forced.

    Exact over the edges; spans longer than `MAX_PLOT_S` without any get a grid of whole seconds, as do cues
    without edges. Cost O(edges × edges within `MAX_PLOT_S`).

    Args:
        matrix: (seconds, d) description of the cue.
        edges: where a plot may begin, and where one must, rising.
        timeline: the cue's place and rate.
        progress: checked for cancellation.
    """
    problem = Partition(matrix, edges, timeline)
    return tuple(problem.nodes[at].frame for at in problem.solve(progress))


class Partition:
    """What a partition of the cue costs, and the one that costs least; plots go from node to node.

    Attributes:
        nodes: the cue's start, its edges (whole seconds where they are too far apart), its end.
        price: of a plot, before what its first node's favour takes off.
    """

    def __init__(self, matrix: Curve, edges: Sequence[Edge], timeline: Timeline) -> None:
        self.nodes = _nodes(edges, timeline)
        self._at_s = np.array([float(timeline.cue_s(node.frame)) for node in self.nodes])
        self._favour = np.array([0.0, *(node.favour for node in self.nodes[1:])])
        zero = np.zeros((1, matrix.shape[1]))
        self._sums = np.concatenate([zero, np.cumsum(matrix, axis=0)])
        self._squares = np.concatenate([[0.0], np.cumsum((matrix**2).sum(axis=1))])
        observations = max(self._at_s[-1] / _SECONDS_AN_OBSERVATION, 2.0)
        self.price = float(0.5 * _MEANS * np.log(observations) * _SECONDS_AN_OBSERVATION)

    def solve(self, progress: Progress) -> list[int]:
        """The inner nodes at which plots begin, rising."""
        count = len(self.nodes)
        best = np.full(count, np.inf)
        previous = np.zeros(count, dtype=np.int64)
        best[0] = 0.0
        last_forced = 0
        for index in range(1, count):
            if index % 512 == 0:
                progress.report("spotting", index, count, "plots")
            within = int(np.searchsorted(self._at_s, self._at_s[index] - MAX_PLOT_S - 1e-9))
            starts = np.arange(min(max(within, last_forced), index - 1), index)
            costs = best[starts] + self._costs(starts, index)
            choice = int(np.argmin(costs))
            best[index], previous[index] = costs[choice], starts[choice]
            if self.nodes[index].forced:
                last_forced = index
        found: list[int] = []
        at = int(previous[count - 1])
        while at > 0:
            found.append(at)
            at = int(previous[at])
        return found[::-1]

    def cost(self, starts: Sequence[int]) -> float:
        """What plots that begin at these inner nodes cost."""
        return sum(self.cost_of(a, b) for a, b in zip((0, *starts), (*starts, len(self.nodes) - 1)))

    def cost_of(self, start: int, end: int) -> float:
        """What the plot from one node to another costs."""
        return float(self._costs(np.array([start]), end)[0])

    def _costs(self, starts: npt.NDArray[np.int64], end: int) -> Curve:
        """Price and squared deviation from the mean of each plot starts[i]..end, on whole seconds."""
        seconds = len(self._squares) - 1
        last = min(max(round(self._at_s[end]), 1), seconds)
        firsts = np.minimum(np.rint(self._at_s[starts]).astype(np.int64), last - 1)
        totals = self._sums[last] - self._sums[firsts]
        deviations = self._squares[last] - self._squares[firsts] - (totals**2).sum(axis=1) / (last - firsts)
        spans_s = self._at_s[end] - self._at_s[starts]
        # A plot that is too short is dear rather than forbidden, for forced boundaries may lie close.
        short = np.where(spans_s < MIN_PLOT_S, 1e6 * (MIN_PLOT_S - spans_s), 0.0)
        return np.asarray(self.price - _SECONDS_AN_OBSERVATION * self._favour[starts] + deviations + short)


def _nodes(edges: Sequence[Edge], timeline: Timeline) -> list[Edge]:
    """Start, end and every edge between them, and whole seconds where edges are too far apart."""
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    nodes = [Edge(start)]
    for edge in (*edges, Edge(end)):
        span_s = (edge.frame - nodes[-1].frame) / timeline.rate
        if span_s > MAX_PLOT_S:
            first_s = timeline.cue_s(nodes[-1].frame)
            seconds = (first_s + k * _GRID_S for k in range(1, math.ceil((span_s - _GRID_S / 2) / _GRID_S)))
            nodes += [Edge(start + round(second * timeline.rate), WITHIN_A_SHOT) for second in seconds]
        nodes.append(edge)
    return nodes
