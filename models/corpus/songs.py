"""A song on the grid, its split, and the splicing that makes bars of other metres from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.vocabulary.chords import Chord
from bridge.vocabulary.tokens import bar_steps

MELODY, BRIDGE, PIANO = 0, 1, 2
ROLES = ("MELODY", "BRIDGE", "PIANO")

# Near-duplicates of a held-out or a validation song (017 and 103): used on no side.
ASIDE = frozenset((18, 101))


def split_of(number: int) -> str:
    """`test` for song numbers ending in 7, `validation` in 3, `aside` for their near-duplicates."""
    if number % 10 == 7:
        return "test"
    if number % 10 == 3:
        return "validation"
    return "aside" if number in ASIDE else "train"


@dataclass(frozen=True)
class Note:
    """Start and length in steps from the song's start, MIDI pitch, velocity and role."""

    step: int
    pitch: int
    steps: int
    velocity: int
    role: int


@dataclass(frozen=True)
class Bar:
    """A bar from `step` on, with the phrase and section it belongs to.

    `phrase_left` and `section_left` count the bars of that phrase or section that follow; -1 where
    the structure is unknown.
    """

    step: int
    metre: tuple[int, int]
    label: str = "unknown"
    phrase_left: int = -1
    section_left: int = -1

    @property
    def end(self) -> int:
        """The step after the bar's last."""
        return self.step + bar_steps(self.metre)


@dataclass(frozen=True)
class Song:
    """One song. `keys` are (step, tonic pitch class, mode); `chords` are (step, chord)."""

    number: int
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...]
    chords: tuple[tuple[int, Chord | None], ...]
    heard_chords: tuple[tuple[int, Chord | None], ...]
    keys: tuple[tuple[int, int, str], ...]
    bpm: float


def shift_to_key(tonic_pc: int, mode: str) -> int:
    """Semitones, -6 to 5, that bring a major tonic to C and a minor one to A."""
    target = 0 if mode == "major" else 9
    return (target - tonic_pc + 6) % 12 - 6


def at(events: Sequence[tuple[int, Chord | None]], step: int) -> Chord | None:
    """The chord that sounds at a step."""
    found: Chord | None = None
    for start, chord in events:
        if start > step:
            break
        found = chord
    return found


@dataclass(frozen=True)
class Cut:
    """A new bar: its metre and the spans of the old song (in steps) it is joined from."""

    metre: tuple[int, int]
    spans: tuple[tuple[int, int], ...]
    bar: int


def splice(song: Song, cuts: Sequence[Cut]) -> Song:
    """Join a song anew from spans of itself.

    A note belongs to the span it starts in and is cut short where the music jumps; chords are stated
    anew at every join. Nothing is stretched, so each beat sounds as it was played.
    """
    order = [span for cut in cuts for span in cut.spans]
    bars: list[Bar] = []
    notes: list[Note] = []
    chords: list[tuple[int, Chord | None]] = []
    heard: list[tuple[int, Chord | None]] = []
    keys: list[tuple[int, int, str]] = []
    now = 0
    position = 0
    by_start = sorted(song.notes, key=lambda note: note.step)
    starts = [note.step for note in by_start]
    for cut in cuts:
        length = sum(end - start for start, end in cut.spans)
        if length != bar_steps(cut.metre):
            raise ValueError(f"spans of {length} steps do not fill a bar of {cut.metre}")
        bars.append(replace(song.bars[cut.bar], step=now, metre=cut.metre))
        for start, end in cut.spans:
            jump = end
            following = position + 1
            while following < len(order) and order[following][0] == jump:
                jump = order[following][1]
                following += 1
            for note in by_start[bisect_left(starts, start) : bisect_left(starts, end)]:
                steps = min(note.steps, jump - note.step)
                notes.append(Note(now + note.step - start, note.pitch, steps, note.velocity, note.role))
            for source, target in ((song.chords, chords), (song.heard_chords, heard)):
                target.append((now, at(source, start)))
                target += [(now + s - start, c) for s, c in source if start < s < end]
            key = [k for k in song.keys if k[0] <= start] or [song.keys[0]]
            if not keys or keys[-1][1:] != key[-1][1:]:
                keys.append((now, *key[-1][1:]))
            now += end - start
            position += 1
    return replace(
        song,
        bars=tuple(bars),
        notes=tuple(sorted(notes, key=lambda note: (note.step, note.pitch))),
        chords=merge(chords),
        heard_chords=merge(heard),
        keys=tuple(keys),
    )


def merge(chords: Sequence[tuple[int, Chord | None]]) -> tuple[tuple[int, Chord | None], ...]:
    """Drop restatements of the chord that already sounds."""
    out: list[tuple[int, Chord | None]] = []
    for step, chord in sorted(chords, key=lambda event: event[0]):
        if out and out[-1][0] == step:
            out[-1] = (step, chord)
        elif not out or out[-1][1] != chord:
            out.append((step, chord))
    return tuple(out)
