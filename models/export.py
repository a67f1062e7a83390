"""Checkpoint to a released model: `python -m models.export chords [--date 2026-11-21]`.

Refuses to write when the graph and torch differ by more than 1e-3 in a logit, or choose another token
where it is not a tie. Figures that `models.evaluate` left in `models/build/` go into the card.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from bridge.inference.session import past_feed, past_names
from bridge.vocabulary import tokens
from models.data import BUILD, Packed
from models.decoder import Decoder, Shape

RELEASED = Path(__file__).resolve().parent / "released"
WORST_LOGIT = 1e-3
PAD_TO = 128
"""Padding the cache at its end to a multiple of this keeps a row's sums in the same order."""

SOURCES = [
    {
        "name": "POP909",
        "licence": "MIT",
        "url_or_reference": "https://github.com/music-x-lab/POP909-Dataset (Wang et al., ISMIR 2020)",
        "use": "which hand plays a note; automatic chords",
    },
    {
        "name": "POP909-CL",
        "licence": "MIT",
        "url_or_reference": "https://github.com/AndyWeasley2004/POP909-CL-Dataset (arXiv 2510.06528)",
        "use": "notes on the grid, metre, keys, human-checked chords",
    },
    {
        "name": "POP909 hierarchical structure",
        "licence": "MIT",
        "url_or_reference": "https://github.com/Dsqvival/hierarchical-structure-analysis (Dai et al., 2020)",
        "use": "phrases and sections",
    },
]
SCORES = [
    {
        "name": f"OpenScore {name}",
        "licence": "CC0-1.0",
        "url_or_reference": f"https://github.com/OpenScore/{place}",
        "use": "melodies, chords and dynamics of scores",
    }
    for name, place in (
        ("Lieder", "Lieder"),
        ("String Quartets", "StringQuartets"),
        ("Orchestra", "Orchestra"),
    )
]
FREEDOOM = {
    "name": "Freedoom music",
    "licence": "BSD-3-Clause",
    "url_or_reference": "https://github.com/freedoom/freedoom, musics/ (Freedoom's contributors)",
    "use": "game music: pulses, ostinati, bass lines; pieces on the grid alone",
}
GROOVE = {
    "name": "Groove MIDI",
    "licence": "CC-BY-4.0",
    "url_or_reference": "https://magenta.tensorflow.org/datasets/groove (Gillick et al., ICML 2019)",
    "use": "drum takes, on a grid, as nine drums",
}


NOTES = (
    "The songs behind POP909 are commercial; no excerpt is shipped. Held out: the songs whose number ends in"
    " 7, and those ending in 3 for tuning. What the model has not learnt is in models/LOG.md."
)
GROOVE_NOTES = (
    "No excerpt of the takes is shipped. Held out: the data set's own test split, and its validation split"
    " for tuning. What the model has not learnt is in models/LOG.md."
)


class Difference(Exception):
    """The exported graph is not the trained model."""


