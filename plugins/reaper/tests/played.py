"""What a project would play, read from the fake's own arithmetic and nothing of the actions'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugins.reaper.tests.host import Fake


@dataclass(frozen=True)
class Heard:
    """A note in the project: seconds, pitch, ticks of its take, and how long one lasts at start and end."""

    start_s: float
    end_s: float
    pitch: int
    start: int
    end: int
    start_tick_s: float
    end_tick_s: float


def time_at(reaper: Fake, qn: float) -> float:
    return float(reaper.fake.tempo.time_at(reaper.project.map, qn))


def qn_at(reaper: Fake, t: float) -> float:
    return float(reaper.fake.tempo.qn_at(reaper.project.map, t))


def bpm_at(reaper: Fake, t: float) -> float:
    return float(reaper.fake.tempo.bpm_at(reaper.project.map, t))


def tracks(reaper: Fake) -> list[Any]:
    return list(reaper.project.tracks.values())


def ours(reaper: Fake) -> list[Any]:
    """The tracks an insertion made, without its folder."""
    return [track for track in tracks(reaper) if b"cuebridge_part" in dict(track.ext)]


def notes(reaper: Fake, item: Any) -> list[Heard]:
    """An item's notes, on the project's clock."""
    take = item.takes[item.active]
    origin = qn_at(reaper, item[b"from"])
    sounding: dict[int, int] = {}
    heard = []
    for event in take.events.values():
        status, *data = event.message
        if status & 0xF0 == 0x90 and data[1]:
            sounding[data[0]] = event.ppq
        elif status & 0xF0 in (0x80, 0x90) and data[0] in sounding:
            start = sounding.pop(data[0])
            start_s, end_s = (time_at(reaper, origin + ppq / take.ppq) for ppq in (start, event.ppq))
            start_tick_s = time_at(reaper, origin + (start + 1) / take.ppq) - start_s
            end_tick_s = time_at(reaper, origin + (event.ppq + 1) / take.ppq) - end_s
            heard.append(Heard(start_s, end_s, data[0], start, event.ppq, start_tick_s, end_tick_s))
    assert not sounding
    return sorted(heard, key=lambda note: (note.start_s, note.pitch))
