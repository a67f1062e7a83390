"""Half seconds of picture, and curves that lean on a regressor only where somebody asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import ModelError, SettingsError
from bridge.inference.regressor import Regressor, load_regressor
from bridge.progress import Progress
from bridge.spotting import spot
from bridge.spotting.sight import NAMES, STEP_S, half_seconds
from tests.spotting.films import picture, timeline

SOURCE = timeline(30, [7, 15, 22])
PICTURE = picture(SOURCE, [(15, {"brightness": 0.9, "motion": 0.2})])
RELEASED = Path(__file__).resolve().parents[2] / "models" / "released"


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(RELEASED))


def test_half_seconds_are_means_of_what_is_seen():
    rows = half_seconds(PICTURE)
    assert rows.shape == (60, len(NAMES))
    brightness = rows[:, NAMES.index("brightness")]
    # Samples .0, .2 and .4 are the first half second, .6 and .8 the second.
    assert brightness[0] == pytest.approx(PICTURE.brightness[:3].mean())
    assert brightness[1] == pytest.approx(PICTURE.brightness[3:5].mean())
    assert brightness[round(16 / STEP_S)] == pytest.approx(0.9)
    motion = rows[:, NAMES.index("motion")]
    assert motion[-1] == pytest.approx(np.log1p(20 * 0.2))


def test_change_is_that_of_colours_against_two_seconds_before():
    source = timeline(8, [4])
    seen = picture(source)
    seen.chroma[:] = 0
    seen.chroma[:20, 0] = 1
    seen.chroma[20:, 1] = 1
    change = half_seconds(seen)[:, NAMES.index("change")]
    assert change[:8] == pytest.approx(0)
    assert change[8:12] == pytest.approx(1)
    assert change[12:] == pytest.approx(0)


def test_nothing_leans_unless_asked(released: None):
    plain = spot(SOURCE, PICTURE, Settings(), Progress())
    leant = spot(SOURCE, PICTURE, Settings(learnt_curves=1.0), Progress())
    assert leant.mood.energy == plain.mood.energy
    assert leant.mood.density != plain.mood.density and leant.mood.loudness != plain.mood.loudness
    assert not any("learnt" in note for note in plain.notes)
    assert any("sight-v1" in note and "cartoon" in note for note in leant.notes)
    apart = np.abs(np.subtract(leant.mood.density, plain.mood.density))
    assert apart.max() <= 0.5


def test_the_released_graph_takes_what_is_measured(released: None):
    regressor = load_regressor()
    assert regressor.card.inputs == NAMES
    assert regressor.card.outputs == ("density", "loudness")
    assert regressor.card.step_s == STEP_S
    heard = regressor.run(half_seconds(PICTURE))
    assert heard.shape == (30, 2) and np.isfinite(heard).all()


def test_another_graph_than_the_cards_is_refused(tmp_path: Path):
    source = RELEASED / "sight-v1"
    (tmp_path / "card.json").write_bytes((source / "card.json").read_bytes())
    with pytest.raises(ModelError, match="missing"):
        Regressor.load(tmp_path)
    (tmp_path / "model.onnx").write_bytes((source / "model.onnx").read_bytes() + b"\0")
    with pytest.raises(ModelError, match="not the model its card describes"):
        Regressor.load(tmp_path)
    (tmp_path / "card.json").write_text(json.dumps({"name": "sight-v1"}))
    with pytest.raises(ModelError, match="cannot be read"):
        Regressor.load(tmp_path)


def test_there_may_be_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    monkeypatch.setattr("bridge.inference.card._CHECKOUT", tmp_path)
    with pytest.raises(ModelError, match="no model for sight"):
        spot(SOURCE, PICTURE, Settings(learnt_curves=0.5), Progress())


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_out_of_range_is_refused(share: float):
    with pytest.raises(SettingsError, match="out of range"):
        Settings(learnt_curves=share)
