"""A tempo that follows the mood: near what the energy aims at, whatever the cuts say; musts are met."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from bench.sync.lists import simulated
from bench.textures import trimmed
from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.timing import solve
from bridge.timing.candidates import target_bpm

SECONDS = 45
CUTS = 3
"""A list with a cut every two seconds, which alone gives both energies one tempo."""


def busy(energy: float) -> CueSheet:
    edits = simulated()[CUTS]
    sheet = trimmed(edits.cue_sheet(), round(SECONDS * edits.rate))
    return replace(sheet, plots=tuple(replace(plot, energy=energy) for plot in sheet.plots))


def mean_bpm(form: Form) -> float:
    return form.end_tick / TICKS_PER_QUARTER / float(form.tempo_map.s_at_tick(form.end_tick)) * 60


def solved(energy: float, follows: str) -> Form:
    return solve(busy(energy), Settings(tempo=TempoSettings(follows=follows)), Progress())


def test_the_mood_sets_the_tempo_and_musts_are_met() -> None:
    tempi = {}
    for follows in ("cuts", "mood"):
        forms = [solved(energy, follows) for energy in (0.3, 0.8)]
        tempi[follows] = [mean_bpm(form) for form in forms]
        musts = {hit.id for hit in busy(0.3).hits if hit.weight is Weight.MUST}
        assert musts
        assert all(result.met for form in forms for result in form.hits if result.hit_id in musts)
    assert tempi["cuts"][0] == pytest.approx(tempi["cuts"][1], rel=0.01)
    assert tempi["mood"][1] > 1.3 * tempi["mood"][0]
    for bpm, energy in zip(tempi["mood"], (0.3, 0.8)):
        assert abs(log(bpm / target_bpm(energy, TempoSettings()))) < 0.15
