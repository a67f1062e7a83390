"""Resolve's "Timeline Markers to EDL": an event of one frame a marker, its words on a line of their own.

    001  001      V     C        01:00:36:25 01:00:36:26 01:00:36:25 01:00:36:26
     |C:ResolveColorBlue |M:Marker 1 |D:1

The third timecode is where the marker is on the timeline; `D` is its length in frames. A note, where there
is one, stands before `|C:`, and may run over several lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from bridge.errors import TimecodeError, TimelineError
from bridge.reading.edl import counted, event_times
from bridge.reading.layout import Mark
from bridge.reading.markers import is_ours
from bridge.timebase import can_drop, timecode_to_frames

WHERE = "list of markers"
_WORDS = re.compile(r"^(?P<note>.*?)\|C:(?P<color>\S*)\s*\|M:(?P<name>.*)\|D:(?P<length>\d+)\s*$")
_COLOR = "ResolveColor"


@dataclass(frozen=True)
class Entry:
    """One marker as the list has it; `line` counts from 1, `timecode` is where it is."""

    line: int
    timecode: str
    length_frames: int
    name: str
    note: str
    color: str


def is_edl(text: str) -> bool:
    """Whether a text is a list of events rather than JSON."""
    return any(event_times(line) for line in text.splitlines())


def entries(text: str) -> list[Entry]:
    """The markers of a list, in its order.

    Raises:
        TimelineError: an event of an edit, or a marker line that cannot be read; its line is named.
    """
    found: list[Entry] = []
    event: tuple[int, str] | None = None
    note: list[str] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        times = event_times(line.strip())
        if times:
            _ended(event)
            event, note = (number, times[2]), []
            continue
        if event is None or not line.strip():
            continue
        match = _WORDS.match(line.strip())
        if match is None:
            if "|C:" in line:
                _fail(f"line {number}, at {event[1]}: {line.strip()[:80]!r} is no marker of Resolve's")
            note.append(line.strip().lstrip("* "))
            continue
        note.append(match["note"].strip().lstrip("* "))
        color = match["color"].removeprefix(_COLOR)
        words = " ".join(filter(None, note))
        found.append(Entry(number, event[1], int(match["length"]), match["name"].strip(), words, color))
        event = None
    _ended(event)
    return found


def marks(text: str, rate: Fraction, start_timecode: int) -> list[Mark]:
    """The markers on timeline frames, but for those that are of an earlier score of ours.

    Args:
        text: the list.
        rate: the timeline's rate.
        start_timecode: frame number of the timeline's first frame.

    Raises:
        TimelineError: as for `entries`, or a timecode that the rate does not have.
    """
    drop = can_drop(rate) and (
        any(re.match(r"FCM:\s*DROP", line.strip(), re.IGNORECASE) for line in text.splitlines())
        or any(";" in entry.timecode for entry in entries(text))
    )
    found = []
    for entry in entries(text):
        try:
            frame = timecode_to_frames(counted(entry.timecode, drop), rate)
        except TimecodeError as error:
            _fail(f"line {entry.line}: {error.what}")
        if not is_ours(entry.name, entry.color):
            place = Fraction(frame - start_timecode)
            found.append(Mark(place, Fraction(entry.length_frames), entry.name, entry.note, entry.color))
    return found


def _ended(event: tuple[int, str] | None) -> None:
    """An event without marker words is one of an edit."""
    if event is not None:
        _fail(f"line {event[0]}, the event at {event[1]} is no marker")


def _fail(what: str) -> NoReturn:
    raise TimelineError(
        what,
        where=WHERE,
        remedy="In Resolve, right-click the timeline: Timelines, Export, Timeline Markers to EDL",
    )
