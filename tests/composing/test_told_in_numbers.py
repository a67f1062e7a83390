"""A cue with a chords model of vocabulary 2, which is told its controls as numbers and remembers its song."""

from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.composing.accompaniment import accompaniment_prompt
from bridge.composing.chords import Harmony
from bridge.composing.plan import make_plan
from bridge.composing.told import onsets_a_quarter, start
from bridge.composing.told import prompt as prompted
from bridge.config import Settings
from bridge.errors import ModelError
from bridge.progress import Progress
from bridge.schema.cues import Weight
from bridge.schema.score import PartRole, Score
from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import GROUPS, SCALES, WIDTH
from tests.composing.forms import Scene, build, film
from tests.make_models import TEST_BIASES, write_decoder, write_models


def load(root: Path, trust: float) -> Models:
    write_models(root)
    recall = {f"{n},{agree},{sure}": trust for n in range(1, 9) for agree in range(4) for sure in range(5)}
    write_decoder(
        root / "chords-v2",
        "chords",
        bias=TEST_BIASES["chords"],
        conditions=WIDTH,
        recall=recall if trust else {},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUEBRIDGE_MODELS", str(root))
        return load_models()


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """With a melody model of vocabulary 2 too."""
    root = tmp_path_factory.mktemp("sung")
    write_decoder(root / "melody-v2", "melody", bias=TEST_BIASES["melody"], conditions=WIDTH)
    return load(root, 0.0)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return load(tmp_path_factory.mktemp("told"), 0.9)


def write(models: Models, seed: int = 3) -> Score:
    return compose(*film(), Settings(seed=seed), models, Progress())


def test_the_newest_model_of_a_part_is_taken_and_the_others_stay(told: Models) -> None:
    assert told.chords.card.name == "chords-v2"
    assert told.melody.card.name == "melody-v1"
    assert told.chords.card.vocabulary_version == 2


def test_a_part_that_cannot_be_told_so_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_models(tmp_path)
    write_decoder(tmp_path / "drums-v1", "drums")
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="drums-v1 is not told its controls as numbers"):
        load_models()


def test_same_seed_same_score_and_another_seed_another(told: Models) -> None:
    one = write(told)
    assert write(told) == one
    assert write(told, 4) != one


def test_every_met_hit_has_an_onset(told: Models) -> None:
    _, form = film()
    score = write(told)
    onsets = {int(note.start_beats * 960) for part in score.parts for note in part.notes}
    assert {result.tick for result in form.hits if result.met} <= onsets


def test_what_is_remembered_changes_the_harmony(told: Models, tmp_path: Path) -> None:
    forgetful = load(tmp_path, 0.0)
    assert write(forgetful).chords != write(told).chords


def test_a_melody_told_in_numbers_meets_every_hit_and_keeps_its_range(sung: Models) -> None:
    assert sung.melody.card.conditions == WIDTH
    score = write(sung)
    _, form = film()
    onsets = {int(note.start_beats * 960) for part in score.parts for note in part.notes}
    assert {result.tick for result in form.hits if result.met} <= onsets
    assert any(part.role is PartRole.MELODY and len(part.notes) > 8 for part in score.parts)
    assert write(sung) == score


def test_what_is_asked_of_a_bar_reaches_the_model_as_numbers() -> None:
    cues, form = build(Scene(8, energy=0.8, density=0.8, layers=("line",), hits=((7 * 960, Weight.MUST),)))
    [section] = make_plan(cues, form, Settings()).sections
    harmony = tuple((ChordEvent(0, Chord(0, "maj")),) for _ in section.cells)
    prompt, beside = prompted(section, 0, harmony, resting=False, pickup=False, numbers=True)
    assert tokens.texture_id("line") in prompt
    low, high = SCALES["density"]
    at = GROUPS["density"].start
    wanted = onsets_a_quarter(section.cells[0])
    assert beside[at : at + 2] == pytest.approx(((wanted - low) / (high - low), 1.0))
    at = GROUPS["beats_to_hit"].start
    assert beside[at : at + 2] == pytest.approx((7 / 16, 1.0))
    at = GROUPS["bars_to_plot"].start
    assert beside[at] == pytest.approx(8 / 16)
    silent, beside = prompted(section, 1, harmony, resting=True, pickup=False, numbers=True)
    assert tokens.texture_id("silent") in silent
    assert beside[GROUPS["rest"]] == (1.0, 1.0)
    assert beside[GROUPS["register"]] == (0.0, 0.0)
    assert start(section, numbers=True)[1] != tokens.source_id("pop")


