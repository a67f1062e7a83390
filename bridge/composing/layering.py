"""The layers of every stretch of a cue, in order: what began is held, and a tune is never long away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.composing.asked import asked_layers, section_number
from bridge.composing.layers import Layers, choose_layers, named_layers, with_texture, words_known
from bridge.composing.palettes import PALETTES, Palette, palette_named
from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.schema.cues import Plot

LONGEST_WITHOUT_LINE_S = 45.0
"""A cue does not go longer without its melody, for a motif must be heard to be one."""

_TOO_SHORT_CELLS = 4


@dataclass(frozen=True)
class Stretch:
    """What choosing layers needs of a section: `joined` says that it follows the one before at once."""

    key: str
    plot: Plot
    cells: int
    seconds: float
    joined: bool
    leader: str
    palette: Palette


def lay_layers(
    stretches: Sequence[Stretch], settings: Settings, fixed: Mapping[str, Layers]
) -> dict[str, Layers]:
    """Layers by stretch. Where a cue sheet names them they are taken as they are; those in `fixed` stay.

    A stretch whose plot is like its leader's (the first of its label) sounds like it.
    """
    out: dict[str, Layers] = {}
    plots = {each.key: each.plot for each in stretches}
    palettes = {each.key: each.palette for each in stretches}
    before: Layers = ()
    held = 0
    for index, each in enumerate(stretches):
        if not each.joined:
            before, held = (), 0
        named = asked_layers(each.plot.plan, each.palette, section_number(each.key))
        if named is None:
            named = named_layers(each.plot, each.palette)
        generator = stream(
            settings.seed, settings.variation, "composing", "layers", f"{each.key} {each.palette.name}"
        )
        layers = (
            choose_layers(each.plot, each.cells, each.palette, before, held, generator, opens=index == 0)
            if named is None
            else named
        )
        lead = plots.get(each.leader, each.plot)
        same = each.leader and lead.id != each.plot.id and palettes[each.leader] is each.palette
        if named is None and same and _alike(lead, each.plot) and not held:
            layers = tuple(replace(layer, enters=0) for layer in out[each.leader])
        layers = fixed.get(each.key, layers)
        motions = [{layer.texture for layer in some if layer.slot == "motion"} for some in (before, layers)]
        held = held + each.cells if motions[0] == motions[1] else each.cells
        out[each.key] = before = layers
    return {**_with_lines(stretches, out), **fixed}


def unknown_words(plots: Sequence[Plot]) -> tuple[str, ...]:
    """Palettes and layers that plots ask for and nobody knows, in words for a person."""
    palettes = ", ".join(palette.name for palette in PALETTES)
    notes = [
        f"Plot {plot.id}: there is no palette {plot.palette!r}; there are {palettes}"
        for plot in plots
        if plot.palette and palette_named(plot.palette) is None
    ]
    known = words_known()
    for plot in plots:
        strange = [word for word in plot.layers if not any(layer in word.lower() for layer in known)]
        if strange:
            notes.append(
                f"Plot {plot.id}: no such layer as {', '.join(strange)}; there are {', '.join(known)}"
            )
    return tuple(notes)


def _alike(one: Plot, other: Plot) -> bool:
    return all(
        abs(getattr(one, axis) - getattr(other, axis)) < 0.15 for axis in ("valence", "energy", "tension")
    )


def _asks(plot: Plot) -> bool:
    """Whether a plot says which layers it is to have."""
    return bool(plot.layers or plot.plan)


def _with_lines(stretches: Sequence[Stretch], chosen: Mapping[str, Layers]) -> dict[str, Layers]:
    """Give the melody to the stretch in which it would be away too long, and to a cue that never has it."""
    out = dict(chosen)

    def sings(each: Stretch) -> bool:
        return any(layer.texture == "line" for layer in out[each.key])

    def give(each: Stretch) -> None:
        if not _asks(each.plot):
            out[each.key] = with_texture(out[each.key], "line", each.palette)

    away = 0.0
    for each in stretches:
        if not sings(each) and away + each.seconds > LONGEST_WITHOUT_LINE_S:
            give(each)
        away = 0.0 if sings(each) else away + each.seconds
    long_enough = sum(each.cells for each in stretches) >= _TOO_SHORT_CELLS
    free = [each for each in stretches if not _asks(each.plot)]
    if long_enough and len(free) == len(stretches) and not any(sings(each) for each in stretches):
        give(max(free, key=lambda each: each.plot.energy))
    return out
