"""Plots: boundaries made into stretches with a label, a mood, and music or none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from bridge.progress import Progress
from bridge.schema.cues import Label, MoodCurves, Plot
from bridge.schema.timeline import Timeline
from bridge.spotting.boundaries import describe_seconds, partition
from bridge.spotting.directions import Directions, Span
from bridge.spotting.lexicon import Wish, read_words
from bridge.spotting.mood import Curve, SecondlyFeatures

# Continuous music tires: feature films are scored over roughly half of their length, trailers throughout.
# A cue of up to a minute and a half plays through; past that, a rest is sought in every four minutes.
PLAY_THROUGH_S = 90.0
LONGEST_MUSIC_S = 240.0
_MIN_REST_S = 6.0
_MOST_REST = 0.25  # of the cue, by our own choice; markers may ask for more
_CLEARLY_LESS = 0.06  # needs closer to the mean than this are alike
_DARK = 0.04  # mean luma of a black head or tail
_DARK_MIN_S = 2.0


def find_plots(
    timeline: Timeline,
    features: SecondlyFeatures,
    axes: tuple[Curve, Curve, Curve],
    curves: MoodCurves,
    directions: Directions,
    seen: bool,
    progress: Progress,
) -> tuple[Plot, ...]:
    """Partition the cue into plots and decide where music plays.

    Each boundary is an edit point, a marker, or (in a shot longer than a plot may be) a whole second.
    """
    rate = timeline.rate
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    length_s = float(timeline.cue_s(end))
    forced_frames = {
        frame
        for span in (*directions.silences, *directions.sections)
        for frame in (span.start_frame, span.end_frame)
        if frame is not None and start < frame < end
    }
    edges, dark_spans = _dark_ends(timeline, features, seen)
    forced_frames |= edges
    allowed = np.array(
        [float(timeline.cue_s(p.frame)) for p in timeline.edit_points if start < p.frame < end]
    )
    forced = np.array([float(timeline.cue_s(frame)) for frame in sorted(forced_frames)])
    cuts_s = partition(describe_seconds(features, axes), allowed, forced, length_s, progress)
    exact = {round(float(timeline.cue_s(p.frame)), 6): p.frame for p in timeline.edit_points}
    exact |= {round(float(timeline.cue_s(frame)), 6): frame for frame in forced_frames}
    inner = [exact.get(round(t, 6), start + round(t * float(rate))) for t in cuts_s]
    frames = sorted({start, end, *(f for f in inner if start < f < end)})

    plots = [
        _plot(f"p{number:02d}", a, b, timeline, curves, directions)
        for number, (a, b) in enumerate(zip(frames, frames[1:]), start=1)
    ]
    plots = _silence(plots, timeline, directions.silences, dark_spans)
    return tuple(_label(_entrances(plots)))


def _dark_ends(
    timeline: Timeline, features: SecondlyFeatures, seen: bool
) -> tuple[set[int], tuple[tuple[int, int], ...]]:
    """Black heads and tails of two seconds or more: their inner ends, and their spans in frames."""
    if not seen:
        return set(), ()
    dark = features.brightness < _DARK
    if bool(dark.all()):
        return set(), ()
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    head = int(np.argmin(dark))
    tail = int(np.argmin(dark[::-1]))
    edges: set[int] = set()
    spans: list[tuple[int, int]] = []
    if head >= _DARK_MIN_S:
        first = start + int(head * timeline.rate)
        edges.add(first)
        spans.append((start, first))
    if tail >= _DARK_MIN_S:
        # The last chord may ring into the black, so only what lies past its first seconds is silent.
        last = end - int((tail - _DARK_MIN_S) * timeline.rate)
        if last < end:
            edges.add(last)
            spans.append((last, end))
    return edges, tuple(spans)


def _plot(
    identifier: str, first: int, last: int, timeline: Timeline, curves: MoodCurves, directions: Directions
) -> Plot:
    start_s, end_s = float(timeline.cue_s(first)), float(timeline.cue_s(last))
    words = "; ".join(
        span.words
        for span in directions.sections
        if span.start_frame <= first
        and (span.end_frame is None or last <= span.end_frame)
        and (span.end_frame is not None or span.start_frame == first)
    )

    def mean(name: str) -> float:
        return round(curves.mean(name, start_s, end_s), 3)

    plot = Plot(
        id=identifier,
        start_frame=first,
        end_frame=last,
        label=Label.DEVELOPMENT,
        words=words,
        valence=mean("valence"),
        energy=mean("energy"),
        tension=mean("tension"),
        density=mean("density"),
        loudness=mean("loudness"),
    )
    return wish_for(plot, read_words(words))


def wish_for(plot: Plot, wish: Wish) -> Plot:
    """Shift a plot's mood by what words ask for; density and loudness follow energy and tension."""

    def clip(value: float) -> float:
        return round(min(max(value, 0.0), 1.0), 3)

    return replace(
        plot,
        valence=clip(plot.valence + wish.valence),
        energy=clip(plot.energy + wish.energy),
        tension=clip(plot.tension + wish.tension),
        density=clip(plot.density + 0.75 * wish.energy),
        loudness=clip(plot.loudness + 0.55 * wish.energy + 0.3 * wish.tension),
        palette=wish.palette or plot.palette,
    )


