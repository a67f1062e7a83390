"""Where plots begin: optimal partition of the cue at its edit points.

The cue's seconds are described by mood, colour and motion; a plot costs the squared deviation of its
seconds from their mean plus a fixed price, and the partition of least cost is found exactly by dynamic
programming over the allowed boundaries (edit points, markers, or every second where there are neither).
The price is the Schwarz criterion's (Yao 1988, "Estimating the number of change-points via Schwarz'
criterion"): half of log n for each mean that a new plot brings.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

from bridge.progress import Progress
from bridge.spotting.mood import Curve, SecondlyFeatures

MIN_PLOT_S = 8.0  # a section of four bars at 120 bpm
MAX_PLOT_S = 75.0  # eight four-bar phrases at 100 bpm; longer stretches of film change their mind
_GRID_S = 1.0
# Neighbouring seconds are alike, so n seconds are not n observations; a shot's length apart they are.
_SECONDS_AN_OBSERVATION = 4.0


def describe_seconds(features: SecondlyFeatures, axes: tuple[Curve, Curve, Curve]) -> Curve:
    """(seconds, d) matrix whose columns have comparable spread: mood axes, light, colour, motion."""
    columns = [*axes, features.brightness, features.saturation, features.warmth, features.contrast]
    columns.append(np.log1p(20 * features.motion))
    columns.append(np.sqrt(features.cut_rate))
    matrix = np.stack(columns, axis=1)
    # Fixed scales, not the film's own spread: a film in which nothing changes must not be cut to bits.
    scales = np.array([0.12, 0.15, 0.12, 0.12, 0.12, 0.15, 0.1, 0.35, 0.25])
    # Hellinger distance between colour histograms; 64 bins together weigh about two other columns.
    chroma = np.sqrt(features.chroma) / 0.35
    return np.concatenate([matrix / scales, chroma], axis=1)


def partition(
    matrix: Curve,
    allowed_s: npt.NDArray[np.float64],
    forced_s: npt.NDArray[np.float64],
    length_s: float,
    progress: Progress,
) -> list[float]:
    """Inner plot boundaries in seconds, rising, at least `MIN_PLOT_S` apart where not forced.

    Args:
        matrix: (seconds, d) description of the cue.
        allowed_s: instants where a plot may begin.
        forced_s: instants where one must (sections and silences that markers ask for).
        length_s: the cue's length.
        progress: checked for cancellation.

    Exact over the allowed instants; spans longer than `MAX_PLOT_S` without any allowed instant get a
    grid of whole seconds. Cost O(instants × instants within `MAX_PLOT_S`).
    """
    nodes = _nodes(allowed_s, forced_s, length_s)
    forced = {round(float(t), 6) for t in forced_s}
    sums, squares = _prefix_sums(matrix)
    observations = max(length_s / _SECONDS_AN_OBSERVATION, 2.0)
    # Effective dimensions: the columns are strongly dependent, about six of them are free.
    price = 0.5 * 6 * np.log(observations) * _SECONDS_AN_OBSERVATION

    count = len(nodes)
    best = np.full(count, np.inf)
    previous = np.zeros(count, dtype=np.int64)
    best[0] = 0.0
    last_forced = 0
    for index in range(1, count):
        if index % 512 == 0:
            progress.report("spotting", index, count, "plots")
        first = max(bisect_left(nodes, nodes[index] - MAX_PLOT_S - 1e-9), last_forced)
        first = min(first, index - 1)
        starts = np.arange(first, index)
        spans = nodes[index] - np.asarray(nodes[first:index])
        costs = best[starts] + price + _deviation(sums, squares, nodes, starts, index)
        # A plot that is too short is dear rather than forbidden, for forced boundaries may lie close.
        costs += np.where(spans < MIN_PLOT_S, 1e6 * (MIN_PLOT_S - spans), 0.0)
        choice = int(np.argmin(costs))
        best[index], previous[index] = costs[choice], starts[choice]
        if round(nodes[index], 6) in forced:
            last_forced = index
    boundaries: list[float] = []
    at = int(previous[count - 1])
    while at > 0:
        boundaries.append(nodes[at])
        at = int(previous[at])
    return boundaries[::-1]


def _nodes(
    allowed_s: npt.NDArray[np.float64], forced_s: npt.NDArray[np.float64], length_s: float
) -> list[float]:
    """Start, end and every instant between them where a plot may begin, rising, without repeats."""
    inner = {round(float(t), 6) for t in (*allowed_s, *forced_s) if 0 < t < length_s}
    nodes = [0.0, *sorted(inner), length_s]
    filled: list[float] = [0.0]
    for node in nodes[1:]:
        if node - filled[-1] > MAX_PLOT_S:
            filled.extend(np.arange(filled[-1] + _GRID_S, node - _GRID_S / 2, _GRID_S).tolist())
        filled.append(node)
    return filled


def _prefix_sums(matrix: Curve) -> tuple[Curve, Curve]:
    zero = np.zeros((1, matrix.shape[1]))
    sums = np.concatenate([zero, np.cumsum(matrix, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((matrix**2).sum(axis=1))])
    return sums, squares


def _deviation(
    sums: Curve, squares: Curve, nodes: list[float], starts: npt.NDArray[np.int64], end: int
) -> Curve:
    """Squared deviation from the mean for each plot starts[i]..end, on whole seconds."""
    seconds = sums.shape[0] - 1
    last = min(max(round(nodes[end]), 1), seconds)
    firsts = np.minimum(np.rint(np.asarray(nodes)[starts]).astype(np.int64), last - 1)
    spans = last - firsts
    totals = sums[last] - sums[firsts]
    return np.asarray(squares[last] - squares[firsts] - (totals**2).sum(axis=1) / spans)
