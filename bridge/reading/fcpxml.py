"""FCPXML (Final Cut Pro, and Resolve's export of it) to an OTIO document.

OTIO's adapter for it rounds 29.97 to 29 frames a second, drops transitions and takes a sequence that
starts at an hour for one with an hour of nothing before it. Times in FCPXML are exact fractions of
seconds, and stay so here. What matters of its story elements: `offset` is where one lies in its parent's
time, `start` where its own time begins; a sequence's time begins at `tcStart`, a secondary storyline's at
0; a child with a `lane` lies over (or, below 0, under) its parent, and its offset counts in the parent's
own time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from bridge.errors import TimelineError
from bridge.reading.fcpxml_items import Clock, Resources, gap, item_of, marker_of, track_of, transition
from bridge.reading.tree import Node
from bridge.timebase import parse_rate

_STORY = ("asset-clip", "clip", "video", "audio", "title", "gap", "ref-clip", "sync-clip", "mc-clip")
_MARKERS = ("marker", "chapter-marker")
# A compound clip that holds itself would never end.
_MAX_DEPTH = 8


@dataclass
class _Placed:
    """One item on a lane: [start, end) in seconds of the sequence."""

    start_s: Fraction
    end_s: Fraction
    node: Node


@dataclass
class _Lanes:
    """What a sequence holds, by lane; 0 is the primary storyline."""

    items: dict[tuple[int, bool], list[_Placed]] = field(default_factory=dict)
    fades: dict[int, list[tuple[Fraction, Fraction, str]]] = field(default_factory=dict)


def fcpxml_document(root: Element) -> tuple[Node, Fraction, bool, list[str]]:
    """(an OTIO timeline, its rate, whether it counts drop frame, warnings).

    Args:
        root: the element `fcpxml`.

    Raises:
        TimelineError: there is no sequence in it, or a time in it is none; the element is named.
    """
    projects = list(root.iter("project"))
    sequences = [found for project in projects if (found := project.find("sequence")) is not None]
    if not sequences:
        raise TimelineError(
            "this FCPXML holds no project with a timeline", remedy="Export the timeline itself, not clips"
        )
    sequence = sequences[0]
    named = next((each.get("name", "") for each in projects if each.find("sequence") is sequence), "")
    warnings = []
    if len(sequences) > 1:
        name = named or "the first"
        warnings.append(f"the file holds {len(sequences) - 1} more timelines; {name} is scored")
    resources = Resources(root)
    clock = Clock(parse_rate(resources.rate(sequence)))
    start_s = clock.seconds(sequence, "tcStart")
    reader = _Reader(clock, resources)
    timeline: Node = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": named.removesuffix(" (Resolve)"),
        "global_start_time": clock.time(start_s),
        "tracks": reader.stack(sequence, 0),
    }
    return timeline, clock.rate, sequence.get("tcFormat", "").upper() == "DF", warnings + reader.warnings


class _Reader:
    """Walks sequences; remembers what it had to simplify."""

    def __init__(self, clock: Clock, resources: Resources) -> None:
        self._clock = clock
        self._resources = resources
        self._told: dict[str, int] = {}

    @property
    def warnings(self) -> list[str]:
        """What was read as something simpler."""
        return [f"{count} {what}" for what, count in self._told.items()]

    def stack(self, sequence: Element, depth: int) -> Node:
        """A sequence's lanes as tracks, pictures from the lowest up, then sound."""
        lanes = _Lanes()
        spine = sequence.find("spine")
        if spine is not None:
            first = next((child for child in spine if child.tag in (*_STORY, "audition")), None)
            origin_s = self._clock.seconds(sequence, "tcStart")
            if first is not None and self._clock.seconds(first, "offset") < origin_s:
                origin_s = Fraction(0)  # counted from its first frame, whatever the timecode
            self._storyline(spine, 0, -origin_s, lanes, depth)
        pictures = sorted((key for key in lanes.items if key[1]), key=lambda key: key[0])
        sounds = sorted((key for key in lanes.items if not key[1]), key=lambda key: -key[0])
        tracks = [track for key in pictures for track in self._tracks(lanes, key)]
        tracks += [track for key in sounds for track in self._tracks(lanes, key)]
        return {"OTIO_SCHEMA": "Stack.1", "name": "", "children": tracks}

    def _storyline(self, spine: Element, lane: int, shift_s: Fraction, lanes: _Lanes, depth: int) -> None:
        """Everything on a spine; `shift_s` brings its time into the sequence's, from its first frame."""
        for child in spine:
            if child.tag == "audition":
                child = next((inner for inner in child if inner.tag in _STORY), child)
            if child.tag == "transition":
                begin_s = self._clock.seconds(child, "offset") + shift_s
                span = (begin_s, begin_s + self._clock.seconds(child, "duration"), child.get("name", ""))
                lanes.fades.setdefault(lane, []).append(span)
            elif child.tag in _STORY:
                self._place(child, lane, shift_s, lanes, depth)

    def _place(self, element: Element, lane: int, shift_s: Fraction, lanes: _Lanes, depth: int) -> None:
        """An element, and what is connected to it."""
        begin_s = self._clock.seconds(element, "offset") + shift_s
        length_s = self._clock.seconds(element, "duration", self._length_s(element))
        inner = None
        if element.tag == "ref-clip" and depth < _MAX_DEPTH:
            sequence = self._resources.compound(element)
            inner = None if sequence is None else self.stack(sequence, depth + 1)
        made = item_of(element, length_s, inner, self._clock, self._resources)
        if made.remark:
            self._told[made.remark] = self._told.get(made.remark, 0) + 1
        made.node["markers"] = [
            marker_of(child, made, self._clock) for child in element if child.tag in _MARKERS
        ]
        if lane == 0 or element.tag != "gap":
            picture = made.picture if lane >= 0 else False
            placed = _Placed(begin_s, begin_s + length_s, made.node)
            lanes.items.setdefault((lane, picture or lane == 0), []).append(placed)
            if (picture or lane == 0) and made.sounding:
                # A clip with picture and sound is one element here, and one on either kind of track in OTIO.
                heard = _Placed(begin_s, begin_s + length_s, {**made.node, "markers": []})
                lanes.items.setdefault((lane, False), []).append(heard)
        within_s = begin_s - made.start_s
        for child in element:
            where = child.get("lane")
            if where is None or not where.lstrip("-").isdigit():
                continue
            if child.tag == "spine":
                moved_s = self._clock.seconds(child, "offset") + within_s
                self._storyline(child, lane + int(where), moved_s, lanes, depth)
            elif child.tag in _STORY:
                self._place(child, lane + int(where), within_s, lanes, depth)

    def _length_s(self, element: Element) -> Fraction:
        """A clip that does not say how long it is lasts as long as its asset."""
        asset = self._resources.get(element.get("ref", ""))
        return Fraction(0) if asset is None else self._clock.seconds(asset, "duration")

    def _tracks(self, lanes: _Lanes, key: tuple[int, bool]) -> list[Node]:
        """A lane's items on as few tracks as hold them without overlap, gaps and transitions between."""
        lane, picture = key
        rows: list[list[_Placed]] = []
        for placed in sorted(lanes.items[key], key=lambda each: each.start_s):
            row = next((row for row in rows if row[-1].end_s <= placed.start_s), None)
            if row is None:
                rows.append([placed])
            else:
                row.append(placed)
        fades = lanes.fades.get(lane, [])
        return [self._track(row, fades if number == 0 else [], picture) for number, row in enumerate(rows)]

    def _track(self, row: list[_Placed], fades: list[tuple[Fraction, Fraction, str]], picture: bool) -> Node:
        children: list[Node] = []
        now_s = Fraction(0)
        for placed in row:
            if placed.start_s > now_s:
                children.append(gap(placed.start_s - now_s, self._clock))
            for begin_s, end_s, name in fades:
                if begin_s <= placed.start_s <= end_s and children:
                    sides = (placed.start_s - begin_s, end_s - placed.start_s)
                    children.append(transition(*sides, name, self._clock))
                    break
            children.append(placed.node)
            now_s = max(now_s, placed.end_s)
        return track_of(children, picture)
