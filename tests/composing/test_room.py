"""Room beside given parts, and harmony heard in them."""

from __future__ import annotations

import pytest

from bridge.composing.harmony import Key
from bridge.composing.heard import hear, made_whole, main_keys
from bridge.composing.palettes import Voice
from bridge.composing.room import Room
from bridge.composing.writing import Draft
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import Metre
from bridge.vocabulary.chords import Chord
from tests.composing.forms import Scene, build

BAR = 3840


def part(notes: list[tuple[int, int, int]], role: PartRole = PartRole.ACCOMPANIMENT) -> Track:
    return Track("given", role, 0, 0, tuple(PlayedNote(t, n, p, 80) for t, n, p in sorted(notes)))


def chords(*roots_and_tones: tuple[int, ...]) -> list[tuple[int, int, int]]:
    return [(bar * BAR, BAR, pitch) for bar, tones in enumerate(roots_and_tones) for pitch in tones]


def test_chords_and_key_are_heard() -> None:
    _, form = build(Scene(4))
    given = Performance((part(chords((45, 60, 64), (41, 60, 65), (43, 59, 62), (48, 60, 67))),))
    heard, keys = hear(given, form)
    assert [(chord.name, chord.start_beats) for chord in heard] == [
        ("A:min", 0), ("F:maj", 4), ("G:maj", 8), ("C:maj", 12),
    ]  # fmt: skip
    assert main_keys(keys, form.bars)["p0"] in (Key(0, "major"), Key(9, "minor"))


def test_drums_are_no_harmony() -> None:
    _, form = build(Scene(2))
    assert hear(Performance((part([(0, 100, 36), (960, 100, 38)], PartRole.DRUMS),)), form) == ((), ())


def test_rests_before_and_between_have_the_chord_around_them() -> None:
    _, form = build(Scene(4))
    heard, _ = hear(Performance((part([(2 * BAR, BAR, p) for p in (48, 60, 64, 67)]),)), form)
    assert [(c.name, c.start_beats, c.end_beats) for c in heard] == [("C:maj", 0, 16)]


@pytest.mark.parametrize(
    ("chord", "sounding", "key", "whole"),
    [
        ("E:maj", {4}, Key(0, "major"), "E:min"),
        ("B:maj", {11}, Key(0, "major"), "B:dim"),
        ("A:maj", {9, 1}, Key(2, "major"), "A:maj"),
        ("E:maj", {4, 8}, Key(9, "minor"), "E:maj"),  # a leading tone that is heard is believed
        ("C:min", {0, 3, 7}, Key(0, "major"), "C:min"),
    ],
)
def test_a_chord_of_few_tones_is_made_whole_by_the_key(
    chord: str, sounding: set[int], key: Key, whole: str
) -> None:
    roots = {"C": 0, "E": 4, "A": 9, "B": 11}
    name, _, quality = chord.partition(":")
    assert made_whole(Chord(roots[name], quality), frozenset(sounding), key).name == whole


def test_onsets_go_where_the_given_ones_are() -> None:
    _, form = build(Scene(8))
    swung = [(bar * BAR + at, 200, 40) for bar in range(8) for at in (0, 640, 960, 1600, 2240)]
    late = [(bar * BAR + 2887, 100, 42) for bar in range(8)]  # the drummer lies back
    room = Room(Performance((part(swung + late),)), form)

    def moved(tick: int, *, accent: bool = False) -> int:
        return room.in_groove([Draft(tick, 60, tick + 480, accent)])[0].tick

    assert moved(BAR + 480) == BAR + 640
    assert moved(BAR + 650) == BAR + 640
    assert moved(2880) == 2887
    assert moved(BAR + 3700) == 2 * BAR
    assert moved(777, accent=True) == 777


def test_drums_keep_even_halves_where_nothing_given_divides_the_beat_otherwise() -> None:
    _, form = build(Scene(8))
    quarters = [(bar * BAR + at, 200, 40) for bar in range(8) for at in range(0, BAR, 960)]
    swung = [(bar * BAR + 640, 200, 40) for bar in range(8)]
    plain, shuffled = (Room(Performance((part(notes),)), form) for notes in (quarters, quarters + swung))

    def moved(room: Room, tick: int, *, drums: bool) -> int:
        return room.in_groove([Draft(tick, 42, tick + 120)], drums=drums)[0].tick

    assert moved(plain, BAR + 470, drums=True) == BAR + 480
    assert moved(plain, BAR + 470, drums=False) == BAR
    assert moved(shuffled, BAR + 500, drums=True) == BAR + 640
    assert moved(shuffled, BAR + 960 + 500, drums=True) == BAR + 960 + 480


def test_registers_that_are_taken_are_left() -> None:
    _, form = build(Scene(8))
    room = Room(Performance((part([(0, 8 * BAR, pitch) for pitch in range(48, 61)]),)), form)
    assert room.register(Voice("Piano", 0, 43, 84)).low > 60
    narrow = Voice("Violin", 40, 59, 74)
    assert room.register(narrow) == narrow


def test_unisons_are_left_out_but_not_at_hits() -> None:
    _, form = build(Scene(4), bpm=100)
    room = Room(Performance((part([(960, 960, 60)]),)), form)
    notes = [Draft(0, 60, 480), Draft(960, 60, 1200), Draft(1200, 64, 1500), Draft(1440, 60, 1500, True)]
    assert [note.tick for note in room.apart(notes)] == [0, 1200, 1440]


def test_habits_are_of_bars_of_one_length() -> None:
    _, form = build(Scene(8, metres={index: Metre(3, 4) for index in range(0, 8, 2)}))
    starts = [bar.tick for bar in form.bars]
    waltz = [(start + 480, 100, 40) for start in starts[::2]]
    room = Room(Performance((part(waltz + [(start, 100, 40) for start in starts[1::2]]),)), form)
    assert room.in_groove([Draft(starts[0] + 560, 60, starts[0] + 700)])[0].tick == starts[0] + 480
    assert room.in_groove([Draft(starts[1] + 400, 60, starts[1] + 700)])[0].tick == starts[1]
