"""A cue with a chords model of vocabulary 2, which is told its controls as numbers and remembers its song."""

from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.config import Settings
from bridge.errors import ModelError
from bridge.progress import Progress
from bridge.schema.score import Score
from bridge.vocabulary.conditions import WIDTH
from tests.composing.forms import film
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
    write_decoder(tmp_path / "melody-v3", "melody", conditions=WIDTH)
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="melody-v3 is told its controls as numbers"):
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
