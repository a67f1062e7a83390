"""The bass line of a model: roots where chords change, its range, and the rule where nothing goes on."""

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.composing import Models, compose, load_models
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label, Weight
from bridge.schema.score import Part, PartRole, Score
from bridge.schema.tempo import Form
from tests.composing.forms import Scene, build, film
from tests.make_models import write_models

BAR = 3840


def write(models: Models, form: tuple[CueSheet, Form], seed: int = 1) -> Score:
    return compose(*form, Settings(seed=seed), models, Progress())


def bass_of(score: Score) -> Part:
    [part] = [part for part in score.parts if part.role is PartRole.BASS]
    return part


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Without bass and drums."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path_factory.mktemp("alone"))))
        return load_models()


def sounding() -> tuple[CueSheet, Form]:
    scene = {"layers": ("bass", "line"), "palette": "orchestral", "energy": 0.7, "density": 0.7}
    return build(
        Scene(8, **scene), Scene(8, Label.CLIMAX, **scene, hits=((0, Weight.MUST), (3 * BAR, Weight.WANT)))
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_root_sounds_where_chords_change_and_plots_begin(models: Models, seed: int):
    score = write(models, sounding(), seed)
    low = {note.start_beats: note.pitch for note in bass_of(score).notes}
    for chord in score.chords:
        assert low[chord.start_beats] % 12 == chord.root_pc, chord
    assert low[Fraction(32)] % 12 == [c for c in score.chords if c.start_beats <= 32][-1].root_pc


def test_one_note_at_a_time_within_the_range(models: Models):
    notes = sorted(bass_of(write(models, sounding())).notes, key=lambda n: n.start_beats)
    assert len(notes) > 16
    assert all(28 <= note.pitch <= 50 for note in notes)
    assert all(one.end_beats <= other.start_beats for one, other in zip(notes, notes[1:]))


def test_the_model_writes_what_the_rule_wrote(models: Models, alone: Models):
    learned, ruled = write(models, sounding()), write(alone, sounding())
    assert [c.name for c in learned.chords] == [c.name for c in ruled.chords]
    assert bass_of(learned).notes != bass_of(ruled).notes
    assert write(models, sounding()) == learned


def test_held_bars_are_held_by_the_rule(models: Models):
    scene = Scene(8, layers=("bass", "pad"), palette="strings", energy=0.6, marks={3: {"hold": True}})
    low = [n for n in bass_of(write(models, build(scene))).notes if 12 <= n.start_beats < 16]
    assert [(n.start_beats, n.end_beats) for n in low] == [(12, 16)]


def test_a_drone_stays_a_drone(models: Models):
    score = write(models, build(Scene(8, layers=("drone", "line"), palette="strings")))
    # The close has its root all the same.
    assert [note.start_beats for note in bass_of(score).notes] == [28]


def test_a_film_with_everything_meets_its_hits(models: Models):
    cues, form = film()
    score = write(models, (cues, form))
    onsets = {int(note.start_beats * 960) for part in score.parts for note in part.notes}
    assert {result.tick for result in form.hits if result.met} <= onsets


def test_a_model_is_loaded_when_it_is_first_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path, band=True)))
    models = load_models()
    assert set(models.cards) == {"chords", "melody", "accompaniment", "bass", "drums"}
    (tmp_path / "bass-v2" / "model.onnx").unlink()
    score = write(models, build(Scene(8, layers=("drone",), palette="strings")))
    assert score.parts
