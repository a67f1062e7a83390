"""Where a film's sound changes: novelty of its harmony and colour, and how loud it is.

Foote 2000, "Automatic audio segmentation using a measure of audio novelty": a chequered kernel with a
Gaussian taper slides along the diagonal of the matrix of how alike any two moments sound; it is high where
the seconds before are alike, the seconds after are alike, and the two are not. The track is heard as it is,
mixed: effects and voices count as music does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.sight.sound import RATE, loudness

STEP_S = 0.5
"""Seconds between two values of novelty."""
KERNEL_S = 8.0
"""Half of the kernel: as long as the shortest plot, a section of four bars at 120 bpm."""
APART_S = 4.0
"""No two changes are closer than this."""
_WINDOW, _HOP = 16_384, 12_000
_LOWEST_HZ, _HIGHEST_HZ = 65.4, 2093.0  # C2 to C7: where pitches are heard as such
_BANDS, _BAND_LOW_HZ, _BAND_HIGH_HZ, _CEPSTRA = 32, 40.0, 12_000.0, 12
CHROMA, CEPSTRUM = slice(0, 12), slice(12, 24)
_BATCH = 256

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """A film's sound: (n, 24) features every half second from its start, and (seconds,) loudness in LUFS."""

    features: Array
    loudness: Array

    @cached_property
    def novelty(self) -> Array:
        """(n,) by all features and a kernel of 8 s either way."""
        return novelty(self.features)

    @property
    def changes_s(self) -> Array:
        """Seconds at which the sound changes: peaks of novelty, highest within 4 s, in its upper quarter."""
        reach = round(APART_S / STEP_S)
        least = np.quantile(self.novelty, 0.75)
        found = [
            index
            for index, value in enumerate(self.novelty)
            if value >= least and value == self.novelty[max(0, index - reach) : index + reach + 1].max()
        ]
        kept: list[int] = []
        for index in found:
            if not kept or (index - kept[-1]) * STEP_S >= APART_S:
                kept.append(index)
        return np.asarray(kept, np.float64) * STEP_S


def percentile(values: Array) -> Array:
    """(n,) the share of all values that are lower, 0 to 1."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order / max(1, len(order) - 1))


def hear(samples: Array) -> Heard:
    """One channel at 48,000 samples a second."""
    return Heard(features(samples), loudness(samples, len(samples) // RATE))


def features(samples: Array) -> Array:
    """(n, 24) chroma and cepstrum every half second, standardised over the film, each half of equal weight.

    Chroma: magnitudes from C2 to C7 folded to pitch classes, of unit length. Cepstrum: cosine transform of
    the logarithm of 32 bands, without its mean, so that loudness alone is no change.
    """
    window = np.hanning(_WINDOW)
    bins_hz = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    fold, bands = _fold(bins_hz), _band_edges(bins_hz)
    basis = np.cos(np.pi / _BANDS * np.outer(np.arange(_BANDS) + 0.5, np.arange(1, _CEPSTRA + 1)))
    starts = np.arange(0, max(1, len(samples) - _WINDOW), _HOP)
    rows = []
    for first in range(0, len(starts), _BATCH):
        pieces = np.stack([samples[at : at + _WINDOW] for at in starts[first : first + _BATCH]])
        spectrum = np.abs(np.fft.rfft(pieces * window, axis=1))
        chroma = np.sqrt(spectrum) @ fold
        chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
        power = np.add.reduceat(spectrum**2, bands, axis=1)[:, :_BANDS]
        rows.append(np.concatenate([chroma, np.log(power + 1e-6) @ basis], axis=1))
    table = np.concatenate(rows)
    share = round(STEP_S * RATE / _HOP)
    table = table[: len(table) // share * share].reshape(-1, share, table.shape[1]).mean(axis=1)
    return np.asarray((table - table.mean(axis=0)) / np.maximum(table.std(axis=0), 1e-9))


def novelty(table: Array, kernel_s: float = KERNEL_S) -> Array:
    """(n,) Foote's novelty of (n, d) standardised features, 0 where nothing changes."""
    reach = round(kernel_s / STEP_S)
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    padded = np.pad(unit, ((reach, reach), (0, 0)), mode="edge")
    offset = np.arange(-reach, reach) + 0.5
    taper = np.exp(-0.5 * (offset / (0.5 * reach)) ** 2) * np.sign(offset)
    kernel = np.outer(taper, taper)
    out = np.empty(len(unit))
    for index in range(len(unit)):
        near = padded[index : index + 2 * reach]
        out[index] = float((kernel * (near @ near.T)).sum())
    return np.maximum(out / np.abs(kernel).sum(), 0)


def _fold(bins_hz: Array) -> Array:
    """(bins, 12) which pitch class a bin of the spectrum counts for."""
    inside = (bins_hz >= _LOWEST_HZ) & (bins_hz <= _HIGHEST_HZ)
    fold = np.zeros((len(bins_hz), 12))
    pitch = np.rint(69 + 12 * np.log2(bins_hz[inside] / 440)).astype(np.int64) % 12
    fold[np.flatnonzero(inside), pitch] = 1
    return fold


def _band_edges(bins_hz: Array) -> npt.NDArray[np.int64]:
    """First bins of 32 bands, and where the last one ends."""
    edges_hz = np.geomspace(_BAND_LOW_HZ, _BAND_HIGH_HZ, _BANDS + 1)
    edges: npt.NDArray[np.int64] = np.searchsorted(bins_hz, edges_hz)
    return np.maximum.accumulate(np.maximum(edges, edges[0] + np.arange(_BANDS + 1)))
