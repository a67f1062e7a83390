"""Broken chords from the mined table, and the sparse dyads of a piano that thinks."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import nearest_pitch, voicing
from bridge.composing.textures.cell import Cell, cells_of, slowed
from bridge.composing.textures.ostinato import fitting_quarters
from bridge.composing.textures.where import played, tones
from bridge.composing.writing import Draft, Sounding
from bridge.config import Settings
from bridge.inference.streams import stream

_FEWEST_A_SECOND, _A_SECOND, _MOST_A_SECOND = 1.0, 7.0, 6.5
"""How quick a figure may be: onsets where density is 0, what density adds, and the most there are."""


def write_figure(chords: Sequence[Sounding], settings: Settings) -> list[Draft]:
    """Each plot's figure, one cell of the table, on the tones of its chords; plots of one label share it."""
    out: list[Draft] = []
    near: tuple[int, ...] = ()
    for each, layer in played(chords, "figure"):
        key = each.section.leader or each.section.key
        generator = stream(settings.seed, settings.variation, "composing", "figure", key)
        cell = _cell(each, layer.density, generator.random())
        near = (
            voicing(each.chord, layer.register.low, layer.register.high, cell.ranks, near, each.shift)
            if each.chord
            else ()
        )
        out += cell.written(each, near, detached=False)
    return out


def write_sparse(chords: Sequence[Sounding]) -> list[Draft]:
    """Two tones on the first beat and two on the next strong one, left to ring to the bar's end."""
    out: list[Draft] = []
    for each, layer in played(chords, "sparse"):
        low, high = layer.register.low, layer.register.high
        middle = (low + high) // 2
        cell, pcs = each.item.cell, tones(each)
        root = nearest_pitch(pcs[:1], low, high, middle - 7)
        if root is None:
            continue
        # Root and fifth, then the third and the ninth above; the second pair every other bar only, or as
        # often as the layer is dense.
        pairs = [(root, root + (pcs[2] - pcs[0]) % 12)]
        third = root + 12 + (pcs[1] - pcs[0]) % 12
        if each.item.place % layer.every_cells == 0:
            pairs.append((third, root + 24))
        for step, pair in zip((0, *cell.strong_steps[1:2]), pairs):
            tick = cell.tick_of(step)
            if each.tick <= tick < each.end_tick:
                out += [Draft(tick, pitch, each.end_tick) for pitch in pair if low <= pitch <= high]
    return out


def _cell(each: Sounding, density: float, at: float) -> Cell:
    """The cell that one uniform number between 0 and 1 picks among those not too quick here.

    Where all are, as on a calm plot at a quick tempo, they go half as fast. `density` is the layer's factor.
    """
    item = each.item
    most_a_second = min(_FEWEST_A_SECOND + _A_SECOND * item.density * density, _MOST_A_SECOND)
    fitting: list[Cell] = []
    for known in (cells_of("figure"), [slowed(cell) for cell in cells_of("figure")]):
        quarters = fitting_quarters(each, sorted({cell.quarters for cell in known}))
        alike = [cell for cell in known if cell.quarters == quarters]
        most = most_a_second * quarters * item.s_per_quarter
        fitting = [cell for cell in alike if len(cell.notes) <= most]
        if fitting:
            break
    fitting = fitting or [min(alike, key=lambda cell: len(cell.notes))]
    shares = [float(cell.pieces) for cell in fitting]
    at *= sum(shares)
    for cell, share in zip(fitting, shares):
        at -= share
        if at < 0:
            return cell
    return fitting[-1]
