"""Rests: which plots go without music. A person's wish first, then black picture, then the least needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bridge.schema.cues import Plot, Speech
from bridge.schema.timeline import Timeline
from bridge.spotting.boundaries import MAX_PLOT_S
from bridge.spotting.directions import Span

# Continuous music tires: feature films are scored over roughly half of their length, trailers throughout.
# A cue of up to a minute and a half plays through; past that, a rest is sought in every four minutes.
PLAY_THROUGH_S = 90.0
LONGEST_MUSIC_S = 240.0
# So long a rest waits for a plot that does not ask for more music than most.
_WAIT_S = 300.0
_MIN_REST_S = 6.0
_LONGEST_REST_S = 60.0
_MOST_REST = 0.25  # of the cue, by our own choice; markers may ask for more
_CLEARLY_LESS = 0.06  # needs closer to the mean than this are alike
# Talk carries a scene without music: a plot that is all speech asks for as much less as a calm one.
_SPEECH_NEEDS_LESS = 0.3


def rests(
    plots: list[Plot],
    timeline: Timeline,
    asked: tuple[Span, ...],
    dark: tuple[tuple[int, int], ...],
    speech: Sequence[Speech],
) -> list[Plot]:
    """Mark the plots without music: asked for, black, and then the least needed in a long cue."""
    result: list[Plot] = []
    for plot in plots:
        middle = Fraction(plot.start_frame + plot.end_frame, 2)
        wanted = next((s for s in asked if _covers(s, plot)), None)
        black = any(a <= middle < b for a, b in dark)
        if wanted is not None:
            result.append(
                replace(
                    plot, music=False, words=plot.words or wanted.words, entrance="a marker asks for no music"
                )
            )
        elif black:
            result.append(replace(plot, music=False, entrance="the picture is black"))
        else:
            result.append(plot)
    length_s = float(timeline.cue_s(timeline.cue_end_frame))
    if length_s > PLAY_THROUGH_S:
        result = _rest_the_least_needed(result, timeline, speech)
    return result


def _covers(span: Span, plot: Plot) -> bool:
    if span.end_frame is None:
        return span.start_frame == plot.start_frame
    return span.start_frame <= plot.start_frame and plot.end_frame <= span.end_frame


def need(plot: Plot) -> float:
    """How much a plot asks for music: energy and tension away from their middles, and pleasantness."""
    return plot.energy + 0.8 * abs(plot.tension - 0.4) + 0.4 * abs(plot.valence - 0.5)


def spoken_share(plot: Plot, speech: Sequence[Speech]) -> float:
    """The share of a plot, 0 to 1, in which somebody speaks."""
    spoken = sum(
        max(0, min(span.end_frame, plot.end_frame) - max(span.start_frame, plot.start_frame))
        for span in speech
    )
    return spoken / (plot.end_frame - plot.start_frame)


def _rest_the_least_needed(plots: list[Plot], timeline: Timeline, speech: Sequence[Speech]) -> list[Plot]:
    """Rest plots far below the cue's mean need, and one in every `LONGEST_MUSIC_S` of music."""
    result = list(plots)
    shares = [spoken_share(plot, speech) for plot in plots]
    needs = [need(plot) - _SPEECH_NEEDS_LESS * share for plot, share in zip(plots, shares)]
    mean, spread = float(np.mean(needs)), float(np.std(needs))

    edits = {point.frame for point in timeline.edit_points}

    def can_rest(index: int, within_shots: bool = False) -> bool:
        plot = result[index]
        length_s = float(plot.end_frame - plot.start_frame) / float(timeline.rate)
        neighbours = result[max(0, index - 1) : index + 2]
        return (
            plot.music
            and not plot.words
            and 0 < index < len(result) - 1
            and _MIN_REST_S <= length_s <= (MAX_PLOT_S if within_shots else _LONGEST_REST_S)
            and all(p.music for p in neighbours)
            # Music that stops or starts while nothing happens on screen is heard to do so.
            and (within_shots or {plot.start_frame, plot.end_frame} <= edits)
        )

    silent_s = 0.0
    for index in sorted(range(len(result)), key=lambda i: needs[i]):
        span_s = float((result[index].end_frame - result[index].start_frame) / timeline.rate)
        fits = silent_s + span_s <= _MOST_REST * float(timeline.cue_s(timeline.cue_end_frame))
        if needs[index] < mean - max(spread, _CLEARLY_LESS) and fits and can_rest(index):
            silent_s += span_s
            result[index] = replace(
                result[index],
                music=False,
                entrance=_little(result[index], shares[index]),
            )
    run_start = 0
    index = 0
    while index < len(result):
        if not result[index].music:
            run_start = index + 1
        else:
            span = result[index].end_frame - result[run_start].start_frame
            if span / timeline.rate > LONGEST_MUSIC_S:
                # Not before half of the span, or alike plots would rest every other time.
                from_frame = result[run_start].start_frame + float(timeline.rate) * LONGEST_MUSIC_S / 2
                late = [i for i in range(run_start + 1, index + 1) if result[i].start_frame >= from_frame]
                apt = [i for i in late if can_rest(i)]
                options = [i for i in apt if needs[i] <= mean + _CLEARLY_LESS / 2]
                if not options and span / timeline.rate > _WAIT_S:
                    options = apt or [i for i in late if can_rest(i, True)]
                if options:
                    chosen = min(options, key=lambda i: needs[i])
                    result[chosen] = replace(
                        result[chosen], music=False, entrance="a rest after minutes of music"
                    )
                    run_start, index = chosen + 1, chosen
                elif span / timeline.rate > _WAIT_S:
                    run_start = index + 1
        index += 1
    return result


def _little(plot: Plot, spoken: float) -> str:
    """Why a plot asks for little music."""
    numbers = f"energy {plot.energy:.2f}, tension {plot.tension:.2f}"
    talk = f", and somebody speaks in {100 * spoken:.0f} % of it" if spoken >= 0.1 else ""
    return f"the picture asks for little here: {numbers}{talk}"
