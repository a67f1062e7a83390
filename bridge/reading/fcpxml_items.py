"""The items of an FCPXML timeline as OTIO nodes, times exact until they are written as frames."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from bridge.errors import TimelineError
from bridge.reading.tree import Node

_TIME = re.compile(r"^(-?\d+(?:\.\d+)?)(?:/(\d+))?s$")
_RETIMED = "clips change their speed on the way; they are read at its mean"
_OPAQUE = "multicam clips are read as offline media"


@dataclass(frozen=True)
class Clock:
    """Seconds of FCPXML to OTIO times at one rate."""

    rate: Fraction

    def seconds(self, element: Element, name: str, fallback: Fraction = Fraction(0)) -> Fraction:
        """An attribute's time in seconds; the fallback where it is missing.

        Raises:
            TimelineError: it is no time.
        """
        text = element.get(name)
        if text is None:
            return fallback
        match = _TIME.match(text.strip())
        if match is None or match[2] == "0":
            known = element.get("name") or element.get("value") or "without a name"
            raise TimelineError(
                f"<{element.tag}> {known!r} has {text[:40]!r} for its {name}, which is no time",
                remedy="Export the timeline again",
            )
        return Fraction(match[1]) / int(match[2] or 1)

    def time(self, seconds: Fraction) -> Node:
        """As frames: whole ones exactly, parts as near as a float is."""
        frames = seconds * self.rate
        value = float(int(frames)) if frames.denominator == 1 else float(frames)
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(self.rate), "value": value}

    def span(self, start_s: Fraction, length_s: Fraction) -> Node:
        """A range."""
        return {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": self.time(start_s),
            "duration": self.time(length_s),
        }


class Resources:
    """Formats, assets and compound clips by their id."""

    def __init__(self, root: Element) -> None:
        self._by_id = {each.get("id", ""): each for block in root.iter("resources") for each in block}

    def get(self, name: str) -> Element | None:
        """A resource by its id."""
        return self._by_id.get(name) if name else None

    def rate(self, sequence: Element) -> str:
        """A sequence's frame rate as a fraction's text.

        Raises:
            TimelineError: its format does not say it.
        """
        form = self.get(sequence.get("format", ""))
        match = _TIME.match((form.get("frameDuration") if form is not None else None) or "")
        if match is None or Fraction(match[1]) <= 0:
            raise TimelineError(
                "the timeline's format does not say its frame rate", remedy="Export the timeline again"
            )
        return str(int(match[2] or 1) / Fraction(match[1]))

    def compound(self, element: Element) -> Element | None:
        """The sequence inside a compound clip."""
        media = self.get(element.get("ref", ""))
        return None if media is None else media.find("sequence")


@dataclass(frozen=True)
class Item:
    """A node, whether it is picture, where its own time begins, its speed and source start in seconds.

    `sounding`: it has sound that is not switched off.
    """

    node: Node
    picture: bool
    start_s: Fraction
    speed: Fraction
    source_s: Fraction
    remark: str = ""
    sounding: bool = False


def item_of(
    element: Element, length_s: Fraction, inner: Node | None, clock: Clock, resources: Resources
) -> Item:
    """One story element as a clip, gap or stack.

    Args:
        element: what it is.
        length_s: how long it lasts.
        inner: what a compound clip holds, read.
        clock: the timeline's.
        resources: the file's.
    """
    start_s = clock.seconds(element, "start")
    if element.tag == "gap":
        return Item(gap(length_s, clock), True, start_s, Fraction(1), Fraction(0))
    source, shift_s = _content(element, clock)
    asset = resources.get(source.get("ref", ""))
    speed, source_s, remark = _retimed(element, start_s, length_s, clock)
    source_s += shift_s
    enabled = element.get("enabled", "1") != "0"
    base: Node = {
        "name": element.get("name", ""),
        "metadata": _volume(element),
        "effects": [],
        "markers": [],
        "enabled": enabled,
        "source_range": clock.span(source_s, length_s),
    }
    if inner is not None:
        sequence = resources.compound(element)
        origin_s = Fraction(0) if sequence is None else clock.seconds(sequence, "tcStart")
        span = clock.span(source_s - origin_s if source_s >= origin_s else source_s, length_s)
        stack = {**base, **inner, "name": base["name"], "source_range": span}
        return Item(stack, True, start_s, Fraction(1), source_s, sounding=_sounding(element, None))
    if speed != 1:
        base["effects"] = [
            {
                "OTIO_SCHEMA": "LinearTimeWarp.1",
                "name": "",
                "metadata": {},
                "effect_name": "LinearTimeWarp",
                "time_scalar": float(speed),
            }
        ]
    picture = not _only_sound(element, asset)
    reference = _reference(element, source, asset, clock)
    clip = {
        "OTIO_SCHEMA": "Clip.2",
        **base,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }
    remark = remark or (_OPAQUE if element.tag == "mc-clip" else "")
    return Item(clip, picture, start_s, speed, source_s, remark, _sounding(element, asset))


def _content(element: Element, clock: Clock) -> tuple[Element, Fraction]:
    """What a clip plays, and what brings the clip's own time into its media's."""
    if element.tag in ("clip", "sync-clip"):
        for child in element:
            if child.tag in ("video", "audio", "asset-clip") and child.get("lane") is None:
                return child, clock.seconds(child, "start") - clock.seconds(child, "offset")
    return element, Fraction(0)


def _only_sound(element: Element, asset: Element | None) -> bool:
    if element.tag == "audio" or element.get("srcEnable") == "audio":
        return True
    return asset is not None and asset.tag == "asset" and asset.get("hasVideo", "0") != "1"


def _sounding(element: Element, asset: Element | None) -> bool:
    """Whether a clip is heard; a compound clip, which has no asset, may be."""
    if element.get("srcEnable", "all") == "video" or element.tag in ("title", "video"):
        return False
    return asset is None or asset.get("hasAudio", "0") == "1"


def _volume(element: Element) -> Node:
    """What is written of a clip's volume, as metadata."""
    volume = element.find("adjust-volume")
    amount = "" if volume is None else volume.get("amount", "")
    return {"fcpxml": {"amount": amount}} if amount else {}


