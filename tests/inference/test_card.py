import json
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import ModelError, SettingsError
from bridge.inference import card as cards
from bridge.inference.card import checked_card, find_models, models_folder, read_card
from bridge.inference.session import Decoder, open_session, runtime_packages, runtime_version
from tests.make_models import write_decoder, write_models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_decoder(tmp_path / "melody-v1", "melody")
    return tmp_path / "melody-v1"


def test_a_card_reads_back_as_it_was_written(folder: Path):
    card = read_card(folder / "card.json")
    (folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    assert read_card(folder / "card.json") == card
    assert checked_card(folder) == card
    assert card.bytes == (folder / "model.onnx").stat().st_size


def test_one_changed_byte_is_refused_naming_file_and_both_hashes(folder: Path):
    expected = read_card(folder / "card.json").sha256
    raw = bytearray((folder / "model.onnx").read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / "model.onnx").write_bytes(raw)
    with pytest.raises(ModelError) as caught:
        Decoder.load(folder)
    text = str(caught.value)
    assert str(folder / "model.onnx") in text
    assert expected in text
    assert cards.file_sha256(folder / "model.onnx") in text
    assert "Install Cuebridge again" in text


@pytest.mark.parametrize("key, value", [("vocabulary_version", 2), ("vocabulary_size", 10)])
def test_another_vocabulary_is_refused(folder: Path, key: str, value: int):
    rewrite(folder, {key: value})
    with pytest.raises(ModelError, match="vocabulary"):
        checked_card(folder)


@pytest.mark.parametrize("key, value", [("layers", 0), ("context", "many"), ("part", "tuba")])
def test_nonsense_in_a_card_is_refused(folder: Path, key: str, value: object):
    rewrite(folder, {key: value})
    with pytest.raises(ModelError, match=key):
        read_card(folder / "card.json")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"name": "x"}'])
def test_a_broken_card_is_refused(folder: Path, text: str):
    (folder / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"card\.json"):
        read_card(folder / "card.json")


def test_a_key_of_a_later_version_is_left_out(folder: Path):
    rewrite(folder, {"listening_test": 4.2})
    assert checked_card(folder).part == "melody"


def test_missing_files_are_named(folder: Path):
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx: the model file is missing"):
        checked_card(folder)
    (folder / "card.json").unlink()
    with pytest.raises(ModelError, match="no card"):
        checked_card(folder)


def test_the_environment_names_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_models(tmp_path)
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    assert models_folder() == tmp_path
    assert {part: path.name for part, path in find_models().items()} == {
        "chords": "chords-v1",
        "melody": "melody-v1",
        "accompaniment": "accompaniment-v1",
    }
    (tmp_path / "melody-v10").mkdir()
    (tmp_path / "melody-v9").mkdir()
    assert find_models()["melody"].name == "melody-v10"
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path / "none"))
    with pytest.raises(ModelError, match="CUEBRIDGE_MODELS"):
        find_models()


def test_a_part_without_a_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_decoder(tmp_path / "chords-v1", "chords")
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="no model for melody"):
        find_models()


def test_a_file_that_is_no_model_is_a_model_error(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="cannot load the model"):
        open_session(tmp_path / "model.onnx")


def test_settings_of_the_session(folder: Path, monkeypatch: pytest.MonkeyPatch):
    import onnxruntime as ort

    monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
    session, used = open_session(folder / "model.onnx")
    options = session.get_session_options()
    assert options.intra_op_num_threads == 2
    assert options.inter_op_num_threads == 1
    assert options.execution_mode == ort.ExecutionMode.ORT_SEQUENTIAL
    assert options.use_deterministic_compute
    assert used in ("cpu", "cuda")
    monkeypatch.setenv("CUEBRIDGE_THREADS", "many")
    with pytest.raises(SettingsError):
        open_session(folder / "model.onnx")


def test_cuda_without_cuda_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch):
    import onnxruntime as ort

    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    monkeypatch.setenv("CUEBRIDGE_PROVIDER", "cuda")
    with pytest.raises(ModelError, match=r"cuebridge\[gpu\]"):
        open_session(folder / "model.onnx")


def test_without_onnxruntime_the_message_names_the_extra(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r'pip install "cuebridge\[cpu\]"'):
        Decoder.load(folder)


def test_runtime_is_named():
    assert "onnxruntime" in runtime_packages() or "onnxruntime-gpu" in runtime_packages()
    assert runtime_version()[0].isdigit()


def test_importing_inference_does_not_load_onnxruntime():
    code = (
        "import sys, bridge.inference.session, bridge.inference.generate; "
        "assert 'onnxruntime' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def rewrite(folder: Path, changes: dict[str, object]) -> None:
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}), encoding="utf-8")


def test_a_models_identity_changes_with_what_it_remembers(tmp_path: Path):
    write_decoder(tmp_path / "plain", "chords")
    write_decoder(tmp_path / "minding", "chords", recall={"2,1,0": 0.5})
    plain, minding = (read_card(tmp_path / name / "card.json") for name in ("plain", "minding"))
    assert plain.sha256 == minding.sha256 == plain.identity
    assert minding.identity != plain.identity
    assert minding.recall == {"2,1,0": 0.5}
