"""Songs to token sequences, bar by bar, for each of the three parts."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.vocabulary import bars as bar_codec
from bridge.vocabulary import controls, tokens
from bridge.vocabulary.bars import BarControls, ChordEvent, EncodedBar, NoteEvent
from bridge.vocabulary.chords import Chord
from models.corpus.songs import BRIDGE, MELODY, PIANO, Cut, Note, Song, at, shift_to_key, splice

SHORTEST_SEGMENT_BARS = 4


@dataclass(frozen=True)
class Segment:
    """Consecutive bars in one key, encoded. `first` and `last`: the song begins or ends here."""

    song: int
    key: str
    bars: tuple[EncodedBar, ...]
    last: bool


def encode(song: Song, part: str, *, sections: bool, keyed: bool, heard: bool = False) -> list[Segment]:
    """Encode a song for a part.

    Args:
        song: the song.
        part: `chords`, `melody` or `accompaniment`.
        sections: `LEFT` counts to the end of the section rather than of the phrase.
        keyed: bring each stretch of one key to C major or A minor; else keep the pitches as they
            are and say that the key is unknown.
        heard: use the original edition's automatic chords instead of the corrected ones.
    """
    chords = song.heard_chords if heard else song.chords
    velocity, activity = loudness(song)
    out = []
    for first, end, shift, mode in stretches(song, keyed=keyed):
        encoded = []
        for index in range(first, end):
            bar = song.bars[index]
            near = slice(max(0, index - 1), index + 2)
            wanted = BarControls(
                metre=bar.metre,
                label=bar.label,
                left=left_of(bar.section_left if sections else bar.phrase_left),
                energy=controls.energy(mean(velocity[near]), mean(activity[near])),
            )
            encoded.append(encode_bar(song, part, index, wanted, chords, shift))
        out.append(Segment(song.number, mode, tuple(encoded), end == len(song.bars)))
    return out


def encode_bar(
    song: Song,
    part: str,
    index: int,
    wanted: BarControls,
    chords: Sequence[tuple[int, Chord | None]],
    shift: int,
) -> EncodedBar:
    """One bar with its controls measured, moved up by `shift` semitones."""
    bar = song.bars[index]
    harmony = harmony_of(chords, bar.step, bar.end, shift)
    if part == "chords":
        around = song.bars[max(0, index - 2) : index + 3]
        sounding = [
            pair
            for near in around
            for pair in controls.sounding(harmony_of(chords, near.step, near.end, 0), near.metre)
        ]
        before = at(chords, bar.step - 1)
        wanted = with_levels(
            wanted,
            density=controls.harmonic_rhythm(
                harmony, before.transposed(shift) if before else None, bar.metre
            ),
            valence=controls.valence(sounding),
            tension=controls.tension(sounding),
        )
        return bar_codec.encode_chord_bar(wanted, harmony)
    sung = melody_of(song, index, shift)
    notes = sung if part == "melody" else accompaniment_of(song, index, shift)
    wanted = with_levels(
        wanted,
        density=controls.note_density(notes, bar.metre),
        register=controls.register(notes),
        polyphony=controls.polyphony(notes) if part == "accompaniment" else None,
    )
    if part == "melody":
        return bar_codec.encode_melody_bar(wanted, harmony, notes)
    return bar_codec.encode_accompaniment_bar(wanted, harmony, sung, notes)


def with_levels(wanted: BarControls, **levels: int | None) -> BarControls:
    """The controls with some levels set."""
    return BarControls(**{**wanted.__dict__, **levels})


def left_of(bars: int) -> int | None:
    """Level of `LEFT`, open where the structure is unknown."""
    return controls.left(bars) if bars >= 0 else None


def harmony_of(
    chords: Sequence[tuple[int, Chord | None]], start: int, end: int, shift: int
) -> list[ChordEvent]:
    """The chords of a bar, the one that sounds at its start first, transposed."""
    first = bisect_right(chords, start, key=lambda event: event[0])
    sounding = chords[first - 1][1] if first else None
    out = [ChordEvent(0, sounding.transposed(shift) if sounding else None)]
    for step, chord in chords[first:]:
        if step >= end:
            break
        out.append(ChordEvent(step - start, chord.transposed(shift) if chord else None))
    return out


def starting(song: Song, index: int, role: int) -> list[Note]:
    """Notes of a role that start in a bar."""
    bar = song.bars[index]
    notes = song.notes
    low = bisect_right(notes, bar.step - 1, key=lambda note: note.step)
    out = []
    for note in notes[low:]:
        if note.step >= bar.end:
            break
        if note.role == role:
            out.append(note)
    return out


def melody_of(song: Song, index: int, shift: int) -> list[NoteEvent]:
    """The tune of a bar: the sung part, or where it rests the upper line of the second part."""
    sung = starting(song, index, MELODY) or starting(song, index, BRIDGE)
    top: dict[int, Note] = {}
    for note in sung:
        if note.step not in top or note.pitch > top[note.step].pitch:
            top[note.step] = note
    start = song.bars[index].step
    steps = sorted(top)
    out = []
    for step, after in zip(steps, [*steps[1:], None]):
        note = top[step]
        length = note.steps if after is None else min(note.steps, after - step)
        out.append(event(note, start, length, shift))
    return out


def accompaniment_of(song: Song, index: int, shift: int) -> list[NoteEvent]:
    """The piano of a bar, each pitch once at a step."""
    start = song.bars[index].step
    longest: dict[tuple[int, int], Note] = {}
    for note in starting(song, index, PIANO):
        known = longest.get((note.step, note.pitch))
        if known is None or note.steps > known.steps:
            longest[note.step, note.pitch] = note
    return [event(note, start, note.steps, shift) for _, note in sorted(longest.items())]


def event(note: Note, bar_start: int, steps: int, shift: int) -> NoteEvent:
    """A note in the bar's own time and the key's own pitch."""
    return NoteEvent(note.step - bar_start, note.pitch + shift, tokens.nearest_duration_steps(steps))


def stretches(song: Song, *, keyed: bool) -> list[tuple[int, int, int, str]]:
    """(first bar, bar after the last, shift, key word) for each stretch of one key."""
    count = len(song.bars)
    if not keyed:
        return [(0, count, 0, "unknown")]
    out: list[tuple[int, int, int, str]] = []
    for step, tonic, mode in song.keys:
        first = next((i for i, bar in enumerate(song.bars) if bar.step + 6 >= step), count)
        shift = shift_to_key(tonic, mode)
        if out and first - out[-1][0] < SHORTEST_SEGMENT_BARS:
            out[-1] = (out[-1][0], count, shift, mode)
        elif count - first >= SHORTEST_SEGMENT_BARS or not out:
            if out:
                out[-1] = (out[-1][0], first, *out[-1][2:])
            out.append((first if out else 0, count, shift, mode))
    return out


def loudness(song: Song) -> tuple[list[float], list[float]]:
    """For each bar, mean velocity and distinct onsets a quarter, all hands together."""
    velocity, activity = [], []
    for index, bar in enumerate(song.bars):
        notes = [note for role in (MELODY, BRIDGE, PIANO) for note in starting(song, index, role)]
        velocity.append(mean([note.velocity for note in notes]) if notes else 40.0)
        quarters = (bar.end - bar.step) / tokens.STEPS_PER_QUARTER
        activity.append(len({note.step for note in notes}) / quarters)
    return velocity, activity


def mean(values: Sequence[float]) -> float:
    """The plain average."""
    return sum(values) / len(values)


# --- bars of other metres -----------------------------------------------------------------------

_SCATTERED = ((2, 4), (3, 4), (5, 4), (7, 8), (6, 4), (1, 4), (3, 8), (5, 8), (7, 4))
_WHOLE = ((3, 4), (2, 4), (5, 4), (7, 8), (6, 4), (7, 4), (5, 8), (3, 8))


def remetred(song: Song, choose: random.Random, *, whole: bool, home: tuple[int, int] | None = None) -> Song:
    """The song with some of its bars (or, `whole`, nearly all) in another metre, in `home` if it is given.

    Bars lose beats at their end or gain beats of the following bar or their own last one again.
    Bars of 3/8 are joined into 6/8, 9/8 and 12/8.
    """
    cuts: list[Cut] = []
    drawn = choose.choice(_WHOLE)
    home = home or drawn
    joined = choose.choice((2, 3, 4))
    index = 0
    while index < len(song.bars):
        bar = song.bars[index]
        if bar.metre == (3, 8) and index + joined <= len(song.bars):
            spans = tuple((b.step, b.end) for b in song.bars[index : index + joined])
            if all(b.metre == (3, 8) for b in song.bars[index : index + joined]):
                cuts.append(Cut((3 * joined, 8), spans, index))
                index += joined
                continue
        change = choose.random() < (0.95 if whole else 0.2)
        metre = (home if whole else choose.choice(_SCATTERED)) if change else bar.metre
        wanted = tokens.bar_steps(metre)
        length = bar.end - bar.step
        if wanted <= length:
            cuts.append(Cut(metre, ((bar.step, bar.step + wanted),), index))
        else:
            more = wanted - length
            following = song.bars[index + 1] if index + 1 < len(song.bars) else None
            if more <= length and (following is None or choose.random() < 0.5):
                cuts.append(Cut(metre, ((bar.step, bar.end), (bar.end - more, bar.end)), index))
            elif following is not None and following.step + more <= following.end:
                cuts.append(Cut(metre, ((bar.step, following.step + more),), index))
                index += 1
            else:
                cuts.append(Cut(bar.metre, ((bar.step, bar.end),), index))
        index += 1
    return splice(song, cuts)


def pack(segments: Sequence[Segment]) -> dict[str, np.ndarray]:
    """Segments as flat arrays: `tokens` int16, `written` (what the model writes), and bar starts."""
    ids: list[int] = []
    written: list[bool] = []
    bar_starts: list[int] = []
    segment_bars: list[int] = []
    meta = []
    for segment in segments:
        segment_bars.append(len(bar_starts))
        for index, bar in enumerate(segment.bars):
            bar_starts.append(len(ids))
            # A BAR after a body is the body's end, and so the model's to write.
            ids += [*bar.prompt, *bar.body]
            written += [index > 0] + [False] * (len(bar.prompt) - 1) + [True] * len(bar.body)
        bar_starts.append(len(ids))
        meta.append((segment.song, tokens.KEYS.index(segment.key), segment.last, len(segment.bars)))
    return {
        "tokens": np.array(ids, dtype=np.int16),
        "written": np.array(written),
        "bar_starts": np.array(bar_starts, dtype=np.int64),
        "segment_bars": np.array(segment_bars, dtype=np.int64),
        "meta": np.array(meta, dtype=np.int64).reshape(-1, 4),
    }