def _reference(element: Element, source: Element, asset: Element | None, clock: Clock) -> Node:
    """The media behind a clip: a file, a generator or title, or offline media."""
    url = ""
    if asset is not None and asset.tag == "asset":
        inside = asset.find("media-rep")
        url = asset.get("src", "") or (inside.get("src", "") if inside is not None else "")
    if url and asset is not None:
        span = clock.span(clock.seconds(asset, "start"), clock.seconds(asset, "duration"))
        return {
            "OTIO_SCHEMA": "ExternalReference.1",
            "name": asset.get("name", ""),
            "metadata": {},
            "target_url": url,
            "available_range": span if span["duration"]["value"] > 0 else None,
        }
    generated = element.tag == "title" or (asset is not None and asset.tag == "effect")
    if generated and element.tag != "title":
        kind = asset.get("name", "") if asset is not None else ""
        return {
            "OTIO_SCHEMA": "GeneratorReference.1",
            "name": kind,
            "metadata": {},
            "generator_kind": kind,
            "parameters": {},
            "available_range": None,
        }
    # A name of a file keeps what is offline from being taken for a title.
    known = "" if generated else (source.get("name") or element.get("name") or element.tag)
    metadata = {} if generated else {"Resolve_OTIO": {"Media Url": known}}
    return {"OTIO_SCHEMA": "MissingReference.1", "name": "", "metadata": metadata, "available_range": None}


def _retimed(
    element: Element, start_s: Fraction, length_s: Fraction, clock: Clock
) -> tuple[Fraction, Fraction, str]:
    """(speed, where in the media a clip starts, what to say of it), by its time map."""
    knots = [
        (clock.seconds(point, "time"), clock.seconds(point, "value"))
        for point in element.findall("./timeMap/timept")
    ]
    if len(knots) < 2 or length_s <= 0:
        return Fraction(1), start_s, ""
    first, last = _at(knots, start_s), _at(knots, start_s + length_s)
    speed = (last - first) / length_s
    slopes = {(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(knots, knots[1:]) if b[0] > a[0]}
    return speed, first, _RETIMED if len(slopes) > 1 else ""


def _at(knots: list[tuple[Fraction, Fraction]], time_s: Fraction) -> Fraction:
    """A time map's value, straight between its points and beyond them."""
    pairs = [(a, b) for a, b in zip(knots, knots[1:]) if b[0] > a[0]]
    if not pairs:
        return knots[0][1]
    (t0, v0), (t1, v1) = next((pair for pair in pairs if time_s <= pair[1][0]), pairs[-1])
    return v0 + (v1 - v0) * (time_s - t0) / (t1 - t0)


def marker_of(element: Element, item: Item, clock: Clock) -> Node:
    """A marker, in the source time of the item that it is on."""
    local_s = clock.seconds(element, "start") - item.start_s
    return {
        "OTIO_SCHEMA": "Marker.2",
        "name": element.get("value", ""),
        "metadata": {},
        "comment": element.get("note", ""),
        "color": "BLUE",
        "marked_range": clock.span(item.source_s + local_s * item.speed, clock.seconds(element, "duration")),
    }


def gap(length_s: Fraction, clock: Clock) -> Node:
    """Nothing, for so long."""
    return {
        "OTIO_SCHEMA": "Gap.1",
        "name": "",
        "metadata": {},
        "effects": [],
        "markers": [],
        "enabled": True,
        "source_range": clock.span(Fraction(0), length_s),
    }


def transition(before_s: Fraction, after_s: Fraction, name: str, clock: Clock) -> Node:
    """A transition that begins and ends so long before and after its cut."""
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": name,
        "metadata": {},
        "transition_type": "SMPTE_Dissolve",
        "in_offset": clock.time(before_s),
        "out_offset": clock.time(after_s),
    }


def track_of(children: list[Node], picture: bool) -> Node:
    """A track."""
    return {
        "OTIO_SCHEMA": "Track.1",
        "name": "",
        "metadata": {},
        "effects": [],
        "markers": [],
        "enabled": True,
        "kind": "Video" if picture else "Audio",
        "source_range": None,
        "children": children,
    }
