"""A piece of any source, as the second generation of models is told it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bridge.vocabulary import measure, prompts, tokens
from bridge.vocabulary.bars import (
    ChordEvent,
    EncodedBar,
    NoteEvent,
    accompaniment_body,
    chord_body,
    drums_body,
    melody_body,
)
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.music import MeasuredBar, Music, Played
from bridge.vocabulary.texture import WINDOW_BARS, Sounded, textures
from bridge.vocabulary.tokens import STEPS_PER_QUARTER
from models.corpus.packing import Told
from models.corpus.sequences import harmony_of
from models.corpus.songs import BRIDGE, MELODY, PIANO, Song, shift_to_key

MELODIC = frozenset(("melody", "bass"))
"""Parts that sound one note at a time."""
HEARS: dict[str, tuple[str, ...]] = {
    "melody": (),
    "accompaniment": ("melody",),
    "bass": ("melody", "accompaniment"),
    "drums": (),
}
"""Whose onsets each part is told; the first of them note by note."""
BASS_BELOW = 53
LONGEST_STEPS = tokens.DURATIONS_STEPS[-1]


@dataclass(frozen=True)
class Piece:
    """One piece.

    Args:
        number: unlike any other piece's of the source.
        source: one of `tokens.SOURCES`.
        split: `train`, `validation` or `test`.
        metres: numerator and denominator of every bar.
        keys: (tonic pitch class, mode) of every bar.
        music: what sounds; its chords are the piece's.
        heard: chords as a machine heard them, where the piece has both.
    """

    number: int
    source: str
    split: str
    metres: tuple[tuple[int, int], ...]
    keys: tuple[tuple[int, str], ...]
    music: Music
    heard: tuple[tuple[int, Chord | None], ...] = ()


def of_song(song: Song, split: str) -> Piece:
    """A pop song: the tune, the piano, and the piano's lowest line as a bass."""
    metres = tuple(bar.metre for bar in song.bars)
    bars = []
    length = phrase_lengths(song)
    keys = []
    for index, bar in enumerate(song.bars):
        now = [key for key in song.keys if key[0] <= bar.step + 6] or [song.keys[0]]
        keys.append((now[-1][1], now[-1][2]))
        known = bar.phrase_left >= 0
        bars.append(
            MeasuredBar(
                bar.step,
                bar.end,
                song.bpm,
                now[-1][2],
                bar.label if bar.label != "unknown" else None,
                bar.phrase_left if known else None,
                length[index] if known else None,
                bar.section_left if known else None,
            )
        )
    roles: dict[int, list[Played]] = {MELODY: [], BRIDGE: [], PIANO: []}
    for note in song.notes:
        roles[note.role].append(Played(note.step, note.steps, note.pitch, note.velocity))
    parts = {
        "melody": one_line(tune(song, roles)),
        "accompaniment": roles[PIANO],
        "bass": bass_of(roles[PIANO]),
    }
    music = Music(tuple(bars), song.chords, parts)
    return Piece(song.number, "pop", split, metres, tuple(keys), music, song.heard_chords)


def phrase_lengths(song: Song) -> list[int]:
    """Bars of the phrase each bar belongs to; 1 where it is not known."""
    out = [1] * len(song.bars)
    at_bar = 0
    while at_bar < len(song.bars):
        left = song.bars[at_bar].phrase_left
        count = left + 1 if left >= 0 else 1
        for index in range(at_bar, min(at_bar + count, len(song.bars))):
            out[index] = count
        at_bar += count
    return out


def tune(song: Song, roles: dict[int, list[Played]]) -> list[Played]:
    """The sung part, or in bars where it rests the second part."""
    sung = {note.step for note in roles[MELODY]}
    out = list(roles[MELODY])
    for bar in song.bars:
        if not any(bar.step <= step < bar.end for step in sung):
            out += [note for note in roles[BRIDGE] if bar.step <= note.step < bar.end]
    return sorted(out)


def one_line(notes: Sequence[Played], *, lowest: bool = False) -> list[Played]:
    """One note at a time: the highest (or lowest) of those that start together, cut where the next starts."""
    chosen: dict[int, Played] = {}
    for note in notes:
        known = chosen.get(note.step)
        if known is None or (note.pitch < known.pitch if lowest else note.pitch > known.pitch):
            chosen[note.step] = note
    steps = sorted(chosen)
    out = []
    for step, after in zip_longest(steps, steps[1:]):
        note = chosen[step]
        length = note.steps if after is None else min(note.steps, after - step)
        out.append(note._replace(steps=max(1, length)))
    return out


