"""Small ONNX decoders with known answers, with the inputs and outputs of the released ones.

A real transformer of one layer (two heads of four, pre-norm-free, additive positions) whose weights come
from a seed, plus a fixed bias on each token: `answers` computes the same in numpy without a cache.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bridge.inference.card import Card
from bridge.inference.session import past_names
from bridge.vocabulary import tokens
from bridge.vocabulary.conditions import WIDTH as CONDITIONS

HEADS, HEAD_WIDTH = 2, 4
WIDTH = HEADS * HEAD_WIDTH


@dataclass(frozen=True)
class Weights:
    embed: np.ndarray
    place: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    out: np.ndarray
    bias: np.ndarray
    bend: np.ndarray
    """(C, W): what a vector of conditions adds to a token; no rows for a model that takes none."""


def weights(seed: int, context: int, bias: dict[str, float] | None = None, conditions: int = 0) -> Weights:
    random = np.random.default_rng(seed)

    def table(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    names = tokens.NAMES[: tokens.SIZES[2 if conditions else 1]]
    each = np.zeros(len(names), np.float32)
    for name, value in (bias or {}).items():
        for index, known in enumerate(names):
            if known == name or (name.endswith("*") and known.startswith(name[:-1])):
                each[index] += value
    return Weights(
        embed=table(len(names), WIDTH),
        place=table(context, WIDTH, scale=0.5),
        query=table(WIDTH, WIDTH, scale=0.6),
        key=table(WIDTH, WIDTH, scale=0.6),
        value=table(WIDTH, WIDTH, scale=0.8),
        out=table(WIDTH, len(names), scale=0.5),
        bias=each,
        bend=table(conditions, WIDTH),
    )


def answers(w: Weights, sequence: list[int], beside: np.ndarray | None = None) -> np.ndarray:
    """Logits (T, V) of one whole sequence with conditions (T, C), without a cache, in double precision."""
    x = w.embed[sequence].astype(np.float64) + w.place[: len(sequence)]
    if beside is not None:
        x = x + beside @ w.bend
    total = np.zeros_like(x)
    for head in range(HEADS):
        at = slice(head * HEAD_WIDTH, (head + 1) * HEAD_WIDTH)
        q, k, v = x @ w.query[:, at], x @ w.key[:, at], x @ w.value[:, at]
        scores = q @ k.T / np.sqrt(HEAD_WIDTH)
        scores[np.triu_indices(len(sequence), 1)] = -1e9
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        total[:, at] = share / share.sum(axis=1, keepdims=True) @ v
    return (x + total) @ w.out + w.bias


def write_decoder(
    folder: Path,
    part: str,
    *,
    seed: int = 1,
    context: int = 512,
    bias: dict[str, float] | None = None,
    conditions: int = 0,
    recall: dict[str, float] | None = None,
) -> Weights:
    """Write `folder/model.onnx` and its truthful `card.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    w = weights(seed, context, bias, conditions)
    onnx.save(_graph(w), folder / "model.onnx")
    raw = (folder / "model.onnx").read_bytes()
    card = Card(
        name=folder.name,
        part=part,
        sha256=hashlib.sha256(raw).hexdigest(),
        bytes=len(raw),
        vocabulary_version=2 if conditions else 1,
        vocabulary_size=len(w.bias),
        layers=1,
        heads=HEADS,
        width=WIDTH,
        head_width=HEAD_WIDTH,
        context=context,
        licence="Apache-2.0",
        conditions=conditions,
        recall=recall or {},
        command="tests/make_models.py",
        notes="random weights from a seed: for tests, it has learnt nothing",
    )
    (folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    return w


# Random weights ramble: these biases make a bar end after a few notes of sensible length.
TEST_BIASES = {
    "chords": {"BAR": 3.0},
    "melody": {"BAR": 2.5, "DUR_12": 3.0, "DUR_6": 2.5, "DUR_24": 2.0},
    "accompaniment": {"BAR": 3.0, "DUR_12": 3.0, "DUR_6": 2.5, "DUR_24": 2.0, "POS_*": 0.5},
    "bass": {"BAR": 2.5, "DUR_12": 3.0, "DUR_6": 2.5, "DUR_24": 2.0},
    "drums": {"BAR": 2.5, "POS_*": 1.5},
}


def write_models(root: Path, *, context: int = 512, seed: int = 1, band: bool = False) -> Path:
    """Three decoders named as the released ones are, with a `band` bass and drums too; returns `root`."""
    for index, part in enumerate(("chords", "melody", "accompaniment")):
        write_decoder(root / f"{part}-v1", part, seed=seed + index, context=context, bias=TEST_BIASES[part])
    for index, part in enumerate(("bass", "drums") if band else ()):
        folder, own = root / f"{part}-v2", seed + 3 + index
        write_decoder(folder, part, seed=own, context=context, bias=TEST_BIASES[part], conditions=CONDITIONS)
    return root


def _graph(w: Weights) -> onnx.ModelProto:
    consts = {
        "embed": w.embed,
        "place": w.place,
        "wq": w.query,
        "wk": w.key,
        "wv": w.value,
        "wo": w.out,
        "bias": w.bias,
        "split": np.array([0, 0, HEADS, HEAD_WIDTH], np.int64),
        "joined": np.array([0, 0, WIDTH], np.int64),
        "root": np.array(np.sqrt(HEAD_WIDTH), np.float32),
        "far": np.array(-1e9, np.float32),
        "one": np.array(1.0, np.float32),
        "first": np.array([0], np.int64),
        "second": np.array([1], np.int64),
        "zero": np.array(0, np.int64),
        "step": np.array(1, np.int64),
        "axes12": np.array([1, 2], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["embed", "tokens"], ["e"]),
        node("Gather", ["place", "positions"], ["p"]),
        node("Add", ["e", "p"], ["told" if w.bend.size else "x"]),
    ]
    if w.bend.size:
        consts["bend"] = w.bend
        nodes += [node("MatMul", ["conditions", "bend"], ["c"]), node("Add", ["told", "c"], ["x"])]
    for name in "qkv":
        nodes += [
            node("MatMul", ["x", f"w{name}"], [f"{name}0"]),
            node("Reshape", [f"{name}0", "split"], [f"{name}1"]),
            node("Transpose", [f"{name}1"], [f"{name}_new"], perm=[0, 2, 1, 3]),
        ]
    nodes += [
        node("Concat", ["keys_0", "k_new"], ["k"], axis=2),
        node("Concat", ["values_0", "v_new"], ["v"], axis=2),
        node("Unsqueeze", ["k_new", "first"], ["k_slot"]),
        node("Unsqueeze", ["v_new", "first"], ["v_slot"]),
        node("Concat", ["k_slot", "v_slot"], ["kv"], axis=0),
        node("Unsqueeze", ["kv", "first"], ["fresh"]),
        node("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]),
        node("MatMul", ["q_new", "kt"], ["s0"]),
        node("Div", ["s0", "root"], ["s1"]),
        # Padding: (valid - 1) * 1e9 added to every query's scores.
        node("Sub", ["one", "valid"], ["invalid"]),
        node("Mul", ["invalid", "far"], ["pad0"]),
        node("Unsqueeze", ["pad0", "axes12"], ["pad"]),
        node("Add", ["s1", "pad"], ["s2"]),
        # Causality among the new tokens: key column j (counted from the first new one) > query row i.
        node("Shape", ["tokens"], ["shape_t"]),
        node("Gather", ["shape_t", "step"], ["t"], axis=0),
        node("Shape", ["valid"], ["shape_v"]),
        node("Gather", ["shape_v", "step"], ["total"], axis=0),
        node("Sub", ["total", "t"], ["plen"]),
        node("Range", ["zero", "t", "step"], ["rows"]),
        node("Range", ["zero", "total", "step"], ["columns0"]),
        node("Sub", ["columns0", "plen"], ["columns"]),
        node("Unsqueeze", ["rows", "second"], ["rows2"]),
        node("Unsqueeze", ["columns", "first"], ["columns2"]),
        node("Greater", ["columns2", "rows2"], ["later"]),
        node("Cast", ["later"], ["later_f"], to=TensorProto.FLOAT),
        node("Mul", ["later_f", "far"], ["causal"]),
        node("Add", ["s2", "causal"], ["s3"]),
        node("Softmax", ["s3"], ["share"], axis=-1),
        node("MatMul", ["share", "v"], ["mixed"]),
        node("Transpose", ["mixed"], ["mixed1"], perm=[0, 2, 1, 3]),
        node("Reshape", ["mixed1", "joined"], ["mixed2"]),
        node("Add", ["x", "mixed2"], ["y"]),
        node("MatMul", ["y", "wo"], ["logits0"]),
        node("Add", ["logits0", "bias"], ["logits"]),
    ]
    f32, i64 = TensorProto.FLOAT, TensorProto.INT64
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "decoder",
        [
            value("tokens", i64, ["B", "T"]),
            value("positions", i64, ["B", "T"]),
            value("valid", f32, ["B", "PT"]),
            *(value(name, f32, ["B", HEADS, "P", HEAD_WIDTH]) for name in past_names(1)),
            *([value("conditions", f32, ["B", "T", len(w.bend)])] if w.bend.size else []),
        ],
        [
            value("logits", f32, ["B", "T", len(w.bias)]),
            value("fresh", f32, [1, 2, "B", HEADS, "T", HEAD_WIDTH]),
        ],
        [numpy_helper.from_array(array, name) for name, array in consts.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model
