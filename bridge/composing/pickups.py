"""Pickups by rule, where no melody sings one: scale steps that lead into the next bar's chord."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bridge.composing.harmony import SCALES, nearest_pitch
from bridge.composing.plan import Plan
from bridge.composing.writing import Draft, Sounding
from bridge.schema.tempo import TICKS_PER_QUARTER
from bridge.vocabulary.chords import pitch_classes


def pickups(plan: Plan, chords: Sequence[Sounding], melody: Sequence[Draft]) -> list[Draft]:
    """Notes for every pickup that `melody` leaves empty.

    The line rises by step, in eighths (at most four), to the third or the root of the chord that
    follows; its goal is left to whoever plays the next bar.
    """
    sung = sorted(note.tick for note in melody)
    starts = [each.tick for each in chords]
    out: list[Draft] = []
    for section in plan.sections:
        voice = section.palette.melody
        for item in section.cells:
            cell = item.cell
            if not cell.bar.pickup_ticks or not cell.closes or item.kind in ("final", "tail"):
                continue
            start = max(cell.tick, cell.end_tick - cell.bar.pickup_ticks)
            if bisect_left(sung, start) < bisect_left(sung, cell.end_tick):
                continue
            after = chords[min(bisect_right(starts, cell.end_tick), len(chords)) - 1]
            tones = [(pc + after.shift) % 12 for pc in pitch_classes(after.chord)[:2]]
            middle = voice.low + (voice.high - voice.low) // 3
            goal = nearest_pitch(tones, voice.low + 5, voice.high, middle)
            if goal is None:
                continue
            scale = {(pc + after.shift) % 12 for pc in SCALES[section.tonality.mode]}
            below = [p for p in range(goal - 1, voice.low - 1, -1) if p % 12 in scale]
            count = min(4, max(1, (cell.end_tick - start) * 2 // TICKS_PER_QUARTER), len(below))
            length = (cell.end_tick - start) // max(1, count)
            for place, pitch in enumerate(reversed(below[:count])):
                tick = start + place * length
                end = cell.end_tick if place == count - 1 else tick + length
                out.append(Draft(tick, pitch, end, tick in item.forced))
    return out
