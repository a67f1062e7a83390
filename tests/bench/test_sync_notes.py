"""A hit that is said to be met must have a note."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from bench.sync import notes
from bench.sync.lists import CutList
from bridge.config import Settings
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Form, HitResult, Rung, TempoEvent, TempoMap

# 24 fps and 120 bpm: a beat is 12 frames or 960 ticks. Cuts on beats 2, 4, 6 and 8, and one grouped.
CUTS = CutList(
    "x", "x", Fraction(24), 240, (24, 48, 72, 96, 100), (24, 48, 72, 96), (48, 96), ((0, 240, 0.5),), 2.0, 0
)


def form_of(sheet: CueSheet, met: tuple[bool, ...], shift_ticks: int = 0) -> Form:
    results = tuple(
        HitResult(hit.id, ok, hit.frame * 80 + shift_ticks if ok else None, 0.0, Rung.TEMPO)
        for hit, ok in zip(sheet.hits, met)
    )
    return Form(TempoMap((TempoEvent(0, 500_000),)), (), results, {}, 19200)


def test_every_met_hit_with_a_note() -> None:
    sheet = CUTS.cue_sheet()
    found = notes.played(CUTS, sheet, form_of(sheet, (True,) * 5), np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found.musts, found.musts_sounding, found.met, found.met_sounding) == (2, 2, 4, 4)
    assert found.silent == ()


def test_a_missing_note_is_named() -> None:
    sheet = CUTS.cue_sheet()
    found = notes.played(CUTS, sheet, form_of(sheet, (True,) * 5), np.array([1.0, 2.005, 3.0019, 4.0]))
    assert (found.musts_sounding, found.met_sounding) == (1, 3)
    assert found.silent == ("hit-002",)


def test_a_must_that_was_left_is_no_success_though_a_note_is_near() -> None:
    sheet = CUTS.cue_sheet()
    form = form_of(sheet, (True, False, False, True, False))
    found = notes.played(CUTS, sheet, form, np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found.musts_sounding, found.met, found.met_sounding, found.silent) == (1, 2, 2, ("hit-002",))


def test_a_note_on_the_beat_but_off_the_picture_meets_no_must() -> None:
    sheet = CUTS.cue_sheet()
    form = form_of(sheet, (True,) * 5, shift_ticks=60)  # three quarters of a frame late
    found = notes.played(CUTS, sheet, form, np.array([1.03125, 2.03125, 3.03125, 4.03125]))
    assert (found.met_sounding, found.musts_sounding) == (4, 0)


def test_a_composed_cue_sounds_at_its_hits() -> None:
    short = replace(CUTS, edits=CUTS.kept)
    line = notes.report([short], Settings())[-1]
    assert line == "| 2 s | 1 | 2 | 100.0 | 4 | 100.0 | none |"
