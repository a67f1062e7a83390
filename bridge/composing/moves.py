"""Harmony by mood: which chords a plot's mood asks for, and how often, from `data/harmony.tsv`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bridge.composing.harmony import parse_chords
from bridge.composing.tables import strayed, table
from bridge.inference.streams import pick
from bridge.schema.cues import Plot
from bridge.vocabulary.chords import Chord

DIMINISHED = {
    "minor": parse_chords("8dim 11dim 11hdim7 2dim"),
    "major": parse_chords("11dim 11hdim7 6hdim7 8dim"),
}
_MOVE_EVERY, _MOVE_AT = 4, 1


@dataclass(frozen=True)
class Moves:
    """What a mood asks of its harmony: chords to use one of, and in every how many bars a diminished one."""

    mood: str
    chords: frozenset[Chord]
    mode: str
    diminished_every: int

    def wanted(self, index: int, cells_a_chord: int) -> frozenset[Chord]:
        """The chords asked for in the cell `index` of a section; empty where any will do.

        Slow harmony is asked half as often, for what it is asked for lasts twice as long.
        """
        slow = max(1, cells_a_chord)
        every = self.diminished_every * slow
        if every and index % every == (every // 2) // slow * slow:
            return DIMINISHED[self.mode]
        if index % (_MOVE_EVERY * slow) == _MOVE_AT * slow:
            return self.chords
        return frozenset()


def moves_for(plot: Plot, mode: str, generator: np.random.Generator) -> Moves:
    """The harmony of a mood in a mode, the nearer in the table the likelier; draws one number."""
    mood = (plot.valence, plot.energy, plot.tension)
    rows = [row for row in table("harmony") if row["mode"] == mode]
    row = pick(generator, rows, [math.exp(-2 * strayed(each, mood)) for each in rows])
    return Moves(row["mood"], parse_chords(row["moves"]), mode, int(row["dim"]))
