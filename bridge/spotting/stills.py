"""How stills of a brief move the mood: as if half of the film's light and colour were theirs.

The mood of a film with the stills' mean brightness, saturation, warmth and contrast in every second, its own
motion and its own cuts, is set beside that of the film as it is; half of the difference between their means
shifts each axis. Stills say nothing of motion or cutting. No palette is named: one that nobody names follows
the mood.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.schema.stills import Stills
from bridge.spotting.mood import Curve, SecondlyFeatures, mood_axes

SHARE = 0.5
_LOOKS = ("brightness", "saturation", "warmth", "contrast")

Axes = tuple[Curve, Curve, Curve]


def leant_to(stills: Stills, features: SecondlyFeatures, axes: Axes) -> tuple[Axes, tuple[str, ...]]:
    """The axes with the stills' share, each 0 to 1, and a sentence on it; as they are without stills."""
    if not stills.names:
        return axes, ()
    looks = {name: np.full(features.seconds, stills.mean(name)) for name in _LOOKS}
    wanted, own = mood_axes(replace(features, **looks)), mood_axes(features)
    shifts = [SHARE * float(np.mean(a) - np.mean(b)) for a, b in zip(wanted, own)]
    valence, energy, tension = (np.clip(axis + shift, 0, 1) for axis, shift in zip(axes, shifts))
    told = ", ".join(f"{name} {shift:+.2f}" for name, shift in zip(("valence", "energy", "tension"), shifts))
    return (valence, energy, tension), (f"Stills ({', '.join(stills.names)}) move the mood: {told}",)
