"""From an OTIO stack to laid-out tracks."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from bridge.errors import TimelineError
from bridge.progress import Progress
from bridge.reading.fades import clip_fades, track_fade
from bridge.reading.kinds import Look, look_of
from bridge.reading.layout import Layer, Piece
from bridge.reading.markers import clip_marks, marks_of
from bridge.reading.media import source_of
from bridge.reading.paths import Locator
from bridge.reading.rates import MAX_HOURS, frames, length_of, start_of
from bridge.reading.retime import clip_knots
from bridge.reading.tree import Node, media_reference, node, nodes, schema, switched_on, text
from bridge.reading.visible import paint, visible_fades

MAX_DEPTH = 12
# Items between two reports of progress.
_REPORT_EVERY = 500


@dataclass
class Context:
    """What laying out needs to know, and what it finds out besides."""

    rate: Fraction
    locator: Locator
    resolve: bool
    edl: bool
    progress: Progress
    absolute: Fraction | None = None
    warnings: list[str] = field(default_factory=list)
    dropped_marks: int = 0
    items: int = 0


def is_video(track: Node) -> bool:
    """Whether a child of a stack is picture; anything that says no kind is."""
    return str(track.get("kind") or "Video").lower() == "video"


def lay_out(stack: Node, context: Context, depth: int = 0) -> list[Layer]:
    """The enabled video tracks of a stack, lowest first.

    Raises:
        TimelineError: a duration below zero, or a position past 100 hours.
        Cancelled: the user asked to stop.
    """
    video = [track for track in nodes(stack, "children") if is_video(track) and switched_on(track)]
    base = next((track for track in video if _has_picture(track)), None)
    return [_lay_track(track, context, depth, track is base) for track in video]


def children_of(track: Node) -> list[Node]:
    """A track's items; a clip or stack that stands in a stack by itself is a track of one item."""
    return nodes(track, "children") if schema(track) == "Track" else [track]


def _has_picture(track: Node) -> bool:
    return any(
        schema(item) in ("Clip", "Stack", "Track", "Composition") and switched_on(item)
        for item in children_of(track)
    )


def _lay_track(track: Node, context: Context, depth: int, on_base: bool) -> Layer:
    layer = Layer()
    position = Fraction(0)
    if context.edl:
        # The adapter keeps an EDL's first record timecode as the track's start, below zero.
        record = start_of(node(track, "source_range"))
        context.absolute = -frames(record, context.rate) if record is not None else Fraction(0)
    for item in children_of(track):
        context.items += 1
        if context.items % _REPORT_EVERY == 0:
            context.progress.check()
        kind = schema(item)
        if kind == "Transition":
            fade = track_fade(item, position, context.rate)
            if fade is not None:
                layer.fades.append(fade)
            continue
        length = item_frames(item, context.rate, depth)
        if length < 0:
            raise TimelineError(
                f"clip {text(item, 'name') or 'without a name'} lasts {float(length):g} frames",
                remedy="Export the timeline again",
            )
        if position + length > MAX_HOURS * 3600 * context.rate:
            raise TimelineError(
                f"the timeline is longer than {MAX_HOURS} hours", remedy="Look for a clip with a wrong length"
            )
        if length > 0 and switched_on(item):
            if kind == "Clip":
                _lay_clip(item, position, position + length, layer, context, on_base)
            elif kind in ("Stack", "Track", "Composition"):
                _lay_nested(item, position, length, layer, context, depth)
            else:
                layer.marks += clip_marks(
                    item, context.rate, position, position + length, *_plain(item, context)
                )[0]
        position += length
    layer.length = position
    return trimmed(track, layer, context.rate) if schema(track) == "Track" else layer


def _plain(item: Node, context: Context) -> tuple[Fraction, Fraction, Fraction, bool, Fraction | None]:
    start = start_of(node(item, "source_range"))
    return frames(start, context.rate) if start else Fraction(0), Fraction(0), Fraction(1), False, None


