"""Pulses: one pitch again and again, an octave joining after eight bars; and the heartbeat."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import nearest_pitch
from bridge.composing.plan import Section
from bridge.composing.textures.where import GRATES, RUBS, pace_of, played, steps_in, tones
from bridge.composing.writing import Draft, Sounding
from bridge.vocabulary.tokens import TICKS_PER_STEP

OCTAVE_AFTER_CELLS = 8
SLOWEST_STEPS = 12
"""A pulse goes in quarters at least, but where the tempo is quick and the music calm."""
# Slower attacks than these are no pulse, faster ones no longer sound apart.
_CALM_S, _LIVELY_S = 0.3, 0.14


def write_pulse(chords: Sequence[Sounding]) -> list[Draft]:
    """Even eighths (quarters when the tempo is quick, sixteenths when it is slow) on one pitch.

    The pitch stays while the chord allows it and else moves to the nearest of the new chord's; where it is
    tense it stays whatever the chords do, as a pedal, and where it grates the semitone above sounds with it.
    """
    out: list[Draft] = []
    pitch: int | None = None
    held: Section | None = None
    for each, layer in played(chords, "pulse"):
        item, voice = each.item, layer.register
        middle = voice.low + (voice.high - voice.low) // 3
        pedal = held is each.section and item.tension >= RUBS
        if not pedal or pitch is None or not voice.low <= pitch <= voice.high:
            # Low enough for the octave to join it.
            top = max(voice.low + 6, voice.high - 12)
            pitch = nearest_pitch(tones(each)[:3], voice.low, top, middle if pitch is None else pitch)
        if pitch is None:
            continue
        held = each.section
        wanted_s = _CALM_S - (_CALM_S - _LIVELY_S) * item.energy
        usual, asked = (pace_of(item.s_per_quarter, wanted_s / share) for share in (1, layer.density))
        # A thinner pulse is slower, but in halves it would be none.
        pace = min(asked, max(usual, SLOWEST_STEPS))
        up = 1 if item.tension > GRATES else 12 if item.place >= OCTAVE_AFTER_CELLS else 0
        pitches = sorted({pitch, pitch + up} if pitch + up <= voice.high else {pitch})
        for step in steps_in(each, pace):
            tick = item.cell.tick_of(step)
            end = min(tick + pace * TICKS_PER_STEP // 2, each.end_tick)
            out += [Draft(tick, each_pitch, end) for each_pitch in pitches]
    return out


def write_heartbeat(chords: Sequence[Sounding]) -> list[Draft]:
    """Two low strokes an eighth apart on every strong beat, every beat once energy is past the middle.

    The layer's density is a factor on that energy.
    """
    out: list[Draft] = []
    for each, layer in played(chords, "heartbeat"):
        item, cell = each.item, each.item.cell
        low = layer.register.low
        root = nearest_pitch(tones(each)[:1], low, layer.register.high, low + 3)
        if root is None:
            continue
        for beat in cell.strong_steps if item.energy * layer.density < 0.5 else cell.beat_steps[::2]:
            for step in (beat, beat + 6):
                tick = cell.tick_of(step)
                if each.tick <= tick < each.end_tick and step < cell.steps:
                    out.append(Draft(tick, root, min(tick + 3 * TICKS_PER_STEP, each.end_tick)))
    return out
