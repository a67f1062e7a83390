"""Controllers: volume once, the loudness asked for, swells for instruments that can, the pedal for pianos.

Loudness is expression (CC 11) for every part alike, so that parts keep their balance from soft to loud, and
velocity besides (`dynamics`), which gives the tone. General MIDI has the level go as 40 log10 of either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from bridge.performing.stage import Stage
from bridge.schema.cues import Weight
from bridge.schema.performance import Controller, PlayedNote
from bridge.schema.score import ChordSpan, Part, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

VOLUME, EXPRESSION, PEDAL = 7, 11, 64

_VOLUMES = {
    PartRole.MELODY: 106,
    PartRole.ACCOMPANIMENT: 92,
    PartRole.BASS: 98,
    PartRole.PAD: 84,
    PartRole.CHORDS: 90,
    PartRole.DRUMS: 100,
    PartRole.RHYTHM: 92,
    PartRole.EFFECT: 96,
}
_PIANOS = range(0, 8)
# Struck and plucked instruments fade by themselves: chromatic percussion, guitars, plucked basses,
# pizzicato, harp, timpani.
DECAYING = (*range(0, 16), *range(24, 38), 45, 46, 47)
_SWELL_BEATS = 4
# A written swell: soft to loud, by the texture taxonomy.
_SWELL_FROM, _SWELL_TO = 20, 115
_PEDAL_LIFT_TICKS = 60
# Expression spans so many decibels from a loudness of 0 to 1. With the 12 dB of ordinary velocities (49 to
# 98) that is 30, a piano's pp to ff: what a mood asks for must be heard over what palettes differ by, and
# film excerpts differ by 6 dB for each of eight points of energy (Eerola & Vuoskoski 2011).
_RANGE_DB = 18.0
# The loudest there is but for swells, which struck instruments have not: what they play fades by itself.
_LOUDEST, _LOUDEST_STRUCK = 112.0, 127.0


def controllers(
    part: Part, notes: Sequence[PlayedNote], chords: Sequence[ChordSpan], stage: Stage
) -> tuple[Controller, ...]:
    """All controllers of a part, by tick.

    Args:
        part: what is written: role, program, levels and swells.
        notes: what is played of it.
        chords: of the score, for the pedal.
        stage: the cue.
    """
    out = [Controller(0, VOLUME, _VOLUMES[part.role])]
    if notes:
        out += _expression(part, notes, stage)
        if part.role is not PartRole.DRUMS and part.program in _PIANOS:
            out += _pedal(notes, chords, stage)
    return tuple(sorted(out, key=lambda each: each.tick))


def sustains(part: Part) -> bool:
    """Whether a part's instrument holds its level, so that swells and levels are expression's affair."""
    return part.role is not PartRole.DRUMS and part.program not in DECAYING


def level_at(part: Part, beats: Fraction) -> float:
    """How far a part stands back or comes forward at a beat; 1 is the plot's own loudness."""
    for span in part.levels:
        if span.start_beats <= beats < span.end_beats:
            done = float((beats - span.start_beats) / (span.end_beats - span.start_beats))
            return span.start + (span.end - span.start) * done
    return 1.0


def _swell(part: Part, beats: Fraction) -> int | None:
    """The expression of a written swell, which rises by its square and ends where its hit is."""
    for start, end in part.swells:
        if start <= beats < end:
            return round(
                _SWELL_FROM + (_SWELL_TO - _SWELL_FROM) * float((beats - start) / (end - start)) ** 2
            )
    return None


def _expression(part: Part, notes: Sequence[PlayedNote], stage: Stage) -> list[Controller]:
    """CC 11 on beats where it changes: the loudness curve and a last fade; levels and swells where held."""
    musts = sorted(tick for tick, weight in stage.hits.items() if weight is Weight.MUST)
    last = max(note.tick + note.duration_ticks for note in notes)
    end = stage.form.end_tick
    held = sustains(part)
    out: list[Controller] = []
    value_before = -1
    ahead = 0
    tick = 0
    while tick < last:
        while ahead < len(musts) and musts[ahead] <= tick:
            ahead += 1
        value = _LOUDEST if held else _LOUDEST_STRUCK
        value *= 10 ** (_RANGE_DB * (stage.loudness(tick) - 1) / 40)
        if held and ahead < len(musts):
            away = (musts[ahead] - tick) / TICKS_PER_QUARTER
            if away < _SWELL_BEATS:
                # A beat of swell counts by its square, so that most of it comes at the end.
                value += 17 * (1 - away / _SWELL_BEATS) ** 2
        if tick > end:
            # What rings past the picture dies away.
            value *= 1 - 0.75 * (tick - end) / max(1, last - end)
        beats = Fraction(tick, TICKS_PER_QUARTER)
        value *= level_at(part, beats) if held else 1.0
        swell = _swell(part, beats) if held else None
        level = swell if swell is not None else round(min(max(value, 1), 127))
        if abs(level - value_before) >= 2 or value_before < 0:
            out.append(Controller(tick, EXPRESSION, level))
            value_before = level
        fine = tick >= end or swell is not None
        tick += TICKS_PER_QUARTER // 2 if fine else TICKS_PER_QUARTER
    return out


def _pedal(notes: Sequence[PlayedNote], chords: Sequence[ChordSpan], stage: Stage) -> list[Controller]:
    """CC 64 down through each chord or bar, whichever is shorter; up where the next begins or all rests."""
    spans = [(int(c.start_beats * TICKS_PER_QUARTER), int(c.end_beats * TICKS_PER_QUARTER)) for c in chords]
    last = max(note.tick + note.duration_ticks for note in notes)
    starts = sorted(note.tick for note in notes)
    out: list[Controller] = []
    at = 0
    for start, end in spans:
        cuts = [start, *(t for t in _bars_between(stage, start, end)), end]
        for low, high in _pedalled(stage, cuts):
            while at < len(starts) and starts[at] < low:
                at += 1
            sounds = at < len(starts) and starts[at] < high
            if not sounds:
                continue
            down = low + _PEDAL_LIFT_TICKS
            up = min(high, last)
            if up - down >= _PEDAL_LIFT_TICKS:
                out += [Controller(down, PEDAL, 127), Controller(up, PEDAL, 0)]
    return out


def _pedalled(stage: Stage, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans between neighbouring cuts, the airs of the form left out: there the pedal is up."""
    for low, high in pairwise(cuts):
        for first, last in stage.airs:
            if low < last and first < high:
                if low < first:
                    yield low, first
                low = min(last, high)
        if low < high:
            yield low, high


def _bars_between(stage: Stage, start: int, end: int) -> list[int]:
    first, last = stage.bar_index(start), stage.bar_index(end)
    return [tick for tick in stage.bar_ticks[first : last + 1] if start < tick < end]
