"""Which layers play a stretch: one each of ground, bed, motion, top and beat at most.

Candidates, their moods and weights are `data/textures.tsv`. A texture is likelier the less the mood strays
from its ranges; labels, the palette's leanings and what played before move the weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bridge.composing.palettes import Palette, Voice
from bridge.composing.tables import Row, strayed, table
from bridge.inference.streams import pick
from bridge.schema.cues import Label, Plot

SLOTS = ("ground", "bed", "motion", "top", "beat")
HELD_CELLS = 8
"""A motion that began keeps on for so many cells at least, where the mood allows it."""

SILENCE = "silence"

_STEADY = ("ostinato", "pulse", "driving")
_ALLOWS = 2.0

# What people call layers, and the texture meant.
_SPOKEN = {
    "melody": "line",
    "accompaniment": "inner",
    "theme": "line",
    "tremolo bed": "tremolo",
    "drums": "groove",
    "percussion": "groove",
}
_LABELS: dict[Label, dict[str, float]] = {
    Label.INTRODUCTION: {"motion": 0.5, "top": 0.7},
    Label.DEVELOPMENT: {},
    Label.CLIMAX: {"ground": 2.0, "motion": 3.0, "top": 1.6},
    Label.CONCLUSION: {"motion": 0.7, "top": 1.2, "bed": 1.5},
}


@dataclass(frozen=True)
class Layer:
    """One layer of a stretch.

    `texture` is its name, `writer` who writes it, `voice` who plays it and within what register.
    `level` is where its loudness starts and ends, 1 being the plot's own; it enters `enters` cells late;
    `density` is a factor on how busy the plot would have it.
    """

    texture: str
    slot: str
    writer: str
    part: str
    voice: Voice
    level: tuple[float, float] = (1.0, 1.0)
    enters: int = 0
    density: float = 1.0


Layers = tuple[Layer, ...]


def words_known() -> tuple[str, ...]:
    """Every word that names a layer."""
    return (SILENCE, *_SPOKEN, *(row["texture"] for row in table("textures") if row["texture"] != "none"))


def named_layers(plot: Plot, palette: Palette) -> Layers | None:
    """The layers a plot's cue sheet names, in the table's order; `None` when it names none.

    Silence is no layer at all: hits and closes sound in it, nothing else.
    """
    said = [_SPOKEN.get(word, word) for each in plot.layers for word in words_known() if word in each.lower()]
    # "evolving pad" holds the word pad, but asks for one layer.
    exact = {texture for texture in said if not any(texture != other and texture in other for other in said)}
    rows = [row for row in table("textures") if row["texture"] in exact]
    if not rows and SILENCE not in said:
        return None
    return tuple(layer for row in rows if (layer := _layer(row, palette)) is not None)


def choose_layers(
    plot: Plot,
    cells: int,
    palette: Palette,
    before: Layers,
    held_cells: int,
    generator: np.random.Generator,
    *,
    opens: bool,
) -> Layers:
    """One to four layers for a stretch, and maybe drums; draws one number a slot, whatever comes out.

    Args:
        plot: whose mood and label count.
        cells: how long the stretch is.
        palette: who can play.
        before: the layers of the stretch before, empty after a silence.
        held_cells: for how many cells the motion before has been going on.
        generator: the stretch's own stream.
        opens: whether it is the cue's first.
    """
    mood = (plot.valence, plot.energy, plot.tension)
    chosen: list[Layer] = []
    for slot in SLOTS:
        weights: list[float] = []
        options: list[Layer | None] = []
        for row in table("textures"):
            layer = _layer(row, palette)
            if row["slot"] != slot or (layer is None and row["texture"] != "none"):
                continue
            options.append(layer)
            weights.append(float(row["weight"]) * math.exp(-strayed(row, mood)))
            if layer is not None:
                weights[-1] *= palette.lean(row["texture"]) * _LABELS[plot.label].get(slot, 1.0)
        drawn = pick(generator, options, weights)
        kept = next((each for each in before if each.slot == slot), None)
        if kept is not None and kept.texture in _STEADY and held_cells < HELD_CELLS:
            row = next(row for row in table("textures") if row["texture"] == kept.texture)
            if strayed(row, mood) <= _ALLOWS:
                drawn = replace(kept, level=(kept.level[1], 1.0), enters=0)
        if drawn is not None:
            chosen.append(drawn)
    if all(layer.slot == "beat" for layer in chosen):
        chosen += [
            layer for row in table("textures") if (layer := _layer(row, palette)) and layer.part == "pad"
        ][:1]
    return _entering(chosen, plot, cells, before, opens=opens)


def with_texture(layers: Layers, texture: str, palette: Palette) -> Layers:
    """The layers with another one, which takes its slot."""
    row = next(row for row in table("textures") if row["texture"] == texture)
    layer = _layer(row, palette)
    if layer is None or any(each.texture == texture for each in layers):
        return layers
    return (*(each for each in layers if each.slot != layer.slot), layer)


def layer_of(texture: str, palette: Palette) -> Layer | None:
    """The layer of a texture as the table has it; `None` where the palette cannot play it.

    Raises:
        StopIteration: there is no such texture.
    """
    return _layer(next(row for row in table("textures") if row["texture"] == texture), palette)


def _layer(row: Row, palette: Palette) -> Layer | None:
    voice = palette.voice(row["voice"])
    if voice is None:
        return None
    level = float(row["level_start"]), float(row["level_end"])
    return Layer(row["texture"], row["slot"], row["writer"], row["voice"], voice, level)


def _entering(chosen: Sequence[Layer], plot: Plot, cells: int, before: Layers, *, opens: bool) -> Layers:
    """Voices enter one after another where a cue or an introduction begins."""
    if cells < 8 or not (opens or plot.label is Label.INTRODUCTION) or len(chosen) < 2:
        return tuple(chosen)
    sounding = {each.part for each in before}
    out: list[Layer] = []
    for layer in chosen:
        late = (
            layer.slot in ("motion", "top", "beat") and layer.part not in sounding and layer.writer != "ping"
        )
        out.append(replace(layer, enters=4 if late and out else 0))
    return tuple(out)
