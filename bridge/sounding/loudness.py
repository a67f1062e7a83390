"""Loudness and true peak of a stereo programme, measured while it streams by.

After ITU-R BS.1770-5: two filters (K weighting), mean squares over 400 ms every 100 ms, an absolute gate
at −70 LUFS and a relative one 10 LU below; true peak by fourfold oversampling. EBU R 128 (2023) takes
both from there.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
_STEP = RATE_HZ // 10
_STEPS_A_BLOCK = 4
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
# BS.1770-5, tables 1 and 2: (b0, b1, b2, a1, a2) at 48 kHz.
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
_HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
# The slower of the two, a double pole at 38 Hz, has fallen by 150 dB after this many samples.
_RESPONSE = 8192
_SEGMENT = 1 << 16
_OVERSAMPLING, _HALF_TAPS = 4, 24


class Meter:
    """Takes a programme in pieces of any length; answers for all that it has heard."""

    def __init__(self) -> None:
        self._response = np.fft.rfft(_weighting(), _SEGMENT)
        self._tail = np.zeros((_RESPONSE - 1, 2))
        self._left_over = np.zeros((0, 2))
        self._powers: list[NDArray[np.float64]] = []
        self._before = np.zeros((2 * _HALF_TAPS, 2))
        self._peak = 0.0

    def add(self, frames: NDArray[np.float32] | NDArray[np.float64]) -> None:
        """Hear the next frames, shape (any, 2), full scale at ±1."""
        for start in range(0, len(frames), _SEGMENT - _RESPONSE + 1):
            self._weigh(np.asarray(frames[start : start + _SEGMENT - _RESPONSE + 1], np.float64))
        self._look(np.asarray(frames, np.float64))

    def _weigh(self, frames: NDArray[np.float64]) -> None:
        """Overlap and save: each segment begins with the end of the one before."""
        count = len(frames)
        joined = np.concatenate([self._tail, frames])
        spectrum = np.fft.rfft(joined, _SEGMENT, axis=0) * self._response[:, None]
        weighted = np.fft.irfft(spectrum, _SEGMENT, axis=0)[_RESPONSE - 1 : _RESPONSE - 1 + count]
        self._tail = joined[len(joined) - (_RESPONSE - 1) :]
        waiting = np.concatenate([self._left_over, weighted])
        whole = len(waiting) // _STEP * _STEP
        steps = waiting[:whole].reshape(-1, _STEP, 2)
        self._powers.append((steps**2).mean(axis=1).sum(axis=1))  # both channels weigh 1
        self._left_over = waiting[whole:]

    def _look(self, frames: NDArray[np.float64]) -> None:
        joined = np.concatenate([self._before, frames])
        self._before = joined[len(joined) - 2 * _HALF_TAPS :]
        highest = float(np.abs(joined).max(initial=0.0))
        self._peak = max(self._peak, highest)
        # Between two samples a peak can be higher than both, but hardly ever by half again.
        if highest * 1.6 <= self._peak:
            return
        for phase in _PHASES:
            for channel in range(2):
                between = np.convolve(joined[:, channel], phase, "valid")
                self._peak = max(self._peak, float(np.abs(between).max(initial=0.0)))

    @property
    def integrated_lufs(self) -> float:
        """Integrated loudness; −inf for silence and for what is shorter than 400 ms."""
        powers = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if len(powers) < _STEPS_A_BLOCK:
            return -math.inf
        blocks = np.convolve(powers, np.full(_STEPS_A_BLOCK, 1 / _STEPS_A_BLOCK), "valid")
        loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
        if not len(loud):
            return -math.inf
        kept = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)]
        return _lufs(float(kept.mean()))

    @property
    def true_peak_dbtp(self) -> float:
        """The highest peak so far, in dB of full scale; −inf for silence."""
        return 20 * math.log10(self._peak) if self._peak > 0 else -math.inf


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _weighting() -> NDArray[np.float64]:
    """The impulse response of both filters in turn."""
    signal = np.zeros(_RESPONSE)
    signal[0] = 1.0
    for b0, b1, b2, a1, a2 in (_SHELF, _HIGH_PASS):
        out = np.zeros(_RESPONSE)
        x1 = x2 = y1 = y2 = 0.0
        for index, x0 in enumerate(signal.tolist()):
            y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            out[index] = y0
            x1, x2, y1, y2 = x0, x1, y0, y1
        signal = out
    return signal


def _between(phase: int) -> NDArray[np.float64]:
    """Taps that give the value `phase` quarters of a sample on: a sinc under a Kaiser window."""
    at = np.arange(-_HALF_TAPS + 1, _HALF_TAPS + 1) - phase / _OVERSAMPLING
    window = np.i0(9.0 * np.sqrt(np.clip(1 - (at / (_HALF_TAPS + 1)) ** 2, 0, 1))) / np.i0(9.0)
    taps = np.asarray(np.sinc(at) * window, np.float64)
    return np.asarray(taps[::-1] / taps.sum())


_PHASES = tuple(_between(phase) for phase in range(1, _OVERSAMPLING))
