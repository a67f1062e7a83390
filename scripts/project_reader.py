"""A REAPER project as the `rpp` package parses it, and REAPER's arithmetic of square tempo points over it.

The arithmetic is REAPER's as SWS has it: from one point to the next, bpm/60 quarters a second. None of the
product's own tempo map is in it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import rpp


@dataclass(frozen=True)
class ProjectMap:
    """Square tempo points: (seconds, bpm), rising; `beats` are the quarters at each."""

    points: tuple[tuple[float, float], ...]
    beats: tuple[float, ...]

    def s_at_beats(self, beats: float) -> float:
        """Seconds at a quarter note."""
        index = max(0, bisect_right(self.beats, beats) - 1)
        at_s, bpm = self.points[index]
        return at_s + (beats - self.beats[index]) * 60 / bpm


def statements(element: Any, name: str) -> list[list[str]]:
    """The lines of one name right inside a block, each with its tokens, the name first."""
    return [line for line in element.children if isinstance(line, list) and line[0] == name]


def blocks(element: Any, tag: str) -> list[Any]:
    """The blocks of one tag right inside a block."""
    return [child for child in element.children if getattr(child, "tag", "") == tag]


def value(element: Any, name: str) -> list[str]:
    """The tokens of the only line of a name.

    Raises:
        ValueError: there is none, or several.
    """
    (line,) = statements(element, name)
    return line[1:]


def project(data: bytes) -> Any:
    """Parse a project file."""
    return rpp.loads(data.decode())


def project_map(root: Any) -> ProjectMap:
    """The tempo envelope.

    Raises:
        ValueError: a point that is not square.
    """
    lines = statements(root.find("TEMPOENVEX"), "PT")
    if any(line[3] != "1" for line in lines):
        raise ValueError("a tempo point is not square")
    points = tuple((float(line[1]), float(line[2])) for line in lines)
    beats = [0.0]
    for (at_s, bpm), (next_s, _) in zip(points, points[1:]):
        beats.append(beats[-1] + (next_s - at_s) * bpm / 60)
    return ProjectMap(points, tuple(beats))


def messages(item: Any) -> list[tuple[int, bytes]]:
    """(tick from the item's start, three bytes) of every message of a MIDI item."""
    now, found = 0, []
    for line in statements(item.find("SOURCE"), "E"):
        now += int(line[1])
        found.append((now, bytes(int(word, 16) for word in line[2:])))
    return found


def note_starts(root: Any) -> dict[tuple[int, int, int], float]:
    """Seconds at which each note of the project begins: (track with MIDI, counted from 0, tick, pitch)."""
    tempo, found, number = project_map(root), {}, 0
    for track in blocks(root, "TRACK"):
        items = [item for item in blocks(track, "ITEM") if _holds_midi(item)]
        for item in items:
            (per_quarter,) = (int(line[2]) for line in statements(item.find("SOURCE"), "HASDATA"))
            start_s = float(value(item, "POSITION")[0])
            if start_s:
                raise ValueError("an item that does not start with the project")
            for tick, data in messages(item):
                if data[0] & 0xF0 == 0x90 and data[2]:
                    found[(number, tick, data[1])] = tempo.s_at_beats(tick / per_quarter)
        number += bool(items)
    return found


def _holds_midi(item: Any) -> bool:
    source = item.find("SOURCE")
    return source is not None and list(source.attrib) == ["MIDI"]
