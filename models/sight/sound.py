"""What a film's sound does, once a second: how loud it is, and how many things start.

The track is heard as it is, mixed: voices and effects count as music does, for nothing here tells them
apart.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE = 48_000
MOMENT_S, HOP_S = 0.4, 0.1
FLUX_HOP, FLUX_WINDOW = 480, 2048
_SILENT_LUFS = -70.0
"""The absolute gate of ITU-R BS.1770-4: what is softer counts as this."""
_NEAR_S, _AROUND_S, _APART_S = 0.03, 0.1, 0.05
_ABOVE = 0.12
_COMPRESSION = 20.0
_LOWEST_HZ, _HIGHEST_HZ, _BANDS_AN_OCTAVE = 30.0, 16_000.0, 12

Array = npt.NDArray[np.float64]


def read_mono(path: Path) -> Array:
    """A film's first audio track, mixed to one channel, 48,000 samples a second."""
    blocks: list[npt.NDArray[np.float32]] = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        for frame in container.decode(container.streams.audio[0]):
            blocks += [each.to_ndarray().reshape(-1) for each in resampler.resample(frame)]
        blocks += [each.to_ndarray().reshape(-1) for each in resampler.resample(None)]
    return np.concatenate(blocks).astype(np.float64)


def loudness(samples: Array, seconds: int) -> Array:
    """(seconds,) momentary loudness in LUFS (ITU-R BS.1770-4, EBU Tech 3341: 400 ms), averaged in power.

    Averaged over each second; one channel, so that stereo reads up to 3 LU softer than on a meter.
    """
    power = _weighted(samples) ** 2
    sums = np.concatenate([[0.0], np.cumsum(power)])
    hop, width = round(HOP_S * RATE), round(MOMENT_S * RATE)
    starts = np.arange(0, max(1, len(samples) - width), hop)
    moments = np.maximum(sums[starts + width] - sums[starts], 0) / width
    out = np.full(seconds, _SILENT_LUFS)
    for second in range(seconds):
        inside = moments[round(second / HOP_S) : round((second + 1) / HOP_S)]
        if len(inside):
            out[second] = max(_SILENT_LUFS, -0.691 + 10 * np.log10(max(float(inside.mean()), 1e-12)))
    return out


def onsets(samples: Array) -> Array:
    """Seconds at which something starts: peaks of the spectral flux.

    Half-wave rectified differences of log magnitudes two hops (20 ms) apart, averaged over bands a semitone
    wide; a peak is the highest within 30 ms and stands out above the mean of the 100 ms around it (after
    Böck, Krebs and Schedl 2012, "Evaluating the online capabilities of onset detection methods", whose
    windows these are; how far it must stand out is this project's own).
    """
    window = np.hanning(FLUX_WINDOW)
    edges = _bands()
    frames = 1 + (len(samples) - FLUX_WINDOW) // FLUX_HOP
    flux = np.zeros(max(0, frames))
    scale = float(np.abs(samples).max()) or 1.0
    before: list[Array] = []
    for index in range(len(flux)):
        start = index * FLUX_HOP
        spectrum = np.abs(np.fft.rfft(window * samples[start : start + FLUX_WINDOW] / scale))
        now = np.log1p(_COMPRESSION * np.maximum.reduceat(spectrum, edges)[:-1])
        if len(before) == 2:
            flux[index] = np.maximum(now - before[0], 0).mean()
        before = [*before[-1:], now]
    near, around = round(_NEAR_S * RATE / FLUX_HOP), round(_AROUND_S * RATE / FLUX_HOP)
    found: list[float] = []
    for index in np.flatnonzero(flux > _ABOVE):
        low = max(0, index - near)
        local = flux[max(0, index - around) : index + around + 1]
        at_s = (index * FLUX_HOP + FLUX_WINDOW / 2) / RATE
        if flux[index] < flux[low : index + near + 1].max() or flux[index] < local.mean() + _ABOVE:
            continue
        if not found or at_s - found[-1] >= _APART_S:
            found.append(at_s)
    return np.array(found)


def onset_density(samples: Array, seconds: int) -> Array:
    """(seconds,) onsets that fall in each second."""
    counts, _ = np.histogram(onsets(samples), bins=np.arange(seconds + 1))
    return counts.astype(np.float64)


def _bands() -> npt.NDArray[np.int64]:
    """First bins of the bands, no two alike, and where the last one ends."""
    octaves = np.log2(_HIGHEST_HZ / _LOWEST_HZ)
    edges_hz = _LOWEST_HZ * 2 ** (np.arange(int(octaves * _BANDS_AN_OCTAVE) + 1) / _BANDS_AN_OCTAVE)
    return np.unique(np.rint(edges_hz / RATE * FLUX_WINDOW).astype(np.int64))


def _weighted(samples: Array) -> Array:
    """K weighting by the two biquads of ITU-R BS.1770-4 at 48 kHz, applied to the spectrum of blocks.

    Blocks of some twenty seconds overlap by a second, of which the first half is thrown away: the filters
    ring for less.
    """
    block, lead = 1 << 20, RATE // 2
    out = np.empty_like(samples)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(block + lead))
    response = _biquad(
        z, (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585)
    )
    response = response * _biquad(z, (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
    for start in range(0, len(samples), block - lead):
        first = max(0, start - lead)
        piece = samples[first : start + block - lead]
        filtered = np.fft.irfft(np.fft.rfft(piece, block + lead) * response, block + lead)
        out[start : start + block - lead] = filtered[start - first : len(piece)]
    return out


def _biquad(
    z: npt.NDArray[np.complex128], top: tuple[float, float, float], bottom: tuple[float, float]
) -> npt.NDArray[np.complex128]:
    return np.asarray((top[0] + top[1] * z + top[2] * z**2) / (1 + bottom[0] * z + bottom[1] * z**2))
