"""A list of markers in a file of its own, for timelines whose own file lacks them or tells them badly."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any, NoReturn

from bridge.errors import TimelineError
from bridge.reading.cue import cut_markers
from bridge.reading.layout import Mark
from bridge.schema.timeline import Marker, Timeline

_WHERE = "list of markers"


def marker_list(text: str) -> list[Mark]:
    """The markers of a JSON list, on timeline frames.

    `{"markers": [{"frame": 30, "duration": 1, "name": "", "note": "must", "color": "Red"}, ...]}`; `frame`
    counts from the timeline's first frame, and only it must be there.

    Raises:
        TimelineError: it is something else; the place and the value are named.
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        _fail(f"it is not JSON ({error})")
    entries = document.get("markers") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        _fail('there is no list "markers" in it')
    return [_mark(number, entry) for number, entry in enumerate(entries, start=1)]


def with_markers(film: Timeline, text: str) -> Timeline:
    """A film's timeline with the markers of a list: a film itself has none.

    Raises:
        TimelineError: as for `marker_list`.
    """
    marks = [
        Marker(round(mark.start), round(mark.length), mark.name, mark.note, mark.color)
        for mark in sorted(marker_list(text), key=lambda mark: mark.start)
    ]
    return replace(film, markers=cut_markers(marks, film.cue_start_frame, film.cue_end_frame))


def _mark(number: int, entry: Any) -> Mark:
    if not isinstance(entry, dict):
        _fail(f"marker {number} is no object in {{ }}")
    frames = [entry.get("frame"), entry.get("duration", 1)]
    if not all(isinstance(frame, int) and not isinstance(frame, bool) for frame in frames):
        _fail(f"marker {number} has a frame or a duration that is no whole number")
    words = [entry.get(key, "") for key in ("name", "note", "color")]
    if not all(isinstance(word, str) for word in words):
        _fail(f"marker {number} has a name, note or color that is no text")
    return Mark(Fraction(frames[0]), Fraction(max(0, frames[1])), *words)


def _fail(what: str) -> NoReturn:
    raise TimelineError(what, where=_WHERE, remedy='Write {"markers": [{"frame": 30, "name": "must"}]}')
