"""The ceiling: how many hits beats can meet at all, when nothing but the largest bend holds the tempo.

An exact search of its own, which shares nothing with the solver it stands above. What it may do:
- one base tempo for each plot, from the slowest to the fastest allowed, every half bpm; where a plot starts
  on a met hit it may be any other from there;
- between one met hit and the next any tempo within the bend of the base (a larger one into a `must`, as
  the solver has) and within the range, chosen anew each time: no ramps, no limit on a step, on the changes
  of direction, on phrases;
- a whole number of beats between met hits, at least one; with `eighths` also an eighth more, which a bar of
  7/8 or the like gives, as often as it pleases: no limit on odd bars;
- any phase before the first met hit. Every beat may be a bar line: only beats are counted.
Beats meet hits anywhere in the window, in steps of a quarter of a frame. The maximum over all of these is
exact. Whatever keeps the bends and ranges above meets no more hits, but for what that quarter frame hides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.sync.grids import BEYOND_S, Grid
from bridge.timing.baselines import Floats

BASE_STEP_BPM = 0.5
OFFSET_STEP_FRAMES = 0.25
_CLOSE = 1e-9


@dataclass(frozen=True)
class Bends:
    """Limits of the tempo: bpm, and largest distances from the base as shares."""

    min_bpm: float
    max_bpm: float
    most: float = 0.05
    into_must: float = 0.08


@dataclass(frozen=True)
class Stop:
    """A hit that is met, when its beat falls, and the base tempo of the stretch that ends there."""

    hit: int
    at_s: float
    base: int


class Ceiling:
    """Solves one list in one window.

    Args:
        hits_s: (N,) rising, seconds.
        window_s: early (≤ 0) and late (≥ 0) limits of music − picture.
        rate: frames a second, for the step of the search.
        bends: limits of the tempo.
        musts: (N,) which hits allow the larger bend.
        plots: (N,) at which hits a plot starts.
        eighths: whether a stretch may have an eighth more.
    """

    def __init__(
        self,
        hits_s: Floats,
        window_s: tuple[float, float],
        rate: float,
        bends: Bends,
        musts: np.ndarray | None = None,
        plots: np.ndarray | None = None,
        eighths: bool = True,
    ) -> None:
        steps = max(1, round((window_s[1] - window_s[0]) * rate / OFFSET_STEP_FRAMES))
        self._hits = np.asarray(hits_s, float)
        self._offsets = np.linspace(window_s[0], window_s[1], steps + 1)
        self._bends = bends
        self._bases = np.append(np.arange(bends.min_bpm, bends.max_bpm, BASE_STEP_BPM), bends.max_bpm)
        none = np.zeros(len(self._hits), bool)
        self._musts = none if musts is None else np.asarray(musts, bool)
        self._plots = none if plots is None else np.asarray(plots, bool)
        self._extras = (0.0, 0.5) if eighths else (0.0,)
        self._best = np.ones((len(self._hits), steps + 1, len(self._bases)), dtype=np.int32)
        # (hit × offsets + offset) × bases + base of the stop before; −1 for the first stop.
        self._came = np.full(self._best.shape, -1, dtype=np.int32)
        self._search()
        self.met = int(self._best.max(initial=0))

    def _counts(self, gap_s: Floats, bases: Floats, must: bool, extra: float) -> tuple[Floats, Floats]:
        """Fewest and most whole beats that fit gaps (D,), with `extra` more, at bases (B,): (D, B) both."""
        bend = self._bends.into_must if must else self._bends.most
        low = np.maximum(bases * (1 - bend), self._bends.min_bpm) / 60
        high = np.minimum(bases * (1 + bend), self._bends.max_bpm) / 60
        fewest = np.maximum(np.ceil(gap_s[:, None] * low - extra - _CLOSE), 1)
        return fewest, np.floor(gap_s[:, None] * high - extra + _CLOSE)

    def _search(self) -> None:
        """Fill the table, hit by hit.

        Sources so far back that some whole number of beats fits, whatever the offsets, are taken together:
        only the best of them matters.
        """
        best, came, size = self._best, self._came, len(self._offsets)
        count = len(self._bases)
        every = np.arange(count)
        width = self._offsets[-1] - self._offsets[0]
        bend = self._bends.most
        high = np.minimum(self._bases * (1 + bend), self._bends.max_bpm)
        spread = (high - np.maximum(self._bases * (1 - bend), self._bends.min_bpm)).min() / 60
        reach = 1 / spread + width if spread > 0 else np.inf
        spans = np.arange(1 - size, size) * (width / (size - 1))
        ahead, ahead_from, far = np.zeros(count, np.int32), np.full(count, -1, np.int32), 0
        for j in range(len(self._hits)):
            while self._hits[j] - self._hits[far] > reach:
                offset = best[far].argmax(axis=0)
                value = best[far][offset, every]
                better = value > ahead
                ahead = np.where(better, value, ahead)
                ahead_from = np.where(better, (far * size + offset) * count + every, ahead_from)
                far += 1
            best[j], came[j] = ahead + 1, ahead_from
            for i in range(far, j):
                gaps = self._hits[j] - self._hits[i] + spans
                legal = np.zeros((len(gaps), count), bool)
                for extra in self._extras:
                    fewest, most = self._counts(gaps, self._bases, self._musts[j], extra)
                    legal |= (fewest <= most) & (gaps[:, None] > 0)
                for o in range(size):
                    # Rows of `legal` are p − o + size − 1, for offsets p = 0 … size − 1 of hit j.
                    value = np.where(legal[size - 1 - o : 2 * size - 1 - o], best[i][o] + 1, 0)
                    better = value > best[j]
                    best[j] = np.where(better, value, best[j])
                    came[j] = np.where(better, (i * size + o) * count + every, came[j])
            if self._plots[j]:
                source = best[j].argmax(axis=1)[:, None]
                best[j] = np.take_along_axis(best[j], source, axis=1)
                came[j] = np.take_along_axis(came[j], source, axis=1)

    def stops(self) -> tuple[Stop, ...]:
        """One best path; of equals the slowest bases."""
        if not len(self._hits):
            return ()
        size, count = len(self._offsets), len(self._bases)
        flat = self._best.transpose(2, 0, 1).reshape(count, -1)
        base, place = divmod(int(flat.argmax()), flat.shape[1])
        at = place * count + base
        found: list[Stop] = []
        while at >= 0:
            place, base = divmod(at, count)
            hit, offset = divmod(place, size)
            at = int(self._came[hit, offset, base])
            into = at % count if at >= 0 else base
            found.append(Stop(hit, float(self._hits[hit] + self._offsets[offset]), into))
        return tuple(found[::-1])

    def grid(self, length_s: float) -> Grid:
        """Beats of that path over the whole cue: even between stops; at the base before and after."""
        stops = self.stops()
        base = float(self._bases[stops[0].base]) if stops else self._bends.min_bpm
        first = stops[0].at_s if stops else 0.0
        lead = int(max(first, 0.0) * base / 60 + _CLOSE)
        beats = list(first - np.arange(lead, -1, -1) * 60 / base)
        bpm, bases = [base] * len(beats), [base] * len(beats)
        for a, b in zip(stops, stops[1:]):
            base = float(self._bases[b.base])
            beats_between = self._between(b.at_s - a.at_s, base, bool(self._musts[b.hit]))
            tempo = 60 * beats_between / (b.at_s - a.at_s)
            inside = a.at_s + np.arange(1, int(np.ceil(beats_between - _CLOSE))) * 60 / tempo
            beats += [*inside, b.at_s]
            bpm[-1], bases[-1] = tempo, base
            bpm += [tempo] * (len(inside) + 1)
            bases += [base] * (len(inside) + 1)
        after = (
            beats[-1] + np.arange(1, int(max(length_s + BEYOND_S - beats[-1], 0) * base / 60) + 2) * 60 / base
        )
        bpm[-1] = base
        rest = [base] * len(after)
        return Grid(
            np.array([*beats, *after]), np.zeros(0), np.array([*bpm, *rest]), np.array([*bases, *rest])
        )

    def _between(self, gap_s: float, base: float, must: bool) -> float:
        """Beats of a stretch: the count nearest to the base that is legal."""
        found = []
        for extra in self._extras:
            fewest, most = (
                float(x[0, 0]) for x in self._counts(np.array([gap_s]), np.array([base]), must, extra)
            )
            if fewest <= most:
                nearest = min(max(round(gap_s * base / 60 - extra), fewest), most)
                found.append(nearest + extra)
        return min(found, key=lambda beats: abs(beats - gap_s * base / 60))
