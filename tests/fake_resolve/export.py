"""What Timeline.Export writes: an .otio shaped as Resolve shapes it, and an FCP 7 XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from bridge.timebase import nominal_rate
from tests.fake_resolve.remote import Constant
from tests.fake_resolve.state import Item, Timeline, Track

if TYPE_CHECKING:
    from tests.fake_resolve.host import FakeResolve

NEEDS_SUBTYPE = ("EXPORT_EDL", "EXPORT_AAF")


def export(host: FakeResolve, timeline: Timeline, path: str, what: Any, subtype: Any) -> bool:
    """Write a file; False, and none, where the kind is not one of the live values."""
    if not isinstance(what, Constant) or not Path(path).parent.is_dir():
        return False
    if what.name in NEEDS_SUBTYPE and not isinstance(subtype, Constant):
        return False
    if what.name == "EXPORT_OTIO":
        text = json.dumps(_otio(timeline), indent=1)
    elif what.name == "EXPORT_FCP_7_XML":
        text = _xml(timeline)
    elif what.name == "EXPORT_FCPXML_1_10":  # a folder with the file in it
        Path(path).mkdir()
        Path(path, "Info.fcpxml").write_text("<fcpxml version='1.10'/>", encoding="utf-8")
        return True
    else:
        text = ""
    Path(path).write_text(text, encoding="utf-8")
    return True


def _time(frames: int, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(frames)}


def _range(start: int, length: int, rate: float) -> dict[str, Any]:
    times = {"duration": _time(length, rate), "start_time": _time(start, rate)}
    return {"OTIO_SCHEMA": "TimeRange.1", **times}


def _otio(timeline: Timeline) -> dict[str, Any]:
    rate, length = float(timeline.rate_text), timeline.end - timeline.start_frame
    children = []
    for kind, name in (("video", "Video"), ("audio", "Audio")):
        for number, track in enumerate(timeline.tracks[kind], 1):
            children.append(_track(track, name, number, timeline, rate, length))
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": "",  # Resolve leaves it empty
        "global_start_time": _time(timeline.start_frame, rate),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1", "metadata": {}, "name": "", "source_range": None, "effects": [],
            "markers": [_marker(frame, about, rate) for frame, about in sorted(timeline.markers.items())],
            "enabled": True, "children": children,
        },
    }  # fmt: skip


def _track(
    track: Track, name: str, number: int, timeline: Timeline, rate: float, length: int
) -> dict[str, Any]:
    children: list[dict[str, Any]] = []
    now = timeline.start_frame
    for item in sorted((i for i in track.items if i.kind != "transition"), key=lambda i: i.start):
        if item.start > now:
            children.append(_gap(item.start - now, rate))
        children.append(_clip(item, rate))
        now = item.end
    if now < timeline.start_frame + length:
        children.append(_gap(timeline.start_frame + length - now, rate))  # every track is padded
    return {
        "OTIO_SCHEMA": "Track.1", "metadata": {"Resolve_OTIO": {"Locked": track.locked}},
        "name": f"{name} {number}", "source_range": None, "effects": [], "markers": [],
        "enabled": track.enabled, "children": children, "kind": name,
    }  # fmt: skip


def _gap(length: int, rate: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Gap.1", "metadata": {}, "name": "", "source_range": _range(0, length, rate),
        "effects": [], "markers": [], "enabled": True,
    }  # fmt: skip


def _clip(item: Item, rate: float) -> dict[str, Any]:
    if item.clip is None:  # titles and generators are missing media
        media: dict[str, Any] = {
            "OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": item.name,
            "available_range": None, "available_image_bounds": None,
        }  # fmt: skip
    else:
        media = {
            "OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "name": item.clip.name,
            "available_range": _range(0, item.clip.frames, float(item.clip.fps)),
            "available_image_bounds": None, "target_url": item.clip.path,
        }  # fmt: skip
    return {
        "OTIO_SCHEMA": "Clip.2", "metadata": {"Resolve_OTIO": {"Link Group ID": 1}}, "name": item.name,
        "source_range": _range(item.source_start, item.end - item.start, rate), "effects": [], "markers": [],
        "enabled": True, "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }  # fmt: skip


def _marker(frame: int, about: dict[str, Any], rate: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2", "name": about["name"], "color": about["color"].upper(), "comment": "",
        "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": about["note"]}},
        "marked_range": _range(frame, about["duration"], rate),
    }  # fmt: skip


def _xml(timeline: Timeline) -> str:
    rate = timeline.rate
    ntsc = str(rate.denominator != 1).upper()
    timing = f"<rate><timebase>{nominal_rate(rate)}</timebase><ntsc>{ntsc}</ntsc></rate>"
    clips = "".join(
        f"<clipitem id='{item.uid}'><name>{escape(item.name)}</name>{timing}"
        f"<duration>{item.end - item.start}</duration><start>{item.start - timeline.start_frame}</start>"
        f"<end>{item.end - timeline.start_frame}</end><in>{item.source_start}</in>"
        f"<out>{item.source_start + item.end - item.start}</out><file id='f{item.clip.uid}'>"
        f"<name>{escape(item.clip.name)}</name><pathurl>file://{escape(item.clip.path)}</pathurl>{timing}"
        f"<duration>{item.clip.frames}</duration></file></clipitem>"
        for track in timeline.tracks["video"] for item in track.items if item.clip
    )  # fmt: skip
    shown = f"<displayformat>{'DF' if timeline.drop else 'NDF'}</displayformat>"
    start = f"<timecode>{timing}<frame>{timeline.start_frame}</frame>{shown}</timecode>"
    length = f"<duration>{timeline.end - timeline.start_frame}</duration>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE xmeml><xmeml version="5"><sequence>'
        f"<name>{escape(timeline.name)} (Resolve)</name>{length}{timing}<in>-1</in><out>-1</out>{start}"
        f"<media><video><track>{clips}</track></video></media></sequence></xmeml>"
    )
