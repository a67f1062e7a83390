"""OpenTimelineIO files written by hand, shaped as DaVinci Resolve shapes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Node = dict[str, Any]


def rt(value: float, rate: float = 24) -> Node:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}


def span(start: float, length: float, rate: float = 24) -> Node:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": rt(start, rate), "duration": rt(length, rate)}


def external(path: str, start: float = 0, length: float = 1000, rate: float = 24) -> Node:
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": path.replace("\\", "/").rpartition("/")[2],
        "available_range": span(start, length, rate),
        "available_image_bounds": None,
        "target_url": path,
    }


def missing(name: str = "", url: str = "", length: float | None = None) -> Node:
    return {
        "OTIO_SCHEMA": "MissingReference.1",
        "metadata": {"Resolve_OTIO": {"Media Url": url}} if url else {},
        "name": name,
        "available_range": None if length is None else span(0, length),
        "available_image_bounds": None,
    }


def clip(
    name: str,
    length: float,
    start: float = 0,
    reference: Node | None = None,
    rate: float = 24,
    effects: list[Node] | None = None,
    markers: list[Node] | None = None,
    enabled: bool = True,
) -> Node:
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {"Resolve_OTIO": {}},
        "name": name,
        "source_range": span(start, length, rate),
        "effects": effects or [],
        "markers": markers or [],
        "enabled": enabled,
        "media_references": {"DEFAULT_MEDIA": reference or external(f"/media/{name}", 0, 10_000, rate)},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def title(name: str, length: float, rate: float = 24) -> Node:
    """As Resolve writes a title: a clip of its own kind of nothing."""
    return clip(name, length, 0, missing(), rate)


def gap(length: float, rate: float = 24) -> Node:
    return {
        "OTIO_SCHEMA": "Gap.1",
        "metadata": {},
        "name": "",
        "source_range": span(0, length, rate),
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def transition(before: float, after: float, kind: str = "", rate: float = 24, name: str = "") -> Node:
    note = {"Resolve_OTIO": {"Transition Type": kind}} if kind else {}
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": note,
        "name": name,
        "in_offset": rt(before, rate),
        "out_offset": rt(after, rate),
        "transition_type": "SMPTE_Dissolve",
    }


def marker(start: float, length: float = 1, name: str = "", note: str = "", rate: float = 24) -> Node:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": note}},
        "name": name,
        "color": "GREEN",
        "marked_range": span(start, length, rate),
        "comment": "",
    }


def warp(scalar: float) -> Node:
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "metadata": {},
        "name": "",
        "effect_name": "",
        "time_scalar": scalar,
    }


def effect(name: str, *parameters: Node) -> Node:
    note = {"Effect Name": name, "Enabled": True, "Name": name, "Parameters": list(parameters), "Type": 1}
    return {
        "OTIO_SCHEMA": "Effect.1",
        "metadata": {"Resolve_OTIO": note},
        "name": "",
        "effect_name": "Resolve Effect",
    }


def parameter(key: str, value: float, keys: dict[int, float] | None = None) -> Node:
    frames = {str(frame): {"Value": each, "Variant Type": "Double"} for frame, each in (keys or {}).items()}
    return {"Parameter ID": key, "Parameter Value": value, "Variant Type": "Double", "Key Frames": frames}


def track(
    *children: Node,
    kind: str = "Video",
    name: str = "",
    enabled: bool = True,
    markers: list[Node] | None = None,
) -> Node:
    return {
        "OTIO_SCHEMA": "Track.1",
        "metadata": {"Resolve_OTIO": {"Locked": False}},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": markers or [],
        "enabled": enabled,
        "children": list(children),
        "kind": kind,
    }


def stack(*tracks: Node, markers: list[Node] | None = None, **more: Any) -> Node:
    return {
        "OTIO_SCHEMA": "Stack.1",
        "metadata": {},
        "name": "",
        "source_range": None,
        "effects": [],
        "markers": markers or [],
        "enabled": True,
        "children": list(tracks),
        **more,
    }


def timeline(
    *tracks: Node, start: Node | None = None, markers: list[Node] | None = None, name: str = ""
) -> Node:
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": name,
        "global_start_time": start if start is not None else rt(86400),
        "tracks": stack(*tracks, markers=markers),
    }


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
