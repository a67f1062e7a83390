"""The measure of hearing: right where the notes say it, and what a bass is."""

from __future__ import annotations

import pytest

from bench.hearing import bass_of, floor, heard_alone, made_whole, row
from bridge.vocabulary.chords import Chord, pitch_classes
from models.corpus.songs import MELODY, PIANO, Bar, Note, Song

FULL = (Chord(0, "maj"), Chord(9, "min"), Chord(5, "maj"), Chord(7, "maj")) * 2
BASS = (Chord(0, "maj"), Chord(9, "min"), Chord(2, "min"), Chord(7, "maj")) * 2


def song(named: tuple[Chord, ...] = BASS) -> Song:
    """Eight bars in C major, one chord each over its root, a melody on its fifth."""
    notes = []
    for at, chord in enumerate(named):
        fifth = 72 + pitch_classes(chord)[2]
        notes += [Note(48 * at, 36 + chord.root_pc, 60, 80, PIANO), Note(48 * at, fifth, 48, 80, MELODY)]
        notes += [Note(48 * at, 60 + pc, 48, 80, PIANO) for pc in pitch_classes(chord)]
    bars = tuple(Bar(48 * at, (4, 4)) for at in range(8))
    chords = tuple((48 * at, chord) for at, chord in enumerate(named))
    return Song(3, bars, tuple(notes), chords, chords, ((0, 0, "major"),), 100.0)


def test_what_sounds_in_full_is_heard_in_full() -> None:
    alone, whole = heard_alone(song(FULL), song(FULL).notes), made_whole(song(FULL), song(FULL).notes)
    assert alone == whole == (1, 1, 1, 1)


def test_the_bass_is_one_line_and_the_key_makes_its_chords_whole() -> None:
    bass = bass_of(song().notes)
    assert [(note.step, note.pitch, note.steps) for note in bass[:2]] == [(0, 36, 48), (48, 45, 48)]
    assert len(bass) == 8
    root, whole, _, _ = made_whole(song(), bass)
    assert root == 1.0
    assert whole > heard_alone(song(), bass)[1]


def test_the_floor_is_the_tonic() -> None:
    assert floor(song()) == pytest.approx((0.25, 0.25, 1.0, 1.0))
    assert row("x", [(0.0, 1.0, 0.5, 0.5), (1.0, 1.0, 0.5, 0.5)]).startswith(
        "| x | 0.500 ± 0.500 | 1.000 ± 0.000 |"
    )
