"""Words a brief, a note or a marker may use, and what each asks of the mood: tables, and how they are read.

    data/moods.tsv     words of film music: shifts of valence, energy and tension (own judgement)
    data/notes.tsv     what a style, an audience or a brand asks for besides: palette, mood, density (own)
    data/valence.tsv   how pleasant 6,072 English words are: VADER (Hutto and Gilbert 2014, MIT); for briefs
                       and notes alone, since a marker is often a name or a line of dialogue

A rating r of -4 to 4 shifts valence by r/10, which is how our own shifts go with the ratings of the 53 words
that both know (correlation .95; a test counts it), and tension by -.784 of that, as valence and tension go
together in rated film music (`mood.TENSION_FROM_VALENCE`); it says nothing of energy. Shifts of several words
are averaged, not added, so that a long brief does not saturate. "not" or "no" right before a word turns its
shift around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

Shift = tuple[float, float, float]
_Row = TypeVar("_Row")

PALETTE_STEMS: dict[str, str] = {
    "electronic": "pulse", "guitar": "guitar", "orchestr": "orchestral", "pad": "pads", "piano": "piano",
    "pulse": "pulse", "string": "strings", "synth": "pulse",
}  # fmt: skip
NOTES: Final = ("style", "audience", "brand")
_TENSION_OF_VALENCE = -0.784
_A_POINT = 0.1
# What may follow a stem and leave it the same word: "darker" is dark, but "funeral" is not fun.
_ENDINGS = re.compile(
    "(s|es|e|d|ed|r|er|st|est|y|ily|ier|iest|ies|iness|ly|ing|ingly|en|ens|ened|ening|ful|fully|fulness|ness"
    "|ish|some|able|ant|ous|ously|ic|th|ation|hearted|up|der|dest|den|dened)?"
)
_WORD = re.compile(r"[^\W\d_]+")
_NEGATIONS = frozenset({"no", "not", "without", "never"})
_TEMPO_CHANGES = re.compile(
    r"\b(tempo (changes?|shifts?)|chang(e|es|ing)( of| the| in)? tempo|new tempo"
    r"|tempo (may|can|should|must) (change|shift|jump))\b"
)


@dataclass(frozen=True)
class Wish:
    """What words ask for: shifts of the three axes, a palette or "", and the words understood."""

    valence: float = 0.0
    energy: float = 0.0
    tension: float = 0.0
    palette: str = ""
    understood: tuple[str, ...] = ()


@dataclass(frozen=True)
class Noted:
    """What one word of a note asks for: shifts of mood and density, and a palette or ""."""

    shift: Shift
    density: float
    palette: str


def mood_of(word: str) -> Shift | None:
    """The shifts of valence, energy and tension that a word of film music asks for; None for any other."""
    return _found(word, _moods())


def norm_of(word: str) -> Shift | None:
    """The shifts that follow from how pleasant a word is rated; None where it is not."""
    rating = _norms().get(word)
    if rating is None and word.endswith("s"):
        rating = _norms().get(word[:-1])
    if rating is None:
        return None
    valence = _A_POINT * rating
    return valence, 0.0, _TENSION_OF_VALENCE * valence


def noted(word: str, note: str) -> Noted | None:
    """What a word asks for in a note, one of `NOTES`; None for one that the table does not know."""
    return _found(word, _notes()[note])


def palette_of(word: str) -> str:
    """The palette that a word names, or ""."""
    return next((name for stem, name in PALETTE_STEMS.items() if word.startswith(stem)), "")


def allows_tempo_changes(text: str) -> bool:
    """Whether words let the tempo take another character: "tempo changes", "the tempo may change"."""
    lowered = text.lower()
    for found in _TEMPO_CHANGES.finditer(lowered):
        before = _WORD.findall(re.split(r"[.;,:!?]", lowered[: found.start()])[-1])
        if not _NEGATIONS.intersection(before[-2:]):
            return True
    return False


def without_tempo_changes(text: str) -> str:
    """The text without the words that `allows_tempo_changes` reads."""
    return _TEMPO_CHANGES.sub(" ", text.lower())


def read_words(text: str) -> Wish:
    """Turn the words of a marker into a wish. Unknown words are passed over."""
    shifts: list[Shift] = []
    understood: list[str] = []
    palette = ""
    previous = ""
    for word in _WORD.findall(text.lower()):
        sign = -1.0 if previous in _NEGATIONS else 1.0
        previous = word
        shift = mood_of(word)
        if shift is not None:
            shifts.append((sign * shift[0], sign * shift[1], sign * shift[2]))
            understood.append(word)
        family = palette_of(word)
        if family and sign > 0 and not palette:
            palette = family
            understood.append(word)
    if not shifts:
        return Wish(palette=palette, understood=tuple(understood))
    count = len(shifts)
    valence, energy, tension = (sum(column) / count for column in zip(*shifts))
    return Wish(valence, energy, tension, palette, tuple(understood))


def _found(word: str, table: dict[str, _Row]) -> _Row | None:
    """The row of a word: of the longest stem that it is a form of."""
    for length in range(len(word), 1, -1):
        stem = word[:length]
        if f"{stem}*" in table:
            return table[f"{stem}*"]
        if stem in table and _ENDINGS.fullmatch(word[length:]):
            return table[stem]
    return None


def _rows(name: str) -> list[list[str]]:
    text = files("bridge.spotting").joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return lines[1:]


@cache
def _moods() -> dict[str, Shift]:
    return {stem: (float(v), float(e), float(t)) for stem, v, e, t in _rows("moods")}


@cache
def _norms() -> dict[str, float]:
    return {word: float(rating) for word, rating in _rows("valence")}


@cache
def _notes() -> dict[str, dict[str, Noted]]:
    out: dict[str, dict[str, Noted]] = {note: {} for note in NOTES}
    for note, stem, palette, v, e, t, density in _rows("notes"):
        shift = (float(v), float(e), float(t))
        out[note][stem] = Noted(shift, float(density), "" if palette == "-" else palette)
    return out
