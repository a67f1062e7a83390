"""Keys, chords within them, cadences and voicings. Chords are key-relative: major tonic C, minor tonic A."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from bridge.inference.streams import pick
from bridge.schema.cues import Label, Plot
from bridge.vocabulary.chords import Chord, pitch_classes

TRIADS = {"major": Chord(0, "maj"), "minor": Chord(9, "min")}

# What each mode may use, by roughness: plain chords always, coloured ones from tension .3, rough ones
# from .6 (mood tables: sevenths and suspensions for suspense, bII and diminished for threat).
_PLAIN = {
    "major": "0maj 2min 4min 5maj 7maj 9min 7sus4 0sus2 5maj7 2min7 9min7",
    "minor": "9min 5maj 0maj 7maj 2min 4min 9sus2 5maj7 2min7 9min7",
}
_COLOURED = {
    "major": "0maj7 7:7 10maj 5min 0sus4 4min7 5sus2",
    "minor": "4maj 4:7 4sus4 9sus4 0maj7 11hdim7 7:7 4min7",
}
_ROUGH = {
    "major": "8maj 3maj 2:7 11hdim7 9:7 6hdim7",
    "minor": "10maj 8dim 11dim 3maj 1min",
}

SCALES = {"major": frozenset({0, 2, 4, 5, 7, 9, 11}), "minor": frozenset({0, 2, 4, 5, 7, 9, 11})}

_TONICS_PC = (0, 2, 3, 4, 5, 7, 9, 10)


_OTHER_MODE = -0.2
"""How dark a plot in a major cue must be to turn to minor; a bright one turns a minor cue at its opposite."""


@dataclass(frozen=True)
class Key:
    """A sounding key."""

    tonic_pc: int
    mode: str

    @property
    def shift(self) -> int:
        """Semitones from key-relative to sounding pitch, -6 to 5."""
        away = (self.tonic_pc - TRIADS[self.mode].root_pc) % 12
        return away - 12 if away > 5 else away

    @property
    def tonic(self) -> Chord:
        """The key-relative tonic triad."""
        return TRIADS[self.mode]


def choose_keys(plots: Sequence[Plot], generator: np.random.Generator) -> dict[str, Key]:
    """A key for every plot, by id: one home key, left only where a plot's mood asks for the other mode
    or a climax lifts it, and then for a related key.

    Mode follows valence less tension: film excerpts rated tense are rated low in valence (r = -.83).
    """
    home_mode = "major" if _brightness(plots) > 0 else "minor"
    home = Key(pick(generator, _TONICS_PC), home_mode)
    keys: dict[str, Key] = {}
    for plot in plots:
        lift = generator.random()
        bright = _brightness([plot])
        if home.mode == "major" and bright < _OTHER_MODE:
            keys[plot.id] = Key((home.tonic_pc + 9) % 12, "minor")
        elif home.mode == "minor" and bright > -_OTHER_MODE:
            keys[plot.id] = Key((home.tonic_pc + 3) % 12, "major")
        elif plot.label is Label.CLIMAX and plot.energy > 0.6 and lift < 0.4:
            up = 2 if home.mode == "major" else 5
            keys[plot.id] = Key((home.tonic_pc + up) % 12, home.mode)
        else:
            keys[plot.id] = home
    return keys


def revised_key(key: Key, plot: Plot) -> Key:
    """The key of a plot that is composed anew: the one it had, or its relative where the mood asks for the
    other mode.
    """
    bright = _brightness([plot])
    if key.mode == "major" and bright < _OTHER_MODE:
        return Key((key.tonic_pc + 9) % 12, "minor")
    if key.mode == "minor" and bright > -_OTHER_MODE:
        return Key((key.tonic_pc + 3) % 12, "major")
    return key


def chord_set(mode: str, tension: float) -> frozenset[Chord]:
    """Chords allowed in a mode at a tension between 0 and 1."""
    text = _PLAIN[mode]
    if tension >= 0.3:
        text += " " + _COLOURED[mode]
    if tension >= 0.6:
        text += " " + _ROUGH[mode]
    return parse_chords(text)


def parse_chords(text: str) -> frozenset[Chord]:
    """Chords as the tables write them: root pitch class and quality, `9min 5maj7`, a colon before a 7."""
    return frozenset(_parse(item) for item in text.split())


def passing_tones(mode: str, chords: Iterable[Chord | None]) -> frozenset[int]:
    """Key-relative pitch classes allowed besides chord tones: the scale, without what grates on an
    altered chord tone by a semitone (G and A beside the G sharp of E major in A minor).
    """
    scale = SCALES[mode]
    altered = {pc for chord in chords for pc in pitch_classes(chord)} - scale
    return scale - {(pc + side) % 12 for pc in altered for side in (-1, 1)}


def opening_chord(mode: str, first: bool, generator: np.random.Generator) -> Chord:
    """The chord a plot opens on: the tonic for the cue's first, else mostly."""
    others = (Chord(9, "min"), Chord(5, "maj")) if mode == "major" else (Chord(5, "maj"), Chord(2, "min"))
    chosen = pick(generator, (TRIADS[mode], *others), (0.7, 0.15, 0.15))
    return TRIADS[mode] if first else chosen


