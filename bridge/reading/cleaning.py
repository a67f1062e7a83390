"""Makes any .otio file one that this OpenTimelineIO can read.

OTIO refuses a whole file for one object of a newer schema version, and a track for one child of a schema
it does not know. So the JSON is read first: newer versions of known schemas are taken down to the version
at hand, unknown ones become what a viewer would see of them.
"""

from __future__ import annotations

import json
import math
from typing import Any

import opentimelineio as otio

from bridge.errors import TimelineError
from bridge.reading.tree import Node

_REMEDY = "Export the timeline again as OpenTimelineIO (.otio)"
_ITEMS = ("Clip", "Gap", "Stack", "Track", "Transition", "Composition", "Item", "Composable")
_REFERENCES = ("ExternalReference", "MissingReference", "GeneratorReference", "ImageSequenceReference")
_EFFECTS = ("Effect", "TimeEffect", "LinearTimeWarp", "FreezeFrame")
_MAX_DEPTH = 200
_CSS_COLORS = {
    "RED": (1.0, 0.0, 0.0),
    "PINK": (1.0, 0.6, 0.8),
    "ORANGE": (1.0, 0.5, 0.0),
    "YELLOW": (1.0, 1.0, 0.0),
    "GREEN": (0.0, 1.0, 0.0),
    "CYAN": (0.0, 1.0, 1.0),
    "BLUE": (0.0, 0.0, 1.0),
    "PURPLE": (0.5, 0.0, 0.8),
    "MAGENTA": (1.0, 0.0, 1.0),
    "BLACK": (0.0, 0.0, 0.0),
    "WHITE": (1.0, 1.0, 1.0),
}


