"""In and Out: which frames of a timeline are to be scored."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.errors import TimecodeError, TimelineError
from bridge.reading.retime import cut
from bridge.schema.timeline import EditKind, EditPoint, Marker, Shot
from bridge.timebase import can_drop, frames_to_timecode, timecode_to_frames


def mark_frame(text: str, label: str, rate: Fraction, start_timecode: int, drop: bool) -> int | None:
    """A mark as a timeline frame, None when it is not set.

    Args:
        text: a timecode of the timeline ("01:00:10:00"), or a plain number of frames from its first frame.
        label: "In" or "Out", for messages.
        rate: the timeline's rate.
        start_timecode: frame number of the timeline's first frame.
        drop: the timeline counts drop frame; colons in `text` then mean drop frame too.

    Raises:
        TimecodeError: neither a number nor a timecode at this rate.
    """
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    if drop and can_drop(rate) and len(text) > 3 and text[-3] == ":":
        text = f"{text[:-3]};{text[-2:]}"
    try:
        return timecode_to_frames(text, rate) - start_timecode
    except TimecodeError as error:
        raise TimecodeError(error.what, where=f"{label} mark", remedy=error.remedy) from None


def cue_bounds(
    mark_in: str, mark_out: str, rate: Fraction, start_timecode: int, drop: bool, end_frame: int
) -> tuple[int, int]:
    """First frame of the cue and the frame after its last, from the marks or the whole picture.

    Out is the first frame after the cue, so that Out − In is its length. A mark past the picture's end
    is brought back to it.

    Raises:
        TimecodeError: a mark that is no timecode.
        TimelineError: marks outside the timeline, or an Out not after its In.
    """
    span = f"{_label(0, rate, start_timecode, drop)} to {_label(end_frame, rate, start_timecode, drop)}"
    start = mark_frame(mark_in, "In", rate, start_timecode, drop)
    end = mark_frame(mark_out, "Out", rate, start_timecode, drop)
    start = 0 if start is None else start
    end = end_frame if end is None else min(end, end_frame)
    if not 0 <= start < end_frame:
        raise TimelineError(
            f"In mark {mark_in} lies outside the timeline", remedy=f"The timeline runs from {span}"
        )
    if end <= start:
        raise TimelineError(
            f"Out mark {mark_out or 'at the end'} is not after In mark {mark_in or 'at the start'}",
            remedy=f"The timeline runs from {span}",
        )
    return start, end


def _label(frame: int, rate: Fraction, start_timecode: int, drop: bool) -> str:
    return frames_to_timecode(frame + start_timecode, rate, drop)


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
