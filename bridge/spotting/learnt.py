"""Density and loudness leant on what a regressor has learnt from one film; off unless somebody asks for it.

Judged on minutes of that film that it had not seen, it did no better than its mean (models/LOG.md), so it is
a thing to try and no better judge than the rule.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.inference.regressor import load_regressor
from bridge.schema.cues import MoodCurves
from bridge.schema.picture import Picture
from bridge.spotting.mood import Curve
from bridge.spotting.sight import half_seconds

MOST = 0.2
"""How far a curve moves at a share of 1 where the regressor is two standard deviations off its mean."""


def leant(curves: MoodCurves, picture: Picture, share: float) -> tuple[MoodCurves, str]:
    """Curves moved by what the regressor says, its mean over the cue taken off, and a sentence that says so.

    Raises:
        ModelError: the regressor is not there or cannot be loaded.
    """
    regressor = load_regressor()
    seen = half_seconds(picture)
    if len(seen) % 2:
        seen = np.concatenate([seen, seen[-1:]])
    heard = regressor.run(seen)
    moved = {
        name: tuple(round(float(value), 4) for value in _leant(getattr(curves, name), heard[:, at], share))
        for at, name in enumerate(regressor.card.outputs)
    }
    return replace(curves, **moved), (
        f"Density and loudness lean by {100 * share:g} % on what {regressor.card.name} says, which was "
        f"learnt from {regressor.card.learnt_from}; it beat no floor on what it had not seen"
    )


def _leant(curve: tuple[float, ...], heard: Curve, share: float) -> Curve:
    apart = np.clip((heard - heard.mean()) / 2, -1, 1)
    at = np.minimum(np.arange(len(curve)), len(apart) - 1)
    return np.asarray(np.clip(np.asarray(curve) + share * MOST * apart[at], 0, 1))
