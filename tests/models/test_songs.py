import random

import pytest

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import Chord

pytest.importorskip("mido")

from models.corpus.sequences import (
    accompaniment_of,
    encode,
    harmony_of,
    melody_of,
    remetred,
    stretches,
)
from models.corpus.songs import (
    BRIDGE,
    MELODY,
    PIANO,
    Bar,
    Cut,
    Note,
    Song,
    shift_to_key,
    splice,
)
from models.corpus.sources import downbeat, recognise, snap

G, C = Chord(7, "maj"), Chord(0, "maj")


def song(bars: int = 8, metre: tuple[int, int] = (4, 4)) -> Song:
    """A note a quarter in every hand, pitches telling beat and bar, a chord a half bar."""
    length = tokens.bar_steps(metre)
    starts = range(0, bars * length, 12)
    notes = [
        Note(start, 60 + start // 12 % 24 - 12 * role, 12, 80, role)
        for start in starts
        for role in (MELODY, BRIDGE, PIANO)
    ]
    return Song(
        number=1,
        bars=tuple(Bar(i * length, metre, "development", bars - 1 - i, bars - 1 - i) for i in range(bars)),
        notes=tuple(sorted(notes, key=lambda n: (n.step, n.pitch))),
        chords=tuple((i * 24, (G, C)[i % 2]) for i in range(bars * length // 24)),
        heard_chords=((0, None),),
        keys=((0, 7, "major"),),
        bpm=100.0,
    )


def test_joining_all_bars_in_order_changes_nothing() -> None:
    plain = song()
    cuts = [Cut(bar.metre, ((bar.step, bar.end),), index) for index, bar in enumerate(plain.bars)]
    assert splice(plain, cuts) == plain


def test_a_bar_that_loses_its_last_beat_keeps_the_others_as_played() -> None:
    plain = song(2)
    joined = splice(plain, [Cut((3, 4), ((0, 36),), 0), Cut((4, 4), ((48, 96),), 1)])
    assert [bar.step for bar in joined.bars] == [0, 36]
    sung = [(note.step, note.pitch) for note in joined.notes if note.role == MELODY]
    assert sung == [(0, 60), (12, 61), (24, 62), (36, 64), (48, 65), (60, 66), (72, 67)]
    assert joined.chords == ((0, G), (24, C), (36, G), (60, C))


def test_a_note_is_cut_where_the_music_jumps_and_only_there() -> None:
    plain = song(3)
    held = Note(40, 72, 30, 80, MELODY)
    plain = Song(**{**plain.__dict__, "notes": (held,)})
    whole = splice(plain, [Cut((4, 4), ((0, 48),), 0), Cut((4, 4), ((48, 96),), 1)])
    assert whole.notes == (held,)
    jumped = splice(plain, [Cut((4, 4), ((0, 48),), 0), Cut((4, 4), ((96, 144),), 2)])
    assert jumped.notes[0].steps == 8


def test_spans_that_do_not_fill_their_bar_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        splice(song(2), [Cut((3, 4), ((0, 48),), 0)])


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("metre", [(4, 4), (3, 8), (3, 4)])
def test_bars_of_other_metres_follow_one_another(metre: tuple[int, int], whole: bool) -> None:
    for seed in range(6):
        made = remetred(song(12, metre), random.Random(seed), whole=whole)
        assert all(bar.end == after.step for bar, after in zip(made.bars, made.bars[1:]))
        assert all(bar.metre in tokens.METRES for bar in made.bars)
        assert all(0 <= note.step < made.bars[-1].end for note in made.notes)
        for part in ("chords", "melody", "accompaniment"):
            assert sum(len(s.bars) for s in encode(made, part, sections=True, keyed=True)) == len(made.bars)


def test_a_song_is_told_in_its_key() -> None:
    assert [shift_to_key(pc, "major") for pc in (0, 5, 6, 7)] == [0, -5, -6, 5]
    assert [shift_to_key(pc, "minor") for pc in (9, 11, 3)] == [0, -2, -6]
    assert harmony_of(song().chords, 0, 48, 5) == [(0, C), (24, Chord(5, "maj"))]
    assert melody_of(song(), 0, 5)[0].pitch == 65


def test_the_second_part_sings_where_the_first_rests() -> None:
    plain = song(2)
    notes = tuple(n for n in plain.notes if n.role != MELODY or n.step < 48)
    plain = Song(**{**plain.__dict__, "notes": notes})
    assert [note.pitch for note in melody_of(plain, 0, 0)] == [60, 61, 62, 63]
    assert [note.pitch for note in melody_of(plain, 1, 0)] == [52, 53, 54, 55]
    assert [note.pitch for note in accompaniment_of(plain, 1, 0)] == [40, 41, 42, 43]


def test_a_change_of_key_begins_a_new_stretch_unless_it_is_short() -> None:
    changed = Song(**{**song(12).__dict__, "keys": ((0, 7, "major"), (6 * 48, 9, "minor"))})
    assert stretches(changed, keyed=True) == [(0, 6, 5, "major"), (6, 12, 0, "minor")]
    assert stretches(changed, keyed=False) == [(0, 12, 0, "unknown")]
    late = Song(**{**song(8).__dict__, "keys": ((0, 7, "major"), (6 * 48, 9, "minor"))})
    assert stretches(late, keyed=True) == [(0, 8, 5, "major")]


def test_the_downbeat_is_where_the_labels_lay_it_if_chords_change_there() -> None:
    chords = [(36 + 48 * i, C) for i in range(8)] + [(12 + 48 * i, C) for i in range(5)]
    assert downbeat(chords, None, 48) == 36
    assert downbeat(chords, 12, 48) == 12
    assert downbeat(chords, 0, 48) == 36
    assert downbeat([], 0, 48) == 0


def test_chords_are_recognised_from_their_notes() -> None:
    assert recognise([59, 63, 66]) == Chord(11, "maj")
    assert recognise([57, 60, 64, 67]) == Chord(9, "min7")
    assert recognise([60, 64, 67, 69]) == Chord(9, "min7") or recognise([60, 64, 67, 69]) == C


def test_touch_beside_a_beat_is_taken_off_but_rhythm_stays() -> None:
    assert [snap(step) for step in (0.4, 1, 3, 4, 5, 6.4, 7, 9, 11, 12)] == [0, 0, 3, 4, 6, 6, 6, 9, 12, 12]
