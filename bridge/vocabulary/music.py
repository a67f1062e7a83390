"""Music laid out to be measured: bars, keys, chords and the notes of each part, in steps from the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bridge.vocabulary.chords import Chord


class Played(NamedTuple):
    """A note: start and length in steps (12 a quarter), MIDI pitch and velocity, and whether it trembles."""

    step: int
    steps: int
    pitch: int
    velocity: int
    tremolo: bool = False


@dataclass(frozen=True)
class MeasuredBar:
    """A bar from `step` to `end`, its tempo, the mode of its key, and its place in the form.

    `phrase_left`, `phrase_bars`, `plot_left`: bars of the phrase that follow, bars it has, and bars of the
    plot that follow; `None` where the form is not known.
    """

    step: int
    end: int
    bpm: float
    mode: str = "unknown"
    label: str | None = None
    phrase_left: int | None = None
    phrase_bars: int | None = None
    plot_left: int | None = None


@dataclass(frozen=True)
class Music:
    """A piece: bars without gaps from step 0, chords as (step, chord) in order, notes by part name.

    `drums` names the parts whose pitches are drums: they have no register, roughness or harmony.
    """

    bars: tuple[MeasuredBar, ...]
    chords: Sequence[tuple[int, Chord | None]]
    parts: Mapping[str, Sequence[Played]]
    drums: frozenset[str] = field(default_factory=frozenset)

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.bars[-1].end if self.bars else 0

    def notes(self, *names: str) -> npt.NDArray[np.int64]:
        """(N, 4) start, length, pitch, velocity of the notes of some parts, or of all but drums."""
        chosen = names or tuple(name for name in self.parts if name not in self.drums)
        rows = [note[:4] for name in chosen for note in self.parts.get(name, ())]
        return np.array(sorted(rows), np.int64).reshape(-1, 4)
