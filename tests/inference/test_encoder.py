"""A semantic encoder: what it says of pictures and words, which files it takes, and what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import ModelError, SettingsError
from bridge.inference.card import newest_model
from bridge.inference.encoder import NONE, TEXT, Encoder, encoder_hashes, load_encoder, load_folder
from tests.make_encoder import EMOTIONS, SIDE, image_tower, make_encoder, unit


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return load_folder(make_encoder(tmp_path / "made"))


def plain(*colors: tuple[int, int, int]) -> np.ndarray:
    return np.array(colors, np.uint8)[:, None, None, :].repeat(SIDE, 1).repeat(SIDE, 2)


def test_pictures_become_directions(encoder: Encoder) -> None:
    seen = encoder.embed_images(plain((200, 0, 0), (30, 60, 0), (0, 0, 0)))
    assert seen.dtype == np.float32 and seen[:2] == pytest.approx(unit([(1, 0, 0), (1, 2, 0)]))
    assert seen[2].tolist() == [0, 0, 0]  # black has no direction, and is no error
    many = encoder.embed_images(plain(*[(index, 90, 7) for index in range(40)]))
    assert many.shape == (40, 3) and np.linalg.norm(many, axis=1) == pytest.approx(1)
    assert encoder.embed_images(plain((1, 2, 3))[:0]).shape == (0, 3)


def test_words_lie_beside_pictures(encoder: Encoder) -> None:
    words = encoder.embed_text(["Red", "green and blue", "blue blue blue blue blue blue blue"])
    assert words is not None
    assert words == pytest.approx(unit([(1, 0, 0), (0, 1, 1), (0, 0, 1)]))
    none = encoder.embed_text([])
    assert none is not None and none.shape == (0, 3)


def test_emotions_are_shares_of_the_nearest_prompts(encoder: Encoder) -> None:
    seen = encoder.embed_images(plain((220, 220, 0), (0, 200, 0), (0, 0, 90)))
    shares = encoder.emotions(seen)
    assert shares is not None and shares.shape == (3, 6)
    assert shares.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-6)
    assert [list(EMOTIONS)[place] for place in shares.argmax(axis=1)] == ["exciting", "relaxing", "fearful"]
    near = 20 * seen[0] @ unit(list(EMOTIONS.values())).T
    assert shares[0] == pytest.approx(np.exp(near) / np.exp(near).sum(), abs=1e-6)
    feelings = encoder.feelings(seen)
    assert feelings is not None and feelings.argmax(axis=1).tolist() == [0, 0, 1]


def test_without_the_tokenizer_library_no_words_are_read(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    assert encoder.embed_text(["red"]) is None
    assert encoder.emotions(encoder.embed_images(plain((1, 2, 3)))) is not None


def test_the_added_one_is_found_and_may_be_gone_without(home: Path) -> None:
    assert load_encoder() is None and encoder_hashes() == {}
    make_encoder(home / "encoder")
    found = load_encoder()
    assert found is not None and found.card.name == "colours" and found.card.side == SIDE
    assert load_encoder(NONE) is None and encoder_hashes(NONE) == {}
    assert found.card.sha256 in encoder_hashes()["colours"]


def test_a_changed_encoder_is_loaded_anew(home: Path) -> None:
    card = make_encoder(home / "encoder") / "card.json"
    assert load_encoder() is load_encoder()
    changed = {**json.loads(card.read_text()), "name": "other"}
    card.write_text(json.dumps(changed))
    found = load_encoder()
    assert found is not None and found.card.name == "other"


@pytest.mark.parametrize(
    ("floats", "batch", "side"),
    [(False, "n", 8), (True, "n", 16), (True, 1, 8), (True, "n", "side")],
    ids=str,
)
def test_a_file_of_ones_own(tmp_path: Path, floats: bool, batch: object, side: object) -> None:
    path = tmp_path / "mine.onnx"
    image_tower(path, floats=floats, batch=batch, side=side)  # type: ignore[arg-type]
    encoder = load_encoder(str(path))
    assert encoder is not None
    assert (encoder.card.name, encoder.card.width) == ("mine", 3)
    assert encoder.card.side == (side if isinstance(side, int) else 224)
    frames = np.zeros((3, encoder.card.side, encoder.card.side, 3), np.uint8)
    frames[..., 1] = 77
    assert encoder.embed_images(frames) == pytest.approx(unit([(0, 1, 0)] * 3))
    assert encoder.embed_text(["red"]) is None
    assert encoder.emotions(np.ones((1, 3), np.float32)) is None
    assert list(encoder_hashes(str(path))) == ["mine.onnx"]


def test_a_file_with_its_card_beside_knows_words(tmp_path: Path) -> None:
    encoder = load_encoder(str(make_encoder(tmp_path / "made") / "model.onnx"))
    assert encoder is not None and encoder.embed_text(["red"]) is not None


def test_a_file_that_is_no_encoder_is_refused_with_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_encoder(str(tmp_path / "none.onnx"))
    for words in (tmp_path / "text.onnx", tmp_path / "README.md"):
        words.write_text("hello")
        with pytest.raises(SettingsError, match="cannot load the model") as caught:
            load_encoder(str(words))
        assert caught.value.exit_code == 2 and caught.value.where == f"--encoder {words.resolve()}"
        assert "ONNX graph that takes frames" in caught.value.remedy
    made = make_encoder(tmp_path / "made")
    with pytest.raises(SettingsError, match=r"no encoder of pictures.*\(n, side, side, 3\)"):
        load_encoder(str(made / TEXT))
    image_tower(tmp_path / "four.onnx", batch=4)
    with pytest.raises(SettingsError, match="no encoder of pictures"):
        load_encoder(str(tmp_path / "four.onnx"))


def test_a_model_of_another_kind_is_the_requests_fault(tmp_path: Path) -> None:
    colour = newest_model("colour") / "model.onnx"
    with pytest.raises(
        SettingsError, match=r"--encoder .*model\.onnx: this is no encoder.*lacks a field"
    ) as caught:
        load_encoder(str(colour))
    assert "frames" in caught.value.remedy and "clip" not in str(caught.value)
    spoilt = make_encoder(tmp_path / "made") / TEXT
    spoilt.write_bytes(b"")
    with pytest.raises(SettingsError, match="card describes"):
        load_encoder(str(spoilt.with_name("model.onnx")))


def test_what_cannot_run_anything_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_tower(tmp_path / "mine.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match="not installed"):
        load_encoder(str(tmp_path / "mine.onnx"))


@pytest.mark.parametrize("name", ["model.onnx", "text.onnx", "tokenizer.json", "words.npz"])
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "changed"])
def test_every_file_must_be_the_cards(tmp_path: Path, name: str, gone: bool) -> None:
    folder = make_encoder(tmp_path / "made")
    if gone:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes() + b"\0")
    with pytest.raises(ModelError, match=r"card|missing"):
        load_folder(folder)


def test_a_card_that_lacks_a_field_or_says_other_words(tmp_path: Path) -> None:
    folder = make_encoder(tmp_path / "made")
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "emotions": ["sad"]}))
    with pytest.raises(ModelError, match="not as many as its names"):
        load_folder(folder)
    del card["scale"]
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="lacks a field"):
        load_folder(folder)
