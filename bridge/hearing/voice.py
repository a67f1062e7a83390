"""Where somebody speaks: a small recurrent graph, Silero VAD, says it of each 32 ms; spans follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.hearing import RATE
from bridge.hearing.sound import Samples
from bridge.inference.graph import Graph, released_graph

WINDOW = 512
"""Samples in a window: 32 ms."""
WINDOW_S = WINDOW / RATE

_CONTEXT = 64  # samples of the window before that the graph looks at as well
_WIDTH = 128  # of its memory

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Smoothing:
    """What counts as speech of the detector's probabilities.

    Attributes:
        threshold: probability from which somebody speaks.
        release: how far below it the probability falls before speech is over; both are Silero's own.
        min_speech_s: anything shorter is none.
        min_gap_s: a shorter pause belongs to the speech around it: the music would come up for nothing.
        pad_s: added before and after.
    """

    threshold: float = 0.5
    release: float = 0.15
    min_speech_s: float = 0.25
    min_gap_s: float = 0.5
    pad_s: float = 0.05


SMOOTHING = Smoothing()


class Voice:
    """The detector on one stretch of sound, heard in order from its start on.

    Raises:
        ModelError: the graph is missing or broken, or onnxruntime is not installed.
    """

    def __init__(self, graph: Graph | None = None) -> None:
        self._graph = graph or released_graph("voice")
        self._before = np.zeros(_CONTEXT, np.float32)
        self._memory = {name: np.zeros((1, 1, _WIDTH), np.float32) for name in ("h", "c")}

    def hear(self, samples: Samples) -> Array:
        """(n × WINDOW,) samples to (n,) probabilities of speech, going on from what was heard last."""
        joined = np.concatenate([self._before, samples])
        windows = np.lib.stride_tricks.sliding_window_view(joined, _CONTEXT + WINDOW)[::WINDOW]
        found = self._graph.run(input=np.ascontiguousarray(windows), **self._memory)
        self._memory = {"h": found["hn"], "c": found["cn"]}
        self._before = joined[-_CONTEXT:]
        return np.asarray(found["speech_probs"], np.float32).reshape(-1)


def spans(speech: Array, settings: Smoothing = SMOOTHING) -> list[tuple[float, float]]:
    """(start, end) seconds in which somebody speaks, rising, apart by `settings.min_gap_s` at least.

    Speech begins at a window of `settings.threshold` and ends where it falls `settings.release` below that;
    shorter than `settings.min_speech_s` it is none; `settings.pad_s` is added on either side.

    Args:
        speech: (n,) probabilities, one a window.
        settings: what to make of them.
    """
    low = max(0.0, settings.threshold - settings.release)
    # Where neither threshold is passed, what was holds on.
    state = np.where(speech >= settings.threshold, 1, np.where(speech < low, 0, -1))
    at = np.maximum.accumulate(np.where(state >= 0, np.arange(len(state)), 0))
    on = state[at] == 1 if len(state) else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(np.int8), [0]])))
    found: list[tuple[float, float]] = []
    end_s = len(speech) * WINDOW_S
    for first, last in zip(edges[::2] * WINDOW_S, edges[1::2] * WINDOW_S):
        start, end = max(0.0, float(first) - settings.pad_s), min(end_s, float(last) + settings.pad_s)
        if last - first < settings.min_speech_s:
            continue
        if found and start - found[-1][1] < settings.min_gap_s:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def frames_of(found: Sequence[tuple[float, float]], count: int) -> npt.NDArray[np.bool_]:
    """(count,) windows whose middle lies in one of the spans."""
    middles = (np.arange(count) + 0.5) * WINDOW_S
    out = np.zeros(count, np.bool_)
    for start, end in found:
        out |= (middles >= start) & (middles < end)
    return out
