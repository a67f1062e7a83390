"""Palettes: which General MIDI instrument plays each layer, and within what range.

The instruments, the moods and the words are tables (`data/palettes.tsv`, `palette_moods.tsv`,
`ranges.tsv`). Programs count from 0, pitches are sounding MIDI numbers: for orchestral instruments the 5th
to 95th percentile of their notes in OpenScore Orchestra (CC0, own measurement), for keyboards, guitars and
synths the register where they carry without mud.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bridge.composing.tables import table
from bridge.inference.streams import pick

_STRUCK = (*range(0, 16), *range(24, 38), 45, 46, 47)
_NEAR = 0.08
# Nearness is counted from here on: two palettes at a fifth of an axis are as good as each other.


@dataclass(frozen=True)
class Voice:
    """One instrument: its program and the lowest and highest pitch it is given."""

    name: str
    program: int
    low: int
    high: int

    @property
    def sustains(self) -> bool:
        """Whether a note lasts as long as it is held (`sustains`)."""
        return sustains(self.program)


@dataclass(frozen=True)
class Palette:
    """Voices by slot, the (valence, energy, tension) it suits, 0 to 1, and the textures it leans to.

    `pace` is a factor on the density of what it is given.
    """

    name: str
    mood: tuple[float, float, float]
    voices: tuple[tuple[str, Voice], ...]
    words: tuple[str, ...] = ()
    leans: tuple[tuple[str, float], ...] = ()
    pace: float = 1.0

    @cached_property
    def _by_slot(self) -> dict[str, Voice]:
        return dict(self.voices)

    def voice(self, slot: str) -> Voice | None:
        """The voice of a slot, `None` where the palette has none."""
        return self._by_slot.get(slot)

    @property
    def melody(self) -> Voice:
        """Who sings."""
        return self._by_slot["melody"]

    @property
    def accompaniment(self) -> Voice:
        """Who plays the inner lines."""
        return self._by_slot["accompaniment"]

    @property
    def bass(self) -> Voice:
        """Who plays the bass."""
        return self._by_slot["bass"]

    @property
    def pad(self) -> Voice:
        """Who holds chords."""
        return self._by_slot["pad"]

    def lean(self, texture: str) -> float:
        """Factor on a texture's weight."""
        return dict(self.leans).get(texture, 1.0)


def sustains(program: int) -> bool:
    """Whether an instrument's note lasts as long as it is held: bows, winds, voices and synths do."""
    return program not in _STRUCK


def instrument_range(program: int) -> tuple[int, int]:
    """The used range of an orchestral instrument by its program.

    Raises:
        KeyError: the instrument was not measured.
    """
    for row in table("ranges"):
        if int(row["program"]) == program:
            return int(row["low"]), int(row["high"])
    raise KeyError(program)


def _voice(name: str, program: int, low: str, high: str) -> Voice:
    if low == "-":
        return Voice(name, program, *instrument_range(program))
    return Voice(name, program, int(low), int(high))


def _palettes() -> tuple[Palette, ...]:
    out = []
    for row in table("palette_moods"):
        name = row["palette"]
        voices = tuple(
            (v["slot"], _voice(v["name"], int(v["program"]), v["low"], v["high"]))
            for v in table("palettes")
            if v["palette"] == name
        )
        leans = [item.rsplit(":", 1) for item in row["leans"].split(",")]
        out.append(
            Palette(
                name,
                (float(row["valence"]), float(row["energy"]), float(row["tension"])),
                voices,
                tuple(row["words"].split()),
                tuple((texture, float(factor)) for texture, factor in leans),
                float(row["pace"]),
            )
        )
    return tuple(out)


PALETTES: tuple[Palette, ...] = _palettes()


def palette_names() -> tuple[str, ...]:
    """The names of all palettes."""
    return tuple(palette.name for palette in PALETTES)


def palette_named(text: str) -> Palette | None:
    """The palette a person's words name: its own name, or one of its words; `None` when none does."""
    wanted = text.strip().lower()
    if not wanted:
        return None
    for palette in PALETTES:
        if wanted == palette.name:
            return palette
    for palette in PALETTES:
        if palette.name in wanted or any(word in wanted for word in palette.words):
            return palette
    return None


def palette_for(mood: tuple[float, float, float], generator: np.random.Generator) -> Palette:
    """A palette for a (valence, energy, tension): any of them, the nearer the likelier.

    Many films sit in the middle of the axes, above all those nobody has seen: taking the nearest
    would give them all one sound.
    """
    weights = [
        1 / (sum((a - b) ** 2 for a, b in zip(palette.mood, mood)) + _NEAR) ** 1.5 for palette in PALETTES
    ]
    return pick(generator, PALETTES, weights)
