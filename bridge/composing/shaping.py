"""What a planned layer is besides its texture: its register, its density and its level curve.

All of it follows from the plot alone, so that a plan is the same whenever it is made. Mood and label raise a
register (height is heard as energy, and as valence after it: Eerola, Friberg & Bresin 2013), tension lowers
it, for what is low and close is rough; a layer among several that move is thinned, a climax is denser; levels
follow the plot's course. The numbers are own design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.composing.layers import Layer, Layers, row_of
from bridge.schema.cues import Label, Plot

# What share of its voice's range a layer keeps to.
_WIDTHS = {"ground": 0.7, "bed": 0.65, "motion": 0.7, "top": 0.8}
_CALM = 0.4
# Of the room that is left it lies this share up: by energy, valence, and the label, less by tension above
# _CALM. Grounds stay low.
_UP_ENERGY, _UP_VALENCE, _DOWN_TENSION = 0.5, 0.25, 0.6
_UP = {Label.INTRODUCTION: 0.0, Label.DEVELOPMENT: 0.1, Label.CLIMAX: 0.25, Label.CONCLUSION: 0.05}
_GROUND_UP = 0.4
CLEAR_OF_TUNE = 5
"""Semitones that a bed may reach into the melody's register from below: tunes lie higher up in theirs."""

# Density: what a plot of no density and energy is asked for, and what both add; the label's; the company's.
_SPARSEST, _BUSIER = 0.75, 0.5
_DENSER = {Label.INTRODUCTION: 0.9, Label.DEVELOPMENT: 1.0, Label.CLIMAX: 1.15, Label.CONCLUSION: 0.85}
_CROWD = (1.0, 1.0, 0.9, 0.8)
_MOVING = ("motion", "top", "beat")
LEAST_DENSITY, MOST_DENSITY = 0.5, 1.4
_WHOLE = ("bass", "ostinato", "driving")
"""Writers whose figure is not made busier: they grow by further layers, and are thinned but little."""
_LEAST_WHOLE = 0.8

# Level: factors where a plot of the label begins and ends, and what a unit of loudness above the cue's adds.
_COURSES = {
    Label.INTRODUCTION: (0.8, 1.0),
    Label.DEVELOPMENT: (0.95, 1.0),
    Label.CLIMAX: (1.05, 1.1),
    Label.CONCLUSION: (1.0, 0.75),
}
_LOUDER = 0.3
_SOFTEST, _LOUDEST = 0.3, 1.25


@dataclass(frozen=True)
class Course:
    """Where a stretch lies in its plot, as shares of it, and the plot's loudness less the cue's mean."""

    start: float = 0.0
    end: float = 1.0
    louder: float = 0.0


def shaped(layers: Layers, plot: Plot, course: Course) -> Layers:
    """The layers with register, density and level as a plot's mood, label and course have them.

    Args:
        layers: as they were chosen, with the table's levels.
        plot: whose mood and label count.
        course: where the stretch lies in its plot, and the plot in the cue.
    """
    moving = sum(layer.slot in _MOVING for layer in layers)
    out = [
        replace(
            layer,
            within=_register(layer, plot),
            density=_density(layer, plot, moving),
            level=_level(layer, plot, course),
        )
        for layer in layers
    ]
    return tuple(_below_the_tune(layer, out) for layer in out)


def _register(layer: Layer, plot: Plot) -> tuple[float, float]:
    """The shares of the voice's range between which the layer keeps: as wide as its writer needs at least."""
    span, least = layer.voice.high - layer.voice.low, int(row_of(layer.texture)["least_span"])
    if layer.slot not in _WIDTHS or span <= least:
        return 0.0, 1.0
    width = min(span, max(least, round(_WIDTHS[layer.slot] * span)))
    height = _UP_ENERGY * plot.energy + _UP_VALENCE * plot.valence + _UP[plot.label]
    height = min(1.0, max(0.0, height - _DOWN_TENSION * max(0.0, plot.tension - _CALM)))
    low = round((span - width) * height * (_GROUND_UP if layer.slot == "ground" else 1.0))
    return low / span, (low + width) / span


def _below_the_tune(layer: Layer, layers: Sequence[Layer]) -> Layer:
    """A bed lowered, or cut off above, where somebody sings: its top stays near the melody's lowest."""
    line = next((each for each in layers if each.texture == "line"), None)
    if layer.slot != "bed" or line is None:
        return layer
    voice, own = layer.voice, layer.register
    span, least = voice.high - voice.low, min(own.high - own.low, int(row_of(layer.texture)["least_span"]))
    high = max(voice.low + least, min(own.high, line.register.low + CLEAR_OF_TUNE))
    low = min(own.low, high - least)
    return replace(layer, within=((low - voice.low) / span, (high - voice.low) / span)) if span else layer


def _density(layer: Layer, plot: Plot, moving: int) -> float:
    """The factor on how busy the plot would have the layer, with `moving` layers that move in it."""
    factor = (_SPARSEST + _BUSIER * (0.6 * plot.density + 0.4 * plot.energy)) * _DENSER[plot.label]
    if layer.slot in _MOVING:
        factor *= _CROWD[min(moving, len(_CROWD) - 1)]
    least, most = (_LEAST_WHOLE, 1.0) if layer.writer in _WHOLE else (LEAST_DENSITY, MOST_DENSITY)
    return round(min(max(factor, least), most), 2)


def _level(layer: Layer, plot: Plot, course: Course) -> tuple[float, float]:
    """The layer's own level along the part of its label's course that the stretch is."""
    begins, ends = _COURSES[plot.label]
    louder = 1 + _LOUDER * course.louder

    def at(own: float, place: float) -> float:
        return round(min(max(own * (begins + (ends - begins) * place) * louder, _SOFTEST), _LOUDEST), 3)

    return at(layer.level[0], course.start), at(layer.level[1], course.end)
