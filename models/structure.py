"""What tokens have in common, as a fixed table a model's embedding starts from.

A chord is a root, a quality and its tones; a pitch is a class in an octave; a step is a place in a beat and
a beat in a bar. With a learnt vector for each of these, added to a learnt vector of the token's own, a rare
token borrows from its kin (the factored embeddings of MuMIDI and its followers, here within one token).
"""

from __future__ import annotations

import math

import numpy as np

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import QUALITIES, pitch_classes

LENGTHS = 6


def table() -> np.ndarray:
    """(V, F) float32: which features each token of the newest vocabulary has."""
    names: dict[str, int] = {}
    rows: list[dict[str, float]] = [_features(token) for token in range(tokens.SIZE)]
    for row in rows:
        for name in row:
            names.setdefault(name, len(names))
    out = np.zeros((tokens.SIZE, len(names)), np.float32)
    for token, row in enumerate(rows):
        for name, value in row.items():
            out[token, names[name]] = value
    return out


def _features(token: int) -> dict[str, float]:
    if tokens.CHORD_0 < token < tokens.CHORD_0 + tokens.CHORDS:
        chord = tokens.chord_of(token)
        assert chord is not None
        tones = {f"tone {pitch_class}": 0.5 for pitch_class in pitch_classes(chord)}
        return {
            "chord": 1,
            f"root {chord.root_pc}": 1,
            f"quality {QUALITIES.index(chord.quality)}": 1,
            **tones,
        }
    if tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS:
        beat, part = divmod(token - tokens.POS_0, tokens.STEPS_PER_QUARTER)
        return {"step": 1, f"beat {beat}": 1, f"part {part}": 1}
    if tokens.PITCH_0 <= token < tokens.PITCH_0 + tokens.PITCHES:
        octave, pitch_class = divmod(token - tokens.PITCH_0, 12)
        return {"pitch": 1, f"octave {octave}": 1, f"class {pitch_class}": 1}
    if tokens.DUR_0 <= token < tokens.DUR_0 + len(tokens.DURATIONS_STEPS):
        steps = tokens.DURATIONS_STEPS[token - tokens.DUR_0]
        place = math.log2(steps)
        near = {f"length {knot}": max(0.0, 1 - abs(place - knot)) for knot in range(LENGTHS + 2)}
        return {"duration": 1, **{name: share for name, share in near.items() if share}}
    return {}
