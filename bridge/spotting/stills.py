"""How stills of a brief move the mood: as if half of the film's light, colour and emotion were theirs.

The mood of a film with the stills' mean brightness, saturation, warmth and contrast in every second, its own
motion and its own cuts, is set beside that of the film as it is; half of the difference between their means
shifts each axis. Where an encoder read an emotion in the stills, half of the difference between what it and
the film's own emotion do to the mood (`emotion`) goes with it. Stills say nothing of motion or cutting. No
palette is named: one that nobody names follows the mood.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.schema.picture import Picture
from bridge.schema.stills import Stills
from bridge.spotting.emotion import SHARE as EMOTION
from bridge.spotting.emotion import axes_of, emotion_axes
from bridge.spotting.mood import Curve, SecondlyFeatures, mood_axes
from bridge.vocabulary.nearest import nearest_words

SHARE = 0.5
_LOOKS = ("brightness", "saturation", "warmth", "contrast")

Axes = tuple[Curve, Curve, Curve]


def leant_to(
    stills: Stills, features: SecondlyFeatures, axes: Axes, picture: Picture
) -> tuple[Axes, tuple[str, ...]]:
    """The axes with the stills' share, each 0 to 1, and sentences on it; as they are without stills.

    Args:
        stills: what was seen of them.
        features: of the film.
        axes: the film's mood, its own emotion in it.
        picture: the film's, for that emotion.
    """
    if not stills.names:
        return axes, ()
    looks = {name: np.full(features.seconds, stills.mean(name)) for name in _LOOKS}
    wanted, own = mood_axes(replace(features, **looks)), mood_axes(features)
    shifts = [
        SHARE * (float(np.mean(a) - np.mean(b)) + more)
        for a, b, more in zip(wanted, own, _emotion(stills, picture))
    ]
    valence, energy, tension = (np.clip(axis + shift, 0, 1) for axis, shift in zip(axes, shifts))
    told = ", ".join(f"{name} {shift:+.2f}" for name, shift in zip(("valence", "energy", "tension"), shifts))
    moved = f"Stills ({', '.join(stills.names)}) move the mood: {told}"
    return (valence, energy, tension), (moved, *_nearest(stills))


def _emotion(stills: Stills, picture: Picture) -> tuple[float, ...]:
    """What the stills' emotion would do to each axis beyond what the film's does; nothing unread."""
    if not stills.emotion:
        return 0.0, 0.0, 0.0
    film = emotion_axes(picture) or (np.zeros(1),) * 3  # unread it moved nothing, as if neutral
    theirs = axes_of(stills.emotion, stills.emotion_names)
    return tuple(EMOTION * float(np.mean(a) - np.mean(b)) for a, b in zip(theirs, film))


def _nearest(stills: Stills) -> tuple[str, ...]:
    if not stills.emotion:
        return ()
    words = (
        f"{name}: {nearest_words(emotion, stills.emotion_names, feeling, stills.feeling_names)}"
        for name, emotion, feeling in zip(stills.names, stills.emotion, stills.feeling)
    )
    return (f"Stills are nearest to the words {'; '.join(words)}",)
