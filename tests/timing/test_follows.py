"""A tempo that follows the mood: near what the energy aims at, whatever the cuts say; musts are met."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import log

import pytest

from bench.following import SECONDS, in_energy, tempo
from bench.sync.lists import simulated
from bench.textures import trimmed
from bridge.config import Settings, TempoSettings
from bridge.errors import SettingsError
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form
from bridge.timing import solve
from bridge.timing.candidates import target_bpm

HALF = Fraction(1, 2)
CUTS = 3
"""A list with a cut every two seconds, which alone gives both energies one tempo."""


def busy(energy: float, number: int = CUTS) -> CueSheet:
    edits = simulated()[number]
    return in_energy(trimmed(edits.cue_sheet(), round(SECONDS * edits.rate)), energy)


def solved(energy: float, follows: str, **others: object) -> Form:
    return solve(busy(energy), Settings(tempo=TempoSettings(follows=follows, **others)), Progress())  # type: ignore[arg-type]


def test_the_mood_sets_the_tempo_and_musts_are_met() -> None:
    tempi = {}
    for follows in ("cuts", "mood"):
        forms = [solved(energy, follows) for energy in (0.3, 0.8)]
        tempi[follows] = [tempo(form) for form in forms]
        musts = {hit.id for hit in busy(0.3).hits if hit.weight is Weight.MUST}
        assert musts
        assert all(result.met for form in forms for result in form.hits if result.hit_id in musts)
    assert tempi["cuts"][0] == pytest.approx(tempi["cuts"][1], rel=0.01)
    assert tempi["mood"][1] > 1.3 * tempi["mood"][0]
    for bpm, energy in zip(tempi["mood"], (0.3, 0.8)):
        assert abs(log(bpm / target_bpm(energy, TempoSettings()))) < 0.15


def test_in_the_exact_mode_and_where_nothing_bends_it_follows_too() -> None:
    for others, reach in (({"exact": True}, 0.2), ({"max_bend": 0.0}, 0.1)):
        found = tempo(solved(0.3, "mood", **others))
        assert abs(log(found / target_bpm(0.3, TempoSettings()))) < reach


@pytest.mark.parametrize(("number", "energy"), [(24, 0.81), (96, 0.3)])
def test_many_musts_are_met_as_when_it_follows_the_cuts(number: int, energy: float) -> None:
    sheet = busy(energy, number)
    musts = tuple(
        replace(hit, weight=Weight.MUST, early_frames=-HALF, late_frames=HALF)
        if at % 4 == 1 and not hit.grouped_with
        else hit
        for at, hit in enumerate(sheet.hits)
    )
    met = {}
    for follows in ("cuts", "mood"):
        form = solve(replace(sheet, hits=musts), Settings(tempo=TempoSettings(follows=follows)), Progress())
        wanted = {hit.id for hit in musts if hit.weight is Weight.MUST}
        met[follows] = sum(each.met for each in form.hits if each.hit_id in wanted)
    assert met["mood"] == met["cuts"] == len(wanted) > 4


def test_it_cannot_follow_the_mood_and_be_one_that_is_asked_for() -> None:
    for asked in ({"target_bpm": 96.0}, {"min_bpm": 96.0, "max_bpm": 96.0}):
        with pytest.raises(SettingsError, match="follow the mood"):
            TempoSettings(follows="mood", **asked)
    with pytest.raises(SettingsError, match="follow the moon"):
        TempoSettings(follows="the moon")
