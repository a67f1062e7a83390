"""Words a brief or a marker may use, and what each asks of the mood. Own judgement, data over code.

Each entry shifts valence, energy and tension (each axis runs 0 to 1) and may name a palette. Shifts of
several words are averaged, not added, so that a long brief does not saturate. "not" or "no" right
before a word turns its shift around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# word stem: (valence, energy, tension)
MOOD_STEMS: dict[str, tuple[float, float, float]] = {
    "action": (0.0, 0.3, 0.2),
    "aggress": (-0.2, 0.3, 0.3),
    "anger": (-0.3, 0.3, 0.3),
    "angry": (-0.3, 0.3, 0.3),
    "anxi": (-0.2, 0.1, 0.3),
    "bright": (0.3, 0.1, -0.1),
    "build": (0.0, 0.2, 0.2),
    "busy": (0.0, 0.3, 0.1),
    "calm": (0.1, -0.3, -0.3),
    "chase": (-0.1, 0.4, 0.3),
    "cheer": (0.3, 0.2, -0.2),
    "cold": (-0.2, -0.1, 0.1),
    "comed": (0.3, 0.2, -0.2),
    "comic": (0.3, 0.2, -0.2),
    "dark": (-0.3, 0.0, 0.2),
    "dread": (-0.3, 0.0, 0.4),
    "dream": (0.2, -0.2, -0.1),
    "driv": (0.0, 0.3, 0.1),
    "eerie": (-0.2, -0.1, 0.3),
    "energ": (0.1, 0.4, 0.0),
    "epic": (0.1, 0.3, 0.2),
    "excit": (0.2, 0.4, 0.0),
    "fast": (0.0, 0.3, 0.0),
    "fear": (-0.3, 0.2, 0.4),
    "fun": (0.3, 0.2, -0.2),
    "gentle": (0.2, -0.3, -0.3),
    "grief": (-0.3, -0.3, 0.0),
    "happ": (0.4, 0.2, -0.2),
    "hope": (0.3, 0.0, -0.1),
    "horror": (-0.4, 0.1, 0.4),
    "intim": (0.1, -0.3, -0.2),
    "joy": (0.4, 0.2, -0.2),
    "light": (0.2, 0.0, -0.2),
    "loss": (-0.2, -0.3, 0.0),
    "love": (0.3, -0.1, -0.2),
    "melanchol": (-0.2, -0.3, 0.0),
    "menac": (-0.3, 0.1, 0.4),
    "myster": (-0.1, -0.1, 0.3),
    "nostalg": (0.1, -0.2, -0.1),
    "peace": (0.2, -0.3, -0.3),
    "playful": (0.3, 0.2, -0.2),
    "quiet": (0.0, -0.3, -0.1),
    "relax": (0.2, -0.3, -0.3),
    "romant": (0.3, -0.1, -0.2),
    "sad": (-0.2, -0.3, 0.0),
    "scar": (-0.3, 0.2, 0.4),
    "slow": (0.0, -0.3, 0.0),
    "soft": (0.1, -0.3, -0.2),
    "sombre": (-0.3, -0.2, 0.1),
    "somber": (-0.3, -0.2, 0.1),
    "suspens": (-0.1, 0.0, 0.4),
    "tender": (0.2, -0.3, -0.2),
    "tens": (-0.1, 0.1, 0.4),
    "threat": (-0.3, 0.2, 0.4),
    "triumph": (0.3, 0.3, 0.0),
    "upbeat": (0.3, 0.3, -0.2),
    "urgen": (-0.1, 0.4, 0.3),
    "warm": (0.3, -0.1, -0.2),
    "wonder": (0.3, 0.0, 0.0),
    "worr": (-0.2, 0.0, 0.3),
}
PALETTE_STEMS: dict[str, str] = {
    "electronic": "pulse", "guitar": "guitar", "orchestr": "orchestral", "pad": "pads", "piano": "piano",
    "pulse": "pulse", "string": "strings", "synth": "pulse",
}  # fmt: skip
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


def allows_tempo_changes(text: str) -> bool:
    """Whether words let the tempo take another character: "tempo changes", "the tempo may change"."""
    lowered = text.lower()
    for found in _TEMPO_CHANGES.finditer(lowered):
        before = _WORD.findall(re.split(r"[.;,:!?]", lowered[: found.start()])[-1])
        if not _NEGATIONS.intersection(before[-2:]):
            return True
    return False


def read_words(text: str) -> Wish:
    """Turn free words into a wish. Unknown words are passed over."""
    shifts: list[tuple[float, float, float]] = []
    understood: list[str] = []
    palette = ""
    previous = ""
    for word in _WORD.findall(text.lower()):
        sign = -1.0 if previous in _NEGATIONS else 1.0
        previous = word
        stem = next((s for s in MOOD_STEMS if word.startswith(s)), None)
        if stem is not None:
            shifts.append(tuple(sign * value for value in MOOD_STEMS[stem]))  # type: ignore[arg-type]
            understood.append(word)
        family = next((s for s in PALETTE_STEMS if word.startswith(s)), None)
        if family is not None and sign > 0 and not palette:
            palette = PALETTE_STEMS[family]
            understood.append(word)
    if not shifts:
        return Wish(palette=palette, understood=tuple(understood))
    count = len(shifts)
    valence, energy, tension = (sum(column) / count for column in zip(*shifts))
    return Wish(valence, energy, tension, palette, tuple(understood))