def trimmed(track: Node, layer: Layer, rate: Fraction) -> Layer:
    """A track's own source range cuts and shifts it. Starts below zero shift it later: that is where an
    EDL keeps its record timecode. Track markers are in the track's time before that.
    """
    layer.marks += marks_of(track, rate)
    trim = node(track, "source_range")
    start = start_of(trim)
    if trim is None or start is None:
        return layer
    offset = frames(start, rate)
    if offset < 0:
        return layer.moved(-offset)
    length = node(trim, "duration")
    end = offset + frames(length, rate) if length is not None else layer.length
    return layer.cropped(offset, end).moved(-offset)


def item_frames(item: Node, rate: Fraction, depth: int = 0) -> Fraction:
    """How long an item lasts in frames of `rate`: by its range, its media's, or what it holds."""
    length = length_of(item)
    if length is not None:
        return frames(length, rate)
    if depth > MAX_DEPTH:
        return Fraction(0)
    kind = schema(item)
    inner = [
        item_frames(child, rate, depth + 1)
        for child in nodes(item, "children")
        if schema(child) != "Transition"
    ]
    if kind == "Stack":
        return max(inner, default=Fraction(0))
    return sum(inner, Fraction(0))


def _lay_clip(
    clip: Node, start: Fraction, end: Fraction, layer: Layer, context: Context, on_base: bool
) -> None:
    rate = context.rate
    source, media_start_s, still = source_of(clip, context.locator, rate)
    found = source.span.path if source.span is not None else None
    look = look_of(clip, on_base, context.edl, found if isinstance(found, Path) else None)
    begin = start_of(node(clip, "source_range")) or start_of(node(media_reference(clip), "available_range"))
    begin_s = frames(begin, rate) / rate if begin is not None else media_start_s
    knots, speed, warning = clip_knots(clip, begin_s - media_start_s, (end - start) / rate, 1 / rate, still)
    if warning:
        context.warnings.append(f"{text(clip, 'name') or 'a clip'}: {warning}")
    marks, dropped = clip_marks(
        clip,
        rate,
        start,
        end,
        begin_s * rate,
        media_start_s * rate,
        Fraction(1) if still else speed,
        context.resolve,
        context.absolute,
    )
    layer.marks += marks
    context.dropped_marks += dropped
    if look is Look.NONE:
        return
    layer.pieces.append(Piece(start, end, look, text(clip, "name"), source, knots, rate))
    layer.fades += clip_fades(clip, start, end)


def _lay_nested(
    item: Node, position: Fraction, length: Fraction, layer: Layer, context: Context, depth: int
) -> None:
    """A compound clip or nested timeline: its own edit points at normal speed, else one shot."""
    start = start_of(node(item, "source_range"))
    offset = frames(start, context.rate) if start is not None else Fraction(0)
    retimed = any(
        schema(effect) in ("LinearTimeWarp", "FreezeFrame", "TimeEffect") for effect in nodes(item, "effects")
    )
    name = text(item, "name") or "nested timeline"
    layer.marks += clip_marks(
        item, context.rate, position, position + length, offset, Fraction(0), Fraction(1), False, None
    )[0]
    if not retimed and depth < MAX_DEPTH:
        stack = item if schema(item) == "Stack" else {"OTIO_SCHEMA": "Stack.1", "children": [item]}
        if schema(item) == "Track":
            stack["children"] = [{**item, "source_range": None}]
        inner = [
            each.cropped(offset, offset + length).moved(position - offset)
            for each in lay_out(stack, context, depth + 1)
        ]
        stretches = paint(inner)
        if stretches:
            layer.pieces += [stretch.piece for stretch in stretches]
            layer.fades += visible_fades(stretches, inner)
            for each in inner:
                layer.marks += each.marks
            return
    if retimed:
        context.warnings.append(f"{name}: a retimed nested timeline is read as one shot")
    layer.pieces.append(Piece(position, position + length, Look.PICTURE, name, None, None, context.rate))
