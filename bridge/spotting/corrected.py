"""Plots as a brief that was handed back has them: its lines have the last word, what they leave is ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import count, pairwise
from typing import Any, NoReturn

from bridge.errors import SettingsError, TimecodeError
from bridge.schema.brief_text import PlotNote
from bridge.schema.cues import Label, MoodCurves, Plot, Speech, TransitionPoint
from bridge.schema.timeline import Timeline
from bridge.spotting.curves import NAMES
from bridge.spotting.directions import Span
from bridge.spotting.entrances import entrances
from bridge.spotting.labels import label
from bridge.spotting.respot import wished
from bridge.spotting.wishes import read_brief
from bridge.timebase import frames_to_timecode, mark_frame

ASKED = "the brief says so"


def corrected(
    plots: Sequence[Plot],
    notes: Sequence[PlotNote],
    silences: Sequence[Span],
    timeline: Timeline,
    curves: MoodCurves,
    shifts: Sequence[TransitionPoint] = (),
    speech: Sequence[Speech] = (),
) -> tuple[Plot, ...]:
    """The plots that the brief names, in the cue's order; our own where it names none.

    A plot whose bounds and words are as we found them keeps our numbers; any other gets the means of the
    curves it lies on, moved by its words. Numbers on its line `mood` stand as they are. Spans for which no
    music was asked are taken out of the plots named, whatever these say. Labels that the brief leaves as they
    were found, and why music enters, are concluded anew from the plots as they are now.

    Raises:
        SettingsError: plots overlap, leave gaps or do not cover the cue, or a timecode makes no sense.
    """
    if not notes:
        return tuple(plots)
    spans = sorted(((*_span(note, timeline), note) for note in notes), key=lambda span: span[:2])
    _check_cover(spans, timeline)
    found = {(plot.start_frame, plot.end_frame): plot for plot in plots}
    named = {plot.id: plot for plot in plots}
    out, labels = [], []
    for start, end, note, whole in _parted(spans, silences):
        own = found.get((start, end))
        near = own or named.get(note.id) or Plot(note.id, start, end, Label.DEVELOPMENT)
        plot = replace(near, id=note.id, start_frame=start, end_frame=end, words=note.words)
        if own is None or own.words != note.words:
            start_s, end_s = float(timeline.cue_s(start)), float(timeline.cue_s(end))
            means: dict[str, Any] = {name: round(curves.mean(name, start_s, end_s), 3) for name in NAMES}
            plot = wished(replace(plot, **means), read_brief(note.words))
        source = own or named.get(whole)
        labels.append(None if source is not None and note.label == source.label else note.label)
        out.append(_as_noted(plot, note))
    return _entered(plots, _labelled(out, labels), timeline, shifts, speech)


def _labelled(plots: Sequence[Plot], stated: Sequence[Label | None]) -> list[Plot]:
    """The plots labelled by the rules, but for labels that the brief states and the rules do not."""
    fresh = label([replace(plot, label=Label.DEVELOPMENT) for plot in plots])
    return [
        plot if name in (None, plot.label) else replace(plot, label=name, reason=ASKED)
        for plot, name in zip(fresh, stated)
    ]


def _entered(
    found: Sequence[Plot],
    plots: Sequence[Plot],
    timeline: Timeline,
    shifts: Sequence[TransitionPoint],
    speech: Sequence[Speech],
) -> tuple[Plot, ...]:
    """The plots with why music enters, anew wherever it was found to go on or come in otherwise."""
    same = set(zip(*_around(found)))
    open_ = [
        replace(plot, entrance="") if plot.music and plot.entrance != ASKED and around not in same else plot
        for plot, around in zip(plots, zip(*_around(plots)))
    ]
    fresh = entrances(open_, timeline, shifts, speech)
    return tuple(new if new.music else old for old, new in zip(open_, fresh))


def _around(plots: Sequence[Plot]) -> tuple[list[int], list[int], list[bool], list[bool | None]]:
    """Of every plot: its bounds, whether it has music, and whether the one before it has."""
    music = [plot.music for plot in plots]
    starts, ends = [plot.start_frame for plot in plots], [plot.end_frame for plot in plots]
    return starts, ends, music, [None, *music[:-1]]


def _parted(
    spans: Sequence[tuple[int, int, PlotNote]], silences: Sequence[Span]
) -> list[tuple[int, int, PlotNote, str]]:
    """Spans cut where a silence that was asked for begins or ends, silent within it, and their old names."""
    quiet = [(each.start_frame, last) for each in silences if (last := each.end_frame)]
    taken = {note.id for _, _, note in spans}
    out = []
    for start, end, note in spans:
        within = () if note.music is False else quiet
        edges = {start, end, *(frame for span in within for frame in span if start < frame < end)}
        for first, last in pairwise(sorted(edges)):
            name = note.id if first == start else _free(note.id, taken)
            taken.add(name)
            piece = replace(note, id=name)
            if any(a <= first and last <= b for a, b in within):
                piece = replace(piece, words="", music=False)
            out.append((first, last, piece, note.id))
    return out


def _free(name: str, taken: Collection[str]) -> str:
    return next(each for number in count(2) if (each := f"{name}.{number}") not in taken)


def _as_noted(plot: Plot, note: PlotNote) -> Plot:
    numbers: dict[str, Any] = note.numbers
    music = plot.music if note.music is None else note.music
    return replace(
        plot,
        **numbers,
        given=tuple(numbers),
        palette=note.palette or plot.palette,
        music=music,
        entrance=plot.entrance if music == plot.music else ASKED,
        tempo_bpm=plot.tempo_bpm if note.tempo_bpm is None else note.tempo_bpm,
    )


def _span(note: PlotNote, timeline: Timeline) -> tuple[int, int]:
    ends = []
    for text in (note.start, note.end):
        try:
            frame = mark_frame(text, "In", timeline.rate, timeline.start_timecode_frames, timeline.drop_frame)
        except TimecodeError as error:
            _fail(note, error.what, f"Write such as {_label(timeline, timeline.cue_start_frame)}")
        ends.append(timeline.cue_start_frame if frame is None else frame)
    if ends[1] <= ends[0]:
        _fail(
            note, f"plot {note.id} ends before it begins", "Write where it begins, to where the next one does"
        )
    return ends[0], ends[1]


def _check_cover(spans: Sequence[tuple[int, int, PlotNote]], timeline: Timeline) -> None:
    reached = timeline.cue_start_frame
    for start, end, note in spans:
        if start != reached:
            fault = "overlaps what comes before it" if start < reached else "leaves a gap before it"
            at = _label(timeline, reached)
            _fail(note, f"plot {note.id} {fault}", f"Start it at {at}; write music: no for silence")
        reached = end
    if reached != timeline.cue_end_frame:
        at = _label(timeline, timeline.cue_end_frame)
        _fail(spans[-1][2], f"plot {spans[-1][2].id} does not end with the cue", f"End it at {at}")


def _label(timeline: Timeline, frame: int) -> str:
    return frames_to_timecode(timeline.start_timecode_frames + frame, timeline.rate, timeline.drop_frame)


def _fail(note: PlotNote, what: str, remedy: str) -> NoReturn:
    raise SettingsError(what, where=f"brief, line {note.line}", remedy=remedy)
