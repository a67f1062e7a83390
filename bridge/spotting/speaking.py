"""Where somebody speaks: what was heard, corrected by what an editor's markers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.schema.cue_json import merged
from bridge.schema.cues import Speech
from bridge.spotting.directions import Directions


def known_speech(directions: Directions, heard: Sequence[Speech]) -> tuple[Speech, ...]:
    """Marked speech and heard speech as one, without what markers say is none; rising, none touching another.

    What lies partly under a marker that denies it keeps the rest, down to a single frame.
    """
    kept = list(heard)
    for denied in directions.unspoken:
        end = denied.end_frame if denied.end_frame is not None else denied.start_frame
        kept = [part for span in kept for part in _without(span, denied.start_frame, end)]
    return merged([*directions.speech, *kept])


def _without(span: Speech, start: int, end: int) -> list[Speech]:
    """What is left of a span without [start, end)."""
    if end <= span.start_frame or start >= span.end_frame:
        return [span]
    sides = [(span.start_frame, start), (end, span.end_frame)]
    return [
        replace(
            span,
            start_frame=low,
            end_frame=high,
            lines=tuple(line for line in span.lines if low <= line.start_frame < high),
        )
        for low, high in sides
        if low < high
    ]
