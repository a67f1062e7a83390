"""Retimes: where in its media each instant of a clip comes from, as a piecewise linear map.

A map is a tuple of `Knot`s: `offset_s` seconds into the clip on the timeline, `media_s` seconds from the
media's first frame.
"""

from __future__ import annotations

import math
from fractions import Fraction

from bridge.reading.tree import Node, metadata, node, nodes, resolve_metadata, schema, text
from bridge.schema.timeline import Knot

Knots = tuple[Knot, ...]
# Points a Bezier piece of an eased ramp is cut into.
_BEZIER_STEPS = 8


def value_at(knots: Knots, offset_s: Fraction) -> Fraction:
    """Media seconds at an offset; beyond the ends the last slope goes on."""
    last = len(knots) - 1
    index = next((i for i in range(1, last) if offset_s <= knots[i].offset_s), last)
    left, right = knots[index - 1], knots[index]
    span = right.offset_s - left.offset_s
    if span == 0:
        return right.media_s
    return left.media_s + (right.media_s - left.media_s) * (offset_s - left.offset_s) / span


def cut(knots: Knots, start_s: Fraction, end_s: Fraction) -> Knots:
    """The map of a part of a clip, [start_s, end_s) of it, counted from that part's start."""
    inner = [knot for knot in knots if start_s < knot.offset_s < end_s]
    return (
        Knot(Fraction(0), value_at(knots, start_s)),
        *(Knot(knot.offset_s - start_s, knot.media_s) for knot in inner),
        Knot(end_s - start_s, value_at(knots, end_s)),
    )


def speed_at_start(knots: Knots) -> Fraction:
    """Media seconds a second at the clip's start."""
    return (knots[1].media_s - knots[0].media_s) / (knots[1].offset_s - knots[0].offset_s)


def speed_at_end(knots: Knots) -> Fraction:
    """Media seconds a second at the clip's end."""
    return (knots[-1].media_s - knots[-2].media_s) / (knots[-1].offset_s - knots[-2].offset_s)


def joined(first: Knots, second: Knots) -> Knots:
    """The map of two clips played one after the other as one."""
    length = first[-1].offset_s
    later = tuple(Knot(knot.offset_s + length, knot.media_s) for knot in second)
    knots = first[:-1] + later
    if speed_at_end(first) == speed_at_start(second) and len(knots) > 2:
        knots = knots[: len(first) - 1] + knots[len(first) :]
    return knots


def linear(start_s: Fraction, length_s: Fraction, speed: Fraction, frame_s: Fraction) -> Knots:
    """The map of a constant speed; a negative one plays the same stretch of media from its last frame."""
    begin = start_s - speed * length_s - frame_s if speed < 0 else start_s
    return (Knot(Fraction(0), begin), Knot(length_s, begin + speed * length_s))


def clip_knots(
    clip: Node, start_s: Fraction, length_s: Fraction, frame_s: Fraction, still: bool
) -> tuple[Knots, Fraction, str]:
    """A clip's map, its nominal speed, and a warning when a ramp could not be read ("" otherwise).

    Args:
        clip: the clip, whose effects are read.
        start_s: media seconds of its first frame at normal speed.
        length_s: seconds it lasts on the timeline, more than 0.
        frame_s: seconds of one timeline frame.
        still: the media is one picture.
    """
    if still:
        return linear(Fraction(0), length_s, Fraction(0), frame_s), Fraction(0), ""
    speed, warning = Fraction(1), ""
    for effect in nodes(clip, "effects"):
        kind = schema(effect)
        if kind == "FreezeFrame":
            speed = Fraction(0)
        elif kind == "LinearTimeWarp":
            scalar = effect.get("time_scalar")
            if isinstance(scalar, (int, float)) and math.isfinite(scalar) and abs(scalar) <= 10_000:
                speed *= Fraction(scalar).limit_denominator(100_000)
        elif kind == "TimeEffect":
            ramp = resolve_ramp(effect, start_s, length_s)
            if ramp is not None:
                return ramp, (ramp[-1].media_s - ramp[0].media_s) / length_s, ""
            warning = "a speed ramp without readable key frames was read at normal speed"
        elif kind == "Effect":
            remap = fcp_remap(effect, start_s, length_s, frame_s)
            if remap is not None:
                return remap, (remap[-1].media_s - remap[0].media_s) / length_s, ""
    return linear(start_s, length_s, speed, frame_s), speed, warning


