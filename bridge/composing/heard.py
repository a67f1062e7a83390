"""The harmony of music that is given: chords and keys as they are heard, made whole where little sounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bridge.composing.harmony import SCALES, Key
from bridge.schema.performance import Performance
from bridge.schema.score import ChordSpan, KeySpan, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Form
from bridge.vocabulary.chords import Chord, pitch_classes
from bridge.vocabulary.hearing import hear_chords, hear_keys, profiles
from bridge.vocabulary.tokens import TICKS_PER_STEP

_QUALITIES = ("maj", "min", "dim", "sus4", "sus2", "7", "min7", "maj7")
"""What a chord that is not heard in full may be, the plainest first."""
_HEARD = 0.04


def hear(given: Performance, form: Form) -> tuple[tuple[ChordSpan, ...], tuple[KeySpan, ...]]:
    """Chords and keys of what is given, over all bars of the form; none where nothing pitched is given.

    A chord of which fewer than three tones sound takes the quality that the key has on its root; before the
    first note and in rests the chord that follows, or came before, holds.
    """
    notes = _notes(given)
    bars = [bar for bar in form.bars if _steps(bar)[1] > _steps(bar)[0]]
    if not len(notes) or not bars:
        return (), ()
    places = [_steps(bar) for bar in bars]
    keys = hear_keys(notes, places)
    edges = sorted({round(tick / TICKS_PER_STEP) for bar in bars for tick in bar.beats()} | {places[-1][1]})
    downbeats = frozenset(start for start, _ in places)
    heard = [(step, chord) for step, chord in hear_chords(notes, edges, downbeats) if chord is not None]
    if not heard:
        return (), ()
    heard[0] = (edges[0], heard[0][1])
    starts = [step for step, _ in heard]
    tones, _ = profiles(notes, [*starts, edges[-1]])
    spans: list[ChordSpan] = []
    for at, (step, chord) in enumerate(heard):
        bar = max(0, int(np.searchsorted([start for start, _ in places], step, side="right")) - 1)
        end = starts[at + 1] if at + 1 < len(starts) else edges[-1]
        sounding = frozenset(int(pc) for pc in np.flatnonzero(tones[at] > _HEARD))
        whole = made_whole(chord, sounding, Key(*keys[bar]))
        if spans and spans[-1].name == whole.name:
            spans[-1] = ChordSpan(
                spans[-1].start_beats, _beats(end), whole.root_pc, whole.quality, whole.name
            )
        else:
            spans.append(ChordSpan(_beats(step), _beats(end), whole.root_pc, whole.quality, whole.name))
    told: list[KeySpan] = []
    for (tonic_pc, mode), each in zip(keys, bars):
        if not told or (told[-1].tonic_pc, told[-1].mode) != (tonic_pc, mode):
            told.append(KeySpan(Fraction(each.tick, TICKS_PER_QUARTER), tonic_pc, mode))
    return tuple(spans), tuple(told)


def made_whole(chord: Chord, sounding: frozenset[int], key: Key) -> Chord:
    """A heard chord with the tones that are not heard taken from the key, where fewer than three are."""
    if len(sounding) >= 3:
        return chord
    scale = {(pc + key.shift) % 12 for pc in SCALES[key.mode]}
    fitting = [
        Chord(chord.root_pc, quality)
        for quality in _QUALITIES
        if sounding <= set(pitch_classes(Chord(chord.root_pc, quality)))
    ]
    in_key = [each for each in fitting if set(pitch_classes(each)) <= scale]
    return (in_key or [chord])[0]


def main_keys(keys: Sequence[KeySpan], bars: Sequence[Bar]) -> dict[str, Key]:
    """The key that most bars of each plot are in, by plot id."""
    counts: dict[str, Counter[Key]] = {}
    for bar in bars:
        beats = Fraction(bar.tick, TICKS_PER_QUARTER)
        held = [key for key in keys if key.start_beats <= beats] or list(keys[:1])
        if held:
            counts.setdefault(bar.plot_id, Counter())[Key(held[-1].tonic_pc, held[-1].mode)] += 1
    return {plot_id: count.most_common(1)[0][0] for plot_id, count in counts.items()}


def _notes(given: Performance) -> npt.NDArray[np.int64]:
    """(N, 4) start, length in steps, pitch, velocity of all pitched notes."""
    rows = [
        (
            round(note.tick / TICKS_PER_STEP),
            max(1, round(note.duration_ticks / TICKS_PER_STEP)),
            note.pitch,
            note.velocity,
        )
        for track in given.tracks
        if track.role is not PartRole.DRUMS
        for note in track.notes
    ]
    return np.array(sorted(rows), np.int64).reshape(-1, 4)


def _steps(bar: Bar) -> tuple[int, int]:
    return round(bar.tick / TICKS_PER_STEP), round(bar.end_tick / TICKS_PER_STEP)


def _beats(step: int) -> Fraction:
    return Fraction(step * TICKS_PER_STEP, TICKS_PER_QUARTER)
