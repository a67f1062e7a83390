"""Velocities: the loudness asked for, the metre, and the rules of performance; hits stand out.

A decibel is taken as 2.5 steps of velocity, which is this project's own choice for General MIDI.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bridge.config import Settings
from bridge.performing.rules import (
    cycle,
    duration_contrast,
    high_loud,
    melodic_charge,
    phrase_arch,
    strokes,
)
from bridge.performing.stage import Stage
from bridge.schema.cues import Weight
from bridge.schema.score import ChordSpan, Note, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

STEPS_A_DB = 2.5
ORDINARY = 0.78
"""Share of the velocity range that notes away from hits may use: hits keep the top for themselves."""

_BALANCE = {
    PartRole.MELODY: 5.0,
    PartRole.ACCOMPANIMENT: -5.0,
    PartRole.BASS: 0.0,
    PartRole.PAD: -7.0,
    PartRole.CHORDS: -5.0,
    PartRole.DRUMS: 0.0,
    PartRole.RHYTHM: -3.0,
    PartRole.EFFECT: 2.0,
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
    duration_ms: float,
    level: float,
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
        duration_ms: how long it is written to sound.
        level: how far its part stands back (below 1) or comes forward; 1 where controllers do that.
        generator: the part's stream for the plot.
    """
    low, high = settings.min_velocity, settings.max_velocity
    ordinary = low + (high - low) * ORDINARY
    value = low + (ordinary - low) * stage.loudness(tick) + _BALANCE[role]
    rules_db = phrase_arch.level_db(stage.phrase_place(tick))
    if role is PartRole.DRUMS:
        bar = stage.bar(tick)
        value += strokes.harder(note.pitch, (tick - bar.tick) % bar.beat_ticks / bar.beat_ticks)
    else:
        rules_db += high_loud.level_db(note.pitch, mean_pitch) + duration_contrast.level_db(duration_ms)
        value += _metrical(stage, tick)
    if role is PartRole.MELODY and chord is not None:
        rules_db += melodic_charge.level_db(note.pitch, chord.root_pc)
    value += STEPS_A_DB * (rules_db + 20 * math.log10(level))
    if role is PartRole.RHYTHM:
        value *= cycle.factor(tick - stage.bar(tick).tick)
    value += 4 * (float(generator.random()) + float(generator.random()) - 1)
    value = min(max(value, low), ordinary)
    weight = stage.hits.get(tick)
    if weight is Weight.MUST:
        value = high
    elif weight is not None and not stage.spoken(tick):
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
