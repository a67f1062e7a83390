"""Layers as a cue sheet shows them, and what their registers and densities mean to those who write."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bridge.composing.instruments import thickened
from bridge.composing.layers import SILENCE, Layer
from bridge.composing.onsets import HELD_SLOTS
from bridge.composing.plan import CellPlan, Plan, Section
from bridge.composing.writing import Draft
from bridge.schema.cues import LayerPlan
from bridge.schema.tempo import TICKS_PER_QUARTER

_TOLD = ("line", "inner", "drums")
"""Writers whose models are told a density before they write."""
_OWN = ("figure", "sparse", "pulse", "heartbeat", "ping")
"""Writers that reckon with their layer's density themselves: what is thinned is no even pulse any more."""


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


def in_registers(plan: Plan) -> Plan:
    """The plan as it is told to who writes: every layer's voice in its register, section by section.

    What is not planned (blows, stabs, what gives way to speech) has the whole of its instrument.
    """
    return replace(plan, sections=tuple(_in_registers(section) for section in plan.sections))


def _in_registers(section: Section) -> Section:
    kept = {
        layer.part: layer.register
        for layer in section.layers
        if layer.register != layer.voice and layer.voice == section.palette.voice(layer.part)
    }
    if not kept:
        return section
    voices = tuple((slot, kept.get(slot, voice)) for slot, voice in section.palette.voices)
    return replace(section, palette=replace(section.palette, voices=voices))


def told_density(section: Section, writer: str) -> Section:
    """The section as a model is told it: with the density of its own layer."""
    layer = section.layer(writer)
    if layer is None or layer.density == 1.0:
        return section
    cells = (replace(item, density=min(1.0, item.density * layer.density)) for item in section.cells)
    return replace(section, cells=tuple(cells))


def as_dense(
    plan: Plan, lines: Mapping[str, Sequence[Draft]], told: AbstractSet[str] = frozenset()
) -> dict[str, list[Draft]]:
    """The lines with what rules wrote thinned or thickened where a layer asks for it; held ones stay.

    `told` are the keys of the sections whose bass a model wrote, which was told.
    """
    out = {slot: list(notes) for slot, notes in lines.items()}
    for section in plan.sections:
        start, end = section.cells[0].cell.tick, section.cells[-1].cell.end_tick
        for layer in section.layers:
            known = layer.writer in (*_TOLD, *_OWN) or (layer.writer == "bass" and section.key in told)
            if layer.density == 1.0 or known or layer.part in HELD_SLOTS:
                continue
            inside = [note for note in out.get(layer.part, ()) if start <= note.tick < end]
            rest = [note for note in out.get(layer.part, ()) if not start <= note.tick < end]
            if layer.density < 1:
                changed = _thinned(inside, section, layer.density)
            else:
                own = [(layer.part, note) for note in inside]
                changed = [note for _, note in thickened(own, round(layer.density * len(inside)))]
            out[layer.part] = sorted(rest + changed)
    return out


def _thinned(notes: Sequence[Draft], section: Section, share: float) -> list[Draft]:
    """About a share of the notes: the same places are left out of every bar, the lightest first.

    So a figure stays one figure. What meets a hit stays, and what sounded on into a note that is left out
    sounds on through it.
    """
    cells = {item.cell.tick: item for item in section.cells}
    starts = sorted(cells)
    placed: dict[tuple[float, int], list[Draft]] = {}
    for note in notes:
        at = bisect_right(starts, note.tick) - 1
        item = cells[starts[max(0, at)]]
        if note.tick not in item.forced:
            offset = note.tick - item.cell.tick
            placed.setdefault((_weight(item, note.tick), -offset), []).append(note)
    gone: set[Draft] = set()
    surplus = len(notes) * (1 - share)
    for place in sorted(placed)[:-1]:
        if abs(surplus - len(gone) - len(placed[place])) >= abs(surplus - len(gone)):
            break
        gone.update(placed[place])
    out: list[Draft] = []
    for note in sorted(notes):
        if note not in gone:
            out.append(note)
        elif out and out[-1].end_tick == note.tick:
            out[-1] = replace(out[-1], end_tick=note.end_tick)
    return out


def _weight(item: CellPlan, tick: int) -> float:
    """How heavy a tick of a cell is: 3 where it begins, 2 on strong beats, 1 on beats, .5 halfway."""
    cell = item.cell
    if tick == cell.tick:
        return 3.0
    if tick in {cell.tick_of(step) for step in cell.strong_steps}:
        return 2.0
    if tick in {cell.tick_of(step) for step in cell.beat_steps}:
        return 1.0
    return 0.5 if (tick - cell.tick) % (TICKS_PER_QUARTER // 2) == 0 else 0.0


def _told(layer: Layer) -> LayerPlan:
    voice = layer.register
    return LayerPlan(
        layer.texture, voice.name, voice.low, voice.high, layer.density, layer.level, layer.enters or None
    )
