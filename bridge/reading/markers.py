"""Markers from clips, tracks and the timeline, on timeline frames."""

from __future__ import annotations

import re
from fractions import Fraction

from bridge.reading.layout import Mark
from bridge.reading.rates import frames, start_of
from bridge.reading.tree import Node, metadata, node, nodes, resolve_metadata, text

_OURS = re.compile(r"Score [hp]\d+(: |$)")


def marks_of(item: Node, rate: Fraction) -> list[Mark]:
    """Markers of any item, in the item's own time in frames of `rate`; unreadable ones are left out.

    So are those an earlier score of ours wrote: what we concluded must not come back as a direction. Resolve
    exports those that its script made without their hidden data, so they are known by colour and name.
    """
    found = []
    for marker in nodes(item, "markers"):
        if metadata(marker, "cuebridge") or is_ours(text(marker, "name"), text(marker, "color")):
            continue
        span = node(marker, "marked_range")
        start, length = start_of(span), node(span, "duration")
        if start is None:
            continue
        found.append(
            Mark(
                frames(start, rate),
                max(Fraction(0), frames(length, rate)) if length is not None else Fraction(0),
                text(marker, "name"),
                note_of(marker),
                text(marker, "color") or text(metadata(marker, "cmx_3600"), "color"),
            )
        )
    return found


def is_ours(name: str, color: str) -> bool:
    """Whether it is one that our script for Resolve makes: `Score h012` or `Score p2: climax`, in mint."""
    return color.upper() == "MINT" and _OURS.match(name) is not None


def note_of(marker: Node) -> str:
    """A marker's note: Resolve leaves `comment` empty and keeps the note in its metadata."""
    return (
        text(marker, "comment")
        or text(resolve_metadata(marker), "Note")
        or text(metadata(marker, "fcp_xml"), "comment")
    )


def clip_marks(
    clip: Node,
    rate: Fraction,
    start: Fraction,
    end: Fraction,
    source_start: Fraction,
    media_start: Fraction,
    speed: Fraction,
    resolve: bool,
    absolute: Fraction | None,
) -> tuple[list[Mark], int]:
    """A clip's markers on the timeline, and how many were dropped because their frame is cut away.

    A marker is at a source time, and a retime moves it: offset = (time − source start) / speed. Resolve
    counts markers in the retimed clip instead, where the clip begins at (source start − media start) / speed
    (a 2× clip that starts at source frame 39 has a marker at 24, which is its fifth frame). EDL
    locators are record timecodes.

    Args:
        clip: the clip.
        rate: the timeline's rate.
        start: its first timeline frame.
        end: the frame after its last.
        source_start: its source start in timeline frames.
        media_start: where its media starts, in timeline frames.
        speed: its constant or mean speed; 0 is a freeze.
        resolve: Resolve wrote the timeline.
        absolute: record timecode of timeline frame 0 for an EDL, None otherwise.
    """
    kept, dropped = [], 0
    for mark in marks_of(clip, rate):
        if absolute is not None and start <= mark.start - absolute < end:
            offset = mark.start - absolute - start
        elif resolve and speed > 0:
            offset = mark.start - media_start - (source_start - media_start) / speed
        elif speed > 0:
            offset = (mark.start - source_start) / speed
        elif speed < 0:
            offset = (end - start) + (mark.start - source_start) / speed
        else:
            offset = mark.start - source_start
        if 0 <= round(offset) < end - start:
            kept.append(Mark(start + offset, mark.length, mark.name, mark.note, mark.color))
        else:
            dropped += 1
    return kept, dropped


def stack_marks(stack: Node, rate: Fraction, start_timecode: Fraction, length: Fraction) -> list[Mark]:
    """The timeline's own markers. Some writers count them from 00:00:00:00 instead of the first frame:
    a marker past the end that would lie inside when counted so is taken for one of those.
    """
    return [
        mark.moved(-start_timecode)
        if mark.start >= length and 0 <= mark.start - start_timecode < length
        else mark
        for mark in marks_of(stack, rate)
    ]


def unique(marks: list[Mark]) -> list[Mark]:
    """In order, and once each: linked sound and picture carry the same marker twice."""
    seen: dict[tuple[int, str, str], Mark] = {}
    for mark in sorted(marks, key=lambda m: m.start):
        seen.setdefault((round(mark.start), mark.name, mark.note), mark)
    return list(seen.values())
