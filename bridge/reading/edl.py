"""CMX 3600 text made fit for OTIO's adapter.

The adapter gives up on what real lists hold: drop-frame lists written with colons, speed lines it cannot
parse, events whose source and record lengths differ without a speed line, and locators in drop frame.
Record timecode is the truth: it says where the cut is.
"""

from __future__ import annotations

import re
from fractions import Fraction

from bridge.errors import TimecodeError, TimelineError
from bridge.timebase import can_drop, frames_to_timecode, timecode_to_frames

_TC = r"\d{1,2}:\d{2}:\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    rf"^(?P<head>\d+\s+\S+\s+\S+\s+(?:C|D\s+\d+|W\d{{3}}\s+\d+|K\w*\s+\d*|[DWK]\S*))\s+"
    rf"(?P<times>{_TC}\s+{_TC}\s+{_TC}\s+{_TC})\s*$"
)
_NUMBERED = re.compile(r"^\d+\s+\S")
_M2 = re.compile(
    r"^M2\s+(?P<reel>.*?)\s*(?P<speed>[-+]?\d+(?:\.\d+)?)\s*(?P<tc>\d{1,2}:\d{2}:\d{2}[:;.,]\d{2,3})?\s*$"
)
_LOCATOR = re.compile(r"^\*?\s*LOC(?::\s*|\s+)(?P<tc>\S+)\s*(?P<rest>.*)$")
_COLOR_WORD = re.compile(r"^[A-Za-z]+(?:\s|$)")
_MARKER = re.compile(r"\|C:\S*\s*\|M:")


def clean_edl(text: str, rate: Fraction) -> tuple[str, bool, list[str]]:
    """The list as the adapter wants it, whether it counts drop frame, and warnings.

    Raises:
        TimelineError: no events, marker lists, or an event whose timecodes make no sense at `rate`.
    """
    lines = [line.strip().lstrip("\ufeff") for line in text.replace("\0", "").splitlines()]
    lines = [line for line in lines if line]
    events = [match for line in lines if (match := _EVENT.match(line))]
    if not events:
        raise TimelineError(
            "this file holds no events of an edit decision list (CMX 3600)",
            remedy="Export the timeline as EDL, OTIO or FCP 7 XML",
        )
    if is_marker_list(lines, len(events)):
        raise TimelineError(
            "this EDL lists timeline markers, not an edit",
            remedy="Give it with --markers, beside the timeline itself (OTIO, FCP 7 XML, FCPXML or EDL)",
        )
    drop = can_drop(rate) and (
        any(
            line.upper().startswith("FCM") and "NON" not in line.upper() and "DROP" in line.upper()
            for line in lines
        )
        or any(";" in match["times"] for match in events)
    )
    cleaned: list[str] = []
    warnings: list[str] = []
    block: list[str] = []
    for line in lines:
        if _NUMBERED.match(line) and not line.startswith("*"):
            if block and not _same_event(block[0], line):
                cleaned += _block(block, rate, warnings)
                block = []
            block.append(_event_line(line, drop))
        elif block:
            if not line.upper().startswith(("FCM", "TITLE:")):
                locator = _LOCATOR.match(line)
                block.append(_locator_line(locator, rate, drop, warnings) if locator else _speed_line(line))
        elif line.upper().startswith(("TITLE:", "FCM")):
            cleaned.append(line)
    cleaned += _block(block, rate, warnings)
    return "\n".join(cleaned) + "\n", drop, warnings


def is_marker_list(lines: list[str], events: int) -> bool:
    """Whether Resolve wrote the list as "Timeline Markers to EDL": one marker line for every event."""
    return events > 0 and sum(bool(_MARKER.search(line)) for line in lines) >= events


def _same_event(first: str, line: str) -> bool:
    return first.split()[0].lstrip("0") == line.split()[0].lstrip("0") and " C " in f" {first} "


def _event_line(line: str, drop: bool) -> str:
    match = _EVENT.match(line)
    if match is None:
        raise TimelineError(
            f"event line {line[:80]!r} cannot be read", remedy="Export the EDL again in the format CMX 3600"
        )
    return f"{match['head']} {' '.join(counted(time, drop) for time in match['times'].split())}"


def event_times(line: str) -> list[str]:
    """The four timecodes of an event's line (source in and out, record in and out); none for another."""
    match = _EVENT.match(line)
    return match["times"].split() if match else []


def counted(time: str, drop: bool) -> str:
    """A timecode with the mark that says how the list counts, however it was typed."""
    head, tail = re.split(r"[:;.,](?=\d+$)", time)
    return f"{head.zfill(8)}{';' if drop else ':'}{tail}"


def _locator_line(match: re.Match[str], rate: Fraction, drop: bool, warnings: list[str]) -> str:
    """A locator as the adapter wants it: it takes colons only, and counts them without dropping.

    It also needs a word for the colour, without which it passes over the line.
    """
    try:
        if not re.fullmatch(_TC, match["tc"]):
            raise TimecodeError(f"{match['tc']!r} is not a timecode")
        frame = timecode_to_frames(counted(match["tc"], drop), rate)
    except TimecodeError as error:
        warnings.append(f"locator {match['rest'] or match['tc']} is left out: {error.what}")
        return "*"
    color = "" if _COLOR_WORD.match(match["rest"]) else "RED "
    return f"* LOC: {frames_to_timecode(frame, rate)} {color}{match['rest']}"


def _speed_line(line: str) -> str:
    """An M2 line as the adapter's pattern wants it: name, speed, timecode with colons."""
    if not line.startswith("M2"):
        return line if line.startswith(("*", "|")) else f"* {line}"
    match = _M2.match(line)
    if match is None:
        return f"* {line}"
    tc = re.sub(r"[;.,]", ":", match["tc"] or "00:00:00:00").zfill(11)[:11]
    return f"M2   {match['reel'].split(' ')[0] or 'AX'}   {match['speed'].lstrip('+')}   {tc}"


def _block(block: list[str], rate: Fraction, warnings: list[str]) -> list[str]:
    """One event with its comments; a missing speed line is made up from its source and record lengths."""
    if not block:
        return []
    event = [line for line in block if _EVENT.match(line)][-1]
    times = event.split()[-4:]
    try:
        source_in, source_out, record_in, record_out = (timecode_to_frames(time, rate) for time in times)
    except TimecodeError as error:
        raise TimelineError(
            f"event {event.split()[0]}: {error.what}",
            remedy="Check the frame rate given with --fps: it must be the rate the list was made at",
        ) from None
    number, source, record = event.split()[0], source_out - source_in, record_out - record_in
    if record < 0 or source < 0:
        raise TimelineError(f"event {number} ends before it begins", remedy="Export the EDL again")
    has_speed = any(line.startswith("M2") or "FREEZE FRAME" in line for line in block)
    if record != source and not has_speed and record > 0:
        speed = float(rate * source / record)
        warnings.append(
            f"event {number} plays {source} source frames in {record}, without a speed line: "
            f"read as a retime to {100 * source / record:.0f} %"
        )
        block = [*block, f"M2   AX   {speed:.6f}   00:00:00:00"]
    return block
