"""A timeline as the plain JSON tree that OpenTimelineIO writes, and careful ways to look into it.

Adapters hand over OTIO objects; those are written to JSON once and walked as dictionaries. That is one
shape for every format and schema version, and ten thousand clips cost tenths of a second, where asking
the bindings for ranges costs the square of the number of clips.
"""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]


def schema(node: object) -> str:
    """Schema name without its version: "Clip" for Clip.2, empty when `node` is no OTIO object."""
    if not isinstance(node, dict):
        return ""
    return str(node.get("OTIO_SCHEMA", "")).rpartition(".")[0]


def nodes(parent: Node, key: str) -> list[Node]:
    """The dictionaries in list `key`; anything else in it is left out."""
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def node(parent: Node | None, key: str) -> Node | None:
    """The dictionary at `key`, or None."""
    value = parent.get(key) if parent else None
    return value if isinstance(value, dict) else None


def text(parent: Node | None, key: str) -> str:
    """The string at `key`, stripped; empty when it is absent or no string."""
    value = parent.get(key) if parent else None
    return value.strip() if isinstance(value, str) else ""


def metadata(parent: Node | None, space: str) -> Node:
    """One name space of an object's metadata ("Resolve_OTIO"); empty when absent."""
    return node(node(parent, "metadata"), space) or {}


def resolve_metadata(parent: Node | None) -> Node:
    """What DaVinci Resolve noted on an object."""
    return metadata(parent, "Resolve_OTIO")


def switched_on(item: Node) -> bool:
    """Whether a track or clip is enabled. The adapter for FCP 7 XML leaves it in the metadata."""
    return item.get("enabled") is not False and text(metadata(item, "fcp_xml"), "enabled").upper() != "FALSE"


def media_reference(clip: Node) -> Node | None:
    """The active media reference of a Clip.2, else the only one; None when there is none."""
    references = node(clip, "media_references") or {}
    active = references.get(text(clip, "active_media_reference_key") or "DEFAULT_MEDIA")
    if isinstance(active, dict):
        return active
    found = [item for item in references.values() if isinstance(item, dict)]
    return found[0] if found else node(clip, "media_reference")


def effects_named(item: Node, name: str) -> list[Node]:
    """Enabled Resolve effects of one kind ("Composite", "Transform") on an item."""
    found = []
    for effect in nodes(item, "effects"):
        note = resolve_metadata(effect)
        if text(note, "Effect Name") == name and note.get("Enabled", True) is not False:
            found.append(note)
    return found


def parameters(effect_note: Node) -> dict[str, Node]:
    """Parameters of a Resolve effect by their id. Resolve writes only those off their default."""
    return {text(item, "Parameter ID"): item for item in nodes(effect_note, "Parameters")}
