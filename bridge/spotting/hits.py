"""Hits: which instants of the picture the music must meet, how much, and how closely."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.config import HitSettings
from bridge.schema.cues import Hit, HitKind, Plot, Weight
from bridge.schema.timeline import EditKind, EditPoint, Timeline
from bridge.spotting.directions import MarkedHit

_ORDER = {Weight.MUST: 0, Weight.WANT: 1, Weight.NICE: 2}


def find_hits(
    timeline: Timeline, plots: tuple[Plot, ...], marked: tuple[MarkedHit, ...], settings: HitSettings
) -> tuple[Hit, ...]:
    """Hits from plot starts, markers and edit points, rising in frame, one a frame.

    A plot start is a `must` on a downbeat, a marker what it says, a cut a `want`, the middle
    of a transition a `nice`. Where several
    fall on one frame the heaviest stands and keeps the others' words. The cue's first frame is no hit:
    music that starts there is on it by construction.
    """
    start, end = timeline.cue_start_frame, timeline.cue_end_frame
    hits = [_from_edit(point, settings) for point in timeline.edit_points if start < point.frame < end]
    previous_music = True
    for plot in plots:
        # Where nothing sounds on either side there is nothing to meet.
        if start < plot.start_frame < end and (plot.music or previous_music):
            hits.append(_must(plot.start_frame, HitKind.PLOT, plot.words or plot.label.value, settings, True))
        previous_music = plot.music
    hits += [from_marker(m, settings) for m in marked if start < m.frame < end]
    kept = _silenced(one_a_frame(hits), plots)
    numbered = tuple(replace(hit, id=f"h{number:03d}") for number, hit in enumerate(kept, start=1))
    return group(numbered, timeline.rate, settings)


def _must(frame: int, kind: HitKind, words: str, settings: HitSettings, downbeat: bool) -> Hit:
    early, late = settings.must_window_frames
    return Hit("", frame, Weight.MUST, kind, early, late, downbeat, words)


def _from_edit(point: EditPoint, settings: HitSettings) -> Hit:
    early, late = settings.window_frames
    if point.kind is EditKind.CUT:
        return Hit("", point.frame, Weight.WANT, HitKind.CUT, early, late)
    return Hit("", point.frame, Weight.NICE, HitKind.TRANSITION, early, late, words=point.style)


def from_marker(marked: MarkedHit, settings: HitSettings) -> Hit:
    """The hit that a marker asks for, without an id."""
    if marked.weight is Weight.MUST:
        return _must(marked.frame, HitKind.MARKER, marked.words, settings, False)
    early, late = settings.window_frames
    return Hit("", marked.frame, marked.weight, HitKind.MARKER, early, late, False, marked.words)


def one_a_frame(hits: list[Hit]) -> list[Hit]:
    """Hits rising in frame; of several on one frame the heaviest stands and keeps the others' words."""
    by_frame: dict[int, Hit] = {}
    for hit in hits:
        other = by_frame.get(hit.frame)
        if other is None:
            by_frame[hit.frame] = hit
            continue
        heavy, light = sorted((other, hit), key=lambda h: (_ORDER[h.weight], not h.downbeat))
        words = "; ".join(dict.fromkeys(w for w in (heavy.words, light.words) if w))
        by_frame[hit.frame] = replace(heavy, words=words, downbeat=heavy.downbeat or light.downbeat)
    return [by_frame[frame] for frame in sorted(by_frame)]


def _silenced(hits: list[Hit], plots: tuple[Plot, ...]) -> list[Hit]:
    """Drop cuts inside plots without music: there is nothing to put on them.

    What a marker asks for stays and is listed as left, with the silence as the reason.
    """
    spans = [(p.start_frame, p.end_frame) for p in plots if not p.music]
    own = (HitKind.PLOT, HitKind.MARKER)
    return [h for h in hits if h.kind in own or not any(a <= h.frame < b for a, b in spans)]


def group(hits: tuple[Hit, ...], rate: Fraction, settings: HitSettings) -> tuple[Hit, ...]:
    """Group each hit with a kept one less than `settings.group_s` before it; a `must` always stays.

    Chasing every cut of a fast montage is mickey-mousing; the grouped hits stay listed.
    """
    result: list[Hit] = []
    kept: Hit | None = None
    for hit in hits:
        close = kept is not None and (hit.frame - kept.frame) / rate < settings.group_s
        if close and hit.weight is not Weight.MUST and kept is not None:
            result.append(replace(hit, grouped_with=kept.id))
        else:
            kept = replace(hit, grouped_with="")
            result.append(kept)
    return tuple(result)
