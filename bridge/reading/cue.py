"""Cutting a cue out of a timeline: shots, edit points and markers between In and Out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.reading.retime import cut
from bridge.schema.timeline import EditKind, EditPoint, Marker, Shot


def cut_shots(shots: list[Shot], start: int, end: int, rate: Fraction) -> tuple[Shot, ...]:
    """The shots within [start, end), the first and last shortened, with their media to match; ids anew."""
    kept: list[Shot] = []
    for shot in shots:
        low, high = max(shot.start_frame, start), min(shot.end_frame, end)
        if high <= low:
            continue
        media = shot.media
        if media is not None and (low, high) != (shot.start_frame, shot.end_frame):
            knots = cut(media.knots, (low - shot.start_frame) / rate, (high - shot.start_frame) / rate)
            media = replace(media, knots=knots)
        kept.append(replace(shot, id=f"s{len(kept) + 1:04d}", start_frame=low, end_frame=high, media=media))
    return tuple(kept)


def cut_edits(points: list[EditPoint], start: int, end: int) -> tuple[EditPoint, ...]:
    """The edit points within a cue: cuts strictly inside, transitions as far as they reach into it."""
    kept = []
    for point in points:
        if point.kind is EditKind.CUT:
            if start < point.frame < end:
                kept.append(point)
        elif start <= point.frame < end:
            kept.append(
                replace(point, start_frame=max(point.start_frame, start), end_frame=min(point.end_frame, end))
            )
    return tuple(kept)


def cut_markers(markers: list[Marker], start: int, end: int) -> tuple[Marker, ...]:
    """The markers within a cue; one that begins before it and lasts into it begins with it."""
    kept = []
    for marker in markers:
        last = marker.frame + marker.duration_frames
        low = max(marker.frame, start)
        if low < end and (marker.frame >= start or last > start):
            kept.append(replace(marker, frame=low, duration_frames=max(0, min(last, end) - low)))
    return tuple(kept)
