"""The layers of every stretch of a cue, in order: what began is held, and a tune is never long away.

Chosen first, all of them; then shaped, for a layer's register and density depend on its company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.composing.asked import asked_layers, section_number
from bridge.composing.layers import (
    Layers,
    choose_layers,
    held_motion,
    named_layers,
    with_motion,
    with_texture,
    words_known,
)
from bridge.composing.palettes import PALETTES, Palette, palette_named
from bridge.composing.shaping import Course, shaped
from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.schema.cues import Plot

LONGEST_WITHOUT_LINE_S = 45.0
"""A cue does not go longer without its motif, which must be heard to be one: stretches have a melody so
often, and where that rests for long another voice takes the motif up (`recall`)."""

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

    A stretch whose plot is like its leader's (the first of its label) sounds like it: it has the leader's
    layers, but for a motion that came in just before and is held.
    """
    out: dict[str, Layers] = {}
    plots = {each.key: each.plot for each in stretches}
    palettes = {each.key: each.palette for each in stretches}
    # Whose mood shapes the layers of a stretch; nobody's where a cue sheet has said what they are.
    moods: dict[str, Plot | None] = {}
    # The stretch that one sounds like, or itself.
    like = {each.key: each.key for each in stretches}
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
        moods[each.key] = each.plot if named is None else None
        layers = (
            choose_layers(each.plot, each.cells, each.palette, before, held, generator, opens=index == 0)
            if named is None
            else named
        )
        lead = plots.get(each.leader, each.plot)
        same = each.leader and lead.id != each.plot.id and palettes[each.leader] is each.palette
        if named is None and same and _alike(lead, each.plot):
            layers = tuple(replace(layer, enters=0) for layer in out[each.leader])
            moods[each.key] = moods[each.leader]
            like[each.key] = like[each.leader]
            motion = held_motion(each.plot, each.palette, before, held)
            if motion is not None and moods[each.leader] is not None:
                layers = with_motion(layers, motion)
        layers = fixed.get(each.key, layers)
        held = held + each.cells if _motion(before) == _motion(layers) else each.cells
        out[each.key] = before = layers
    courses = _courses(stretches)
    made = {
        key: layers if mood is None else shaped(layers, mood, courses[key])
        for key, layers in _with_lines(stretches, out, like).items()
        for mood in [moods[key]]
    }
    return {**made, **fixed}


def _motion(layers: Layers) -> frozenset[str]:
    return frozenset(layer.texture for layer in layers if layer.slot == "motion")


def _courses(stretches: Sequence[Stretch]) -> dict[str, Course]:
    """Where each stretch lies in its plot, by its cells, and how loud the plot is beside the whole cue."""
    total_s = sum(each.seconds for each in stretches)
    mean = sum(each.plot.loudness * each.seconds for each in stretches) / total_s if total_s else 0.0
    cells: dict[str, int] = {}
    starts = {}
    for each in stretches:
        starts[each.key] = cells.get(each.plot.id, 0)
        cells[each.plot.id] = starts[each.key] + each.cells
    return {
        each.key: Course(
            starts[each.key] / cells[each.plot.id],
            (starts[each.key] + each.cells) / cells[each.plot.id],
            each.plot.loudness - mean,
        )
        for each in stretches
        if cells[each.plot.id]
    }


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


def _with_lines(
    stretches: Sequence[Stretch], chosen: Mapping[str, Layers], like: Mapping[str, str]
) -> dict[str, Layers]:
    """Give the melody to the stretch in which it would be away too long, and to a cue that never has it.

    Stretches that sound like each other all have it then.
    """
    out = dict(chosen)

    def sings(each: Stretch) -> bool:
        return any(layer.texture == "line" for layer in out[each.key])

    def give(each: Stretch) -> None:
        if _asks(each.plot):
            return
        for other in stretches:
            if like[other.key] == like[each.key] and not _asks(other.plot):
                out[other.key] = with_texture(out[other.key], "line", other.palette, each.plot)

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