def cadence_into(goal: Chord, tension: float, generator: np.random.Generator) -> tuple[Chord, ...]:
    """One or two chords that close into `goal`, last one first in weight: dominant or plagal.

    Quiet moods lean on the plagal cadence, tense ones on a suspended dominant.
    """
    dominant = Chord((goal.root_pc + 7) % 12, "maj")
    seventh = Chord((goal.root_pc + 7) % 12, "7")
    suspended = Chord((goal.root_pc + 7) % 12, "sus4")
    minor = goal.quality.startswith("min")
    plagal = Chord((goal.root_pc + 5) % 12, "min" if minor else "maj")
    choices: tuple[tuple[Chord, ...], ...] = (
        (plagal, dominant),
        (plagal, seventh),
        (suspended, dominant),
        (plagal,),
    )
    return pick(generator, choices, (0.3, 0.1 + 0.2 * tension, 0.1 + 0.4 * tension, 0.4 - 0.3 * tension))


def voicing(
    chord: Chord, low: int, high: int, count: int, near: Sequence[int] = (), shift: int = 0
) -> tuple[int, ...]:
    """`count` sounding pitches of a chord within [low, high], moving least from the voicing `near`.

    Root and third (or its suspension) come first; without `near` the voicing sits in the middle of the
    range. Rising, at least one pitch, and none doubled at the unison.
    """
    tones = [(pc + shift) % 12 for pc in pitch_classes(chord)]
    by_tone = [[p for p in range(low, high + 1) if p % 12 == pc] for pc in tones]
    pool = sorted(pitch for pitches in by_tone for pitch in pitches)
    if not pool:
        return ()
    count = max(1, min(count, len(pool)))
    middle = sum(near) / len(near) if near else (low + high) / 2

    def cost(chosen: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        missing = sum(4.0 for pitches in by_tone[:2] if not set(pitches) & set(chosen))
        missing += 1.5 * (len({p % 12 for p in chosen}) < min(count, len(tones)))
        crowded = sum(1.0 for a, b in zip(chosen, chosen[1:]) if b - a < 3 or b - a > 9)
        moves = sum(min(abs(p - q) for q in near) for p in chosen) if near else 0.0
        centre = abs(sum(chosen) / len(chosen) - middle) * (0.3 if near else 1.0)
        return missing * 4 + crowded * 2 + moves + centre, chosen

    nearest = sorted(pool, key=lambda pitch: (abs(pitch - middle), pitch))[: max(9, count)]
    if count <= 4:
        return min((tuple(sorted(c)) for c in combinations(nearest, count)), key=cost)
    return tuple(sorted(nearest[:count]))


def nearest_pitch(pcs: Sequence[int], low: int, high: int, near: int) -> int | None:
    """The pitch of one of the classes within [low, high] nearest to `near`; `None` when there is none."""
    pool = [pc + 12 * octave for pc, octave in product(pcs, range(11)) if low <= pc + 12 * octave <= high]
    return min(pool, key=lambda pitch: (abs(pitch - near), pitch), default=None)


def _brightness(plots: Sequence[Plot]) -> float:
    """Valence less half the tension's excess, weighted by length; above 0 is major."""
    weights = [max(1, plot.end_frame - plot.start_frame) for plot in plots]
    total = sum(w * (p.valence - 0.5 - 0.5 * (p.tension - 0.45)) for w, p in zip(weights, plots))
    return total / sum(weights) if weights else 0.0


def _parse(text: str) -> Chord:
    digits = text[:2] if text[:2].isdigit() else text[:1]
    return Chord(int(digits), text[len(digits) :].lstrip(":"))
