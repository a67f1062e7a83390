"""How the emotion that an encoder reads in a picture moves the mood: a small table, and a small share.

Nobody's emotion is recognised: shares say which of a few sentences a frame is nearest to. What is published
of guessing viewers' valence and arousal from pictures alone correlates at about .2, so the share is small and
a cue sheet says it better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.schema.picture import SAMPLE_STEP_S, Picture
from bridge.spotting.mood import TENSION_FROM_ENERGY, TENSION_FROM_VALENCE, Curve

# Degrees on Russell's circle (1980, "A circumplex model of affect", J. Pers. Soc. Psychol. 39: pleasure 0,
# excitement 45, arousal 90, distress 135, displeasure 180, depression 225, sleepiness 270, relaxation 315) of
# Video2Music's six; tense lies between arousal and distress. None is the circle's middle.
DEGREES: Final[dict[str, float | None]] = {
    "exciting": 45.0,
    "fearful": 135.0,
    "tense": 112.5,
    "sad": 225.0,
    "relaxing": 315.0,
    "neutral": None,
}
SHARE: Final = 0.2
"""How far a picture that is one emotion throughout moves an axis of 0 to 1 at most."""


def emotion_axes(picture: Picture) -> tuple[Curve, Curve, Curve] | None:
    """Valence, energy and tension, one value a second, −1 to 1 about a neutral 0; None without an encoder.

    Tension follows from the other two as it does in `mood`.
    """
    if picture.emotion is None:
        return None
    starts = np.arange(0, picture.samples, round(1 / float(SAMPLE_STEP_S)))
    counts = np.diff(np.append(starts, picture.samples))
    shares = np.add.reduceat(picture.emotion.astype(np.float64), starts, axis=0) / counts[:, None]
    return axes_of(shares, picture.emotion_names)


def axes_of(shares: npt.ArrayLike, names: Sequence[str]) -> tuple[Curve, Curve, Curve]:
    """Valence, energy and tension, −1 to 1, of each row of shares (n, k) of emotions named so."""
    valence, energy = (np.asarray(shares, np.float64) @ np.array([point(name) for name in names])).T
    return valence, energy, TENSION_FROM_VALENCE * valence + TENSION_FROM_ENERGY * energy


def felt(axes: tuple[Curve, Curve, Curve], picture: Picture) -> tuple[Curve, Curve, Curve]:
    """Mood axes (0 to 1, one value a second) moved by the emotion read in the picture, if one was."""
    moves = emotion_axes(picture)
    if moves is None:
        return axes
    valence, energy, tension = (np.clip(axis + SHARE * move, 0, 1) for axis, move in zip(axes, moves))
    return valence, energy, tension


def point(name: str) -> tuple[float, float]:
    """Valence and energy of an emotion on the circle, each −1 to 1; a name nobody knows is its middle."""
    degrees = DEGREES.get(name)
    if degrees is None:
        return 0.0, 0.0
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
