"""The layers that a cue sheet shows, and what comes of a person's changes to them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bridge.composing import Models, check_layers, compose
from bridge.config import Settings
from bridge.errors import CueSheetError
from bridge.progress import Progress
from bridge.schema.cue_json import parse_cues
from bridge.schema.cues import CueSheet, LayerPlan, Plot
from bridge.schema.performance import Performance
from bridge.schema.record import Origin, Record
from bridge.schema.score import Score
from bridge.schema.score_json import score_document
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.timing import solve
from bridge.writing.cue_sheet import cues_json
from tests.timing.sheets import sheet

CUES = sheet([192], end=480, plot_frames=[192], energies=[0.4, 0.7])


def written(cues: CueSheet, models: Models) -> tuple[Score, Form]:
    form = solve(cues, Settings(), Progress())
    return compose(cues, form, Settings(), models, Progress()), form


def document(cues: CueSheet, score: Score, form: Form) -> dict:
    made = score_document(Record({"p0": Origin(0), "p1": Origin(0)}), cues, form, score, Performance(()))
    return json.loads(cues_json(cues, form, "test", made, score.layers))


def with_plan(*plan: LayerPlan, plot: int = 1) -> CueSheet:
    plots = list(CUES.plots)
    plots[plot] = replace(plots[plot], plan=plan)
    return replace(CUES, plots=tuple(plots))


def notes_of(score: Score, form: Form, plot: str, name: str) -> list:
    bars = [bar for bar in form.bars if bar.plot_id == plot]
    low, high = bars[0].tick / TICKS_PER_QUARTER, bars[-1].end_tick / TICKS_PER_QUARTER
    parts = [part for part in score.parts if part.name == name]
    return [note for part in parts for note in part.notes if low <= note.start_beats < high]


def test_the_sheet_shows_what_was_planned_and_unchanged_it_asks_for_nothing(models: Models):
    score, form = written(CUES, models)
    told = document(CUES, score, form)
    layers = told["plots"][0]["layers"]
    assert 1 <= len(layers) <= 4
    assert all({"texture", "instrument", "low", "high", "density", "level"} <= each.keys() for each in layers)
    assert [plot.plan for plot in parse_cues(json.dumps(told)).plots] == [(), ()]


def test_what_was_changed_is_asked_for_and_nothing_else(models: Models):
    score, form = written(CUES, models)
    told = document(CUES, score, form)
    told["plots"][1]["layers"][0]["level"] = [0.3, 0.9]
    plots = parse_cues(json.dumps(told)).plots
    assert plots[0].plan == ()
    assert plots[1].plan[0].level == (0.3, 0.9)
    changed = with_plan(*plots[1].plan)
    again, _ = written(changed, models)
    assert again.layers["p1"] == plots[1].plan
    assert again.layers["p0"] == score.layers["p0"]
    assert document(changed, again, form)["plots"][1]["layers"] == told["plots"][1]["layers"]
    # What a person asked for stays asked for, sheet after sheet.
    assert parse_cues(json.dumps(document(changed, again, form))).plots[1].plan == plots[1].plan


def test_texture_instrument_register_density_and_level_are_obeyed(models: Models):
    ostinato = LayerPlan("ostinato", "Pluck", 60, 84, level=(0.5, 0.8))
    score, form = written(with_plan(ostinato, LayerPlan("pad", "choir")), models)
    played = notes_of(score, form, "p1", "Pluck")
    assert played and all(60 <= note.pitch <= 84 for note in played)
    assert notes_of(score, form, "p1", "Choir")
    part = next(part for part in score.parts if part.name == "Pluck")
    assert any((span.start, span.end) == (0.5, 0.8) for span in part.levels)
    thin, _ = written(with_plan(replace(ostinato, density=0.4), LayerPlan("pad", "choir")), models)
    assert len(notes_of(thin, form, "p1", "Pluck")) <= 0.5 * len(played)


def test_a_layer_may_be_silence(models: Models):
    score, form = written(with_plan(LayerPlan("silence"), plot=1), models)
    assert score.layers["p1"] == (LayerPlan("silence"),)
    bars = [bar for bar in form.bars if bar.plot_id == "p1"][1:4]  # what comes later is the close
    inside = [
        note
        for part in score.parts
        for note in part.notes
        if bars[0].tick <= note.start_beats * TICKS_PER_QUARTER < bars[-1].end_tick
    ]
    assert inside == []


@pytest.mark.parametrize(
    ("plan", "place", "words"),
    [
        ((LayerPlan("pad"), LayerPlan("bagpipes")), "layers[1].texture", "Choose one of drone"),
        ((LayerPlan("pad", "kazoo"),), "layers[0].instrument", "cello"),
        ((LayerPlan("pad", low=60, high=66),), "layers[0].low", "twelve semitones"),
        ((LayerPlan("pad"), LayerPlan("pad", level=(1.0, 1.0))), "layers[1].texture", "Keep one"),
        ((LayerPlan("groove", "Violin"),), "layers[0].instrument", "drums"),
        (
            (LayerPlan("inner", "harp"), LayerPlan("figure", "guitar")),
            "layers[1].instrument",
            "the same",
        ),
    ],
)
def test_what_cannot_be_played_is_said_with_its_place(plan: tuple[LayerPlan, ...], place: str, words: str):
    plots: tuple[Plot, ...] = with_plan(*plan).plots
    with pytest.raises(CueSheetError) as caught:
        check_layers(plots)
    assert caught.value.where == f"cue sheet, plot p1, {place}"
    assert words in caught.value.remedy
