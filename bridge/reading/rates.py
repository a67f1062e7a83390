"""Times of an OTIO tree as exact numbers, and the choice of the timeline's rate."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from functools import lru_cache

from bridge.errors import TimelineError
from bridge.reading.tree import Node, media_reference, node, nodes, schema
from bridge.timebase import parse_rate

# 100 hours: past it a start timecode or a length is a fault of the file, not an edit.
MAX_HOURS = 100
# A position this close to a whole frame is that frame: Resolve writes 20.000000000000004.
_SNAP = Fraction(1, 100)
# Under this a "rate" is a unit of time (1: seconds) and not a rate of pictures.
_SLOWEST = Fraction(6)


@lru_cache(maxsize=4096)
def exact_rate(rate: float) -> Fraction:
    """The exact rate behind a loose literal (23.976024627685547 → 24000/1001).

    Raises:
        TimecodeError: not a positive rate of at most 1,000 frames a second.
    """
    return parse_rate(rate)


def rate_of(time: Node) -> Fraction:
    """Exact rate of a RationalTime.

    Raises:
        TimelineError: the rate is no number.
        TimecodeError: it makes no sense.
    """
    rate = time.get("rate")
    if not isinstance(rate, (int, float)) or isinstance(rate, bool) or not math.isfinite(rate):
        raise TimelineError(f"a time has the rate {rate!r}", remedy="Export the timeline again")
    return exact_rate(float(rate))


def seconds(time: Node) -> Fraction:
    """Exact seconds of a RationalTime; a loose NTSC literal counts as the exact rate.

    Raises:
        TimelineError: the value is no finite number.
    """
    value = time.get("value")
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise TimelineError(f"a time has the value {value!r}", remedy="Export the timeline again")
    if value == 0:
        return Fraction(0)
    result = _quotient(value, rate_of(time))
    if abs(result) > 1000 * MAX_HOURS * 3600:
        raise TimelineError(f"a time lies {float(result) / 3600:.3g} hours away", remedy="Export it again")
    return result


@lru_cache(maxsize=65536)
def _quotient(value: float, rate: Fraction) -> Fraction:
    """Fractions are slow and a timeline repeats its numbers: 10,000 cuts must be read in seconds."""
    return Fraction(value).limit_denominator(1_000_000) / rate


def frames(time: Node, rate: Fraction) -> Fraction:
    """A RationalTime in frames of `rate`, snapped to a whole frame when it is one but for rounding."""
    return _snapped(seconds(time), rate)


@lru_cache(maxsize=65536)
def _snapped(time_s: Fraction, rate: Fraction) -> Fraction:
    exact = time_s * rate
    whole = Fraction(round(exact))
    return whole if abs(exact - whole) <= _SNAP else exact


def start_of(time_range: Node | None) -> Node | None:
    """The start of a TimeRange, or None."""
    return node(time_range, "start_time")


def length_of(item: Node) -> Node | None:
    """The RationalTime an item lasts by its own account: source range, else the media's range."""
    own = node(node(item, "source_range"), "duration")
    if own is not None:
        return own
    if schema(item) == "Clip":
        return node(node(media_reference(item), "available_range"), "duration")
    return None


def frame_rate(timeline: Node, fps: str) -> Fraction | None:
    """The rate to count a timeline's frames at, None when it holds nothing.

    Some programs write times in seconds, at a "rate" of 1, which is no rate of pictures: then it is that of
    most of the media, or the one given.

    Raises:
        TimelineError: times are in seconds and nothing says the frame rate.
        TimecodeError: a rate that makes no sense.
    """
    rate = timeline_rate(timeline)
    if rate is None or rate >= _SLOWEST:
        return rate
    media: Counter[Fraction] = Counter()
    for track in nodes(node(timeline, "tracks") or {}, "children"):
        for item in nodes(track, "children"):
            begin = start_of(node(media_reference(item), "available_range"))
            if schema(item) == "Clip" and begin is not None:
                media[rate_of(begin)] += 1
    usual = [each for each, _ in media.most_common() if each >= _SLOWEST]
    if fps.strip():
        return parse_rate(fps)
    if usual:
        return usual[0]
    raise TimelineError(
        f"the timeline counts at {float(rate):g} a second, which is no frame rate",
        remedy="Give the frame rate, for example --fps 25",
    )


def timeline_rate(timeline: Node) -> Fraction | None:
    """The rate the timeline is cut at, None when nothing in the file says.

    Resolve writes every record duration at the timeline's rate. Other programs write each clip at its
    media's rate: then `global_start_time` decides when any clip agrees with it, else the rate that most
    of the picture's items have.
    """
    counts: Counter[Fraction] = Counter()

    def count(item: Node, depth: int) -> None:
        length = length_of(item)
        if length is not None:
            counts[rate_of(length)] += 1
        elif depth < 8:
            for child in nodes(item, "children"):
                count(child, depth + 1)

    stack = node(timeline, "tracks") or {}
    for track in nodes(stack, "children"):
        if str(track.get("kind", "Video")).lower() == "video":
            for child in nodes(track, "children") or [track]:
                count(child, 0)
    start = node(timeline, "global_start_time")
    if start is not None:
        rate = rate_of(start)
        if rate in counts or not counts:
            return rate
    return counts.most_common(1)[0][0] if counts else None
