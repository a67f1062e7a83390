"""A cue with a chords model of vocabulary 2, which is told its controls as numbers and remembers its song."""

from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.composing.plan import make_plan
from bridge.composing.told import onsets_a_quarter, start
from bridge.composing.told import prompt as prompted
from bridge.config import Settings
from bridge.errors import ModelError
from bridge.progress import Progress
from bridge.schema.cues import Weight
from bridge.schema.score import PartRole, Score
from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent
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
    write_decoder(tmp_path / "accompaniment-v3", "accompaniment", conditions=WIDTH)
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="accompaniment-v3 is told its controls as numbers"):
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
