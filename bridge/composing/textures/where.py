"""Where a texture plays: its chords, cell by cell, and the steps that a steady pace has in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bridge.composing.layers import Layer
from bridge.composing.palettes import Voice
from bridge.composing.writing import Sounding
from bridge.vocabulary.chords import pitch_classes

RUBS, GRATES = 0.65, 0.75
"""Tensions from which held and repeated textures rub against their chord: by a tone, then by a semitone.

On the ratings' scale 6.2 and 7: between the film excerpts' angry (7.9), fearful (8.0) and all the others (at
most 4.4; Eerola & Vuoskoski 2011).
"""


def played(chords: Sequence[Sounding], writer: str) -> Iterator[tuple[Sounding, Layer]]:
    """Chords of cells that play on, where the writer has a layer."""
    for each in chords:
        layer = each.section.plays(writer, each.item)
        if layer is not None and each.chord is not None and each.item.kind == "play":
            yield each, layer


def tones(each: Sounding) -> tuple[int, ...]:
    """Sounding pitch classes of a chord, root first."""
    return tuple((pc + each.shift) % 12 for pc in pitch_classes(each.chord))


def rub(each: Sounding, voicing: Iterable[int], voice: Voice) -> frozenset[int]:
    """What a tense bed adds to its voicing: the tone or the semitone over the highest root, within its range.

    Over one root only, for lower down two neighbours are mud.
    """
    roots = [pitch for pitch in voicing if pitch % 12 == tones(each)[0]]
    if each.item.kind != "play" or each.item.tension < RUBS or not roots:
        return frozenset()
    rubbing = max(roots) + _leans(each)
    return frozenset({rubbing} if rubbing <= voice.high else ())


def headroom(each: Sounding, voice: Voice) -> int:
    """The highest pitch of a tense bed's voicing, so that its rub lies in the register too."""
    tense = each.item.kind == "play" and each.item.tension >= RUBS
    return voice.high - _leans(each) if tense else voice.high


def _leans(each: Sounding) -> int:
    """By how many semitones what is tense rubs against its root."""
    return 1 if each.item.tension > GRATES else 2


def steps_in(each: Sounding, pace: int) -> list[int]:
    """Steps of the cell at a pace, from its first step, that lie within the chord."""
    cell = each.item.cell
    return [step for step in range(0, cell.steps, pace) if each.tick <= cell.tick_of(step) < each.end_tick]


def pace_of(s_per_quarter: float, wanted_s: float, paces: Sequence[int] = (24, 12, 6, 3)) -> int:
    """Steps between attacks whose seconds come nearest above `wanted_s`; the slowest if none does."""
    fitting = [pace for pace in paces if pace / 12 * s_per_quarter >= wanted_s]
    return min(fitting, default=paces[0])
