"""A cue under four seconds: one gesture and its ring-out, by rule."""

from __future__ import annotations

from bridge.composing.chords import Harmony
from bridge.composing.harmony import nearest_pitch, voicing
from bridge.composing.onsets import STAB_TICKS
from bridge.composing.plan import Plan, Section
from bridge.composing.writing import Draft
from bridge.inference.streams import stream
from bridge.vocabulary.bars import ChordEvent
from bridge.vocabulary.chords import pitch_classes

LONGEST_S = 4.0
_ROLL_TICKS = 80


def gesture(plan: Plan, seed: int, variation: int) -> tuple[dict[str, Harmony], dict[str, list[Draft]]]:
    """Harmony and notes of a very short cue.

    The tonic is rolled upwards from the first forced tick (or the first cell), a bass and a held chord
    under it and the fifth or the octave above, struck anew at every other hit, and left to ring.
    """
    harmonies: dict[str, Harmony] = {}
    parts: dict[str, list[Draft]] = {"melody": [], "accompaniment": [], "bass": [], "pad": []}
    for section in plan.sections:
        voices = section.palette
        tonic = section.tonality.tonic
        harmonies[section.key] = Harmony(tuple((ChordEvent(0, tonic),) for _ in section.cells))
        shift = section.tonality.shift
        ticks = _strikes(section)
        if not ticks:
            continue
        end = _end(plan, section)
        rolled = voicing(tonic, voices.accompaniment.low, voices.accompaniment.high, 4, (), shift)
        root = nearest_pitch(
            [(tonic.root_pc + shift) % 12], voices.bass.low, voices.bass.high, voices.bass.low
        )
        at = stream(seed, variation, "composing", "gesture", section.key).random()
        top = (pitch_classes(tonic)[2 if at < 0.5 else 0] + shift) % 12
        high = nearest_pitch([top], voices.melody.low, voices.melody.high, rolled[-1] + 12)
        forced = {tick for item in section.cells for tick in item.forced}
        for tick, until in zip(ticks, [*ticks[1:], end]):
            accent = tick in forced
            resting = any(i.kind == "rest" and i.cell.tick <= tick < i.cell.end_tick for i in section.cells)
            until = min(until, tick + STAB_TICKS) if resting else until
            roll = _ROLL_TICKS if until - tick > 8 * _ROLL_TICKS else 0
            for place, pitch in enumerate(rolled):
                parts["accompaniment"].append(Draft(tick + place * roll, pitch, until, accent and not place))
            if root is not None:
                parts["bass"].append(Draft(tick, root, until, accent))
            if high is not None and until == end:
                start = tick + len(rolled) * roll
                parts["melody"].append(Draft(start, high, until, accent and start == tick))
        held = voicing(tonic, voices.pad.low, voices.pad.high, 3, (), shift)
        for first in _playing(section)[:1]:
            start = max(first, ticks[0])
            parts["pad"] += [Draft(start, pitch, end, start in forced) for pitch in held]
    return harmonies, parts


def _strikes(section: Section) -> list[int]:
    """Where the gesture is struck: every forced tick, and the first cell that is no rest if none is near."""
    forced = sorted({tick for item in section.cells for tick in item.forced})
    first = _playing(section)[:1]
    if forced and first and forced[0] - first[0] < 480:
        first = []
    return sorted({*first, *forced})


def _playing(section: Section) -> list[int]:
    """Ticks of the cells where sound is allowed."""
    return [item.cell.tick for item in section.cells if item.kind not in ("rest", "tail")]


def _end(plan: Plan, section: Section) -> int:
    last = section.cells[-1].cell.end_tick
    follows = any(other.cells[0].cell.tick == last for other in plan.sections)
    return last if follows else max(last, plan.last_tick)
