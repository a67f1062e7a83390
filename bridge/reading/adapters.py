"""Files to OTIO, and OTIO to a plain tree: the only place that knows formats by their suffix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from bridge.errors import CuebridgeError, TimelineError
from bridge.reading.cleaning import clean, load_json
from bridge.reading.edl import clean_edl
from bridge.reading.fcpxml import fcpxml_document
from bridge.reading.otioz import unpack
from bridge.reading.tree import Node, nodes, schema
from bridge.reading.xmeml import checked_xml, counts_drop_frame, parsed
from bridge.timebase import parse_rate

SUFFIXES = (".otio", ".otioz", ".xml", ".fcpxml", ".fcpxmld", ".edl")
# What Final Cut and Resolve write as a folder has its document under this name.
_INSIDE_FOLDER = "Info.fcpxml"
# A 10,000-clip export from Resolve is about 60 MB; past this it is no timeline.
_MAX_BYTES = 512 * 1024 * 1024
# Those OTIO parses timecode at.
_TIMECODE_RATES = frozenset(
    rate for base in (24, 25, 30, 48, 50, 60) for rate in (Fraction(base), Fraction(base * 1000, 1001))
) - {Fraction(25_000, 1001), Fraction(50_000, 1001)}


@dataclass
class Document:
    """One timeline as a tree, with what only its format knows.

    `rate` is set for formats that have none of their own and were given one; `drop_frame` is None when
    the format does not say. `folder` is where its media are looked for, when not beside the file.
    """

    timeline: Node
    edl: bool = False
    rate: Fraction | None = None
    drop_frame: bool | None = None
    folder: Path | None = None
    warnings: list[str] = field(default_factory=list)


def load(path: Path, fps: str, check: Callable[[], None] = lambda: None) -> Document:
    """Read a timeline file into a tree.

    Args:
        path: an .otio, .otioz, .xml (FCP 7), .fcpxml or .edl (CMX 3600) file, or an .fcpxmld folder.
        fps: the rate the user gave; needed for an EDL.
        check: called often; may raise to stop.

    Raises:
        TimelineError: unknown suffix, unreadable or empty file, or contents no adapter makes sense of.
        TimecodeError: `fps` is no frame rate.
    """
    suffix = path.suffix.lower()
    readers: dict[str, Callable[[bytes, str], Document]] = {
        ".otio": _load_otio,
        ".xml": _load_xml,
        ".fcpxml": _load_xml,
        ".fcpxmld": _load_xml,
        ".edl": _load_edl,
    }
    if suffix == ".otioz":
        return _load_otioz(path, fps, check)
    if suffix not in readers:
        raise TimelineError(
            f"{suffix or 'a file without a suffix'} is not a timeline Cuebridge reads",
            where=path.name,
            remedy=f"It reads {', '.join(SUFFIXES)}, and films such as .mp4 and .mov",
        )
    data = _bytes(path / _INSIDE_FOLDER if suffix == ".fcpxmld" and path.is_dir() else path)
    try:
        return readers[suffix](data, fps)
    except CuebridgeError as error:
        if not error.where:
            raise type(error)(error.what, where=path.name, remedy=error.remedy) from None
        raise
    except RecursionError:
        raise TimelineError("the file is nested too deep to be a timeline", where=path.name) from None


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise TimelineError("this is a folder, not a timeline", where=str(path))
        if path.stat().st_size > _MAX_BYTES:
            raise TimelineError("the file is larger than any timeline (512 MiB)", where=path.name)
        data = path.read_bytes()
    except FileNotFoundError:
        raise TimelineError("there is no such file", where=str(path), remedy="Check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TimelineError(f"the file cannot be read ({reason})", where=str(path)) from None
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise TimelineError("the file is empty", where=path.name, remedy="Export the timeline again")
    return data


def _load_otio(data: bytes, fps: str) -> Document:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TimelineError(
            f"the file is not UTF-8 text (byte {error.start})", remedy="Export the timeline again"
        ) from None
    cleaned, warnings = clean(load_json(text))
    timeline, more = _timeline_in(_adapt("otio_json", json.dumps(cleaned)))
    return Document(timeline, warnings=warnings + more)


def _load_otioz(path: Path, fps: str, check: Callable[[], None]) -> Document:
    try:
        content, folder, warnings = unpack(path, _MAX_BYTES, check)
        document = _load_otio(content, fps)
    except TimelineError as error:
        if error.where:
            raise
        raise TimelineError(error.what, where=path.name, remedy=error.remedy) from None
    document.folder = folder
    document.warnings += warnings
    return document


def _load_xml(data: bytes, fps: str) -> Document:
    root = parsed(data)
    if root.tag == "fcpxml":
        document, rate, drop, remarks = fcpxml_document(root)
        cleaned, more = clean(document)
        timeline, _ = _timeline_in(_adapt("otio_json", json.dumps(cleaned)))
        return Document(timeline, rate=rate, drop_frame=drop, warnings=remarks + more)
    text = checked_xml(root)
    timeline, warnings = _timeline_in(_adapt("fcp_xml", text))
    return Document(timeline, drop_frame=counts_drop_frame(text), warnings=warnings)


def _load_edl(data: bytes, fps: str) -> Document:
    if not fps.strip():
        raise TimelineError(
            "an EDL does not say its frame rate", remedy="Give it, for example --fps 25 or --fps 29.97"
        )
    rate = parse_rate(fps)
    if rate not in _TIMECODE_RATES:
        rates = ", ".join(f"{float(each):.5g}" for each in sorted(_TIMECODE_RATES))
        raise TimelineError(
            f"timecode is not defined at {float(rate):g} frames a second", remedy=f"An EDL runs at {rates}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # names of reels, at worst misspelt
    cleaned, drop, warnings = clean_edl(text, rate)
    timeline, more = _timeline_in(_adapt("cmx_3600", cleaned, rate=float(rate)))
    return Document(timeline, edl=True, rate=rate, drop_frame=drop, warnings=warnings + more)


def _adapt(name: str, text: str, **options: float) -> Node:
    """Run an adapter and return what it made as a tree. An adapter may raise anything on odd input."""
    try:
        made = otio.adapters.read_from_string(text, name, **options)
        tree = json.loads(made.to_json_string())
    except Exception as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        what = f"the timeline cannot be understood ({reason})"
        if name == "otio_json":
            what = f"this is not an OTIO timeline that can be read{_misfit(reason)}"
        raise TimelineError(what, remedy="Export the timeline again") from error
    if not isinstance(tree, dict):
        raise TimelineError("the file holds no timeline", remedy="Export the timeline again")
    return tree


def _misfit(reason: str) -> str:
    """Which part OTIO refused, from its message, whose names of types mean nothing to a user."""
    key = re.search(r"under key '([^']+)'", reason)
    owner = re.search(r"object named '(.*)' \(of type", reason)
    named = owner is not None and owner[1] not in ("", "<unknown>")
    if not key and not named:
        return ""
    place = f" in {owner[1]!r}" if owner is not None and named else ""
    return f": {key[1] if key else 'something'}{place} is of the wrong kind"


def _timeline_in(tree: Node) -> tuple[Node, list[str]]:
    """The timeline in what was read: the first of a collection; a lone clip, track or stack is wrapped."""
    kind = schema(tree)
    if kind == "Timeline":
        return tree, []
    if kind == "SerializableCollection":
        timelines = [child for child in nodes(tree, "children") if schema(child) == "Timeline"]
        if timelines:
            others = len(timelines) - 1
            name = timelines[0].get("name") or "the first"
            return timelines[0], [
                f"the file holds {others} more timelines; {name} is scored"
            ] if others else []
    if kind == "Stack":
        return {"OTIO_SCHEMA": "Timeline.1", "name": tree.get("name", ""), "tracks": tree}, []
    if kind in ("Track", "Clip"):
        stack = {"OTIO_SCHEMA": "Stack.1", "children": [tree]}
        return {"OTIO_SCHEMA": "Timeline.1", "name": tree.get("name", ""), "tracks": stack}, []
    raise TimelineError(
        f"the file holds no timeline but {kind or 'something else'}", remedy="Export the timeline again"
    )
