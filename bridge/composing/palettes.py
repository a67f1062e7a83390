"""Palettes: which General MIDI instruments play the parts, and within what range.

Programs count from 0. Ranges are sounding MIDI pitches: for orchestral instruments the 5th to 95th
percentile of their notes in OpenScore Orchestra (CC0, own measurement), for keyboards, guitars and synths
the register where they carry without mud. `mood` is the (valence, energy, tension) a palette suits best,
0 to 1, after the film-music ratings of Eerola & Vuoskoski (2011): tension rises as valence falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.inference.streams import pick


@dataclass(frozen=True)
class Voice:
    """One instrument: its program and the lowest and highest pitch it is given."""

    name: str
    program: int
    low: int
    high: int

    @property
    def sustains(self) -> bool:
        """Whether a note lasts as long as it is held: bows, winds, voices and synths do."""
        return not (self.program < 16 or 24 <= self.program < 38 or 45 <= self.program < 48)


@dataclass(frozen=True)
class Palette:
    """Voices of the four parts and the mood they suit."""

    name: str
    mood: tuple[float, float, float]
    melody: Voice
    accompaniment: Voice
    bass: Voice
    pad: Voice
    words: tuple[str, ...] = ()


_STRINGS = Voice("Strings", 48, 48, 79)
_CONTRABASS = Voice("Contrabass", 43, 28, 50)

PALETTES: tuple[Palette, ...] = (
    Palette(
        "solo piano",
        (0.55, 0.3, 0.3),
        Voice("Piano", 0, 60, 88),
        Voice("Piano, left hand", 0, 43, 76),
        Voice("Piano, bass", 0, 29, 50),
        Voice("Warm pad", 89, 48, 72),
        ("piano", "intimate", "memory"),
    ),
    Palette(
        "strings",
        (0.45, 0.4, 0.45),
        Voice("Violin", 40, 59, 85),
        _STRINGS,
        Voice("Cello", 42, 36, 57),
        Voice("Slow strings", 49, 46, 76),
        ("string", "quartet", "drama"),
    ),
    Palette(
        "pulse",
        (0.4, 0.8, 0.65),
        Voice("Saw lead", 81, 57, 81),
        Voice("Pizzicato strings", 45, 48, 76),
        Voice("Synth bass", 38, 29, 50),
        Voice("Sweep pad", 95, 48, 76),
        ("electronic", "synth", "techno", "drive"),
    ),
    Palette(
        "guitar",
        (0.75, 0.5, 0.2),
        Voice("Flute", 73, 67, 91),
        Voice("Nylon guitar", 24, 45, 76),
        Voice("Acoustic bass", 32, 28, 50),
        Voice("Strings", 48, 48, 76),
        ("acoustic", "folk", "travel"),
    ),
    Palette(
        "orchestral",
        (0.6, 0.7, 0.45),
        Voice("Oboe", 68, 62, 83),
        _STRINGS,
        _CONTRABASS,
        Voice("Horns", 60, 48, 71),
        ("orchestra", "epic", "heroic", "adventure"),
    ),
    Palette(
        "sparse pads",
        (0.35, 0.2, 0.6),
        Voice("Celesta", 8, 60, 91),
        Voice("Harp", 46, 43, 84),
        Voice("Contrabass", 43, 28, 45),
        Voice("Halo pad", 94, 48, 76),
        ("pad", "ambient", "drone", "suspense"),
    ),
)


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
    """A palette for a (valence, energy, tension), the nearest two in proportion to their nearness."""

    def distance(palette: Palette) -> float:
        return sum((a - b) ** 2 for a, b in zip(palette.mood, mood))

    near = sorted(PALETTES, key=distance)[:2]
    weights = [1 / (distance(palette) + 0.01) ** 2 for palette in near]
    return pick(generator, near, weights)
