"""FCP 7 XML, checked before an adapter sees it: no entities, and really xmeml."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bridge.errors import TimelineError


def parsed(data: bytes) -> Element:
    """The document's root, whatever its encoding was.

    Raises:
        TimelineError: not well formed, or entities declared (a bomb or a look at local files).
    """
    try:
        root: Element = fromstring(data)
    except DefusedXmlException:
        raise TimelineError(
            "this XML declares entities, which a timeline never needs and an attack does",
            remedy="Export the timeline again",
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise TimelineError(
            f"this XML cannot be read ({error})", remedy="Export the timeline again"
        ) from None
    return root


def checked_xml(root: Element) -> str:
    """An FCP 7 document as text for its adapter.

    Raises:
        TimelineError: it is another kind of XML.
    """
    if root.tag != "xmeml":
        raise TimelineError(
            f"this XML is no timeline: its root is <{str(root.tag)[:40]}>, not <xmeml> or <fcpxml>",
            remedy="Export the timeline as OTIO, FCP 7 XML or FCPXML",
        )
    _give_tracks_their_rate(root, None)
    _complete(root)
    return tostring(root, encoding="unicode")


def _complete(root: Element) -> None:
    """Add what the adapter insists on and programs leave out: it gives up a whole file for one of them.

    A clip item without a file is a title or generator; a transition without an alignment is centred; a
    filter without an effect is nothing.
    """
    for item in (*root.iter("clipitem"), *root.iter("generatoritem")):
        has_generator = any(effect.findtext("effecttype") == "generator" for effect in item.iter("effect"))
        if item.find("file") is None and item.find("sequence") is None and not has_generator:
            _child(_child(item, "file"), "mediaSource").text = item.findtext("name") or "generator"
        for empty in [each for each in item.findall("filter") if each.find("effect") is None]:
            item.remove(empty)
        if item.find("in") is None:
            _child(item, "in").text = "0"
    for item in root.iter("transitionitem"):
        if item.find("alignment") is None:
            _child(item, "alignment").text = "center"
        if item.find("effect") is None:
            _child(item, "effect")


def _child(parent: Element, tag: str) -> Element:
    child = Element(tag)
    parent.append(child)
    return child


def _give_tracks_their_rate(element: Element, rate: Element | None) -> None:
    """Write the sequence's rate, which tracks inherit, into each track.

    The adapter looks for it in the track first, among all its clips, once for every clip: ten thousand of
    them took it a minute.
    """
    own = element.find("rate") if element.tag in ("sequence", "clipitem", "xmeml") else None
    if own is not None and own.find("timebase") is not None:
        rate = Element("rate")
        for name, fallback in (("timebase", "25"), ("ntsc", "FALSE")):
            child = Element(name)
            child.text = own.findtext(name) or fallback
            rate.append(child)
    if element.tag == "track" and rate is not None and element.find("rate") is None:
        element.insert(0, rate)
    if element.tag not in ("file", "filter", "generatoritem", "transitionitem"):
        for child in element:
            _give_tracks_their_rate(child, rate)


def counts_drop_frame(text: str) -> bool:
    """Whether the first sequence's timecode is drop frame."""
    head = text[: text.find("<media>")] if "<media>" in text else text[:4000]
    return "<displayformat>DF</displayformat>" in head.replace(" ", "")