def bass_of(notes: Sequence[Played]) -> list[Played]:
    """The lowest line of a piano: low notes under which nothing sounds when they start."""
    out: list[Played] = []
    low = sorted(note for note in notes if note.pitch < BASS_BELOW)
    for note in low:
        under = any(
            other.pitch < note.pitch and other.step <= note.step < other.step + other.steps
            for other in out[-8:]
        )
        together = any(
            other.step == note.step and other.pitch < note.pitch for other in low_from(low, note.step)
        )
        if not under and not together:
            out.append(note)
    return one_line(out, lowest=True)


def low_from(notes: Sequence[Played], step: int) -> list[Played]:
    """The notes of a sorted list that start at a step."""
    first = bisect_left(notes, (step,))
    out = []
    for note in notes[first:]:
        if note.step != step:
            break
        out.append(note)
    return out


def tell(piece: Piece, part: str, *, heard: bool = False, whole: measure.Whole | None = None) -> Told:
    """A piece as a model of one part is told it: whole, in its keys, its controls measured.

    A part's register is told in the key's own pitch, as its notes are: told as it sounds, it would be off by
    the key's distance from C, which the model cannot know (3.4 semitones, one standard deviation).
    `heard`: with the chords as a machine heard them. `whole` saves time where it is known.
    """
    shifts = [shift_to_key(tonic, mode) for tonic, mode in piece.keys]
    modes = tuple(mode for _, mode in piece.keys)
    source = "heard" if heard else piece.source
    chords = piece.heard if heard else piece.music.chords
    textures = textures_of(piece, part) if part != "chords" else ()
    conditions = measure.measure(piece.music, part, HEARS.get(part, ()), whole)
    bars = []
    for index, bar in enumerate(piece.music.bars):
        changed = index > 0 and (shifts[index], modes[index]) != (shifts[index - 1], modes[index - 1])
        key = modes[index] if changed else None
        harmony = harmony_of(chords, bar.step, bar.end, shifts[index])
        if part == "chords":
            prompt = prompts.chords_prompt(piece.metres[index], key=key)
            bars.append(EncodedBar(prompt, chord_body(harmony, bar.end - bar.step)))
        else:
            bars.append(_notes_bar(piece, part, index, harmony, shifts[index], key, textures[index]))
    if part != "chords":
        conditions = tuple(
            each if each.register is None else replace(each, register=each.register + shift)
            for each, shift in zip(conditions, shifts, strict=True)
        )
    return Told(piece.number, source, modes, tuple(bars), conditions)


def textures_of(piece: Piece, part: str) -> list[str | None]:
    """What the part does in the two bars each bar belongs to; not told of drums."""
    bars = piece.music.bars
    if part in piece.music.drums:
        return [None] * len(bars)
    notes = [
        Sounded(
            note.step / STEPS_PER_QUARTER,
            (note.step + note.steps) / STEPS_PER_QUARTER,
            note.pitch,
            note.tremolo,
        )
        for note in piece.music.parts.get(part, ())
    ]
    labels = textures(
        notes, [bar.step / STEPS_PER_QUARTER for bar in bars] + [bars[-1].end / STEPS_PER_QUARTER]
    )
    return [labels[index // WINDOW_BARS] for index in range(len(bars))]


def _notes_bar(
    piece: Piece,
    part: str,
    index: int,
    harmony: Sequence[ChordEvent],
    shift: int,
    key: str | None,
    texture: str | None,
) -> EncodedBar:
    bar = piece.music.bars[index]
    drums = part in piece.music.drums
    hears = HEARS[part][:1]
    prompt = prompts.notes_prompt(
        piece.metres[index],
        harmony,
        key=key,
        texture=texture,
        given=events(piece.music.parts.get(hears[0], ()), bar, shift) if hears else None,
    )
    notes = events(piece.music.parts.get(part, ()), bar, 0 if drums else shift)
    body = drums_body if drums else melody_body if part in MELODIC else accompaniment_body
    return EncodedBar(prompt, body(notes, bar.end - bar.step))


def events(notes: Sequence[Played], bar: MeasuredBar, shift: int) -> list[NoteEvent]:
    """The notes that start in a bar, each pitch once at a step, in the bar's time and the key's pitch."""
    longest: dict[tuple[int, int], int] = {}
    first = bisect_left(notes, (bar.step,))
    for note in notes[first:]:
        if note.step >= bar.end:
            break
        place = (note.step - bar.step, note.pitch + shift)
        if 0 <= place[1] < tokens.PITCHES:
            longest[place] = max(longest.get(place, 0), note.steps)
    return [
        NoteEvent(step, pitch, tokens.nearest_duration_steps(min(steps, LONGEST_STEPS)))
        for (step, pitch), steps in sorted(longest.items())
    ]
