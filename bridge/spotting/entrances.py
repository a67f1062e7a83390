"""Entrances and exits: why music starts or stops where it does, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.schema.cues import Plot, Speech, TransitionPoint
from bridge.schema.timeline import Timeline
from bridge.spotting.edges import PAUSE_S


def entrances(
    plots: Sequence[Plot],
    timeline: Timeline,
    shifts: Sequence[TransitionPoint],
    speech: Sequence[Speech],
) -> list[Plot]:
    """The plots with what the picture and the talk do where music starts or stops.

    What silenced a plot is already said in its `entrance`; a plot where music goes on says nothing.
    """
    turns = {shift.frame: shift.reason for shift in shifts}
    result: list[Plot] = []
    for plot in plots:
        before = result[-1] if result else None
        turn = turns.get(plot.start_frame, "")
        words = plot.entrance
        if before is None and plot.music:
            words = words or "the cue begins"
        elif before is not None and plot.music and not before.music:
            words = words or "; ".join(filter(None, (_enters(before, plot, timeline, speech), turn)))
        elif before is not None and before.music and not plot.music:
            words = "; ".join(filter(None, (words, _leaves(plot, timeline, speech), turn)))
        result.append(replace(plot, entrance=words))
    return result


def _enters(before: Plot, plot: Plot, timeline: Timeline, speech: Sequence[Speech]) -> str:
    if "black" in before.entrance:
        return "music enters with the picture"
    ended = any(0 <= plot.start_frame - span.end_frame <= PAUSE_S * timeline.rate for span in speech)
    return "music returns as the talk ends" if ended else "music returns with the change of picture"


def _leaves(plot: Plot, timeline: Timeline, speech: Sequence[Speech]) -> str:
    begins = any(0 <= span.start_frame - plot.start_frame <= PAUSE_S * timeline.rate for span in speech)
    return "it leaves as somebody speaks" if begins else ""
