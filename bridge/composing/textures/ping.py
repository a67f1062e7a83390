"""Pings: one high tone in space every other bar at a density of 1, left to ring."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import nearest_pitch
from bridge.composing.textures.where import played, tones
from bridge.composing.writing import Draft, Sounding


def write_ping(chords: Sequence[Sounding]) -> list[Draft]:
    """The chord's fifth, or its third where the last ping was that pitch, for half the bar."""
    out: list[Draft] = []
    for each, layer in played(chords, "ping"):
        cell = each.item.cell
        if each.item.place % layer.every_cells or each.tick != cell.tick:
            continue
        low, high = layer.register.low, layer.register.high
        fifth, third = tones(each)[2], tones(each)[1]
        pitch = nearest_pitch([fifth], low, high, low + 10)
        if out and pitch == out[-1].pitch:
            pitch = nearest_pitch([third], low, high, low + 10)
        if pitch is not None:
            out.append(Draft(each.tick, pitch, min(each.end_tick, each.tick + cell.ticks // 2)))
    return out
