"""Chords as a root and one of ten qualities: the harmony every model reads and writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

QUALITIES = ("maj", "min", "dim", "aug", "sus2", "sus4", "maj7", "min7", "7", "hdim7")

INTERVALS: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "hdim7": (0, 3, 6, 10),
}
"""Semitones above the root, root first."""

_ROOT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TEXT = re.compile(r"^([A-G])([b#]*):?([^/]*)(?:/.*)?$")

# The nearest of the ten for spellings outside them: the added sixth or ninth is dropped, the
# diminished seventh keeps its triad, and a suspended fourth stays suspended whatever its seventh.
_NEAREST = {
    "": "maj",
    "maj6": "maj",
    "6": "maj",
    "maj9": "maj7",
    "min6": "min",
    "minmaj7": "min",
    "min9": "min7",
    "min11": "min7",
    "dim7": "dim",
    "9": "7",
    "11": "7",
    "13": "7",
    "m": "min",
    "m7": "min7",
    "M7": "maj7",
    "sus": "sus4",
}


@dataclass(frozen=True, order=True)
class Chord:
    """A chord symbol without inversion.

    `root_pc` is a pitch class 0 to 11 (0 = C; within a score that is normalised to its key, 0 = the
    major tonic or the third of the minor one). `quality` is one of `QUALITIES`. "No chord" is
    `None` wherever a chord is optional.
    """

    root_pc: int
    quality: str

    def __post_init__(self) -> None:
        if not 0 <= self.root_pc < 12:
            raise ValueError(f"a chord root is a pitch class 0 to 11, not {self.root_pc}")
        if self.quality not in INTERVALS:
            raise ValueError(f"no chord quality {self.quality!r}; there are {', '.join(QUALITIES)}")

    @property
    def name(self) -> str:
        """Harte-style text, flats for black keys: `Bb:min7`."""
        return f"{_ROOT_NAMES[self.root_pc]}:{self.quality}"

    def transposed(self, semitones: int) -> Chord:
        """The same chord moved up by `semitones` (any sign)."""
        return Chord((self.root_pc + semitones) % 12, self.quality)


def pitch_classes(chord: Chord | None) -> tuple[int, ...]:
    """Pitch classes 0 to 11 of the chord, root first; empty for no chord."""
    if chord is None:
        return ()
    return tuple((chord.root_pc + interval) % 12 for interval in INTERVALS[chord.quality])


def parse(text: str) -> Chord | None:
    """Read a chord symbol as POP909 writes it: `Bb:min7/b3`, `F#:sus4(b7)`, `N` for none.

    Inversions and added tones are dropped and rare qualities go to the nearest of the ten.

    Raises:
        ValueError: the text is no chord symbol.
    """
    text = text.strip()
    if text in ("N", "X", "NC", "N.C."):
        return None
    match = _TEXT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no chord symbol")
    letter, accidentals, kind = match.groups()
    root_pc = (_NATURALS[letter] + accidentals.count("#") - accidentals.count("b")) % 12
    kind = kind.split("(")[0].strip()
    quality = kind if kind in INTERVALS else _NEAREST.get(kind)
    if quality is None:
        raise ValueError(f"{text!r} has an unknown chord quality {kind!r}")
    return Chord(root_pc, quality)
