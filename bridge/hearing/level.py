"""How loud a file sounds and how much its sound changes, second by second.

Novelty is Foote's (2000, "Automatic audio segmentation using a measure of audio novelty"): a checkerboard
with Gaussian taper slid along the diagonal of the similarity of all half seconds to each other. A half second
is its mean log spectrum in 32 mel bands and its chroma, the share of energy in each of twelve pitch classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.hearing.sound import RATE, Samples, SoundFile
from bridge.progress import Progress

Array = npt.NDArray[np.float32]

FLOOR_DB = -100.0
"""Loudness of silence, dB re full scale."""
STEP_S = 1.0

_STAGE = "hearing"
_BLOCK_S = 10
_PER_SECOND = 2  # features a second
_FFT, _HOP = 2048, 1000
_BANDS = 32
_LOW_HZ, _HIGH_HZ = 60.0, 7600.0
_NO_CHANGE = 1e-4  # of the mean product of two rows, which is at most 1
_CHROMA_HZ = (110.0, 3520.0)  # A2 to A7: below it a bin spans more than a semitone


@dataclass(frozen=True)
class Levels:
    """A file's sound by the second, from its first picture (without one: from its first sample).

    `loudness_db[k]`: RMS of second k of all streams and channels mixed down, dB re full scale, from −100.
    `novelty[k]`: how much the sound after k s differs from that before it, 0 to 1 = this file's largest.
    """

    step_s: float
    loudness_db: Array
    novelty: Array


def levels(path: Path, progress: Progress, reach_s: float = 8.0) -> Levels:
    """Loudness and novelty of a film's or a sound file's sound.

    Args:
        path: a file that PyAV can read.
        progress: told seconds.
        reach_s: how far before and after an instant novelty looks.

    Raises:
        MediaError: no such file, no sound in it, or not readable.
        Cancelled: somebody asked to stop.
    """
    loudness: list[Array] = []
    features: list[Array] = []
    before = np.zeros(_FFT - _HOP, np.float32)
    with SoundFile(path) as sound:
        total = max(1, int(sound.length_s))
        for number, block in enumerate(sound.blocks(_BLOCK_S * RATE)):
            progress.report(_STAGE, min(number * _BLOCK_S, total), total, path.name)
            loudness.append(loudness_db(block))
            features.append(_features(np.concatenate([before, block])))
            before = block[-len(before) :]
        seconds = min(max(1, -int(-sound.length_s // 1)), len(loudness) * _BLOCK_S)
    heard = np.concatenate(features)[: seconds * _PER_SECOND]
    heard[:1] = heard[1:2]  # whose window reaches back before the sound begins
    change = novelty(heard, round(reach_s * _PER_SECOND))[::_PER_SECOND]
    progress.report(_STAGE, total, total, path.name)
    return Levels(STEP_S, np.concatenate(loudness)[:seconds], change)


def loudness_db(samples: Samples) -> Array:
    """(whole seconds,) RMS of each second, dB re full scale, from −100."""
    power = np.mean(np.square(samples.reshape(-1, RATE), dtype=np.float64), axis=1)
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-12)), FLOOR_DB), np.float32)


def novelty(features: Array, reach: int) -> Array:
    """(n, d) unit rows to (n,): Foote's novelty at the start of each row, the largest 1; 0 without change."""
    n = len(features)
    out = np.zeros(n, np.float64)
    # Nearer to an end than half the reach nothing is said; up to there less is compared, alike on each side.
    for at in range(max(1, reach // 2), n - reach // 2):
        near = min(reach, at, n - at)
        offsets = np.arange(-near, near) + 0.5
        taper = np.sign(offsets) * np.exp(-2 * (offsets / reach) ** 2)
        rows = features[at - near : at + near]
        # Rows' weighted sum squared is the board laid on all their products.
        out[at] = np.sum((taper @ rows) ** 2) / np.sum(np.abs(taper)) ** 2
    most = out.max(initial=0.0)
    return np.asarray(out / most if most > _NO_CHANGE else np.zeros(n), np.float32)


def _features(samples: Samples) -> Array:
    """Whole seconds of samples, after what a window reaches back by, to (seconds × 2, 44) unit rows."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_FFT).astype(np.float32), axis=1)) ** 2
    per = RATE // _HOP // _PER_SECOND
    power = power.reshape(-1, per, power.shape[1]).mean(1)
    mel = np.log10(power @ _mel_bands() + 1e-6)
    mel -= mel.mean(1, keepdims=True)
    chroma = np.sqrt(power @ _pitch_classes() + 1e-9)
    chroma -= chroma.mean(1, keepdims=True)
    rows = np.concatenate([_unit(mel), _unit(chroma)], axis=1)
    return np.asarray(_unit(rows), np.float32)


def _unit(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _bins_hz() -> npt.NDArray[np.float64]:
    return np.asarray(np.fft.rfftfreq(_FFT, 1 / RATE))


def _mel_bands() -> npt.NDArray[np.float64]:
    """(bins, bands) triangles, equally wide in mel (O'Shaughnessy 1987: 2595 lg(1 + f/700))."""

    def mel(hz: float) -> float:
        return float(2595 * np.log10(1 + hz / 700))

    edges = 700 * (10 ** (np.linspace(mel(_LOW_HZ), mel(_HIGH_HZ), _BANDS + 2) / 2595) - 1)
    hz = _bins_hz()[:, None]
    rising = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))


def _pitch_classes() -> npt.NDArray[np.float64]:
    """(bins, 12): 1 where a bin's nearest pitch is of that class, C first."""
    hz = _bins_hz()
    inside = (hz >= _CHROMA_HZ[0]) & (hz <= _CHROMA_HZ[1])
    pitch = np.round(69 + 12 * np.log2(np.maximum(hz, 1.0) / 440)).astype(int) % 12
    return np.asarray((pitch[:, None] == np.arange(12)) & inside[:, None], np.float64)
