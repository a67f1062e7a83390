"""A CLIP model of open_clip's as ONNX files: `python -m bridge.export_clip`, a process of its own.

The one file of the package that imports torch. It fetches the weights through open_clip (or takes a file),
writes the image tower, the text tower, its tokenizer and the vectors of the prompts, compares each graph with
torch, and writes the card last; a graph that differs is not kept.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bridge.inference.encoder import TEXT, TOKENIZER, WORDS
from bridge.inference.graph import Graph
from bridge.inference.prompts import EMOTIONS, FEELINGS, TEMPLATES
from bridge.inference.session import open_session

LEAST_COSINE: Final = 0.9999
WORST: Final = 1e-3
BATCHES: Final = (1, 16)
_OPSET: Final = 17
_SENTENCES: Final = (
    "A long shot of a wet street at night, neon signs, nobody about.",
    "it's the hero's last stand -- 3 against 100!",
    "two friends laughing   over coffee",
    "naïve café, Ærøskøbing & the 2nd act",
    "",
    "very " * 100 + "long",
)

Array = npt.NDArray[Any]


class Refused(Exception):
    """What was exported is not what torch computes, or cannot be exported."""


def main() -> int:
    """Command line; prints a line of JSON a stage, and what went wrong as the last line of stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", default="ViT-B-32", help="open_clip's name of it, or a configuration file")
    parser.add_argument("--pretrained", default="laion2b_s34b_b79k", help="open_clip's tag, or a file")
    parser.add_argument("--to", type=Path, required=True, help="an empty folder")
    asked = parser.parse_args()
    try:
        export(asked.arch, asked.pretrained, asked.to, _tell)
    except (Refused, RuntimeError, OSError, ValueError, ImportError) as error:
        lines = [line for line in str(error).strip().splitlines() if line.strip()]
        print(lines[0] if lines else type(error).__name__, file=sys.stderr)
        return 1
    return 0