def _silence(
    plots: list[Plot],
    timeline: Timeline,
    asked: tuple[Span, ...],
    dark: tuple[tuple[int, int], ...],
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
        result = _rest_the_least_needed(result, timeline)
    return result


def _covers(span: Span, plot: Plot) -> bool:
    if span.end_frame is None:
        return span.start_frame == plot.start_frame
    return span.start_frame <= plot.start_frame and plot.end_frame <= span.end_frame


def need(plot: Plot) -> float:
    """How much a plot asks for music: energy and tension away from their middles, and pleasantness."""
    return plot.energy + 0.8 * abs(plot.tension - 0.4) + 0.4 * abs(plot.valence - 0.5)


def _rest_the_least_needed(plots: list[Plot], timeline: Timeline) -> list[Plot]:
    """Rest plots far below the cue's mean need, and one in every `LONGEST_MUSIC_S` of music."""
    result = list(plots)
    needs = [need(plot) for plot in plots]
    mean, spread = float(np.mean(needs)), float(np.std(needs))

    def can_rest(index: int) -> bool:
        plot = result[index]
        length_s = float(plot.end_frame - plot.start_frame) / float(timeline.rate)
        neighbours = result[max(0, index - 1) : index + 2]
        return (
            plot.music
            and not plot.words
            and 0 < index < len(result) - 1
            and length_s >= _MIN_REST_S
            and all(p.music for p in neighbours)
        )

    silent_s = 0.0
    for index in sorted(range(len(result)), key=lambda i: needs[i]):
        span_s = float((result[index].end_frame - result[index].start_frame) / timeline.rate)
        fits = silent_s + span_s <= _MOST_REST * float(timeline.cue_s(timeline.cue_end_frame))
        if needs[index] < mean - max(spread, _CLEARLY_LESS) and fits and can_rest(index):
            silent_s += span_s
            result[index] = replace(result[index], music=False, entrance="the picture asks for little here")
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
                options = [
                    i
                    for i in range(run_start + 1, index + 1)
                    if result[i].start_frame >= from_frame and can_rest(i)
                ]
                if options:
                    chosen = min(options, key=lambda i: needs[i])
                    result[chosen] = replace(
                        result[chosen], music=False, entrance="a rest after minutes of music"
                    )
                    run_start, index = chosen + 1, chosen
                else:
                    run_start = index + 1
        index += 1
    return result


def _entrances(plots: list[Plot]) -> list[Plot]:
    """Say why music enters or leaves at each plot where it does."""
    result: list[Plot] = []
    sounding = False
    for plot in plots:
        if plot.music and not sounding:
            reason = plot.entrance or (
                "the cue begins" if not result else "music returns with the change of picture"
            )
            result.append(replace(plot, entrance=reason))
        else:
            result.append(plot)
        sounding = plot.music
    return result


def _label(plots: list[Plot]) -> list[Plot]:
    """Label plots within each stretch of music (after Ourmuse).

    The strongest plot of a stretch is its climax, together with others within .05 of it; the first is
    the introduction and the last the conclusion unless they are the climax; the rest are development.
    """
    result = list(plots)
    first = 0
    while first < len(result):
        last = first
        while last + 1 < len(result) and result[last + 1].music == result[first].music:
            last += 1
        if result[first].music:
            strengths = [0.6 * p.energy + 0.4 * p.tension for p in result[first : last + 1]]
            top = max(strengths)
            for offset, strength in enumerate(strengths):
                index = first + offset
                many = last - first >= 2
                if many and strength >= top - 0.05 and not (offset == 0 and strength < top):
                    name = Label.CLIMAX
                elif offset == 0:
                    name = Label.INTRODUCTION if last > first else Label.DEVELOPMENT
                elif index == last:
                    name = Label.CONCLUSION
                else:
                    name = Label.DEVELOPMENT
                result[index] = replace(result[index], label=name)
        first = last + 1
    return result