def test_the_last_bars_before_a_plot_are_told_of_the_hit_it_begins_on() -> None:
    cues, form = build(Scene(4, layers=("line",)), Scene(4, layers=("line",), hits=((0, Weight.MUST),)))
    sections = make_plan(cues, form, Settings()).sections
    harmony = tuple((ChordEvent(0, Chord(0, "maj")),) for _ in sections[0].cells)
    at = GROUPS["beats_to_hit"].start
    for cell, beats in ((2, 8), (3, 4)):
        _, beside = prompted(sections[0], cell, harmony, resting=False, pickup=False, numbers=True)
        assert beside[at : at + 2] == pytest.approx((beats / 16, 1.0))


def test_an_accompaniment_told_in_numbers_meets_every_hit_under_the_tune(tmp_path: Path) -> None:
    write_decoder(
        tmp_path / "accompaniment-v2", "accompaniment", bias=TEST_BIASES["melody"], conditions=WIDTH
    )
    models = load(tmp_path, 0.0)
    assert models.accompaniment.card.name == "accompaniment-v2"
    score = write(models)
    _, form = film()
    onsets = {int(note.start_beats * 960) for part in score.parts for note in part.notes}
    assert {result.tick for result in form.hits if result.met} <= onsets
    assert write(models) == score


def test_the_accompaniment_is_told_its_texture_for_two_bars_and_its_thickness() -> None:
    def told_of(density: float, palette: str) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
        cues, form = build(Scene(8, density=density, energy=0.5, layers=("inner",), palette=palette))
        [section] = make_plan(cues, form, Settings()).sections
        harmony = Harmony(tuple((ChordEvent(0, Chord(0, "maj")),) for _ in section.cells))
        voice = section.palette.accompaniment
        return [
            accompaniment_prompt(section, at, harmony, (NoteEvent(12, 72, 12),), voice, numbers=True)
            for at in range(8)
        ]

    calm, figured = told_of(0.1, "strings"), told_of(0.6, "guitar")
    assert all(tokens.texture_id("chorale") in prompt for prompt, _ in calm[:6])
    assert all(tokens.texture_id("figure") in prompt for prompt, _ in figured[:6])
    # The window of the closing bar, which is held, is left open.
    assert tokens.texture_id(None) in calm[6][0] and tokens.texture_id(None) in calm[7][0]
    assert tokens.PITCH_0 + 72 in calm[0][0]
    low, high = SCALES["polyphony"]
    value, known = calm[0][1][GROUPS["polyphony"]]
    assert known == 1.0 and 1.9 <= low + (high - low) * value <= 4.2
    assert sum(calm[0][1][GROUPS["onsets"]]) == 2.0


def test_the_accompaniment_is_told_where_given_parts_strike_besides_the_melody() -> None:
    cues, form = build(Scene(8, layers=("inner",), palette="strings"))
    [section] = make_plan(cues, form, Settings()).sections
    harmony = Harmony(tuple((ChordEvent(0, Chord(0, "maj")),) for _ in section.cells))
    voice, sung = section.palette.accompaniment, (NoteEvent(12, 72, 12),)
    _, beside = accompaniment_prompt(
        section, 1, harmony, sung, voice, numbers=True, struck=(0, 3840, 3840 + 960, 3840 + 1440, 7680)
    )
    # The downbeat, the second beat that is sung as well, and the half after it; that they are told.
    assert sum(beside[GROUPS["onsets"]]) == 4.0
