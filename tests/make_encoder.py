"""A semantic encoder small enough to be known by heart: it sees mean colours and knows ten words.

A frame's vector is its mean red, green and blue, and a word's is a colour; so a yellow picture is nearest to
`exciting`, and a black one to nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bridge.inference.encoder import TEXT, TOKENIZER, WORDS

SIDE, LENGTH = 8, 6
EMOTIONS = {
    "exciting": (1.0, 1.0, 0.0),
    "fearful": (0.0, 0.0, 1.0),
    "tense": (1.0, 0.0, 0.0),
    "sad": (0.0, 0.4, 1.0),
    "relaxing": (0.0, 1.0, 0.0),
    "neutral": (1.0, 1.0, 1.0),
}
FEELINGS = {"joyful": (1.0, 0.8, 0.0), "lonely": (0.0, 0.2, 1.0)}
VOCABULARY = {"[PAD]": 0, "[UNK]": 1, "red": 2, "green": 3, "blue": 4}
SCALE = 20.0


def make_encoder(folder: Path) -> Path:
    """Write all of it into a new folder, as `models add clip` would."""
    folder.mkdir(parents=True)
    image_tower(folder / "model.onnx")
    _text_tower(folder / TEXT)
    _tokenizer(folder / TOKENIZER)
    words = {"emotions": EMOTIONS, "feelings": FEELINGS}
    np.savez(folder / WORDS, **{kind: unit(list(names.values())) for kind, names in words.items()})
    card = {
        "name": "colours",
        "sha256": _sha256(folder / "model.onnx"),
        "files": {name: _sha256(folder / name) for name in (TEXT, TOKENIZER, WORDS)},
        "width": 3,
        "side": SIDE,
        "scale": SCALE,
        "emotions": list(EMOTIONS),
        "feelings": list(FEELINGS),
        "licence": "nobody's",
    }
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def unit(rows: object) -> np.ndarray:
    """Rows of length 1."""
    array = np.asarray(rows, np.float32)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def image_tower(path: Path, *, floats: bool = False, batch: object = "n", side: int = SIDE) -> None:
    """Frames, as bytes or as floats, to their mean colours."""
    shape = [batch, 3, side, side] if floats else [batch, side, side, 3]
    kind = TensorProto.FLOAT if floats else TensorProto.UINT8
    nodes = [
        helper.make_node("Cast", ["frames"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["cast"], ["seen"], axes=[2, 3] if floats else [1, 2], keepdims=0),
    ]
    _write(path, nodes, helper.make_tensor_value_info("frames", kind, shape), [])


def _text_tower(path: Path) -> None:
    table = np.zeros((len(VOCABULARY), 3), np.float32)
    for place, word in enumerate(("red", "green", "blue")):
        table[VOCABULARY[word], place] = 1
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["each"]),
        helper.make_node("ReduceMean", ["each"], ["seen"], axes=[1], keepdims=0),
    ]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", LENGTH])
    _write(path, nodes, ids, [numpy_helper.from_array(table, "table")])


def _write(path: Path, nodes: list[onnx.NodeProto], given: onnx.ValueInfoProto, constants: list) -> None:
    seen = helper.make_tensor_value_info("seen", TensorProto.FLOAT, [None, 3])
    graph = helper.make_graph(nodes, "colours", [given], [seen], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _tokenizer(path: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    made = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.enable_truncation(LENGTH)
    made.enable_padding(length=LENGTH)
    made.save(str(path))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
