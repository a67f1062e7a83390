"""Mood from picture: valence, energy and tension once a second, and from them density and loudness.

Sources:
    Valdez and Mehrabian 1994, "Effects of color on emotions" (J. Exp. Psychol. Gen. 123): pleasure
    = .69 brightness + .22 saturation, arousal = -.31 brightness + .60 saturation.
    Hanjalic and Xu 2005, "Affective video content representation and modeling" (IEEE Trans.
    Multimedia 7): arousal from motion activity and from cut rhythm, 100·exp(1 - shot length), both
    smoothed and averaged with equal weights. We add colour arousal at half their weight and leave out
    sound.
    Tension from valence and energy: standardised regression from the correlations of the 110 rated
    film-music excerpts of Eerola and Vuoskoski 2011 (r(V,T) = -.83, r(E,T) = .58, r(V,E) = -.09),
    which solve to T = -.784 V + .509 E.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.schema.cues import MoodCurves
from bridge.schema.picture import SAMPLE_STEP_S, Picture

Curve = npt.NDArray[np.float64]

TENSION_FROM_VALENCE = -0.784
TENSION_FROM_ENERGY = 0.509
# Mean |ΔRGB| over 0.2 s: .01 is a locked-off interview, .06 a walk, .15 a fight (seen on the films the
# tests use); 1 - exp(-m/.06) spreads those over .15, .63 and .92.
_MOTION_SCALE = 0.06
# A cut every second saturates rhythm; Hanjalic and Xu's exponential of shot length, in seconds.
_RHYTHM_SHOT_S = 4.0
# Their Kaiser window spans about a minute; music must answer within a phrase, so two seconds' sigma.
_SMOOTH_SIGMA_S = 2.0
# Half of the energy is where a second stands within its own film: a quiet film still has its peaks.
_RELATIVE_SHARE = 0.4
_RELATIVE_MIN_S = 30


@dataclass(frozen=True)
class SecondlyFeatures:
    """Picture features averaged to one value a second, each array (seconds,) or (seconds, bins).

    `semantic` are (seconds, d) unit rows: what an encoder saw where it looked nearest to the middle of each
    second; None without one.
    """

    motion: Curve
    brightness: Curve
    saturation: Curve
    warmth: Curve
    contrast: Curve
    cut_rate: Curve
    chroma: Curve
    semantic: Curve | None = None

    @property
    def seconds(self) -> int:
        """Number of whole seconds covered, at least 1."""
        return int(self.motion.shape[0])


def secondly(picture: Picture) -> SecondlyFeatures:
    """Average a picture's five samples a second into one."""
    per_second = round(1 / float(SAMPLE_STEP_S))

    def mean(values: npt.NDArray[np.float32]) -> Curve:
        starts = np.arange(0, values.shape[0], per_second)
        sums = np.add.reduceat(values.astype(np.float64), starts, axis=0)
        counts = np.diff(np.append(starts, values.shape[0]))
        return np.asarray(sums / counts.reshape(-1, *([1] * (values.ndim - 1))))

    return SecondlyFeatures(
        motion=mean(picture.motion),
        brightness=mean(picture.brightness),
        saturation=mean(picture.saturation),
        warmth=mean(picture.warmth),
        contrast=mean(picture.contrast),
        cut_rate=mean(picture.cut_rate),
        chroma=mean(picture.chroma),
        semantic=_nearest(picture),
    )


def _nearest(picture: Picture) -> Curve | None:
    if not len(picture.semantic_s):
        return None
    per_second = round(1 / float(SAMPLE_STEP_S))
    middles = np.arange(-(-picture.samples // per_second)) + 0.5
    between = (picture.semantic_s[1:] + picture.semantic_s[:-1]) / 2
    return picture.semantic[np.searchsorted(between, middles)].astype(np.float64)


def smooth(values: Curve, sigma_s: float = _SMOOTH_SIGMA_S) -> Curve:
    """Gaussian smoothing of a one-value-a-second curve, edges extended."""
    radius = max(1, round(3 * sigma_s))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma_s) ** 2)
    padded = np.pad(values, radius, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), mode="valid"))


def mood_axes(features: SecondlyFeatures) -> tuple[Curve, Curve, Curve]:
    """Valence, energy and tension, one value a second, 0 to 1."""
    brightness, saturation = features.brightness, features.saturation
    pleasure = 0.69 * brightness + 0.22 * saturation
    color_arousal = -0.31 * brightness + 0.60 * saturation
    # The regressions' own extremes (0 to .91, -.31 to .60) are mapped to 0 to 1; real films use the
    # middle of that range, so the spread is doubled around it. Warm light reads as pleasant.
    valence = 0.5 + 1.6 * (pleasure / 0.91 - 0.42) + 0.15 * features.warmth
    color_arousal = (color_arousal + 0.31) / 0.91

    motion = 1 - np.exp(-features.motion / _MOTION_SCALE)
    shot_s = 1 / np.maximum(features.cut_rate, 1e-3)
    rhythm = np.exp(-np.maximum(shot_s - 1, 0) / _RHYTHM_SHOT_S)
    energy = smooth((motion + rhythm + 0.5 * color_arousal) / 2.5)
    if features.seconds >= _RELATIVE_MIN_S and np.ptp(energy) > 0.02:
        rank = np.argsort(np.argsort(energy, kind="stable"), kind="stable") / (features.seconds - 1)
        energy = (1 - _RELATIVE_SHARE) * energy + _RELATIVE_SHARE * rank

    valence = np.clip(smooth(valence), 0, 1)
    energy = np.clip(energy, 0, 1)
    dark_contrast = (1 - brightness) * features.contrast
    tension = (
        0.5
        + TENSION_FROM_VALENCE * (valence - 0.5)
        + TENSION_FROM_ENERGY * (energy - 0.5)
        + 0.2 * (smooth(dark_contrast) - 0.2)
    )
    return valence, energy, np.clip(tension, 0, 1)


def curves_from_axes(valence: Curve, energy: Curve, tension: Curve) -> MoodCurves:
    """Density and loudness follow from the axes; all five as tuples of rounded numbers.

    Loudness: +6 dB goes with +1 of 8 points of energy and +.65 of tension (Eerola and Vuoskoski's
    excerpts), so energy weighs about 3:2 against tension. Density is attacks, which follow energy.
    """
    density = np.clip(0.15 + 0.75 * energy, 0, 1)
    loudness = np.clip(0.1 + 0.55 * energy + 0.3 * tension, 0, 1)

    def rounded(values: Curve) -> tuple[float, ...]:
        return tuple(round(float(value), 4) for value in values)

    return MoodCurves(
        rounded(valence), rounded(energy), rounded(tension), rounded(density), rounded(loudness)
    )
