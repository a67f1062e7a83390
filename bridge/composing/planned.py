"""The layers of a plan as a cue sheet shows them, and lines made as dense as their layers are to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.composing.instruments import thickened, thinned
from bridge.composing.layers import SILENCE, Layer
from bridge.composing.onsets import HELD_SLOTS
from bridge.composing.plan import Plan, Section
from bridge.composing.writing import Draft
from bridge.schema.cues import LayerPlan

_MODELLED = ("line", "inner")
"""Writers that are told a density before they write; what others wrote is thinned or thickened."""


def layers_of(plan: Plan) -> dict[str, tuple[LayerPlan, ...]]:
    """The layers of every plot with music, by its id; numbered by section where these differ."""
    found: dict[str, list[tuple[LayerPlan, ...]]] = {}
    for section in plan.sections:
        found.setdefault(section.plot.id, []).append(tuple(_told(layer) for layer in section.layers))
    out: dict[str, tuple[LayerPlan, ...]] = {}
    for plot_id, parts in found.items():
        if all(part == parts[0] for part in parts):
            out[plot_id] = parts[0]
        else:
            out[plot_id] = tuple(
                replace(layer, section=at) for at, part in enumerate(parts, start=1) for layer in part
            )
        out[plot_id] = out[plot_id] or (LayerPlan(SILENCE),)
    return out


def told_density(section: Section, writer: str) -> Section:
    """The section as a model is told it: with the density of its own layer."""
    layer = section.layer(writer)
    if layer is None or layer.density == 1.0:
        return section
    cells = (replace(item, density=min(1.0, item.density * layer.density)) for item in section.cells)
    return replace(section, cells=tuple(cells))


def as_dense(plan: Plan, lines: Mapping[str, Sequence[Draft]]) -> dict[str, list[Draft]]:
    """The lines with what rules wrote thinned or thickened where a layer asks for it; held ones stay."""
    out = {slot: list(notes) for slot, notes in lines.items()}
    for section in plan.sections:
        start, end = section.cells[0].cell.tick, section.cells[-1].cell.end_tick
        for layer in section.layers:
            if layer.density == 1.0 or layer.writer in _MODELLED or layer.part in HELD_SLOTS:
                continue
            inside = [note for note in out.get(layer.part, ()) if start <= note.tick < end]
            rest = [note for note in out.get(layer.part, ()) if not start <= note.tick < end]
            own, wanted = [(layer.part, note) for note in inside], round(layer.density * len(inside))
            changed = thinned(own, (section,), wanted) if layer.density < 1 else thickened(own, wanted)
            out[layer.part] = sorted(rest + [note for _, note in changed])
    return out


def _told(layer: Layer) -> LayerPlan:
    return LayerPlan(
        layer.texture,
        layer.voice.name,
        layer.voice.low,
        layer.voice.high,
        layer.density,
        layer.level,
        layer.enters or None,
    )
