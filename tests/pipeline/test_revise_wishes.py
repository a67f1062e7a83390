"""Revisions that ask for something in words: instruments, chords, moods, density."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bridge.schema.cues import Label, Weight
from bridge.schema.record import ScoreFiles
from tests.composing.forms import Scene, build
from tests.pipeline.conftest import hear, scored
from tests.pipeline.revisions import again, base, places, revised


@cache
def struck() -> ScoreFiles:
    """A calm piano alone, struck twice in every bar: nearly all its notes are at hits."""
    hits = tuple((3840 * bar + at, Weight.WANT) for bar in range(8) for at in (0, 1920))
    scene = Scene(8, Label.DEVELOPMENT, 0.6, 0.4, 0.5, 0.5, 0.5, palette="solo piano",
                  layers=("inner", "line", "bass"))  # fmt: skip
    return scored(build(scene, replace(scene, hits=hits, energy=0.2, density=0.1), scene), 1)


@cache
def piano() -> ScoreFiles:
    """A cue in which a piano plays throughout, beside others."""
    scene = Scene(8, Label.DEVELOPMENT, 0.6, 0.4, 0.3, 0.5, 0.5, palette="solo piano",
                  layers=("inner", "line", "bass"))  # fmt: skip
    return scored(build(scene, replace(scene, hits=((0, Weight.WANT),)), scene), 1)


@pytest.mark.parametrize("seed", range(4))
def test_instruments_do_as_they_are_told(seed: int) -> None:
    files = piano()
    span = places(files)["p1"]

    def pianos(data: bytes) -> int:
        heard = hear(data)
        return sum(
            span[0] <= note[0] < span[1]
            for name, notes in heard.notes.items()
            if heard.programs[name] < 8
            for note in notes
        )

    had = pianos(files.midi)
    assert had > 20
    assert pianos(revised(files, "p1", brief="no piano", seed=seed)["mid"]) == 0
    assert 0 < pianos(revised(files, "p1", brief="less piano", seed=seed)["mid"]) <= 0.75 * had
    assert pianos(revised(files, "p1", brief="more piano", seed=seed)["mid"]) > had
    more = hear(revised(files, "p1", brief="more cello", seed=seed)["mid"])
    cellos = [n for k, v in more.notes.items() if more.programs[k] == 42 for n in v]
    assert cellos and all(span[0] <= note[0] < span[1] for note in cellos)


@pytest.mark.parametrize("lock", [(), ("Piano",)], ids=["all free", "melody locked"])
@pytest.mark.parametrize("seed", range(3))
def test_less_of_an_instrument_is_less_among_hits_and_in_another_mood(
    seed: int, lock: tuple[str, ...]
) -> None:
    """Neither the chords at hits nor the stingers of a tense plot are more piano; hits are met."""
    files = struck()
    span = places(files)["p1"]
    new = revised(files, "p1", brief="less piano, more tension", seed=seed, lock=lock)
    counts, free = [], []
    for heard in (hear(files.midi), hear(new["mid"])):
        own = {
            name: sum(span[0] <= note[0] < span[1] for note in notes)
            for name, notes in heard.notes.items()
            if heard.programs[name] < 8
        }
        counts.append(sum(own.values()))
        free.append(counts[-1] - sum(own.get(name, 0) for name in lock))
    sheet = json.loads(new["cues.json"])
    told = [text for text in sheet["notes"] if f"piano had {counts[0]} notes and has {counts[1]}" in text]
    assert free[0] > 20 and 0 < free[1] <= 0.6 * free[0]
    assert bool(told) is (counts[1] > 0.6 * counts[0])
    onsets = {note[0] for notes in hear(new["mid"]).notes.values() for note in notes}
    met = {hit["tick"] for hit in sheet["hits"] if hit["met"] and span[0] <= hit["tick"] < span[1]}
    assert len(met) == 16 and met <= onsets


def test_plain_and_colourful_chords_are_what_is_revised() -> None:
    """Words on chords move their qualities, as in a brief, and are understood; locked ones stay."""
    files = base()
    span = places(files)["p3"]

    def qualities(new: dict[str, bytes]) -> list[str]:
        chords = json.loads(new["cues.json"])["score"]["chords"]
        return [chord["quality"] for chord in chords if span[0] <= chord["tick"] < span[1]]

    asked = {
        words: revised(files, "p3", brief=words, seed=5) for words in ("plain chords", "colourful harmony")
    }
    assert qualities(asked["plain chords"]) != qualities(asked["colourful harmony"])
    for words, new in asked.items():
        told = "\n".join(json.loads(new["cues.json"])["notes"])
        assert f"Understood: {words}" in told and "Not understood" not in told
    # What the last revision asked of a plot's chords holds until another is asked for.
    second = revised(again(files, asked["plain chords"]), "p3", seed=5, brief="much colourful chords")
    third = revised(again(files, asked["plain chords"]), "p3", seed=5, brief="")
    assert qualities(second) != qualities(third)
    kept = json.loads(revised(files, "p3", brief="plain chords", lock=("chords",))["cues.json"])["notes"]
    assert "The chords are locked, so “plain chords” changes nothing" in kept


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_moods_dynamics_and_density_move_the_right_way() -> None:
    files = base()
    span = places(files)["p3"]

    def told(brief: str, seed: int) -> tuple[dict[str, Any], list[tuple[int, int, int, int]]]:
        new = revised(files, "p3", brief=brief, seed=seed)
        plot = next(p for p in json.loads(new["cues.json"])["plots"] if p["id"] == "p3")
        notes = [n for own in hear(new["mid"]).notes.values() for n in own if span[0] <= n[0] < span[1]]
        return plot, notes

    loud, soft, busy, sparse = [], [], [], []
    for seed in range(4):
        loud.append(mean([n[3] for n in told("much louder", seed)[1]]))
        soft.append(mean([n[3] for n in told("much softer", seed)[1]]))
        busy.append(len(told("busy, dense", seed)[1]))
        sparse.append(len(told("sparse, thin", seed)[1]))
    assert mean(loud) > mean(soft) + 5
    assert mean(busy) > 1.2 * mean(sparse)
    plain, dark, tense = (told(brief, 0)[0] for brief in ("", "darker", "more tension"))
    assert dark["valence"] < plain["valence"]
    assert tense["tension"] > plain["tension"]
    assert tense["valence"] == plain["valence"]
