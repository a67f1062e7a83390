"""Where somebody speaks, in ticks, and what that means before a note is written."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Form

SPOKEN_DENSITY = 0.5
"""Factor on the density of a cell that is mostly spoken over."""
VOICE_LOW, VOICE_HIGH = 40, 59
"""Lowest and highest MIDI pitch of the register of speech (`speech` gives its source)."""
HALF_SPOKEN = 0.5
"""Share from which a cell is mostly spoken over: the melody rests there."""

Spans = Sequence[tuple[int, int]]


def spoken_ticks(cues: CueSheet, form: Form) -> tuple[tuple[int, int], ...]:
    """Tick ranges in which somebody speaks, widened to whole beats, rising; those that touch are one."""
    if not cues.speech or not form.bars:
        return ()
    beats = sorted({tick for bar in form.bars for tick in bar.beats()} | {form.bars[-1].end_tick})
    out: list[tuple[int, int]] = []
    for span in cues.speech:
        low, high = (
            form.tempo_map.tick_at_s(cues.cue_s(frame)) for frame in (span.start_frame, span.end_frame)
        )
        first = beats[max(0, bisect_right(beats, low) - 1)]
        at = bisect_left(beats, high)
        last = beats[at] if at < len(beats) else max(beats[-1], -int(-high // 1))
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        elif first < last:
            out.append((first, last))
    return tuple(out)


def within(spans: Spans, tick: int) -> bool:
    """Whether a tick lies in one of the spans."""
    return any(start <= tick < end for start, end in spans)


def in_voice(pitch: int) -> bool:
    """Whether a MIDI pitch lies in the register of speech."""
    return VOICE_LOW <= pitch <= VOICE_HIGH


def share_within(spans: Spans, start: int, end: int) -> float:
    """The share of [start, end) that lies in the spans."""
    covered = sum(max(0, min(end, high) - max(start, low)) for low, high in spans)
    return covered / max(1, end - start)
