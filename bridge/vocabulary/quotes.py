"""Runs of notes that stand in the tunes that were learnt from, so that a melody need not quote them.

A run is told by its intervals alone, as `models.judging.copying` counts it: a tune in another key or rhythm
is the same tune. Of each only a hash of 32 bits is known. Beside half a million of them one innocent run in
eight thousand has the hash of another and is avoided too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

RUN_NOTES: Final = 16
_PITCHES: Final = 128
# A polynomial in an odd number, then Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
_BASE, _GOLDEN = np.uint64(0x5851F42D4C957F2D), np.uint64(0x9E3779B97F4A7C15)
_TOP: Final = np.uint64(32)

Hashes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]


def run_hashes(pitches: Sequence[int]) -> Hashes:
    """The hash of every run of `RUN_NOTES` notes of a line of MIDI pitches, but for runs of one pitch."""
    line = np.asarray(pitches, np.int64)
    if len(line) < RUN_NOTES:
        return np.zeros(0, np.uint32)
    steps = np.lib.stride_tricks.sliding_window_view(np.diff(line), RUN_NOTES - 1)
    return _hashed(steps[steps.any(axis=1)])


class Quotes:
    """The runs that are known.

    Args:
        hashes: one of each run (`run_hashes`), in any order.
    """

    def __init__(self, hashes: npt.ArrayLike) -> None:
        self._hashes: Hashes = np.unique(np.asarray(hashes, np.uint32))

    def __len__(self) -> int:
        return len(self._hashes)

    def ending(self, pitches: Sequence[int]) -> Mask:
        """(128,): the pitches that would end a known run, after a line of MIDI pitches."""
        if len(pitches) < RUN_NOTES - 1 or not len(self._hashes):
            return np.zeros(_PITCHES, np.bool_)
        line = np.asarray(pitches[-(RUN_NOTES - 1) :], np.int64)
        steps = np.empty((_PITCHES, RUN_NOTES - 1), np.int64)
        steps[:, :-1] = np.diff(line)
        steps[:, -1] = np.arange(_PITCHES) - line[-1]
        hashes = _hashed(steps)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found: Mask = (self._hashes[places] == hashes) & steps.any(axis=1)
        return found


NO_QUOTES: Final = Quotes(())


def _hashed(steps: npt.NDArray[np.int64]) -> Hashes:
    """Intervals (N, `RUN_NOTES` - 1) to a number each; products wrap around."""
    total = np.zeros(len(steps), np.uint64)
    for at in range(RUN_NOTES - 1):
        total = total * _BASE + (steps[:, at] + _PITCHES).astype(np.uint64)
    return ((total * _GOLDEN) >> _TOP).astype(np.uint32)