def resolve_ramp(effect: Node, start_s: Fraction, length_s: Fraction) -> Knots | None:
    """A Resolve speed ramp as a map, None when its key frames cannot be read.

    `metadata.Resolve_OTIO["Key Frames"]` lists [retimed s, media s, eased, in x, in y, out x, out y] over
    the whole retimed clip with its handles; handles of the first and the last key do nothing. The
    clip's source start was multiplied by "Speed Ratio" when written, so it is divided by it here
    (measured on constant speeds; no public ramp with a trimmed start was found to prove it).
    """
    note = resolve_metadata(effect)
    rows = note.get("Key Frames")
    keys: list[list[float]] = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, list) or len(row) < 2:
            return None
        values = [float(item) if isinstance(item, (int, float)) else math.nan for item in row[:7]]
        values += [0.0] * (7 - len(values))
        if not all(math.isfinite(item) for item in values):
            return None
        keys.append(values)
    keys.sort(key=lambda key: key[0])
    if len(keys) < 2 or any(a[0] >= b[0] for a, b in zip(keys, keys[1:])):
        return None
    points = _ramp_points(keys)
    ratio = note.get("Speed Ratio")
    offset = start_s
    if isinstance(ratio, (int, float)) and math.isfinite(ratio) and ratio > 0:
        retimed = start_s / Fraction(ratio).limit_denominator(1_000_000)
        if points[0].offset_s <= retimed <= points[-1].offset_s:
            offset = retimed
    return cut(points, offset, offset + length_s)


def _ramp_points(keys: list[list[float]]) -> Knots:
    last = len(keys) - 2
    points = [(keys[0][0], keys[0][1])]
    for index, (a, b) in enumerate(zip(keys, keys[1:])):
        out_x, out_y = (a[5], a[6]) if index > 0 else (0.0, 0.0)
        in_x, in_y = (b[3], b[4]) if index < last else (0.0, 0.0)
        if out_x or out_y or in_x or in_y:
            x1, y1, x2, y2 = a[0] + out_x, a[1] + out_y, b[0] + in_x, b[1] + in_y
            for step in range(1, _BEZIER_STEPS):
                u = step / _BEZIER_STEPS
                weights = ((1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u**3)
                points.append(
                    (
                        sum(w * x for w, x in zip(weights, (a[0], x1, x2, b[0]))),
                        sum(w * y for w, y in zip(weights, (a[1], y1, y2, b[1]))),
                    )
                )
        points.append((b[0], b[1]))
    knots: list[Knot] = []
    for x, y in points:
        knot = Knot(Fraction(x).limit_denominator(10**6), Fraction(y).limit_denominator(10**6))
        if not knots or knot.offset_s > knots[-1].offset_s:
            knots.append(knot)
    return tuple(knots)


def fcp_remap(effect: Node, start_s: Fraction, length_s: Fraction, frame_s: Fraction) -> Knots | None:
    """Final Cut Pro 7's "Time Remap" filter as a map, None for any other effect.

    `in` of a remapped clip counts frames of the remapped clip, so a source time is `in` × speed; a
    graph, when given, maps remapped frames (`when`) to source frames (`value`).
    """
    note = metadata(effect, "fcp_xml")
    if text(note, "effectid").lower() != "timeremap":
        return None
    raw = note.get("parameter")
    items = raw if isinstance(raw, list) else [raw]
    by_id = {text(item, "parameterid"): item for item in items if isinstance(item, dict)}
    percent = _number(text(by_id.get("speed"), "value"))
    speed = Fraction(1) if percent is None else percent / 100
    if text(by_id.get("reverse"), "value").upper() == "TRUE":
        speed = -abs(speed)
    keys = (node(by_id, "graphdict") or {}).get("keyframe")
    points = []
    for key in keys if isinstance(keys, list) else []:
        when, value = (_number(text(key, name)) for name in ("when", "value"))
        if when is not None and value is not None:
            points.append((when, value))
    if len(points) > 1 and text(by_id.get("variablespeed"), "value") not in ("", "0"):
        knots = tuple(Knot(when * frame_s, value * frame_s) for when, value in sorted(points))
        if len(knots) > 1 and all(a.offset_s < b.offset_s for a, b in zip(knots, knots[1:])):
            return cut(knots, start_s, start_s + length_s)
    if speed == 1:
        return None
    return linear(start_s * abs(speed), length_s, speed, frame_s)


def _number(written: str) -> Fraction | None:
    try:
        return Fraction(written).limit_denominator(10**6)
    except (ValueError, ZeroDivisionError):
        return None
