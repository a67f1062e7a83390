"""A timeline: tracks, markers, marks, and what it exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bridge.errors import TimecodeError
from bridge.timebase import frames_to_timecode, timecode_to_frames
from tests.fake_resolve.export import export
from tests.fake_resolve.remote import Misuse
from tests.fake_resolve.state import Item, Timeline, Track

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve

COLORS = (
    "Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia", "Rose", "Lavender", "Sky", "Mint",
    "Lemon", "Sand", "Cocoa", "Cream",
)  # fmt: skip
KINDS = ("video", "audio", "subtitle")


class TimelineCalls:
    """Class Timeline."""

    def GetName(self: FakeResolve, timeline: Timeline) -> str:
        return timeline.name

    def GetUniqueId(self: FakeResolve, timeline: Timeline) -> str:
        return timeline.uid

    def GetStartFrame(self: FakeResolve, timeline: Timeline) -> int:
        return timeline.start_frame

    def GetEndFrame(self: FakeResolve, timeline: Timeline) -> int:
        return timeline.end - self.quirks.end_frame_inclusive

    def GetStartTimecode(self: FakeResolve, timeline: Timeline) -> str:
        return frames_to_timecode(timeline.start_frame, timeline.rate, timeline.drop)

    def GetCurrentTimecode(self: FakeResolve, timeline: Timeline) -> str:
        if self.state.page in ("media", "fusion"):
            return ""
        return frames_to_timecode(timeline.playhead, timeline.rate, timeline.drop)

    def SetCurrentTimecode(self: FakeResolve, timeline: Timeline, text: str) -> bool:
        if self.state.page in ("media", "fusion"):
            return False
        try:
            timeline.playhead = timecode_to_frames(text, timeline.rate)
        except TimecodeError:
            return False
        return True

    def GetSetting(self: FakeResolve, timeline: Timeline, name: str) -> Any:
        if name == "timelineFrameRate":
            return float(timeline.rate_text) if self.quirks.rate_as_number else timeline.rate_text
        return {"timelineDropFrameTimecode": str(int(timeline.drop))}.get(name, "")

    def GetTrackCount(self: FakeResolve, timeline: Timeline, kind: str) -> int:
        return len(timeline.tracks[_kind(kind)])

    def AddTrack(self: FakeResolve, timeline: Timeline, kind: str, subtype: Any = "mono") -> bool:
        tracks = timeline.tracks[_kind(kind)]
        index = len(tracks) + 1
        if isinstance(subtype, dict):
            if self.numbers < (19, 0):
                return False
            index, subtype = subtype.get("index", index), subtype.get("audioType", "mono")
        tracks.insert(
            index - 1, Track(f"{kind.title()} {len(tracks) + 1}", subtype=subtype if kind == "audio" else "")
        )
        return True

    def DeleteTrack(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> bool:
        if _track(timeline, kind, index) is None:
            return False
        del timeline.tracks[kind][index - 1]
        return True

    def GetTrackSubType(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> str:
        track = _track(timeline, kind, index)
        return track.subtype if track else ""

    def GetTrackName(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> str:
        track = _track(timeline, kind, index)
        return track.name if track else ""

    def SetTrackName(self: FakeResolve, timeline: Timeline, kind: str, index: int, name: str) -> bool:
        return _set(timeline, kind, index, "name", name)

    def GetIsTrackEnabled(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> bool:
        track = _track(timeline, kind, index)
        return bool(track and track.enabled)

    def SetTrackEnable(self: FakeResolve, timeline: Timeline, kind: str, index: int, on: bool) -> bool:
        return _set(timeline, kind, index, "enabled", on)

    def GetIsTrackLocked(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> bool:
        track = _track(timeline, kind, index)
        return bool(track and track.locked)

    def SetTrackLock(self: FakeResolve, timeline: Timeline, kind: str, index: int, on: bool) -> bool:
        return _set(timeline, kind, index, "locked", on)

    def GetItemListInTrack(self: FakeResolve, timeline: Timeline, kind: str, index: int) -> Any:
        track = _track(timeline, kind, index)
        return (
            [self.wrap("TimelineItem", item) for item in sorted(track.items, key=lambda i: i.start)]
            if track
            else []
        )

    def DeleteClips(self: FakeResolve, timeline: Timeline, given: list[Any], ripple: bool = False) -> bool:
        doomed: list[Item] = [self.own(each, "TimelineItem") for each in given]
        if ripple:
            raise Misuse("a ripple would move what is the user's")
        holders = [t for ts in timeline.tracks.values() for t in ts if any(i in doomed for i in t.items)]
        if self.state.page == "fairlight" or not doomed or not holders or any(t.locked for t in holders):
            return False
        for track in holders:
            track.items = [item for item in track.items if item not in doomed]
        return True

    def AddMarker(
        self: FakeResolve, timeline: Timeline, frame: Any, color: str, name: str, note: str, duration: Any,
        custom: str = "",
    ) -> bool:  # fmt: skip
        words = (color, name, note, custom)
        if (
            not all(isinstance(word, str) for word in words)
            or isinstance(frame, str)
            or isinstance(duration, str)
        ):
            raise Misuse(f"AddMarker of {frame!r}, {words!r}, {duration!r}")
        length = timeline.end - timeline.start_frame
        if color not in COLORS or frame != int(frame) or not 0 <= frame < max(length, 1) or duration < 1:
            return False
        if int(frame) in timeline.markers:
            return False  # one marker a frame
        timeline.markers[int(frame)] = {
            "color": color, "duration": int(duration), "note": note, "name": name, "customData": custom,
        }  # fmt: skip
        return True

    def GetMarkers(self: FakeResolve, timeline: Timeline) -> dict[Any, Any]:
        key = float if self.quirks.float_markers else int
        return {key(frame): dict(marker) for frame, marker in sorted(timeline.markers.items())}

    def DeleteMarkerAtFrame(self: FakeResolve, timeline: Timeline, frame: Any) -> bool:
        return timeline.markers.pop(int(frame), None) is not None

    def DeleteMarkerByCustomData(self: FakeResolve, timeline: Timeline, custom: str) -> bool:
        for frame, marker in sorted(timeline.markers.items()):
            if custom and marker["customData"] == custom:
                del timeline.markers[frame]
                return True
        return False

    def GetMarkInOut(self: FakeResolve, timeline: Timeline) -> dict[str, Any]:
        marks = {"in": timeline.mark_in, "out": timeline.mark_out}
        there = {key: frame for key, frame in marks.items() if frame is not None}
        return {"video": dict(there), "audio": dict(there)} if there else {}

    def SetMarkInOut(self: FakeResolve, timeline: Timeline, first: int, last: int, kind: str = "all") -> bool:
        if type(first) is not int or type(last) is not int or not 0 <= first <= last:
            return False
        timeline.mark_in, timeline.mark_out = first, last
        return True

    def ClearMarkInOut(self: FakeResolve, timeline: Timeline, kind: str = "all") -> bool:
        timeline.mark_in = timeline.mark_out = None
        return True

    def Export(self: FakeResolve, timeline: Timeline, path: str, what: Any, subtype: Any = None) -> bool:
        if self.quirks.export_lies:
            return True
        return export(self, timeline, path, what, subtype)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Misuse(f"{kind!r} is no kind of track")
    return kind


def _track(timeline: Timeline, kind: str, index: int) -> Track | None:
    if type(index) is not int:
        raise Misuse(f"{index!r} is no index")
    tracks = timeline.tracks[_kind(kind)]
    return tracks[index - 1] if 1 <= index <= len(tracks) else None


def _set(timeline: Timeline, kind: str, index: int, name: str, value: Any) -> bool:
    track = _track(timeline, kind, index)
    if track is None:
        return False
    setattr(track, name, value)
    return True