def load_json(text: str) -> Any:
    """The JSON in `text`.

    Raises:
        TimelineError: it is no JSON, is nested absurdly deep, or holds numbers no time can have.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TimelineError(
            f"this is not an OpenTimelineIO file: {error.msg} in line {error.lineno}", remedy=_REMEDY
        ) from None
    except (RecursionError, ValueError) as error:
        raise TimelineError(f"this JSON cannot be read ({error})", remedy=_REMEDY) from None


def clean(document: Any) -> tuple[Node, list[str]]:
    """The document with every schema made readable, and warnings about what was changed.

    Raises:
        TimelineError: JSON that is not OpenTimelineIO, times that are no numbers, or nesting too deep.
    """
    if not isinstance(document, dict) or not isinstance(document.get("OTIO_SCHEMA"), str):
        raise TimelineError("this JSON is not OpenTimelineIO", remedy=_REMEDY)
    cleaner = _Cleaner()
    cleaned = cleaner.visit(document, 0)
    if not isinstance(cleaned, dict):
        raise TimelineError("this JSON is not OpenTimelineIO", remedy=_REMEDY)
    return cleaned, [
        f"{count} objects of the newer or unknown schema {name} were read as {as_}"
        for (name, as_), count in cleaner.changed.items()
    ]


class _Cleaner:
    def __init__(self) -> None:
        self.known: dict[str, int] = dict(otio.core.type_version_map())
        self.changed: dict[tuple[str, str], int] = {}

    def visit(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise TimelineError(f"objects are nested more than {_MAX_DEPTH} deep", remedy=_REMEDY)
        if isinstance(value, list):
            return [self.visit(item, depth + 1) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise TimelineError("a number in the file is not finite (NaN or infinity)", remedy=_REMEDY)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
            return float(value) if abs(value) < 10**300 else 0
        if not isinstance(value, dict):
            return value
        cleaned = {key: self.visit(item, depth + 1) for key, item in value.items()}
        name = value.get("OTIO_SCHEMA")
        return self._fit(cleaned, name) if isinstance(name, str) else cleaned

    def _fit(self, item: Node, label: str) -> Node:
        name, _, version = label.rpartition(".")
        if name in ("RationalTime", "TimeRange", "TimeTransform"):
            return self._time(item, name)
        if name in self.known:
            newest = self.known[name]
            if not version.isdigit() or int(version) > newest:
                self._note(label, f"{name}.{newest}")
                item["OTIO_SCHEMA"] = f"{name}.{newest}"
            if name == "Marker":
                item["color"] = marker_color(item.get("color"))
            self._children(item, name)
        elif name in ("V2d", "Box2d"):
            pass
        return item

    def _time(self, item: Node, name: str) -> Node:
        if name == "RationalTime":
            rate, value = item.get("rate"), item.get("value")
            for number in (rate, value):
                if not isinstance(number, (int, float)) or isinstance(number, bool):
                    raise TimelineError(f"a time has {number!r} for a number", remedy=_REMEDY)
            if not isinstance(rate, (int, float)) or rate <= 0:
                raise TimelineError(f"a time has a rate of {rate} frames a second", remedy=_REMEDY)
        if name == "TimeRange":
            for key in ("start_time", "duration"):
                part = item.get(key)
                kind = str(_dictionary(part).get("OTIO_SCHEMA", ""))
                if not kind.startswith("RationalTime."):
                    held = "nothing" if part is None else kind or repr(part)[:40]
                    raise TimelineError(
                        f"this is not an OTIO timeline that can be read: the {key} of a range holds {held}, "
                        "not a time",
                        remedy=_REMEDY,
                    )
        return item

    def _children(self, item: Node, name: str) -> None:
        """Put known things where OTIO insists on them."""
        if name in ("Track", "Stack", "Composition", "SerializableCollection"):
            children = item.get("children")
            item["children"] = [
                kept
                for child in (children if isinstance(children, list) else [])
                if (kept := self._child(child, name)) is not None
            ]
        if name in _EFFECTS and not isinstance(item.get("effect_name"), str):
            item["effect_name"] = ""
        if name == "Track" and not isinstance(item.get("kind"), str):
            item["kind"] = "Video"
        if name == "Timeline" and not isinstance(item.get("tracks"), dict):
            raise TimelineError("the timeline holds no tracks", remedy=_REMEDY)
        if name == "Clip":
            for key, reference in dict(_dictionary(item.get("media_references"))).items():
                item["media_references"][key] = self._reference(reference)
            if item.get("media_reference") is not None:
                item["media_reference"] = self._reference(item["media_reference"])
        for key in ("effects", "markers"):
            if isinstance(item.get(key), list):
                item[key] = [each for each in item[key] if self._is_known(each)]
            elif key in item:
                item[key] = []

    def _child(self, child: Any, parent: str) -> Node | None:
        """A child a track can hold: something unknown that has a length is shown as an opaque clip."""
        if not isinstance(child, dict):
            return None
        name, _, _ = str(child.get("OTIO_SCHEMA", "")).rpartition(".")
        if name in _ITEMS or (parent == "SerializableCollection" and name in self.known):
            return child
        if name == "Timeline":  # a nested timeline is its stack
            stack = child.get("tracks")
            if isinstance(stack, dict):
                return {**stack, "name": child.get("name") or stack.get("name", "")}
        if not name:
            return None
        self._note(str(child.get("OTIO_SCHEMA")), "one shot" if child.get("source_range") else "nothing")
        if not isinstance(child.get("source_range"), dict):
            return None
        return {
            "OTIO_SCHEMA": f"Clip.{self.known['Clip']}",
            "name": str(child.get("name") or name),
            "metadata": {},
            "source_range": child["source_range"],
            "effects": [],
            "markers": [each for each in child.get("markers") or [] if self._is_known(each)],
            "enabled": child.get("enabled") is not False,
            # A file-like name keeps it from being taken for a title.
            "media_references": {
                "DEFAULT_MEDIA": {
                    "OTIO_SCHEMA": "MissingReference.1",
                    "metadata": {"Resolve_OTIO": {"Media Url": f"{child.get('name') or name}"}},
                    "name": "",
                    "available_range": None,
                }
            },
            "active_media_reference_key": "DEFAULT_MEDIA",
        }

    def _reference(self, reference: Any) -> Any:
        name, _, _ = str(_dictionary(reference).get("OTIO_SCHEMA", "")).rpartition(".")
        if reference is None or name in _REFERENCES:
            return reference
        self._note(name or "reference", "offline media")
        return {
            "OTIO_SCHEMA": "MissingReference.1",
            "metadata": {},
            "name": str(_dictionary(reference).get("name", "")),
        }

    def _is_known(self, item: Any) -> bool:
        return str(_dictionary(item).get("OTIO_SCHEMA", "")).rpartition(".")[0] in self.known

    def _note(self, name: str, as_: str) -> None:
        self.changed[name, as_] = self.changed.get((name, as_), 0) + 1


def _dictionary(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def marker_color(color: Any) -> str:
    """A marker's colour as a name; newer markers hold red, green and blue, whose nearest name is taken."""
    if isinstance(color, str):
        return color
    values = _dictionary(color)
    try:
        red, green, blue = (float(values[key]) for key in ("r", "g", "b"))
    except (KeyError, TypeError, ValueError):
        return str(values.get("name") or "RED").upper()
    if max(red, green, blue) > 1:
        red, green, blue = red / 255, green / 255, blue / 255
    return min(
        _CSS_COLORS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(_CSS_COLORS[name], (red, green, blue))),
    )
