"""What Resolve remembers: plain data, no behaviour."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Any

from bridge.timebase import parse_rate

_numbers = itertools.count(1)


def uid() -> str:
    """An id that no other object has."""
    return f"uid-{next(_numbers):06d}"


@dataclass
class Clip:
    """A media pool item. `fps` is what it was frozen to at its import."""

    name: str
    path: str
    fps: str = "24"
    frames: int = 0
    kind: str = "Video + Audio"
    metadata: dict[str, str] = field(default_factory=dict)
    uid: str = field(default_factory=uid)


@dataclass
class Bin:
    """A folder of the media pool."""

    name: str
    bins: list[Bin] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    uid: str = field(default_factory=uid)

    def walk(self) -> list[Bin]:
        """Itself and all below."""
        return [self, *(each for inner in self.bins for each in inner.walk())]


@dataclass
class Item:
    """Something on a track, [start, end) in absolute timeline frames. Titles and transitions have no clip."""

    name: str
    start: int
    end: int
    clip: Clip | None = None
    source_start: int = 0
    kind: str = "clip"
    uid: str = field(default_factory=uid)


@dataclass
class Track:
    """A track. `subtype` is that of sound: stereo, mono ..."""

    name: str
    items: list[Item] = field(default_factory=list)
    enabled: bool = True
    locked: bool = False
    subtype: str = ""


@dataclass
class Timeline:
    """A timeline. Markers and marks count from its first frame; `playhead` and `start_frame` are absolute."""

    name: str
    rate_text: str = "24"
    drop: bool = False
    start_frame: int = 86400
    tracks: dict[str, list[Track]] = field(default_factory=dict)
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    mark_in: int | None = None
    mark_out: int | None = None
    playhead: int = 86400
    uid: str = field(default_factory=uid)

    @property
    def rate(self) -> Fraction:
        """The exact rate."""
        return parse_rate(self.rate_text)

    @property
    def end(self) -> int:
        """The absolute frame after the last item."""
        items = [item for tracks in self.tracks.values() for track in tracks for item in track.items]
        return max((item.end for item in items), default=self.start_frame)


@dataclass
class Project:
    """A project with its media pool and its render queue."""

    name: str
    root: Bin = field(default_factory=lambda: Bin("Master"))
    timelines: list[Timeline] = field(default_factory=list)
    timeline: Timeline | None = None
    current: Bin | None = None
    selection: list[Clip] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=lambda: {"timelineFrameRate": "24"})
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    render_settings: dict[str, Any] = field(default_factory=dict)
    uid: str = field(default_factory=uid)


@dataclass
class State:
    """Everything."""

    page: str = "edit"
    projects: list[Project] = field(default_factory=list)
    project: Project | None = None


# Fields that hold another's child: told by its id, not once more in full.
_REFERENCES = {"clip", "timeline", "current", "selection", "project"}


def plain(thing: Any) -> Any:
    """Nested dictionaries and lists that can be compared and printed; children by their ids."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {
            f.name: _named(getattr(thing, f.name)) if f.name in _REFERENCES else plain(getattr(thing, f.name))
            for f in fields(thing)
        }
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [plain(value) for value in thing]
    return thing


def _named(thing: Any) -> Any:
    return [each.uid for each in thing] if isinstance(thing, list) else getattr(thing, "uid", None)
