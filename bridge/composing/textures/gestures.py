"""Risers, swells, stingers, impacts and buttons: what leads into a hit and what strikes on it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from bridge.composing.approach import Approach, Gestures
from bridge.composing.harmony import SCALES, nearest_pitch, voicing
from bridge.composing.palettes import Voice
from bridge.composing.textures.where import tones
from bridge.composing.writing import Draft, Sounding
from bridge.schema.tempo import TICKS_PER_QUARTER

STINGER_PITCHES = 9
"""As many distinct pitches as a struck orchestral tutti has in its median (own measurement, CC0 scores)."""

_BLOW_TICKS = TICKS_PER_QUARTER * 3 // 4


def write_gestures(gestures: Gestures, chords: Sequence[Sounding]) -> dict[str, list[Draft]]:
    """Notes by slot: riser, swell, stinger, impact, button; a slot the palette lacks stays silent."""
    out: dict[str, list[Draft]] = {}
    starts = [each.tick for each in chords]
    for approach in gestures.approaches:
        here = chords[max(0, bisect_right(starts, approach.start_tick) - 1)]
        voice = here.section.palette.voice(approach.kind)
        if voice is not None:
            writer = _riser if approach.kind == "riser" else _swell
            out.setdefault(approach.kind, []).extend(writer(approach, chords, voice))
    for blow in gestures.blows:
        sounding = chords[max(0, bisect_right(starts, blow.tick) - 1)]
        voice = sounding.section.palette.voice(blow.kind)
        if voice is None or sounding.chord is None:
            continue
        if blow.kind == "stinger":
            pitches = _wide(sounding, voice)
        elif blow.kind == "impact":
            pitches = _octaves(sounding, voice, (0, 12, 24))
        else:
            pitches = _octaves(sounding, voice, (0, 7, 12, 19, 24))
        end = blow.tick + (sounding.end_tick - sounding.tick if blow.kind == "impact" else _BLOW_TICKS)
        end = min(end, max(sounding.end_tick, blow.tick + _BLOW_TICKS))
        out.setdefault(blow.kind, []).extend(Draft(blow.tick, pitch, end) for pitch in pitches)
    return out


def _riser(approach: Approach, chords: Sequence[Sounding], voice: Voice) -> list[Draft]:
    """Up the scale, a step a beat, then two, then four, up to the air; by semitones if it is long."""
    length = approach.end_tick - approach.start_tick
    ticks: list[int] = []
    tick = approach.start_tick
    while tick < approach.end_tick:
        ticks.append(tick)
        done = (tick - approach.start_tick) / length
        tick += TICKS_PER_QUARTER // (1 if done < 0.5 else 2 if done < 0.8 else 4)
    starts = [each.tick for each in chords]
    here = chords[max(0, bisect_right(starts, approach.start_tick) - 1)]
    scale = {(pc + here.shift) % 12 for pc in SCALES[here.section.tonality.mode]}
    steps = range(voice.low, voice.high + 1)
    pool = [pitch for pitch in steps if pitch % 12 in scale]
    if len(pool) < len(ticks):
        pool = list(steps)
    pitches = pool[-len(ticks) :] if len(ticks) <= len(pool) else pool + [pool[-1]] * (len(ticks) - len(pool))
    ends = [*ticks[1:], approach.end_tick]
    return [Draft(tick, pitch, end) for tick, pitch, end in zip(ticks, pitches, ends)]


def _swell(approach: Approach, chords: Sequence[Sounding], voice: Voice) -> list[Draft]:
    """The chords of the last bars held up to the hit, common tones tied; loudness is the players'."""
    out: list[Draft] = []
    near: tuple[int, ...] = ()
    for each in chords:
        start, end = max(each.tick, approach.start_tick), min(each.end_tick, approach.end_tick)
        if start >= end or each.chord is None:
            continue
        pitches = voicing(each.chord, max(voice.low, approach.low), voice.high, 4, near, each.shift)
        for pitch in pitches:
            tied = next((i for i, n in enumerate(out) if n.pitch == pitch and n.end_tick == start), None)
            if tied is None:
                out.append(Draft(start, pitch, end))
            else:
                out[tied] = Draft(out[tied].tick, pitch, end)
        near = pitches
    return out


def _wide(sounding: Sounding, voice: Voice) -> list[int]:
    """The chord from the bottom of the range to its top, evenly spread."""
    pcs = set(tones(sounding))
    pool = [pitch for pitch in range(voice.low, voice.high + 1) if pitch % 12 in pcs]
    count = min(STINGER_PITCHES, len(pool))
    return sorted({pool[round(i * (len(pool) - 1) / max(1, count - 1))] for i in range(count)})


def _octaves(sounding: Sounding, voice: Voice, ups: Sequence[int]) -> list[int]:
    root = nearest_pitch(tones(sounding)[:1], voice.low, voice.high, voice.low)
    return [] if root is None else [root + up for up in ups if root + up <= voice.high]
