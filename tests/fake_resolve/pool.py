"""The media pool, its bins, and what lies in them."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.timebase import parse_rate
from tests.fake_resolve.remote import Misuse, Remote
from tests.fake_resolve.state import Bin, Clip, Item, Project, Timeline

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve

MEDIA = (".wav", ".mov", ".mp4", ".aif", ".mp3")


class PoolCalls:
    """Class MediaPool."""

    def GetRootFolder(self: FakeResolve, project: Project) -> Any:
        return self.wrap("Folder", project.root)

    def GetCurrentFolder(self: FakeResolve, project: Project) -> Any:
        return self.wrap("Folder", project.current or project.root)

    def SetCurrentFolder(self: FakeResolve, project: Project, given: Any) -> bool:
        folder = self.own(given, "Folder")
        if not _holds(project, folder):
            return False
        if folder is not (project.current or project.root):
            project.selection = []
        project.current = folder
        return True

    def AddSubFolder(self: FakeResolve, project: Project, given: Any, name: str) -> Any:
        folder = self.own(given, "Folder")
        if not _holds(project, folder) or not isinstance(name, str) or not name:
            return None
        made = Bin(name)
        folder.bins.append(made)
        project.current, project.selection = made, []  # it opens what it makes
        return self.wrap("Folder", made)

    def DeleteFolders(self: FakeResolve, project: Project, given: list[Any]) -> bool:
        doomed = [self.own(each, "Folder") for each in _listed(given)]
        if not all(_holds(project, each) and each is not project.root for each in doomed):
            return False
        gone = [inner for each in doomed for inner in each.walk()]
        for each in project.root.walk():
            each.bins = [inner for inner in each.bins if inner not in doomed]
        if project.current in gone:
            project.current = project.root
        _forget(project, [clip for each in gone for clip in each.clips])
        return True

    def DeleteClips(self: FakeResolve, project: Project, given: list[Any]) -> bool:
        doomed = [self.own(each, "MediaPoolItem") for each in _listed(given)]
        if not doomed or None in doomed:
            return False
        for each in project.root.walk():
            each.clips = [clip for clip in each.clips if clip not in doomed]
        _forget(project, doomed)
        return True

    def ImportMedia(self: FakeResolve, project: Project, given: list[str]) -> list[Any]:
        found = []
        for path in _listed(given):
            if not isinstance(path, str):
                raise Misuse("ImportMedia takes paths")
            if (
                Path(path).suffix.lower() in MEDIA
                and Path(path).is_file()
                and not self.quirks.no_media_import
            ):
                found.append(_clip(path, project.settings["timelineFrameRate"]))
        (project.current or project.root).clips.extend(found)  # always the current bin
        if found:
            project.selection = list(found)
        return [self.wrap("MediaPoolItem", clip) for clip in found]

    def GetSelectedClips(self: FakeResolve, project: Project) -> list[Any]:
        return [self.wrap("MediaPoolItem", clip) for clip in project.selection]

    def SetSelectedClip(self: FakeResolve, project: Project, given: Any) -> bool:
        clip = self.own(given, "MediaPoolItem")
        if not any(clip in each.clips for each in project.root.walk()):
            return False
        project.selection = [clip]
        return True

    def AppendToTimeline(self: FakeResolve, project: Project, *given: Any) -> Any:
        infos = given[0] if len(given) == 1 and isinstance(given[0], list) else None
        if infos is None or not all(isinstance(info, dict) for info in infos):
            raise Misuse("the fake models AppendToTimeline([{...}]) alone")
        frames = [
            info.get(key, 0)
            for info in infos
            for key in ("startFrame", "endFrame", "recordFrame", "trackIndex")
        ]
        if any(type(frame) is not int for frame in frames):
            return None  # fractional frames: the whole batch is refused
        if project.timeline is None or self.state.page not in ("edit", "cut"):
            return []
        placed = [self_item for info in infos if (self_item := _place(self, project.timeline, info))]
        if not placed or self.quirks.appended == "empty":
            return []
        if self.quirks.appended == "none":
            return None
        if self.quirks.appended == "nones":
            return [None] * len(placed)
        kind = "TimelineItem"
        found = [self.wrap(kind, item) for item in placed]
        if self.quirks.appended == "hollow":
            for each in found:
                each.__dict__["_project"] = object()
        return found


class BinCalls:
    """Class Folder."""

    def GetName(self: FakeResolve, folder: Bin) -> str:
        return folder.name

    def GetUniqueId(self: FakeResolve, folder: Bin) -> str:
        return folder.uid

    def GetClipList(self: FakeResolve, folder: Bin) -> list[Any]:
        return [self.wrap("MediaPoolItem", clip) for clip in folder.clips]

    def GetSubFolderList(self: FakeResolve, folder: Bin) -> list[Any]:
        return [self.wrap("Folder", inner) for inner in folder.bins]


class ClipCalls:
    """Class MediaPoolItem."""

    def GetName(self: FakeResolve, clip: Clip) -> str:
        return clip.name

    def GetUniqueId(self: FakeResolve, clip: Clip) -> str:
        return clip.uid

    def GetMediaId(self: FakeResolve, clip: Clip) -> str:
        return clip.uid

    def GetClipProperty(self: FakeResolve, clip: Clip, name: str = "") -> Any:
        known = {"File Path": clip.path, "FPS": clip.fps, "Type": clip.kind}
        if clip.kind == "Audio" and self.quirks.no_sound_rate:
            known["FPS"] = ""
        told = clip.kind != "Audio" or self.quirks.sound_frames
        known["Frames"] = str(clip.frames) if told else ""
        tracks = [t for edit in self.state.project.timelines for ts in edit.tracks.values() for t in ts]
        known["Usage"] = str(sum(item.clip is clip for track in tracks for item in track.items))
        return known if not name else known.get(name, "")

    def GetMetadata(self: FakeResolve, clip: Clip, name: str = "") -> Any:
        return dict(clip.metadata) if not name else clip.metadata.get(name, "")

    def SetMetadata(self: FakeResolve, clip: Clip, name: Any, value: str = "") -> bool:
        if not isinstance(name, str) or not isinstance(value, str):
            raise Misuse("the fake models SetMetadata(name, value) alone")
        clip.metadata[name] = value
        return True


def _holds(project: Project, folder: Bin | None) -> bool:
    return any(each is folder for each in project.root.walk())


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise Misuse(f"{given!r} is no list")
    return given


def _forget(project: Project, clips: list[Clip]) -> None:
    """Clips that are gone: items on timelines stay, offline."""
    project.selection = [clip for clip in project.selection if clip not in clips]
    for timeline in project.timelines:
        for track in (track for tracks in timeline.tracks.values() for track in tracks):
            for item in track.items:
                if item.clip in clips:
                    item.clip = None


def _clip(path: str, fps: str) -> Clip:
    """What an import makes of a file: a sound's rate is the project's, frozen."""
    frames = 240
    if path.lower().endswith(".wav"):
        with wave.open(path) as file:
            frames = int(file.getnframes() * parse_rate(fps) / file.getframerate())
    return Clip(Path(path).name, path, fps, frames, "Audio")


def _place(host: FakeResolve, timeline: Timeline, info: dict[str, Any]) -> Item | None:
    """Put one clip on its track; None when it is dropped, which nobody is told."""
    given: Remote = info["mediaPoolItem"]
    clip: Clip | None = host.own(given, "MediaPoolItem")
    kind = "audio" if info.get("mediaType") == 2 else "video"
    tracks, index = timeline.tracks[kind], info.get("trackIndex", 1)
    if clip is None or not 1 <= index <= len(tracks) or tracks[index - 1].locked:
        return None
    track = tracks[index - 1]
    start, stop = info.get("startFrame", 0), info.get("endFrame", clip.frames) + host.quirks.end_inclusive
    if not 0 <= start < stop <= clip.frames:
        return None
    at = info.get("recordFrame", max((item.end for item in track.items), default=timeline.start_frame))
    # Counted in the media's rate, floored to the timeline's.
    length = int((stop - start) * timeline.rate / parse_rate(clip.fps))
    if any(item.start < at + length and at < item.end for item in track.items):
        return None
    item = Item(clip.name, at, at + length, clip, start)
    track.items.append(item)
    timeline.playhead = item.end
    return item
