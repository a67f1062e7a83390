"""A list of markers in a file of its own, for timelines whose own file lacks them or tells them badly."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NoReturn

from bridge.errors import TimelineError
from bridge.reading import marker_edl
from bridge.reading.cue import cut_markers
from bridge.reading.layout import Mark
from bridge.reading.markers import is_ours
from bridge.schema.timeline import Marker, Timeline
from bridge.timebase import frames_to_timecode


@dataclass(frozen=True)
class Place:
    """A timeline's rate, the frame number of its first frame, and how long it is."""

    rate: Fraction
    start_timecode: int
    length_frames: int

    def label(self, frame: int) -> str:
        """The timecode of a timeline frame."""
        return frames_to_timecode(self.start_timecode + frame, self.rate)


def check_markers(text: str) -> None:
    """Refuse a faulty list before anything is read.

    Raises:
        TimelineError: as for `marker_list`, as far as it can be said without a timeline.
    """
    if marker_edl.is_edl(text):
        marker_edl.entries(text)
    else:
        _json_list(text)


def marker_list(text: str, place: Place) -> list[Mark]:
    """The markers of a list, on timeline frames: Resolve's EDL of markers, or JSON.

    Raises:
        TimelineError: it is something else; the place and the value are named. Or it is of another
            timeline: none of its markers lies on this one.
    """
    if not marker_edl.is_edl(text):
        return _json_list(text)
    found = marker_edl.marks(text, place.rate, place.start_timecode)
    if found and not any(0 <= mark.start < place.length_frames for mark in found):
        first = place.label(int(found[0].start))
        raise TimelineError(
            f"none of its {len(found)} markers lies on the timeline, which runs from {place.label(0)} to "
            f"{place.label(place.length_frames)}; the first is at {first}",
            where=marker_edl.WHERE,
            remedy="Export the markers of this timeline, and check its start timecode and --fps",
        )
    return found


def _json_list(text: str) -> list[Mark]:
    """`{"markers": [{"frame": 30, "duration": 1, "name": "", "note": "must", "color": "Red"}, ...]}`; `frame`
    counts from the timeline's first frame, and only it must be there. Those of an earlier score of ours are
    left out, as in any other list.
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        _fail(f"it is not JSON ({error})")
    entries = document.get("markers") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        _fail('there is no list "markers" in it')
    found = [_mark(number, entry) for number, entry in enumerate(entries, start=1)]
    return [mark for mark in found if not is_ours(mark.name, mark.color)]


def gone_frames(text: str) -> frozenset[int]:
    """The frames of a JSON list whose marker is there no more: `{"markers": [...], "gone": [30]}`.

    An EDL says none.

    Raises:
        TimelineError: it is no list, or they are something else than whole numbers.
    """
    check_markers(text)
    frames = [] if marker_edl.is_edl(text) else json.loads(text.removeprefix("\ufeff")).get("gone", [])
    if not isinstance(frames, list) or not all(type(frame) is int for frame in frames):
        _fail('"gone" is no list of whole numbers')
    return frozenset(frames)


def with_markers(timeline: Timeline, text: str) -> Timeline:
    """A timeline with the markers of a list in the place of all of its own, cut to its cue.

    Raises:
        TimelineError: as for `marker_list`.
    """
    place = Place(timeline.rate, timeline.start_timecode_frames, timeline.duration_frames)
    marks = [
        Marker(round(mark.start), round(mark.length), mark.name, mark.note, mark.color)
        for mark in sorted(marker_list(text, place), key=lambda mark: mark.start)
    ]
    return replace(timeline, markers=cut_markers(marks, timeline.cue_start_frame, timeline.cue_end_frame))


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
    raise TimelineError(
        what, where=marker_edl.WHERE, remedy='Write {"markers": [{"frame": 30, "name": "must"}]}'
    )
