"""Held-out songs as the released models are asked for them: stretches of one key, bar by bar."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.tokens import bar_steps
from models.corpus.sequences import accompaniment_of, harmony_of, melody_of, stretches
from models.corpus.songs import Song, split_of
from models.corpus.sources import read_all

HERE = Path(__file__).resolve().parents[1]
CACHE = HERE / "build" / "songs.pkl"
DATA = HERE.parent.parent / "shared" / "data"

Notes = tuple[tuple[NoteEvent, ...], ...]
"""Notes bar by bar, key-relative."""
Harmony = tuple[tuple[ChordEvent, ...], ...]


@dataclass(frozen=True)
class Stretch:
    """Consecutive bars of one song in one key, everything key-relative.

    `shift` is what was added to sounding pitches; `at_step` is where the stretch begins in its song.
    """

    song: int
    key: str
    shift: int
    bpm: float
    at_step: int
    metres: tuple[tuple[int, int], ...]
    chords: Harmony
    melody: Notes
    accompaniment: Notes

    @property
    def starts(self) -> tuple[int, ...]:
        """Steps from the song's start at which the bars begin, and the last one ends."""
        out = [self.at_step]
        for metre in self.metres:
            out.append(out[-1] + bar_steps(metre))
        return tuple(out)

    def first(self, bars: int) -> Stretch:
        """Its first bars."""
        return Stretch(
            self.song,
            self.key,
            self.shift,
            self.bpm,
            self.at_step,
            self.metres[:bars],
            self.chords[:bars],
            self.melody[:bars],
            self.accompaniment[:bars],
        )


def songs(split: str) -> list[Song]:
    """The songs of a split, from the cache that the corpus leaves or else from the archives.

    Raises:
        FileNotFoundError: neither is there.
    """
    return [song for song in _all() if split_of(song.number) == split]


@lru_cache(maxsize=1)
def _all() -> list[Song]:
    if CACHE.exists():
        found, _ = pickle.loads(CACHE.read_bytes())
    else:
        found, facts = read_all(DATA)
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_bytes(pickle.dumps((found, facts)))
    return list(found)


def of_song(song: Song) -> tuple[Stretch, ...]:
    """A song's stretches in order."""
    out = []
    for first, end, shift, mode in stretches(song, keyed=True):
        bars = song.bars[first:end]
        out.append(
            Stretch(
                song.number,
                mode,
                shift,
                song.bpm,
                bars[0].step,
                tuple(bar.metre for bar in bars),
                tuple(tuple(harmony_of(song.chords, bar.step, bar.end, shift)) for bar in bars),
                tuple(tuple(melody_of(song, index, shift)) for index in range(first, end)),
                tuple(tuple(accompaniment_of(song, index, shift)) for index in range(first, end)),
            )
        )
    return tuple(out)


def first_bars(song: Song, bars: int) -> tuple[Stretch, ...]:
    """The stretches that a song's first bars make."""
    out = []
    for stretch in of_song(song):
        if bars > 0:
            out.append(stretch.first(bars))
            bars -= len(stretch.metres)
    return tuple(out)


def melodies(song: Song) -> list[Notes]:
    """The melody of each stretch."""
    return [
        tuple(tuple(melody_of(song, index, shift)) for index in range(first, end))
        for first, end, shift, _ in stretches(song, keyed=True)
    ]


def sounding(stretch: Stretch, notes: Sequence[Sequence[NoteEvent]]) -> list[tuple[int, int, int]]:
    """(step in the song, step past its end, sounding pitch) of notes bar by bar."""
    return [
        (start + note.step, start + note.step + note.duration_steps, note.pitch - stretch.shift)
        for start, bar in zip(stretch.starts, notes)
        for note in bar
    ]


def by_song(found: Iterable[Stretch]) -> dict[int, list[int]]:
    """Which of the stretches belong to each song, by their place in the list."""
    out: dict[int, list[int]] = {}
    for index, stretch in enumerate(found):
        out.setdefault(stretch.song, []).append(index)
    return out