def load(path: Path) -> tuple[Decoder, dict[str, object]]:
    """A decoder, ready to run, and the rest of its checkpoint."""
    state = torch.load(path, weights_only=False, map_location="cpu")
    model = Decoder(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    model.eval()
    return model, state


def folded(model: Decoder) -> Decoder:
    """The same decoder with what tokens share worked into its embedding, as it is exported."""
    if not model.shape.structured:
        return model
    out = Decoder(replace(model.shape, structured=False))
    weights = {name: value for name, value in model.state_dict().items() if not name.startswith("shared.")}
    with torch.no_grad():
        weights["embedding.weight"] = model.table().clone()
    out.load_state_dict(weights)
    return out.eval()


def conditions_of(shape: Shape, ids: np.ndarray) -> np.ndarray | None:
    """Some conditions (…, C) for tokens (…): made up, and always the same ones for the same tokens."""
    if not shape.conditions:
        return None
    return np.random.default_rng(7).random((shape.vocabulary, shape.conditions), np.float32)[ids]


def empty_past(shape: Shape, batch: int, length: int = 0) -> np.ndarray:
    """A cache of zeros."""
    return np.zeros((shape.layers, 2, batch, shape.heads, length, shape.head_width), dtype=np.float32)


def to_onnx(model: Decoder, path: Path) -> None:
    """Write the graph with dynamic batch, new length and past length."""
    shape = model.shape
    batch, new, old = 2, 3, 5
    past = torch.zeros(batch, shape.heads, old, shape.head_width)
    example: tuple[torch.Tensor, ...] = (
        torch.zeros(batch, new, dtype=torch.int64),
        torch.arange(new).expand(batch, -1).contiguous(),
        torch.ones(batch, old + new),
    )
    names = ["tokens", "positions", "valid"]
    axes = {
        "tokens": {0: "batch", 1: "new"},
        "positions": {0: "batch", 1: "new"},
        "valid": {0: "batch", 1: "all"},
        "logits": {0: "batch", 1: "new"},
        "fresh": {2: "batch", 4: "new"},
    }
    if shape.conditions:
        example = (*example, torch.zeros(batch, new, shape.conditions))
        names.append("conditions")
        axes["conditions"] = {0: "batch", 1: "new"}
    for name in past_names(shape.layers):
        example = (*example, past)
        names.append(name)
        axes[name] = {0: "batch", 2: "old"}
    torch.onnx.export(
        model,
        example,
        str(path),
        input_names=names,
        output_names=["logits", "fresh"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
        do_constant_folding=True,
    )
    graph = onnx.load(str(path))
    graph.doc_string = ""
    graph.graph.name = "cuebridge"
    for node in graph.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def session_of(path: Path) -> onnxruntime.InferenceSession:
    """A session as the product opens it: CPU, one thread, sequential."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run(
    session: onnxruntime.InferenceSession,
    ids: np.ndarray,
    past: np.ndarray,
    at: np.ndarray,
    valid: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """One call of the graph, with the conditions of `conditions_of` where it takes any."""
    feed = {"tokens": ids, "positions": at, "valid": valid, **past_feed(past)}
    taken = {given.name: given.shape[-1] for given in session.get_inputs()}
    if "conditions" in taken:
        table = Shape(tokens.SIZE, conditions=taken["conditions"])
        feed["conditions"] = conditions_of(table, ids)
    logits, fresh = session.run(["logits", "fresh"], feed)
    return logits, fresh


def compare(wanted: np.ndarray, got: np.ndarray, what: str) -> float:
    """Largest difference of logits.

    Raises:
        Difference: it is too large, or another token would be chosen where the two best are apart.
    """
    worst = float(np.abs(wanted - got).max())
    if not worst <= WORST_LOGIT:
        raise Difference(f"{what}: logits differ by {worst:.2g}")
    first, second = wanted.argmax(-1), got.argmax(-1)
    at_first = np.take_along_axis(wanted, first[..., None], -1)
    at_second = np.take_along_axis(wanted, second[..., None], -1)
    if float((at_first - at_second).max()) > 2 * WORST_LOGIT:
        raise Difference(f"{what}: another token would be chosen")
    return worst


def checked(model: Decoder, path: Path, sequences: list[np.ndarray]) -> dict[str, float]:
    """Compare torch with the graph: all at once, step by step, alone and among fifteen others.

    Args:
        model: the torch decoder.
        path: the graph.
        sequences: sixteen or more token sequences of different lengths.

    Returns the largest differences found, by kind.
    """
    session = session_of(path)
    shape = model.shape
    found: dict[str, float] = {"prefill": 0.0, "stepwise": 0.0, "batched": 0.0}
    with torch.no_grad():
        expected = [whole(model, ids) for ids in sequences[:16]]
    alone_steps = []
    for ids, wanted in zip(sequences[:16], expected):
        length = len(ids)
        got, _ = run(
            session,
            ids[None],
            empty_past(shape, 1),
            np.arange(length)[None],
            np.ones((1, length), np.float32),
        )
        found["prefill"] = max(found["prefill"], compare(wanted, got[0], "prefill"))
        stepped = stepwise(session, shape, [ids], 16)
        found["stepwise"] = max(found["stepwise"], compare(wanted[-16:], stepped[0], "step by step"))
        alone_steps.append(stepped[0])
    together = stepwise(session, shape, sequences[:16], 16)
    for wanted, got in zip(expected, together):
        found["batched"] = max(found["batched"], compare(wanted[-16:], got, "among fifteen others"))
    found["alone_against_among_others"] = max(
        float(np.abs(one - other).max()) for one, other in zip(alone_steps, together)
    )
    return found


def whole(model: Decoder, ids: np.ndarray) -> np.ndarray:
    """Logits (T, V) of a whole sequence in torch."""
    beside = conditions_of(model.shape, ids)
    told = None if beside is None else torch.from_numpy(beside)[None]
    logits = model.hidden(torch.from_numpy(ids)[None], told) @ model.table().t()
    return logits[0].detach().numpy()


def stepwise(
    session: onnxruntime.InferenceSession, shape: Shape, sequences: list[np.ndarray], steps: int
) -> list[np.ndarray]:
    """Logits of the last `steps` tokens of each sequence, fed one at a time after the rest.

    The cache of each row is filled from its start and padded at its end to a multiple of `PAD_TO`, so
    that what follows a row's own tokens is whole blocks of nothing whatever shares its batch.
    """
    batch = len(sequences)
    heads = [len(ids) - steps for ids in sequences]
    room = -(-max(heads) // PAD_TO) * PAD_TO + PAD_TO
    cache = empty_past(shape, batch, room)
    valid = np.zeros((batch, room), np.float32)
    for row, ids in enumerate(sequences):
        length = heads[row]
        _, fresh = run(
            session,
            ids[None, :length],
            empty_past(shape, 1),
            np.arange(length)[None],
            np.ones((1, length), np.float32),
        )
        cache[:, :, row, :, :length] = fresh[:, :, 0]
        valid[row, :length] = 1
    out = []
    for step in range(steps):
        ids = np.array([[sequences[row][heads[row] + step]] for row in range(batch)])
        at = np.array([[heads[row] + step] for row in range(batch)])
        logits, fresh = run(
            session, ids, cache, at, np.concatenate([valid, np.ones((batch, 1), np.float32)], axis=1)
        )
        out.append(logits[:, 0])
        for row in range(batch):
            cache[:, :, row, :, heads[row] + step] = fresh[:, :, row, :, -1]
            valid[row, heads[row] + step] = 1
    return list(np.stack(out, axis=1))


def examples(part: str, context: int) -> list[np.ndarray]:
    """Sixteen validation sequences of lengths spread over the context."""
    pack = Packed(BUILD / f"{part}-validation-plain.npz")
    lengths = np.linspace(64, context, 16).astype(int)
    return [pack.window(segment, 0, int(lengths[segment]))[0] for segment in range(16)]


def release(
    part: str,
    checkpoint: Path,
    folder: Path,
    date: str,
    sequences: list[np.ndarray],
    measured: dict,
    data: list[dict[str, str]] = SOURCES,
) -> dict[str, object]:
    """Export, compare, and put model and card in place.

    Args:
        part: what the model writes.
        checkpoint: where its weights are.
        folder: where `PART-vN` is put.
        date: for the card.
        sequences: sixteen token sequences on which torch and ONNX are compared.
        measured: what was judged of the same step: `figures`, `floors`, and where there are such
            `recall` and `guidance`.
        data: what it was trained on.
    """
    trained, state = load(checkpoint)
    model = folded(trained)
    asked = dict(state["asked"])  # type: ignore[call-overload]
    version = 2 if model.shape.conditions else 1
    name = f"{part}-v{version}"
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    if measured.get("figures") and measured.get("step") != state["step"]:
        raise SystemExit(f"the figures are of step {measured.get('step')}, the checkpoint of {state['step']}")
    with tempfile.TemporaryDirectory(dir=place) as beside:
        graph = Path(beside) / "model.onnx"
        to_onnx(model, graph)
        with torch.no_grad():
            compare(whole(trained, sequences[0]), whole(model, sequences[0]), "folded")
        differences = checked(model, graph, sequences)
        content = graph.read_bytes()
        shape = model.shape
        card = {
            "name": name,
            "part": part,
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "vocabulary_version": version,
            "vocabulary_size": shape.vocabulary,
            "conditions": shape.conditions,
            "recall": measured.get("recall", {}),
            "guidance": measured.get("guidance", 0.0),
            "layers": shape.layers,
            "heads": shape.heads,
            "width": shape.width,
            "head_width": shape.head_width,
            "context": shape.context,
            "parameters": model.parameters_count(),
            "data": data,
            "licence": "Apache-2.0",
            "command": f"sh models/runs/v{version}.sh",
            "training": {
                "steps": state["step"],
                "minutes": round(float(state["spent_s"]) / 60, 1),  # type: ignore[arg-type]
                "settings": {k: v for k, v in asked.items() if k not in ("name", "minutes", "part")},
            },
            "figures": measured.get("figures", {}),
            "floors": measured.get("floors", {}),
            "torch_against_onnx": differences,
            "date": date,
            "notes": GROOVE_NOTES if GROOVE in data else NOTES,
        }
        (Path(beside) / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
        # The card last: until it is there, the old card refuses the new model's hash.
        graph.replace(place / "model.onnx")
        (Path(beside) / "card.json").replace(place / "card.json")
    return card


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("chords", "melody", "accompaniment"))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--to", type=Path, default=RELEASED)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    asked = parser.parse_args()
    checkpoint = asked.checkpoint or BUILD / f"{asked.part}-best.pt"
    figures_path = BUILD / f"{asked.part}-figures.json"
    measured = json.loads(figures_path.read_text()) if figures_path.exists() else {}
    context = int(load(checkpoint)[0].shape.context)
    card = release(asked.part, checkpoint, asked.to, asked.date, examples(asked.part, context), measured)
    print(json.dumps({key: card[key] for key in ("name", "sha256", "bytes", "torch_against_onnx")}, indent=2))


if __name__ == "__main__":
    main()
