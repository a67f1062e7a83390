import numpy as np

from bridge.vocabulary.chords import Chord, pitch_classes
from bridge.vocabulary.hearing import best_path, hear_chords, hear_keys


def played(chords: list[Chord], beats_each: int = 4) -> np.ndarray:
    rows = []
    for at, chord in enumerate(chords):
        start = at * 12 * beats_each
        rows += [(start, 12 * beats_each, 48 + chord.root_pc, 80)]
        rows += [(start, 12 * beats_each, 60 + tone, 80) for tone in pitch_classes(chord)]
    return np.array(sorted(rows))


def test_block_chords_are_heard_as_they_are() -> None:
    chords = [Chord(0, "maj"), Chord(9, "min"), Chord(5, "maj7"), Chord(7, "7"), Chord(11, "dim")]
    edges = list(range(0, 12 * 4 * len(chords) + 1, 12))
    assert hear_chords(played(chords), edges, frozenset(edges[::4])) == [
        (48 * at, chord) for at, chord in enumerate(chords)
    ]


def test_a_passing_tone_changes_no_chord() -> None:
    notes = np.array(sorted([*map(tuple, played([Chord(0, "maj")], 8)), (42, 6, 74, 80), (48, 6, 77, 80)]))
    assert hear_chords(notes, list(range(0, 97, 12))) == [(0, Chord(0, "maj"))]


def test_silence_before_the_music_is_no_chord() -> None:
    notes = played([Chord(2, "min")])
    notes[:, 0] += 48
    assert hear_chords(notes, list(range(0, 97, 12))) == [(0, None), (48, Chord(2, "min"))]
    assert hear_chords(np.zeros((0, 4), np.int64), [0, 12, 24]) == [(0, None)]
    assert hear_chords(notes, [0]) == []


def test_a_key_is_heard_and_its_change() -> None:
    c_major = [Chord(0, "maj"), Chord(5, "maj"), Chord(7, "7"), Chord(0, "maj")] * 3
    f_sharp = [chord.transposed(6) for chord in c_major]
    bars = [(48 * at, 48 * at + 48) for at in range(24)]
    keys = hear_keys(played(c_major + f_sharp), bars)
    assert keys[0] == keys[8] == (0, "major")
    assert keys[-1] == keys[15] == (6, "major")
    assert hear_keys(played(c_major), []) == []


def test_the_best_path_changes_only_when_it_pays() -> None:
    fit = np.array([[1.0, 0.0], [0.4, 0.6], [1.0, 0.0]])
    assert best_path(fit, np.full(3, 0.5)) == [0, 0, 0]
    assert best_path(fit, np.full(3, 0.05)) == [0, 1, 0]
