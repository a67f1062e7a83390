"""Every texture from a passage made by hand, two bars of 4/4 unless said otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bridge.vocabulary.texture import TEXTURES, Sounded, texture, textures

BEFORE = -4.0


def passage(*notes: tuple[float, float, int | Sequence[int]]) -> list[Sounded]:
    """Notes from (onset, length, pitch or pitches)."""
    out = []
    for onset, length, pitches in notes:
        struck = [pitches] if isinstance(pitches, int) else pitches
        out += [Sounded(onset, onset + length, pitch) for pitch in struck]
    return out


def even(step: float, pitches: Sequence[int | Sequence[int]], share: float = 1.0) -> list[Sounded]:
    """Notes at a steady pace from the window's start."""
    return passage(*((index * step, step * share, pitch) for index, pitch in enumerate(pitches)))


def label(notes: list[Sounded], bar: float = 4.0) -> str:
    return texture(notes, 0.0, bar, 2 * bar)


CASES = {
    "silent": [
        [],
        passage((BEFORE, 4.0, 60)),  # over before the window
        passage((8.0, 1.0, 60)),  # not before it ends
    ],
    "sparse": [
        passage((0.0, 0.5, 84)),
        passage((0.0, 0.5, (60, 67)), (4.0, 0.5, (64, 71))),
        passage((BEFORE, 5.0, 48)),  # only rings out
    ],
    "drone": [passage((0.0, 8.0, 36)), passage((BEFORE, 16.0, 36)), passage((0.0, 4.0, 36), (4.0, 4.0, 36))],
    "pad": [
        passage((0.0, 4.0, (60, 64, 67)), (4.0, 4.0, (60, 65, 69))),
        passage((0.0, 8.0, (36, 43))),
        passage((0.0, 4.0, 60), (4.0, 4.0, 62)),
    ],
    "chorale": [
        even(1.0, [(60, 64), (59, 65), (60, 67), (62, 65), (64, 67), (62, 69), (60, 67), (59, 65)]),
        even(2.0, [60, 62], 1.0) + passage((4.0, 1.0, 64), (5.0, 1.0, 62), (6.0, 2.0, 60)),
    ],
    "line": [
        passage((0.0, 1.5, 72), (1.5, 0.5, 74), (2.0, 1.0, 76), (4.0, 0.5, 77), (4.5, 0.5, 76), (5.0, 1, 72)),
        even(0.5, [60, 62, 64, 65, 67, 65, 64, 62, 67, 69, 71, 72, 71, 69, 64, 60]),
    ],
    "figure": [
        even(0.5, [48, 55, 60, 55, 48, 55, 60, 55, 50, 57, 65, 57, 50, 57, 65, 57]),
    ],
    "ostinato": [
        even(0.5, [48, 51, 55, 51, 48, 51, 55, 51] * 2),
        # The same intervals on another chord.
        even(0.5, [48, 51, 55, 51, 48, 51, 55, 51, 53, 56, 60, 56, 53, 56, 60, 56]),
        # Sixteenths that repeat are an ostinato, not a run.
        even(0.25, [48, 55, 60, 55] * 8),
    ],
    "pulse": [
        even(0.5, [50] * 16, 0.5),
        even(1.0, [(50, 57)] * 8),
        even(0.5, [50] * 8 + [53] * 8),
        even(0.25, [50] * 32),
    ],
    "run": [
        even(0.25, [60 + step for step in (0, 2, 4, 5, 7, 9, 11, 12, 14, 12, 11, 9, 7, 5, 4, 2)] * 2)[:31]
    ],
    "tremolo": [even(0.125, [50] * 64), even(1 / 6, [(50, 56)] * 48), [Sounded(0.0, 8.0, 50, tremolo=True)]],
}


@pytest.mark.parametrize(
    ("name", "index"), [(name, index) for name in TEXTURES for index in range(len(CASES[name]))]
)
def test_a_passage_is_what_it_is(name: str, index: int):
    assert label(CASES[name][index]) == name


def test_every_name_has_a_passage():
    assert tuple(CASES) == TEXTURES


@pytest.mark.parametrize("name", TEXTURES)
def test_neither_key_nor_place_nor_order_changes_a_label(name: str):
    for notes in CASES[name]:
        moved = [Sounded(n.onset_beats + 96, n.end_beats + 96, n.pitch + 5, n.tremolo) for n in notes]
        assert texture(reversed(moved), 96.0, 100.0, 104.0) == name


def test_a_repeat_is_bar_by_bar_in_any_metre():
    cell = [48, 51, 55, 51, 55, 51]
    assert label(even(0.5, cell * 2), 3.0) == "ostinato"
    # Six eighths against bars of four quarters do not come back with the bar.
    assert label(even(0.5, (cell * 3)[:16]), 4.0) == "line"


def test_a_pulse_may_miss_one_beat_in_five_but_not_two():
    beats = [0, 1, 2, 3, 4, 5, 6, 7]
    assert label(passage(*((float(b), 0.5, 50) for b in beats if b != 3))) == "pulse"
    assert label(passage(*((float(b), 0.5, 50) for b in (0, 0.5, 2, 3, 4.5, 5, 6.5, 7)))) == "line"


def test_a_hair_before_the_bar_line_is_the_bar():
    assert label([Sounded(8.0 - 0.01, 12.0, 60)]) == "silent"
    assert label([Sounded(-0.01, 8.0, 60)]) == "drone"


def test_windows_follow_the_bars():
    notes = sorted(passage((0.0, 6.0, 40)) + [Sounded(6 + i * 0.5, 6.4 + i * 0.5, 50) for i in range(8)])
    # 3/4, 3/4 | 4/4, 4/4 (pulse in the first) | a lone bar of silence
    assert textures(notes, [0.0, 3.0, 6.0, 8.0, 10.0, 14.0]) == ("drone", "pulse", "silent")
    assert textures([], [0.0, 4.0]) == ("silent",)
    assert textures([], [0.0]) == ()