def export(arch: str, pretrained: str, to: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Write an encoder's folder; the card.

    Raises:
        Refused: a graph differs from torch.
        RuntimeError: open_clip knows no such model, or its weights cannot be had.
    """
    tell("loading")
    torch, open_clip = _libraries()
    name = arch
    if arch.endswith(".json"):
        open_clip.add_model_config(Path(arch))
        name = Path(arch).stem
    model = open_clip.create_model(name, pretrained=pretrained).eval().float()
    settings = open_clip.get_model_preprocess_cfg(model)
    size = settings["size"]
    side = int(size if isinstance(size, int) else size[0])
    towers = _towers(torch, model, settings["mean"], settings["std"])
    tokenizer = open_clip.get_tokenizer(name)
    found: dict[str, Any] = {}

    tell("image tower")
    frames = torch.zeros(2, side, side, 3, dtype=torch.uint8)
    _write(torch, towers["image"], frames, "frames", to / "model.onnx")
    found["image"] = compared(torch, towers["image"], to / "model.onnx", "frames", _frames(side))

    tell("text tower")
    ids = tokenizer(list(_SENTENCES))
    _write(torch, towers["text"], ids[:2], "ids", to / TEXT)
    found["text"] = compared(
        torch, towers["text"], to / TEXT, "ids", np.resize(ids.numpy(), (16, ids.shape[1]))
    )

    tell("prompts")
    _write_tokenizer(tokenizer, ids.shape[1], to / TOKENIZER, ids.numpy())
    vectors = {
        kind: _prompts(torch, towers["text"], tokenizer, names)
        for kind, names in (("emotions", EMOTIONS), ("feelings", FEELINGS))
    }
    np.savez(to / WORDS, allow_pickle=False, **vectors)
    card = {
        "name": f"{name} {Path(pretrained).name}",
        "part": "semantic",
        "sha256": _sha256(to / "model.onnx"),
        "bytes": (to / "model.onnx").stat().st_size,
        "files": {each: _sha256(to / each) for each in (TEXT, TOKENIZER, WORDS)},
        "width": int(vectors["emotions"].shape[1]),
        "side": side,
        "scale": float(model.logit_scale.exp().item()),
        "emotions": list(EMOTIONS),
        "feelings": list(FEELINGS),
        "licence": "The weights are their makers'; see their page at open_clip or Hugging Face",
        "weights": {"arch": arch, "pretrained": pretrained, "open_clip": open_clip.__version__},
        "command": f"cuebridge models add clip --arch {arch} --pretrained {pretrained}",
        "torch": torch.__version__,
        "torch_against_onnx": found,
        "date": datetime.date.today().isoformat(),
    }
    (to / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card


def compared(torch: Any, tower: Any, graph: Path, given: str, examples: Array) -> dict[str, float]:
    """The smallest cosine and the largest difference between torch and a graph, at batch 1 and 16.

    Raises:
        Refused: they are too far apart.
    """
    opened = Graph({}, open_session(graph)[0])
    with torch.no_grad():
        wanted = tower(torch.from_numpy(examples)).numpy()
    cosine, worst = 1.0, 0.0
    for batch in BATCHES:
        parts = [
            opened.run(**{given: examples[at : at + batch]})[opened.outputs[0]]
            for at in range(0, len(examples), batch)
        ]
        got = np.concatenate(parts)
        if got.shape != wanted.shape:
            raise Refused(f"{graph.name}: the graph gives {got.shape}, torch {wanted.shape}")
        lengths = np.linalg.norm(got, axis=1) * np.linalg.norm(wanted, axis=1)
        cosine = min(cosine, float(((got * wanted).sum(axis=1) / lengths).min()))
        worst = max(worst, float(np.abs(got - wanted).max()))
    if not (cosine >= LEAST_COSINE and worst <= WORST):
        raise Refused(
            f"{graph.name}: graph and torch differ: cosine {cosine:.6f}, largest difference {worst:.2g}"
        )
    return {"least_cosine": cosine, "largest_difference": worst}


def _libraries() -> tuple[Any, Any]:
    """Torch and open_clip; torchvision, which open_clip wants for transforms that are not used here, may be
    a build for another torch (CUDA's beside a CPU's): it then asks for two operators of its own that are not
    there, when it is imported and never after. They are named first, without anything in them.
    """
    warnings.filterwarnings("ignore")
    import torch

    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for module in [each for each in sys.modules if each.partition(".")[0] == "torchvision"]:
            del sys.modules[module]
        # Kept for the process's life: they go with the object that defines them.
        _LIBRARIES.append(torch.library.Library("torchvision", "DEF"))
        for operator in ("nms", "qnms"):
            _LIBRARIES[-1].define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import open_clip

    return torch, open_clip


_LIBRARIES: list[Any] = []


def _towers(torch: Any, model: Any, mean: Sequence[float], spread: Sequence[float]) -> dict[str, Any]:
    """Both towers as modules: frames (n, side, side, 3) uint8 and ids (n, length) to rows of length 1."""

    class Image(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
            self.register_buffer("spread", torch.tensor(spread).reshape(1, 3, 1, 1))

        def forward(self, frames: Any) -> Any:
            planes = frames.permute(0, 3, 1, 2).float() / 255
            return self.model.encode_image((planes - self.mean) / self.spread, normalize=True)

    class Text(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any) -> Any:
            return self.model.encode_text(ids, normalize=True)

    return {"image": Image().eval(), "text": Text().eval()}


def _write(torch: Any, tower: Any, example: Any, given: str, path: Path) -> None:
    # The fused attention of evaluation mode is no operator of ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad():
        torch.onnx.export(
            tower,
            (example,),
            str(path),
            input_names=[given],
            output_names=["embedding"],
            dynamic_axes={given: {0: "n"}, "embedding": {0: "n"}},
            opset_version=_OPSET,
            dynamo=False,
            do_constant_folding=True,
        )


def _frames(side: int) -> npt.NDArray[np.uint8]:
    """Sixteen pictures of several kinds: noise, plain colours, gradients, stripes."""
    draw = np.random.default_rng(11)
    frames = draw.integers(0, 256, (16, side, side, 3))
    for index in range(4, 16):
        colour, ramp = draw.integers(0, 256, 3), np.linspace(0, 1, side)
        kind = index % 3
        if kind == 0:
            frames[index] = colour
        elif kind == 1:
            frames[index] = ramp[:, None, None] * colour
        else:
            frames[index] = (np.sin(ramp * 6.28 * index)[None, :, None] > 0) * colour
    return frames.astype(np.uint8)


def _prompts(torch: Any, text: Any, tokenizer: Any, names: dict[str, tuple[str, ...]]) -> Array:
    """(names, d): the mean direction of each name's wordings in every template."""
    rows = []
    with torch.no_grad():
        for wordings in names.values():
            sentences = [template.format(word) for template in TEMPLATES for word in wordings]
            mean = text(tokenizer(sentences)).mean(dim=0).numpy()
            rows.append(mean / np.linalg.norm(mean))
    return np.stack(rows).astype(np.float32)


def _write_tokenizer(tokenizer: Any, length: int, path: Path, wanted: Array) -> None:
    """The tokenizer as the file that `tokenizers` reads; it must give the same ids.

    Raises:
        Refused: it does not.
    """
    from tokenizers import Tokenizer

    inner = getattr(tokenizer, "tokenizer", None)
    made = Tokenizer.from_str(inner.backend_tokenizer.to_str()) if inner is not None else _bpe(tokenizer)
    made.enable_truncation(length)
    pad = int(getattr(inner, "pad_token_id", 0) or 0)
    made.enable_padding(length=length, pad_id=pad)
    made.save(str(path))
    got = np.array([each.ids for each in Tokenizer.from_file(str(path)).encode_batch(list(_SENTENCES))])
    # Accents that were typed in two ways are put together by open_clip and not here; these are typed in one.
    if got.shape != wanted.shape or not (got == wanted).all():
        raise Refused("the tokenizer that was written gives other ids than open_clip's")


def _bpe(tokenizer: Any) -> Any:
    """open_clip's byte-pair tokenizer of CLIP, by the parts of `tokenizers`."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    merges = [tuple(pair) for pair in tokenizer.bpe_ranks]
    made = Tokenizer(
        models.BPE(tokenizer.encoder, merges, continuing_subword_prefix="", end_of_word_suffix="</w>")
    )
    made.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    words = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(words, behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    start, end = ((name, tokenizer.encoder[name]) for name in ("<start_of_text>", "<end_of_text>"))
    made.post_processor = processors.TemplateProcessing(
        single=f"{start[0]} $A {end[0]}", special_tokens=[start, end]
    )
    made.decoder = decoders.ByteLevel()
    return made


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _tell(stage: str) -> None:
    print(json.dumps({"stage": stage}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
