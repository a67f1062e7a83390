"""The layers of a plot in a cue sheet: names of textures, or objects that say more, written and read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from bridge.schema.cues import LayerPlan

_PLAIN = ("texture", "instrument", "low", "high", "density", "enters_bars", "section")


def layers_document(plan: Sequence[LayerPlan]) -> list[dict[str, Any]]:
    """Layers as JSON objects, without what they do not say."""
    out = []
    for layer in plan:
        told = {name: getattr(layer, name) for name in _PLAIN}
        told["level"] = None if layer.level is None else list(layer.level)
        out.append({name: value for name, value in told.items() if value is not None})
    return out


def read_layers(entries: Sequence[str | dict[str, Any]]) -> tuple[tuple[str, ...], tuple[LayerPlan, ...]]:
    """Names alone, or a plan where any entry says more than a name; entries as the schema allows them."""
    names = tuple(entry for entry in entries if isinstance(entry, str))
    if len(names) == len(entries):
        return names, ()
    return (), tuple(
        LayerPlan(entry)
        if isinstance(entry, str)
        else LayerPlan(
            **{name: entry[name] for name in _PLAIN if name in entry},
            level=(float(entry["level"][0]), float(entry["level"][1])) if "level" in entry else None,
        )
        for entry in entries
    )


def layers_digest(plan: Sequence[LayerPlan]) -> str:
    """What tells layers that Cuebridge chose, and nobody has touched, from layers that are asked for."""
    told = [sorted(each.items()) for each in layers_document(plan)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
