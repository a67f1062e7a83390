"""Which layers play a stretch: four at most, of ground, bed, motion, top and beat one each.

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
MOST_LAYERS = 4
"""Layers of a stretch that nobody named: more are not told apart."""
OCTAVE = 12
"""Semitones that a register has at least: chords are voiced and roots found within an octave."""

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

    `texture` is its name, `writer` who writes it, `voice` who plays it and what that instrument reaches.
    `level` is where its loudness starts and ends, 1 being the plot's own; it enters `enters` cells late;
    `density` is a factor on how busy the plot would have it; `within` is the part of the voice's range that
    it keeps to, as shares of it from the lowest pitch: so it is the same part if somebody else plays.
    """

    texture: str
    slot: str
    writer: str
    part: str
    voice: Voice
    level: tuple[float, float] = (1.0, 1.0)
    enters: int = 0
    density: float = 1.0
    within: tuple[float, float] = (0.0, 1.0)

    @property
    def register(self) -> Voice:
        """The voice in the register that the layer keeps to, an octave at least where it has one."""
        span = self.voice.high - self.voice.low
        low, high = (self.voice.low + round(share * span) for share in self.within)
        if (low, high) == (self.voice.low, self.voice.high) or high - low < OCTAVE:
            return self.voice
        return replace(self.voice, low=low, high=high)

    @property
    def every_cells(self) -> int:
        """How many cells apart its events are that come every other cell at a density of 1."""
        return max(1, round(2 / max(self.density, 0.1)))


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
    """One to four layers for a stretch, drums included; draws one number a slot, whatever comes out.

    Of five the bed or the motion goes, whichever weighs less in this mood; a motion that is held stays.

    Args:
        plot: whose mood and label count.
        cells: how long the stretch is.
        palette: who can play.
        before: the layers of the stretch before, empty after a silence.
        held_cells: for how many cells the motion before has been going on; 0 where there is none.
        generator: the stretch's own stream.
        opens: whether it is the cue's first.
    """
    chosen: list[Layer] = []
    held = held_motion(plot, palette, before, held_cells)
    for slot in SLOTS:
        weights: list[float] = []
        options: list[Layer | None] = []
        for row in table("textures"):
            layer = _layer(row, palette)
            if row["slot"] != slot or (layer is None and row["texture"] != "none"):
                continue
            options.append(layer)
            weights.append(_weight(row, plot, palette))
        drawn = pick(generator, options, weights)
        if slot == "motion" and held is not None:
            drawn = held
        if drawn is not None:
            chosen.append(drawn)
    chosen = _four(chosen, plot, palette, stays=held)
    if all(layer.slot == "beat" for layer in chosen):
        chosen += [
            layer for row in table("textures") if (layer := _layer(row, palette)) and layer.part == "pad"
        ][:1]
    return _entering(chosen, plot, cells, before, opens=opens)


def held_motion(plot: Plot, palette: Palette, before: Layers, held_cells: int) -> Layer | None:
    """The steady motion of the stretch before, where it must go on yet and a plot's mood allows it."""
    motion = next((each for each in before if each.slot == "motion" and each.texture in _STEADY), None)
    if motion is None or not 0 < held_cells < HELD_CELLS:
        return None
    row = row_of(motion.texture)
    layer = _layer(row, palette)
    if layer is None or strayed(row, _mood(plot)) > _ALLOWS:
        return None
    return replace(layer, level=(layer.level[1], 1.0))


def with_motion(layers: Layers, motion: Layer) -> Layers:
    """The layers with another motion, or with one at all in the place of the bed if they are four."""
    if any(each.slot == "motion" for each in layers):
        return tuple(motion if each.slot == "motion" else each for each in layers)
    rest = layers if len(layers) < MOST_LAYERS else tuple(each for each in layers if each.slot != "bed")
    return tuple(sorted((*rest, motion), key=lambda each: SLOTS.index(each.slot)))


def with_texture(layers: Layers, texture: str, palette: Palette, plot: Plot | None = None) -> Layers:
    """The layers with another one, which takes its slot; in the mood of `plot` they are four at most.

    Without a plot somebody asked for it: then the others stay.
    """
    layer = layer_of(texture, palette)
    if layer is None or any(each.texture == texture for each in layers):
        return layers
    more = [*(each for each in layers if each.slot != layer.slot), layer]
    return tuple(more if plot is None else _four(more, plot, palette, stays=layer))


def layer_of(texture: str, palette: Palette) -> Layer | None:
    """The layer of a texture as the table has it; `None` where the palette cannot play it.

    Raises:
        StopIteration: there is no such texture.
    """
    return _layer(row_of(texture), palette)


def row_of(texture: str) -> Row:
    """The table's row of a texture.

    Raises:
        StopIteration: there is no such texture.
    """
    return next(row for row in table("textures") if row["texture"] == texture)


def _mood(plot: Plot) -> tuple[float, float, float]:
    return plot.valence, plot.energy, plot.tension


def _weight(row: Row, plot: Plot, palette: Palette) -> float:
    """How readily a texture is taken in a plot; the label and the palette have no say in taking none."""
    weight = float(row["weight"]) * math.exp(-strayed(row, _mood(plot)))
    if row["texture"] == "none":
        return weight
    return weight * palette.lean(row["texture"]) * _LABELS[plot.label].get(row["slot"], 1.0)


def _four(layers: Sequence[Layer], plot: Plot, palette: Palette, stays: Layer | None) -> list[Layer]:
    """The layers without the bed or the motion that weighs least, until they are four."""
    out = list(layers)
    while len(out) > MOST_LAYERS:
        loose = [each for each in out if each.slot in ("bed", "motion") and each is not stays]
        if not loose:
            break
        out.remove(min(loose, key=lambda each: _weight(row_of(each.texture), plot, palette)))
    return out


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
