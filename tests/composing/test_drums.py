"""Drums: where they play, fills into boundaries, hits; the models are random, so rules are what holds."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.composing.drums import fills
from bridge.composing.plan import make_plan
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label, Weight
from bridge.schema.score import Note, Part, PartRole, Score
from bridge.schema.tempo import Form, Metre
from bridge.vocabulary.kit import CRASH, HAT, KICK, NINE, SNARE, TOMS
from tests.composing.forms import Scene, build
from tests.make_models import write_models

BAR = 3840
PLAYED = ("groove", "inner", "bass")


def write(models: Models, form: tuple[CueSheet, Form], seed: int = 1) -> Score:
    return compose(*form, Settings(seed=seed), models, Progress())


def drums_of(score: Score) -> Part:
    [part] = [part for part in score.parts if part.role is PartRole.DRUMS]
    return part


def struck(part: Part, start: int, end: int) -> list[tuple[int, int]]:
    notes = ((int(n.start_beats * 960), n.pitch) for n in part.notes)
    return [(tick - start, pitch) for tick, pitch in notes if start <= tick < end]


def scenes(**last_bar: object) -> tuple[CueSheet, Form]:
    first = Scene(6, layers=PLAYED, palette="pulse", energy=0.8, marks={5: last_bar} if last_bar else {})
    return build(first, Scene(6, Label.CLIMAX, layers=PLAYED, palette="pulse", energy=0.8))


def test_drums_play_where_a_plot_has_them_and_nowhere_else(models: Models):
    score = write(models, build(Scene(6, layers=PLAYED), Scene(6, Label.CLIMAX, layers=("inner", "bass"))))
    part = drums_of(score)
    assert {note.pitch for note in part.notes} <= set(NINE)
    for bar in range(5):
        assert struck(part, bar * BAR, (bar + 1) * BAR), bar
    assert not struck(part, 6 * BAR, 12 * BAR)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plot_ends_with_a_fill_and_other_bars_do_not_have_to(models: Models, seed: int):
    part = drums_of(write(models, scenes(), seed))
    last = struck(part, 6 * BAR - 960, 6 * BAR)
    assert {0, 480} <= {tick for tick, _ in last}
    assert {pitch for _, pitch in last} <= {SNARE, *TOMS}
    elsewhere = {pitch for bar in range(5) for _, pitch in struck(part, bar * BAR, (bar + 1) * BAR)}
    assert not elsewhere <= {SNARE, *TOMS}


@pytest.mark.parametrize("mark", [{"hold": True}, {"rest": True}])
def test_no_fill_where_the_bar_before_a_boundary_is_held_or_rests(models: Models, mark: dict[str, object]):
    part = drums_of(write(models, scenes(**mark)))
    found = struck(part, 5 * BAR, 6 * BAR)
    assert found == ([(0, KICK), (0, CRASH)] if mark.get("hold") else [])


def test_no_fill_leads_into_silence():
    sheet, form = build(Scene(4, layers=PLAYED), Scene(4, music=False), Scene(4, layers=PLAYED))
    plan = make_plan(sheet, form, Settings())
    assert not any(fills(s, at, plan.sections) for s in plan.sections for at in range(len(s.cells)))
    sheet, form = build(Scene(4, layers=PLAYED), Scene(4, Label.CLIMAX, layers=PLAYED))
    plan = make_plan(sheet, form, Settings())
    found = [(s.key, at) for s in plan.sections for at in range(len(s.cells)) if fills(s, at, plan.sections)]
    assert found == [("p0", 3)]


def test_every_hit_gets_a_kick_and_a_cymbal_and_its_chord_all_the_same(models: Models):
    hits = ((2 * BAR + 960, Weight.MUST), (4 * BAR + 777, Weight.WANT))
    score = write(models, build(Scene(8, layers=("groove", "line"), energy=0.7, hits=hits)))
    part = drums_of(score)
    for tick, _ in hits:
        assert {KICK, CRASH} <= {pitch for at, pitch in struck(part, tick, tick + 1)}
        pitched = [
            n for p in score.parts if p is not part for n in p.notes if int(n.start_beats * 960) == tick
        ]
        assert len(pitched) >= 2


def test_metres_that_groove_hardly_has_stay_in_their_bars(models: Models):
    form = build(Scene(8, layers=PLAYED, metre=Metre(7, 8), metres={3: Metre(3, 4), 5: Metre(2, 4)}))
    part = drums_of(write(models, form))
    for bar in form[1].bars[:-1]:
        assert struck(part, bar.tick, bar.end_tick)


def test_the_same_seed_strikes_the_same_and_drums_go_to_their_channel(models: Models):
    cues, form = scenes()
    score = write(models, (cues, form))
    assert write(models, (cues, form)) == score
    assert drums_of(write(models, (cues, form), 2)).notes != drums_of(score).notes
    [track] = [t for t in perform(score, form, cues, Settings()).tracks if t.role is PartRole.DRUMS]
    assert track.channel == 9


def test_a_snare_is_louder_than_a_hat_at_the_same_place(models: Models):
    cues, form = scenes()
    score = write(models, (cues, form))
    beats = [Fraction(beat) for beat in range(5 * 4)]
    both = tuple(Note(beat, Fraction(1, 4), pitch) for beat in beats for pitch in (SNARE, HAT))
    parts = [replace(part, notes=both) if part.role is PartRole.DRUMS else part for part in score.parts]
    played = perform(replace(score, parts=tuple(parts)), form, cues, Settings())
    [track] = [t for t in played.tracks if t.role is PartRole.DRUMS]
    hat, snare = ([note.velocity for note in track.notes if note.pitch == pitch] for pitch in (HAT, SNARE))
    assert len(hat) == len(snare) == len(beats)
    assert sum(snare) / len(snare) > sum(hat) / len(hat)


def test_without_a_model_nobody_drums_and_the_rest_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Models
):
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path)))
    alone = load_models()
    assert alone.drums is None and alone.bass is None
    score = write(alone, scenes())
    assert not [part for part in score.parts if part.role is PartRole.DRUMS]
    assert {PartRole.BASS, PartRole.ACCOMPANIMENT} <= {part.role for part in score.parts}
    assert "Plot p0: there is no model of drums" in " ".join(score.notes)
    assert "no model of drums" not in " ".join(write(models, scenes()).notes)


def test_the_groove_is_stated_with_a_kick_and_a_backbeat(models: Models):
    part = drums_of(write(models, scenes()))
    for bar in (0, 1):
        assert {(0, KICK), (960, SNARE), (2880, SNARE)} <= set(struck(part, bar * BAR, (bar + 1) * BAR))
    calm = Scene(6, layers=PLAYED, energy=0.4, metre=Metre(3, 4))
    assert (0, KICK) in struck(drums_of(write(models, build(calm))), 0, 1)
