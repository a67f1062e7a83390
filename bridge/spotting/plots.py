"""Plots: boundaries made into stretches with a label, a mood, and music or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.progress import Progress
from bridge.schema.cues import Label, MoodCurves, Plot, Speech, TransitionPoint
from bridge.schema.timeline import Timeline
from bridge.spotting.boundaries import describe_seconds, partition
from bridge.spotting.directions import Directions
from bridge.spotting.edges import find_edges
from bridge.spotting.entrances import entrances
from bridge.spotting.labels import label
from bridge.spotting.lexicon import Wish, read_words
from bridge.spotting.mood import Curve, SecondlyFeatures
from bridge.spotting.rests import rests
from bridge.spotting.shifts import find_shifts

_DARK = 0.04  # mean luma of a black head or tail
_DARK_MIN_S = 2.0


def find_plots(
    timeline: Timeline,
    features: SecondlyFeatures,
    axes: tuple[Curve, Curve, Curve],
    curves: MoodCurves,
    directions: Directions,
    seen: bool,
    speech: Sequence[Speech],
    progress: Progress,
) -> tuple[tuple[Plot, ...], tuple[TransitionPoint, ...]]:
    """Partition the cue into plots, decide where music plays, and say where and how the picture turns.

    Each boundary is an edit point, a marker, or (in a shot longer than a plot may be) a whole second.
    """
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    forced = {
        frame
        for span in (*directions.silences, *directions.sections)
        for frame in (span.start_frame, span.end_frame)
        if frame is not None and start < frame < end
    }
    inner_ends, dark_spans = _dark_ends(timeline, features, seen)
    edges = find_edges(timeline, speech, sorted(forced | inner_ends))
    boundaries = partition(describe_seconds(features), edges, timeline, progress)
    frames = sorted({start, end, *boundaries})
    plots = [
        _plot(f"p{number:02d}", a, b, timeline, curves, directions)
        for number, (a, b) in enumerate(zip(frames, frames[1:]), start=1)
    ]
    plots = rests(plots, timeline, directions.silences, dark_spans, speech)
    shifts = find_shifts(timeline, features, axes, plots)
    return tuple(label(entrances(plots, timeline, shifts, speech))), shifts


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
