"""Carrying a performance to another form: same bars, same places in them; other bars are refused by name."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bridge.errors import SettingsError
from bridge.performing import carry
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.record import Made, Origin, Record
from bridge.schema.score import ChordSpan, KeySpan, PartRole
from bridge.schema.tempo import Form
from tests.composing.forms import Scene, build

BAR = 3840


def made(form: Form, ticks: list[int]) -> Made:
    cues, _ = build(Scene(2))
    notes = tuple(PlayedNote(tick, 100, 60, 64) for tick in ticks)
    track = Track("a", PartRole.MELODY, 0, 0, notes, tuple(Controller(tick, 11, 9) for tick in ticks))
    end = Fraction(form.bars[-1].end_tick, 960)
    chords = (
        ChordSpan(Fraction(0), Fraction(8), 0, "maj", "C:maj"),
        ChordSpan(Fraction(8), end, 5, "maj", "F:maj"),
    )
    keys = (KeySpan(Fraction(0), 0, "major"), KeySpan(Fraction(16), 7, "major"))
    return Made("n", cues, form, Performance((track,)), keys, chords, Record({"p0": Origin(0)}))


def test_plots_that_stay_move_along() -> None:
    _, old = build(Scene(2), Scene(2), Scene(2))
    _, new = build(Scene(2), Scene(3), Scene(2))
    ticks = [0, 7000, 2 * BAR, 3 * BAR + 5, 4 * BAR, 6 * BAR - 1, 6 * BAR + 500]
    carried = carry(made(old, ticks), new, ("p1",))
    (track,) = carried.performance.tracks
    assert [n.tick for n in track.notes] == [
        0, 7000, 2 * BAR, 3 * BAR + 5, 5 * BAR, 7 * BAR - 1, 7 * BAR + 500,
    ]  # fmt: skip
    assert [c.tick for c in track.controllers] == [n.tick for n in track.notes]
    assert {n.duration_ticks for n in track.notes} == {100}
    assert [(c.start_beats, c.end_beats) for c in carried.chords] == [(0, 8), (8, 28)]
    assert [key.start_beats for key in carried.keys] == [0, 20]
    assert carried.form is new


def test_a_plot_that_shrinks_keeps_its_order_and_stays_inside() -> None:
    _, old = build(Scene(2), Scene(4), Scene(2))
    _, new = build(Scene(2), Scene(1), Scene(2))
    (track,) = carry(made(old, [2 * BAR, 5 * BAR, 6 * BAR]), new, ("p1",)).performance.tracks
    assert [n.tick for n in track.notes] == [2 * BAR, 3 * BAR - 1, 3 * BAR]


def test_other_bars_in_a_plot_that_stays_are_refused() -> None:
    _, old = build(Scene(2), Scene(2), Scene(2))
    _, new = build(Scene(2), Scene(2), Scene(3))
    with pytest.raises(SettingsError, match="other bars in p2"):
        carry(made(old, [0]), new, ("p1",))
    with pytest.raises(SettingsError, match="other bars in p1, p2"):
        carry(made(old, [0]), build(Scene(2), Scene(1), Scene(1))[1], ())
