"""FCP 7 XML, checked before an adapter sees it: no entities, and really xmeml."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bridge.errors import TimelineError


def checked_xml(data: bytes) -> str:
    """The document as text without its declaration, whatever its encoding was.

    Raises:
        TimelineError: not well formed, entities declared (a bomb or a look at local files), or another
            kind of XML; FCPXML gets a hint of its own.
    """
    try:
        root: Element = fromstring(data)
    except DefusedXmlException:
        raise TimelineError(
            "this XML declares entities, which a timeline never needs and an attack does",
            remedy="Export the timeline again as FCP 7 XML",
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise TimelineError(
            f"this XML cannot be read ({error})", remedy="Export the timeline again"
        ) from None
    if root.tag == "fcpxml":
        raise TimelineError(
            "this is FCPXML (Final Cut Pro X)", remedy="Export FCP 7 XML, OTIO or EDL instead"
        )
    if root.tag != "xmeml":
        raise TimelineError(
            f"this XML is no timeline: its root is <{str(root.tag)[:40]}>, not <xmeml>",
            remedy="Export the timeline as FCP 7 XML",
        )
    return tostring(root, encoding="unicode")


def counts_drop_frame(text: str) -> bool:
    """Whether the first sequence's timecode is drop frame."""
    head = text[: text.find("<media>")] if "<media>" in text else text[:4000]
    return "<displayformat>DF</displayformat>" in head.replace(" ", "")
