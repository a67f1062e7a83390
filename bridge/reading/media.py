"""A clip's media: what it is called, where it is on this machine, and the time its first frame has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from bridge.reading.kinds import written_path
from bridge.reading.layout import Source
from bridge.reading.paths import STILL_SUFFIXES, Locator, file_name, path_text, sequence_pattern
from bridge.reading.rates import rate_of, seconds, start_of
from bridge.reading.tree import Node, media_reference, metadata, node, schema, text
from bridge.schema.timeline import MediaSpan
from bridge.timebase import parse_rate


def source_of(clip: Node, locator: Locator, rate: Fraction) -> tuple[Source, Fraction, bool]:
    """A clip's media, its first frame's time in seconds (its start timecode), and whether it is a still."""
    reference = media_reference(clip)
    available = node(reference, "available_range")
    begin = start_of(available)
    media_start_s = seconds(begin) if begin is not None else Fraction(0)
    if schema(reference) == "ImageSequenceReference" and reference is not None:
        source, start_s = _sequence(clip, reference, locator, rate)
        return source, media_start_s if begin is not None else start_s, False
    written = written_path(clip)
    name = text(clip, "name")
    if not written:
        reel = text(metadata(clip, "cmx_3600"), "reel")
        key = f"{reel} {name}".strip() if reel else ""
        found = locator.find(name) if name and schema(reference) == "MissingReference" else None
        if found is not None:
            return Source(str(found), MediaSpan(found, ())), media_start_s, _is_still(name)
        return Source(key, None, _nameless(reference, reel or name)), media_start_s, False
    pattern = sequence_pattern(written)
    if pattern is not None:
        found = locator.find(*pattern)
        span = None if found is None else MediaSpan(found, (), _sequence_rate(available, rate), pattern[1])
        return Source(written, span, "" if span else _missing(written)), media_start_s, False
    found = locator.find(written)
    span = None if found is None else MediaSpan(found, ())
    return Source(written, span, "" if span else _missing(written)), media_start_s, _is_still(written)


def _is_still(written: str) -> bool:
    return Path(file_name(written)).suffix.lower() in STILL_SUFFIXES


def _sequence_rate(available: Node | None, rate: Fraction) -> Fraction:
    begin = start_of(available)
    return rate_of(begin) if begin is not None else rate


def _sequence(clip: Node, reference: Node, locator: Locator, rate: Fraction) -> tuple[Source, Fraction]:
    """An image sequence. Without an available range source time 0 is its first frame, unless the clip's
    start shows that it counts by frame number.
    """
    first = _integer(reference.get("start_frame"), 0)
    step = max(1, _integer(reference.get("frame_step"), 1))
    padding = min(max(0, _integer(reference.get("frame_zero_padding"), 0)), 12)
    written_rate = reference.get("rate")
    own = parse_rate(written_rate) if isinstance(written_rate, (int, float)) and written_rate > 0 else rate
    base, prefix, suffix = (text(reference, key) for key in ("target_url_base", "name_prefix", "name_suffix"))
    base, prefix, suffix = (part.replace("%", "%%") for part in (path_text(base), prefix, suffix))
    separator = "\\" if "\\" in base else "/"
    if base and not base.endswith(("/", "\\")):
        base += separator
    written = f"{base}{prefix}%0{padding}d{suffix}" if padding else f"{base}{prefix}%d{suffix}"
    found = locator.find(written, first)
    begin = start_of(node(clip, "source_range"))
    start_s = Fraction(0)
    if begin is not None and first > 0 and seconds(begin) * own >= first:
        start_s = Fraction(first) / own
    span = None if found is None else MediaSpan(found, (), own / step, first)
    return Source(written, span, "" if span else _missing(written.replace("%%", "%"))), start_s


def _integer(value: object, fallback: int) -> int:
    return int(value) if isinstance(value, (int, float)) and abs(value) < 10**9 else fallback


def _missing(written: str) -> str:
    if "://" in written and not path_text(written):
        return f"{file_name(written) or written} is not a file on this machine but an address: {written}"
    return f"{file_name(written) or written} was not found on this machine (the timeline says {written})"


def _nameless(reference: Node | None, name: str) -> str:
    if schema(reference) == "GeneratorReference":
        return f"{name or 'a generator'} is made by the editing program and has no media file"
    return f"{name or 'a clip'} names no media file: it is offline, or a title"
