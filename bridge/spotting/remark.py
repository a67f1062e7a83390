"""A cue sheet whose markers have changed since: the hits that they ask for now, and those alone."""

from __future__ import annotations

from dataclasses import replace

from bridge.config import HitSettings
from bridge.schema.cues import CueSheet, HitKind
from bridge.schema.timeline import Timeline
from bridge.spotting.directions import read_directions
from bridge.spotting.hits import from_marker, group, one_a_frame


def remarked(cues: CueSheet, timeline: Timeline, gone: frozenset[int]) -> CueSheet:
    """The sheet with the hits that the timeline's markers ask for now.

    Hits stay but for those of markers that are gone; of two on one frame the heavier stands. Sections and
    silences are not followed, for plots would begin elsewhere; nor is there a cut's own hit again once the
    marker on it is gone.

    Args:
        cues: the sheet.
        timeline: its rate, its cue, and all markers there are now.
        gone: frames whose marker is there no more.
    """
    settings = HitSettings()
    asked = {hit.frame: hit for hit in read_directions(timeline).hits}
    start, end = cues.cue_start_frame, cues.cue_end_frame
    asked = {frame: hit for frame, hit in asked.items() if start < frame < end}
    lost = gone - set(asked)
    kept = [hit for hit in cues.hits if hit.kind is not HitKind.MARKER or hit.frame not in lost]
    known, taken = {hit.frame for hit in kept if hit.kind is HitKind.MARKER}, {hit.id for hit in cues.hits}
    free = (f"m{number:03d}" for number in range(1, 10**6) if f"m{number:03d}" not in taken)
    added = [
        replace(from_marker(hit, settings), id=next(free))
        for frame, hit in sorted(asked.items())
        if frame not in known
    ]
    if not added and len(kept) == len(cues.hits):
        return cues
    hits = tuple(one_a_frame(sorted([*kept, *added], key=lambda hit: hit.frame)))
    return replace(cues, hits=group(hits, cues.rate, settings))
