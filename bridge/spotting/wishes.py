"""What the words of a revision or a brief ask for: moods, how much there is of it, and who plays.

    less / fewer / more / add / no / without / drop  INSTRUMENT      who plays: see `INSTRUMENTS`
    more / less / not so / no / nothing              MOOD            those of `lexicon`, either way
    busy, dense, full / sparse, thin, simple                         more or fewer notes
    loud, big, strong / soft, quiet                                  dynamics
    plain, simple / colourful, rich CHORDS or HARMONY                how moods lean on chords' qualities
    INSTRUMENT alone, where a palette has its name                   that palette
    a bit, slightly, somewhat / much, far, very, a lot               half as much, or half as much again

Comparatives count as "more": "darker". An amount holds until the next comma, "but" or amount: "less piano and
harp". Words that nobody knows are handed back, to be said.

A revision adds the shifts of its words up, for each is another complaint, and refuses words about the tempo,
because it keeps the tempo map. A brief averages them, so that a long one does not saturate, and knows more
words: those of its kind of note, and how pleasant English words are rated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bridge.errors import SettingsError
from bridge.spotting.lexicon import (
    NOTES,
    PALETTE_STEMS,
    mood_of,
    norm_of,
    noted,
    palette_of,
    without_tempo_changes,
)
from bridge.vocabulary.leaning import harmony_in_words, without_harmony_words

# Words for instruments and for what parts do; the middle says which of them `composing` is to look for.
INSTRUMENTS: dict[str, str] = {
    "accompaniment": "accompaniment", "bass": "bass", "basses": "bass", "bassoon": "bassoon",
    "bell": "bells", "bells": "bells", "brass": "brass", "celesta": "bells", "cello": "cello",
    "cellos": "cello", "choir": "choir", "clarinet": "clarinet", "drum": "drums", "drums": "drums",
    "effects": "effect", "flute": "flute", "guitar": "guitar", "guitars": "guitar", "harp": "harp",
    "horn": "horn", "horns": "horn", "melody": "melody", "oboe": "oboe", "ostinato": "rhythm",
    "pad": "pad", "pads": "pad", "percussion": "drums", "piano": "piano", "pulse": "rhythm",
    "rhythm": "rhythm", "string": "strings", "strings": "strings", "synth": "synth", "synths": "synth",
    "theme": "melody", "tune": "melody", "viola": "viola", "violin": "violin", "violins": "violin",
    "woodwind": "woodwinds", "woodwinds": "woodwinds",
}  # fmt: skip
MORE, LESS, NONE = "more", "less", "no"
EVERYTHING = "everything"

_AMOUNTS = {
    "more": MORE, "add": MORE, "extra": MORE, "with": MORE, "increase": MORE, "raise": MORE,
    "less": LESS, "fewer": LESS, "reduce": LESS, "lower": LESS, "decrease": LESS,
    "no": NONE, "not": NONE, "without": NONE, "drop": NONE, "remove": NONE, "never": NONE, "nothing": NONE,
    "mute": NONE, "instead": NONE,
}  # fmt: skip
_DENSITY = {
    "busy": 1, "busier": 1, "dense": 1, "denser": 1, "full": 1, "fuller": 1, "notes": 1, "density": 1,
    "movement": 1, "sparse": -1, "sparser": -1, "thin": -1, "thinner": -1, "space": -1, "simple": -1,
    "simpler": -1, "air": -1, "room": -1,
}  # fmt: skip
_LOUDNESS = {
    "loud": 1, "louder": 1, "volume": 1, "loudness": 1, "big": 1, "bigger": 1, "strong": 1, "stronger": 1,
    "soft": -1, "softer": -1, "quiet": -1, "quieter": -1, "gentle": -1, "gentler": -1,
}  # fmt: skip
# Nouns that mean one axis alone; the stems of the lexicon are moods, which move several.
_AXES = {
    "tension": (0.0, 0.0, 0.35), "energy": (0.0, 0.35, 0.0), "valence": (0.35, 0.0, 0.0),
    "brightness": (0.3, 0.0, 0.0), "darkness": (-0.3, 0.0, 0.1),
}  # fmt: skip
_TEMPO = {
    "slower", "faster", "quicker", "slowest", "fastest", "tempo", "bpm", "accelerando", "ritardando",
    "speed", "rubato",
}  # fmt: skip
_HALF = {"bit", "slightly", "somewhat", "little", "rather", "fairly"}
_MUCH = {
    "much",
    "far",
    "very",
    "lot",
    "really",
    "way",
    "extremely",
    "deeply",
    "utterly",
    "completely",
    "highly",
}
_NAMING = {"with"}  # "a chase with guitar" names a palette in a brief
_TURNS = {"but", "yet", "though", "although", "however", "then"}
# Words that carry no wish of their own.
_FILLERS = {
    "a", "an", "and", "are", "as", "be", "bring", "but", "can", "could", "feel", "for", "give", "has",
    "have", "here", "i", "in", "is", "it", "its", "let", "like", "make", "me", "mood", "music",
    "of", "on", "or", "part", "parts", "please", "plot", "plots", "section", "should", "so", "some", "sound",
    "sounding", "than", "that", "the", "them", "there", "they", "this", "to", "too", "want", "we", "with",
    "would", "you", "use", "just", "also", "quite", "about", "all", "any", "at", "by", "cue", "cues", "do",
    "does", "don", "film", "from", "his", "her", "how", "into", "kind", "my", "nothing", "our", "out", "over",
    "piece", "scene", "score", "something", "t", "their", "through", "under", "up", "video", "was", "were",
    "what", "when", "where", "which", "while", "who", "will", "your", "am", "he", "she", "us", "if", "one",
    "off", "aged", "old", "solo", "year", "years", "people", "audience", "brand", "style", "viewers",
    "customers", "end", "beginning", "start", "whole",
}  # fmt: skip
_TOKEN = re.compile(r"[^\W\d_]+|[,;.:!?]")
_MOOD = ("valence", "energy", "tension")
_SHIFTED = (*_MOOD, "density", "loudness")
_DENSITY_SHIFT, _LOUDNESS_SHIFT = 0.3, 0.25
_MOST = 0.6


@dataclass(frozen=True)
class Wishes:
    """Shifts of five numbers of a plot, 0 to 1 each; who plays more, less or not at all; a palette.

    `voices` holds (what, amount), `harmony` the words on chords as `vocabulary.leaning` reads them,
    `understood` what was made of the words, `unknown` words that were not understood.
    """

    valence: float = 0.0
    energy: float = 0.0
    tension: float = 0.0
    density: float = 0.0
    loudness: float = 0.0
    palette: str = ""
    voices: tuple[tuple[str, str], ...] = ()
    harmony: str = ""
    understood: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_wishes(text: str) -> Wishes:
    """What a brief asks of the plots that are composed anew.

    Raises:
        SettingsError: it asks for another tempo.
    """
    reading = _Reading()
    # "Simple chords" are no fewer notes, and "plain" is no mood.
    for token in _TOKEN.findall(without_harmony_words(text).lower()):
        reading.take(token)
    harmony = harmony_in_words(text)
    wishes = reading.wishes()
    return replace(wishes, harmony=" ".join(harmony), understood=(*wishes.understood, *harmony))


def read_brief(text: str, note: str = "") -> Wishes:
    """What a brief, or a note that goes with one, asks of the whole cue.

    Args:
        text: the words, in English.
        note: "" for a brief; style, audience or brand for such a note.
    """
    reading = _Reading(brief=True, notes=(note,) if note else ("style",))
    for token in _TOKEN.findall(without_tempo_changes(text)):
        reading.take(token)
    return reading.wishes()


class _Reading:
    def __init__(self, *, brief: bool = False, notes: tuple[str, ...] = ()) -> None:
        self.brief = brief
        self.notes = tuple(note for note in NOTES if note in notes)
        self.counts = dict.fromkeys(("mood", "density", "loudness"), 0)
        self.amount = ""
        self.scale = 1.0
        self.shifts = dict.fromkeys(_SHIFTED, 0.0)
        self.palette = ""
        self.voices: dict[str, str] = {}
        self.understood: list[str] = []
        self.unknown: list[str] = []

    def take(self, token: str) -> None:
        """Read one word or mark."""
        if not token[0].isalpha() or token in _TURNS:
            self.amount, self.scale = "", 1.0
        elif token in _TEMPO and not self.brief:
            raise SettingsError(
                f"{token!r} cannot be had in a revision: it keeps the tempo map, so that the other plots stay"
                " as they are",
                where="--brief",
                remedy="Score the timeline again with --tempo or an edited cue sheet",
            )
        elif token in _HALF or token in _MUCH:
            self.scale = 0.5 if token in _HALF else 1.5
        elif token in _AMOUNTS and not (self.brief and token in _NAMING):
            # "no more drums" is none, "not so dark" is less dark.
            self.amount = NONE if self.amount == NONE else _AMOUNTS[token]
        elif token in INSTRUMENTS:
            self._voice(token)
        elif token in _AXES:
            self._shift(token, **dict(zip(_MOOD, _AXES[token])))
        elif not self._mood(token) and token not in _FILLERS:
            self.unknown.append(token)

    def wishes(self) -> Wishes:
        """What was asked for, once all is read."""
        return Wishes(
            valence=self._amount_of("valence"),
            energy=self._amount_of("energy"),
            tension=self._amount_of("tension"),
            density=self._amount_of("density"),
            loudness=self._amount_of("loudness"),
            palette=self.palette,
            voices=(*self.voices.items(), *self._everything()),
            understood=tuple(self.understood),
            unknown=tuple(dict.fromkeys(self.unknown)),
        )

    def _amount_of(self, name: str) -> float:
        """The sum of a number's shifts, or for a brief their mean, within what a brief may move."""
        count = self.counts.get(name, self.counts["mood"]) if self.brief else 1
        return round(min(max(self.shifts[name] / max(1, count), -_MOST), _MOST), 3)

    def _everything(self) -> tuple[tuple[str, str], ...]:
        """How much there is of everything: density moves what models write, this what rules write too."""
        density = 0.0 if self.brief else self.shifts["density"]
        return ((EVERYTHING, MORE if density > 0 else LESS),) if density else ()

    def _voice(self, token: str) -> None:
        if not self.amount and any(token.startswith(stem) for stem in PALETTE_STEMS):
            if not (self.brief and self.palette):  # the first that is named leads
                self.palette = palette_of(token)
                self.understood.append(f"{self.palette} palette")
            elif self.palette != palette_of(token):
                self.voices[INSTRUMENTS[token]] = MORE
                self.understood.append(f"{MORE} {token}")
            return
        amount = self.amount or MORE
        self.voices[INSTRUMENTS[token]] = amount
        self.understood.append(f"{amount} {token}")

    def _mood(self, token: str) -> bool:
        known = False
        if token in _DENSITY:
            self._shift(token, density=_DENSITY_SHIFT * _DENSITY[token])
            known = True
        if token in _LOUDNESS:
            self._shift(token, loudness=_LOUDNESS_SHIFT * _LOUDNESS[token])
            known = True
        # "busy" is said of notes here and "gentle" of dynamics: each moves its own number alone.
        shift = None if known else mood_of(token)
        if shift is not None:
            self._shift(token, **dict(zip(_MOOD, shift)))
            known = True
        family = palette_of(token)
        if family and not known and self.amount not in (LESS, NONE):
            self.palette = family
            self.understood.append(f"{self.palette} palette")
            known = True
        return known or self._noted(token) or (self.brief and self._rated(token))

    def _noted(self, token: str) -> bool:
        found = next(filter(None, (noted(token, note) for note in self.notes)), None)
        if found is None:
            return False
        self._shift(
            token, **dict(zip(_MOOD, found.shift)), **({"density": found.density} if found.density else {})
        )
        if found.palette and not self.palette and self.amount not in (LESS, NONE):
            self.palette = found.palette
        return True

    def _rated(self, token: str) -> bool:
        shift = norm_of(token)
        if shift is not None:
            self._shift(token, **dict(zip(_MOOD, shift)))
        return shift is not None

    def _shift(self, token: str, **shifts: float) -> None:
        sign = -1.0 if self.amount in (LESS, NONE) else 1.0
        for name, value in shifts.items():
            self.shifts[name] += sign * self.scale * value
        for kind in {name if name in self.counts else "mood" for name in shifts}:
            self.counts[kind] += 1
        said = " ".join(filter(None, (self.amount or None, token)))
        self.understood.append(said)
