"""Small deviations of time, never at a hit: the players breathe, the picture does not move."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from bridge.performing.rules import duration_contrast, motor_noise, punctuation, staccato
from bridge.performing.stage import Stage
from bridge.schema.score import Note, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

LARGEST_MS = 8.0

# The least staccato there is: a fifth of a note is silent.
_DETACHED = 0.01

# Melodies lead and basses lie back by a little, as ensembles do.
_LEAN_MS = {PartRole.MELODY: -1.5, PartRole.BASS: 1.0}


def onset_shift(tick: int, role: PartRole, stage: Stage, generator: np.random.Generator) -> int:
    """Ticks to move an onset by, at most 8 ms either way; always draws two numbers.

    Noise is triangular, as the KTH rules' motor noise is. Nothing moves at a hit, and nothing moves out
    of its bar: a downbeat after a rest is never early.
    """
    noise = float(generator.random()) + float(generator.random()) - 1
    if tick in stage.hits:
        return 0
    wanted_ms = min(max(motor_noise.shift_ms(noise) + _LEAN_MS.get(role, 0.0), -LARGEST_MS), LARGEST_MS)
    # Whole ticks towards zero, so that rounding never passes the limit.
    shift = int(wanted_ms * 1000 * 960 / stage.form.tempo_map.us_per_quarter_at(max(0, tick)))
    bar = stage.bar(tick)
    return min(max(shift, bar.tick - tick), max(0, bar.end_tick - 1 - tick))


def sounding_ticks(
    part: Sequence[Note], index: int, role: PartRole, stage: Stage, energy: float, *, sustains: bool
) -> int:
    """How many ticks a note sounds: its written length less the gaps the rules put after it.

    Pads, effects, drums and held bars sound in full. Lively parts are detached, calm lines slurred, and a
    melody breathes at the end of its phrase and before a leap.

    Args:
        part: the part's notes, rising in start.
        index: which of them.
        role: what the part does.
        stage: the cue.
        energy: of the plot, 0 to 1.
        sustains: whether its instrument can slur.
    """
    note = part[index]
    tick, length = tick_of(note.start_beats), tick_of(note.duration_beats)
    if role in (PartRole.PAD, PartRole.CHORDS, PartRole.EFFECT, PartRole.DRUMS) or stage.bar(tick).hold:
        return length
    ms_a_tick = stage.form.tempo_map.us_per_quarter_at(tick) / 1000 / TICKS_PER_QUARTER
    lively = energy >= (0.75 if role is PartRole.MELODY else 0.6)
    after = next((n for n in part[index + 1 : index + 8] if n.start_beats > note.start_beats), None)
    gap_ms = (
        staccato.gap_share(_DETACHED) * length * ms_a_tick if lively and role is not PartRole.RHYTHM else 0.0
    )
    if after is not None and after.start_beats <= note.end_beats:
        leap = after.pitch - note.pitch
        gap_ms += duration_contrast.gap_ms(
            length * ms_a_tick, slurred=sustains and not lively, repeated=leap == 0
        )
        if role is PartRole.MELODY:
            ends = stage.phrase(tick) != stage.phrase(tick_of(after.start_beats))
            gap_ms = max(gap_ms, punctuation.gap_ms(ends_phrase=ends, leap=leap))
    return max(length // 3, length - round(gap_ms / ms_a_tick))


def tick_of(beats: Fraction) -> int:
    """Quarter notes in ticks."""
    return round(beats * TICKS_PER_QUARTER)
