"""Cutting a cue out of a timeline: shots, edit points and markers between In and Out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.reading.layout import Mixing
from bridge.reading.retime import cut
from bridge.schema.timeline import EditKind, EditPoint, Marker, MediaSpan, Shot, Sound


def cut_shots(shots: list[Shot], start: int, end: int, rate: Fraction) -> tuple[Shot, ...]:
    """The shots within [start, end), the first and last shortened, with their media to match; ids anew."""
    kept: list[Shot] = []
    for shot in shots:
        low, high = max(shot.start_frame, start), min(shot.end_frame, end)
        if high <= low:
            continue
        media = _part(shot.media, shot, low, high, rate)
        kept.append(replace(shot, id=f"s{len(kept) + 1:04d}", start_frame=low, end_frame=high, media=media))
    return tuple(kept)


def cut_sounds(sounds: list[Sound], start: int, end: int, rate: Fraction) -> tuple[Sound, ...]:
    """The sounds within [start, end), shortened with their media, gain and fades to match."""
    kept: list[Sound] = []
    for sound in sounds:
        low, high = max(sound.start_frame, start), min(sound.end_frame, end)
        if high <= low:
            continue
        begin_s, end_s, length_s = (
            (frame - sound.start_frame) / rate for frame in (low, high, sound.end_frame)
        )
        mixing = Mixing(sound.gain, sound.fade_in_s, sound.fade_out_s).part(begin_s, end_s, length_s)
        media = _part(sound.media, sound, low, high, rate)
        kept.append(
            replace(
                sound,
                start_frame=low,
                end_frame=high,
                media=media,
                gain=mixing.gain,
                fade_in_s=mixing.fade_in_s,
                fade_out_s=mixing.fade_out_s,
            )
        )
    return tuple(kept)


def _part(
    media: MediaSpan | None, whole: Shot | Sound, start: int, end: int, rate: Fraction
) -> MediaSpan | None:
    """What [start, end) of a shot or sound plays."""
    if media is None or (start, end) == (whole.start_frame, whole.end_frame):
        return media
    knots = cut(media.knots, (start - whole.start_frame) / rate, (end - whole.start_frame) / rate)
    return replace(media, knots=knots)


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
