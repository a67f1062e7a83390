"""Velocities: loudness curve, metre, phrase arch, height and charge; hits stand out.

Amounts follow the KTH rules as their source states them (docfry/Director-Musices): high-loud k/4 dB a
semitone, melodic charge 0.2 k dB, phrase arch of two levels with square ramps (k 1.5, amplitude 2 dB).
A decibel is taken as 2.5 steps of velocity, which is this project's own choice for General MIDI.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bridge.config import Settings
from bridge.performing.stage import Stage
from bridge.schema.cues import Weight
from bridge.schema.score import ChordSpan, Note, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

STEPS_A_DB = 2.5
ORDINARY = 0.78
"""Share of the velocity range that notes away from hits may use: hits keep the top for themselves."""

_CHARGE = (0, 6.5, 2, 4.5, 4, 2.5, 6, 1, 5.5, 3, 3.5, 5)
_BALANCE = {
    PartRole.MELODY: 5.0,
    PartRole.ACCOMPANIMENT: -5.0,
    PartRole.BASS: 0.0,
    PartRole.PAD: -7.0,
    PartRole.CHORDS: -5.0,
    PartRole.DRUMS: 0.0,
}
_LIFT = {Weight.MUST: 1.0, Weight.WANT: 0.3, Weight.NICE: 0.2}


def velocity(
    note: Note,
    tick: int,
    role: PartRole,
    stage: Stage,
    settings: Settings,
    mean_pitch: float,
    chord: ChordSpan | None,
    generator: np.random.Generator,
) -> int:
    """The velocity of one note, within the settings' range; draws one number.

    Args:
        note: the written note.
        tick: where it starts.
        role: what its part does.
        stage: the cue.
        settings: holds the range.
        mean_pitch: of the part within the plot, for the high-loud rule.
        chord: what sounds there, for melodic charge.
        generator: the part's stream for the plot.
    """
    low, high = settings.min_velocity, settings.max_velocity
    ordinary = low + (high - low) * ORDINARY
    value = low + (ordinary - low) * stage.loudness(tick) + _BALANCE[role]
    value += _metrical(stage, tick) + STEPS_A_DB * _arch(stage.phrase_place(tick))
    value += STEPS_A_DB * min(max((note.pitch - mean_pitch) / 4, -1.5), 1.5) * 0.5
    if role is PartRole.MELODY and chord is not None:
        value += STEPS_A_DB * 0.2 * _CHARGE[(note.pitch - chord.root_pc) % 12]
    value += 4 * (float(generator.random()) + float(generator.random()) - 1)
    value = min(max(value, low), ordinary)
    weight = stage.hits.get(tick)
    if weight is Weight.MUST:
        value = high
    elif weight is not None:
        value += (high - low) * _LIFT[weight]
    return round(min(max(value, low), high))


def chord_at(chords: Sequence[ChordSpan], index: int, tick: int) -> int:
    """Index of the chord at a tick, searching on from `index`; chords and ticks both rise."""
    while index + 1 < len(chords) and chords[index + 1].start_beats * TICKS_PER_QUARTER <= tick:
        index += 1
    return index


def _metrical(stage: Stage, tick: int) -> float:
    bar = stage.bar(tick)
    offset = tick - bar.tick
    if offset == 0:
        return 4.0
    beat = bar.beat_ticks
    return 1.0 if offset % beat == 0 else -2.5


def _arch(place: float) -> float:
    """Phrase arch in dB: -1.5 at the start, 0 at the turn (.6), -3 at the end."""
    if place < 0.6:
        return -1.5 * (1 - place / 0.6) ** 2
    return -3.0 * ((place - 0.6) / 0.4) ** 2
