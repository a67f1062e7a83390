"""What models of notes are told of a cell: levels as tokens (vocabulary 1), or numbers beside them (2)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bridge.composing.palettes import Voice
from bridge.composing.plan import CellPlan, Section
from bridge.inference.generate import Tokens, Vector
from bridge.schema.cues import Label
from bridge.schema.tempo import TICKS_PER_QUARTER
from bridge.vocabulary import bars, controls, prompts, tokens
from bridge.vocabulary.bars import BarControls, ChordEvent
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.measure import pattern
from bridge.vocabulary.mood import asked

Events = Sequence[Sequence[ChordEvent]]

SOURCES = {"solo piano": "song", "guitar": "song", "strings": "quartet", "pulse": "game"}
DEFAULT_SOURCE = "orchestra"
"""What a model of vocabulary 2 is asked to write like, by palette: never pop songs."""

_LINE_FROM = 1.05
"""Onsets a quarter from which a tune is a line and no chorale to the labeller (`vocabulary.texture`)."""
_SOFTEST, _LOUDEST = 36.0, 112.0
"""Velocities of a loudness of 0 and of 1: tenth and ninetieth percentile of the scores' melodies, roughly."""


@dataclass(frozen=True)
class Wanted:
    """What a part is asked for in one cell, in the units of `Conditions`; register as it sounds.

    `onsets` is where parts that are there already start notes (see `struck`); `None`: not told.
    """

    density: float
    register: float | None = None
    polyphony: float | None = None
    held: bool = False
    silent: bool = False
    pickup: bool = False
    onsets: tuple[bool, ...] | None = None


def start(section: Section, *, numbers: bool) -> Tokens:
    """The tokens that open a section's sequence."""
    if not numbers:
        return bars.start(section.tonality.mode)
    return prompts.opening(SOURCES.get(section.palette.name, DEFAULT_SOURCE), section.tonality.mode)


def prompt(
    section: Section, index: int, harmony: Events, *, resting: bool, pickup: bool, numbers: bool
) -> tuple[Tokens, Vector]:
    """The prompt of one cell and the conditions beside it; these are empty for vocabulary 1.

    Args:
        section: the section.
        index: which of its cells.
        harmony: the chords of all of them.
        resting: the melody sits this cell out.
        pickup: but for a pickup into the next.
        numbers: the model is of vocabulary 2.
    """
    item, voice, chords = section.cells[index], section.palette.melody, harmony[index]
    if not numbers:
        return bars.melody_prompt(_controls(item, voice, resting), chords), ()
    quiet = _quiet(item, resting)
    sings = onsets_a_quarter(item) >= _LINE_FROM and item.kind == "play"
    texture = "silent" if quiet and not pickup else "line" if sings and not quiet else None
    told = prompts.notes_prompt(item.cell.metre, chords, texture=texture)
    silent = quiet and not pickup
    held = item.kind in ("hold", "final")
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    wanted = Wanted(
        density=0.0 if silent else 1 / quarters if held or quiet else onsets_a_quarter(item),
        register=None if silent else _height(item, voice),
        held=held,
        silent=silent,
        pickup=pickup and quiet,
    )
    return told, conditions(section, index, harmony, wanted).vector()


def onsets_a_quarter(item: CellPlan) -> float:
    """Melody notes for each quarter: one every second when calm, two and a half a second at most."""
    return (0.5 + 1.9 * item.density) * item.s_per_quarter


def _quiet(item: CellPlan, resting: bool) -> bool:
    return resting or item.kind in ("rest", "tail") or item.tied


def _height(item: CellPlan, voice: Voice) -> float:
    """Mean sounding pitch: higher the livelier, the brighter, and in climaxes."""
    lift = 0.1 if item.plot.label is Label.CLIMAX else 0.0
    return voice.low + (voice.high - voice.low) * (0.4 + 0.25 * item.energy + 0.15 * item.valence + lift)


def _controls(item: CellPlan, voice: Voice, resting: bool) -> BarControls:
    density = sum(onsets_a_quarter(item) > edge for edge in controls.ONSETS_PER_QUARTER)
    quiet = _quiet(item, resting)
    if item.kind in ("hold", "final"):
        density = 1
    height = _height(item, voice)
    return BarControls(
        metre=item.cell.metre,
        label=item.plot.label.value,
        left=controls.left(item.left),
        density=0 if quiet else max(1, density),
        register=None if quiet else sum(height > edge for edge in controls.MEAN_PITCH),
        energy=controls.level_of_unit(item.energy, "ENERGY"),
    )


def conditions(section: Section, index: int, harmony: Events, wanted: Wanted) -> Conditions:
    """The controls of one cell of a section: the part's own, and what the cue sheet says of all parts."""
    item = section.cells[index]
    quarters = item.cell.steps / tokens.STEPS_PER_QUARTER
    goes_on = index > 0 and harmony[index - 1][-1].chord == harmony[index][0].chord
    changes = len(harmony[index]) - goes_on
    register = None if wanted.register is None else wanted.register - section.tonality.shift
    return replace(
        of_all(section, item, silent=wanted.silent),
        density=wanted.density,
        register=None if wanted.silent else register,
        polyphony=None if wanted.silent else wanted.polyphony,
        harmonic_rhythm=changes / quarters,
        hold=wanted.held,
        pickup=wanted.pickup,
        onsets=wanted.onsets,
    )


def of_all(section: Section, item: CellPlan, *, silent: bool) -> Conditions:
    """What the cue sheet says of a cell to every part alike."""
    return Conditions(
        loudness=None if silent else _SOFTEST + (_LOUDEST - _SOFTEST) * item.loudness,
        valence=asked("valence", item.valence),
        energy=asked("energy", item.energy),
        tension=asked("tension", item.tension),
        phrase_position=_phrase_position(section, item),
        bars_to_plot=item.left + 1.0,
        beats_to_hit=beats_to_hit(section, item),
        label=item.plot.label.value,
        accent=bool(item.forced),
        rest=silent,
    )


def beats_to_hit(section: Section, item: CellPlan) -> float | None:
    """Quarters from a cell's start to the cue's next hit or accent; `None` after its last."""
    own = [tick for each in section.cells for tick in each.forced if tick >= item.cell.tick]
    following = min(own, default=section.next_hit)
    return None if following is None else (following - item.cell.tick) / TICKS_PER_QUARTER


def struck(item: CellPlan, ticks: Sequence[int]) -> tuple[bool, ...]:
    """The onset pattern of a cell, of ticks in order."""
    cell = item.cell
    inside = ticks[bisect_left(ticks, cell.tick) : bisect_left(ticks, cell.end_tick)]
    return at_steps([cell.step_of(tick) for tick in inside])


def at_steps(steps: Sequence[int]) -> tuple[bool, ...]:
    """The onset pattern of steps of a cell."""
    return pattern(np.array(steps, np.int64))


def _phrase_position(section: Section, item: CellPlan) -> float:
    """0 at the phrase's first bar, 1 at its last."""
    size = len(
        {each.cell.bar.index for each in section.cells if each.cell.bar.phrase == item.cell.bar.phrase}
    )
    return 1.0 if size < 2 else min(1.0, item.cell.bar.phrase_bar / (size - 1))
