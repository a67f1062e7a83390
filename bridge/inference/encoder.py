"""What a picture means, as a vector beside those of words: an encoder that a user has added or brings.

The one that `cuebridge models add clip` puts in place has an image tower, a text tower with its tokenizer,
and the vectors of prompts for emotions. A file of the user's own (`--encoder FILE.onnx`) is an image tower
alone unless such a card lies beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bridge import config
from bridge.errors import ModelError, SettingsError
from bridge.inference.card import checked_model, file_sha256
from bridge.inference.graph import Graph, graph_card
from bridge.inference.session import RuntimeFault, open_session

NONE: Final = "none"
"""What is asked for to go without an encoder that is there."""
TEXT, TOKENIZER, WORDS = "text.onnx", "tokenizer.json", "words.npz"
_BATCH = 16
_SIDE = 224
_ADD_AGAIN = "Run cuebridge models add clip again"

Frames = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EncoderCard:
    """What an encoder is.

    Attributes:
        name: for people.
        sha256: of the image tower.
        words_sha256: of what emotions follow from besides, empty without words.
        width: numbers of a vector.
        side: pixels of the square frames it takes.
        scale: what cosines are multiplied by before they become shares.
        emotions: names of Video2Music's six, empty without words.
        feelings: names of the finer set, empty without words.
        licence: whose weights they are.
    """

    name: str
    sha256: str
    words_sha256: str
    width: int
    side: int
    scale: float
    emotions: tuple[str, ...]
    feelings: tuple[str, ...]
    licence: str


class Encoder:
    """One encoder, ready to run; build it with `load_encoder`."""

    def __init__(self, card: EncoderCard, graph: Graph, folder: Path | None, words: dict[str, Rows]) -> None:
        self.card = card
        self._graph, self._folder, self._words = graph, folder, words
        ((self._given, (kind, shape)),) = graph.inputs.items()
        self._floats = kind == "tensor(float)"
        self._batch = 1 if shape[0] == 1 else _BATCH  # some are exported for a single frame
        self._text: Graph | None = None

    def embed_images(self, frames: Frames) -> Rows:
        """Frames (n, side, side, 3) uint8 RGB to rows (n, d) of length 1."""
        parts = [self._run(frames[at : at + self._batch]) for at in range(0, len(frames), self._batch)]
        return np.concatenate(parts) if parts else np.zeros((0, self.card.width), np.float32)

    def _run(self, frames: Frames) -> Rows:
        given: npt.NDArray[Any] = frames
        if self._floats:
            given = np.ascontiguousarray(frames.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
        return _unit(self._graph.run(**{self._given: given})[self._graph.outputs[0]])

    def embed_text(self, words: Sequence[str]) -> Rows | None:
        """Sentences to rows (n, d) of length 1; None where this encoder reads no words, or `tokenizers`,
        which takes them apart, is not installed.

        Raises:
            ModelError: a file of the encoder is missing or is not the one its card describes.
        """
        if self._folder is None or not (self._folder / TEXT).is_file():
            return None
        tokenizer = _tokenizer(self._folder)
        if tokenizer is None:
            return None
        if self._text is None:
            self._text = Graph({}, open_session(self._folder / TEXT)[0])
        if not len(words):
            return np.zeros((0, self.card.width), np.float32)
        ids = np.array([item.ids for item in tokenizer.encode_batch(list(words))], np.int64)
        return _unit(self._text.run(ids=ids)[self._text.outputs[0]])

    def emotions(self, seen: Rows) -> Rows | None:
        """Rows (n, d) to shares (n, 6) of `card.emotions`; None without words."""
        return self._shares(seen, "emotions")

    def feelings(self, seen: Rows) -> Rows | None:
        """Rows (n, d) to shares (n, k) of `card.feelings`; None without words."""
        return self._shares(seen, "feelings")

    def _shares(self, seen: Rows, kind: str) -> Rows | None:
        words = self._words.get(kind)
        if words is None:
            return None
        near = np.float32(self.card.scale) * (seen @ words.T)
        weights = np.exp(near - near.max(axis=1, keepdims=True))
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def load_encoder(asked: str = "") -> Encoder | None:
    """The encoder asked for: a file, `NONE`, or, by default, the one that was added; None without any.

    Raises:
        SettingsError: the file asked for does not exist, or is no encoder of pictures.
        ModelError: the one that was added is broken, or onnxruntime cannot run.
    """
    if asked == NONE:
        return None
    if asked:
        path = Path(asked).expanduser()
        if not path.is_file():
            raise SettingsError(
                "there is no such file", where=asked, remedy="Check --encoder, or leave it out"
            )
        return _own(path.resolve(), path.stat().st_mtime_ns)
    folder = added_folder()
    return _added(folder, (folder / "card.json").stat().st_mtime_ns) if folder else None


def added_folder() -> Path | None:
    """Where the added encoder lies, None when there is none."""
    folder = config.encoder_dir()
    return folder if (folder / "card.json").is_file() else None


def encoder_hashes(asked: str = "") -> dict[str, str]:
    """What spotting depends on of an encoder, as a hash by its name; for fingerprints.

    Raises:
        SettingsError, ModelError: as `load_encoder`.
    """
    if asked == NONE:
        return {}
    if asked:
        path = Path(asked).expanduser()
        return {path.name: file_sha256(path)} if path.is_file() else {}
    folder = added_folder()
    if folder is None:
        return {}
    card = _read_card(folder)
    return {card.name: f"{card.sha256} {card.words_sha256}"}


def load_folder(folder: Path) -> Encoder:
    """An encoder with its words, every file checked against the card.

    Raises:
        ModelError: a file is missing, broken, or not the card's.
    """
    card, files = _read_card(folder), graph_card(folder / "card.json").get("files", {})
    for name in (TEXT, TOKENIZER, WORDS):
        if name not in files:
            continue
        if not (folder / name).is_file() or file_sha256(folder / name) != files[name]:
            raise ModelError(
                "this is not the file that the encoder's card describes",
                where=str(folder / name),
                remedy=_ADD_AGAIN,
            )
    words: dict[str, Rows] = {}
    if WORDS in files:
        with np.load(folder / WORDS, allow_pickle=False) as kept:
            words = {name: kept[name] for name in ("emotions", "feelings")}
        shapes = {name: (len(getattr(card, name)), card.width) for name in words}
        if any(words[name].shape != shape for name, shape in shapes.items()):
            raise ModelError(
                "the vectors of its words are not as many as its names",
                where=str(folder / WORDS),
                remedy=_ADD_AGAIN,
            )
    graph = Graph({}, open_session(checked_model(folder, card.sha256))[0])
    return Encoder(card, graph, folder, words)


@lru_cache(maxsize=2)
def _added(folder: Path, changed_ns: int) -> Encoder:
    return load_folder(folder)


@lru_cache(maxsize=2)
def _own(path: Path, changed_ns: int) -> Encoder:
    """A user's file: one input of frames, one output of vectors.

    Raises:
        SettingsError: it is none; the file is at fault, whatever an encoder that was added would say.
        RuntimeFault: nothing can be run at all.
    """
    try:
        if path.name == "model.onnx" and (path.parent / "card.json").is_file():
            return load_folder(path.parent)
        graph = Graph({}, open_session(path)[0])
    except RuntimeFault:
        raise
    except ModelError as error:
        raise _no_encoder(path, error.what) from None
    side = _side(graph)
    if side is None:
        raise _no_encoder(path)
    card = EncoderCard(path.stem, file_sha256(path), "", 0, side, 1.0, (), (), "the user's own")
    try:
        probe = Encoder(card, graph, None, {}).embed_images(np.zeros((2, side, side, 3), np.uint8))
    except Exception as error:  # onnxruntime's own errors share no base but Exception
        raise _no_encoder(path, str(error).strip().splitlines()[0]) from None
    if probe.ndim != 2 or len(probe) != 2:
        raise _no_encoder(path)
    return Encoder(replace(card, width=probe.shape[1]), graph, None, {})


def _side(graph: Graph) -> int | None:
    """Pixels of the square frames that a graph takes as its one input; None where it takes none."""
    if len(graph.inputs) != 1 or not graph.outputs:
        return None
    ((kind, shape),) = graph.inputs.values()
    places = {"tensor(uint8)": (1, 2, 3), "tensor(float)": (2, 3, 1)}.get(kind)
    if places is None or len(shape) != 4:
        return None
    high, wide, colours = (shape[place] for place in places)
    sides = {side for side in (high, wide) if isinstance(side, int)}
    if len(sides) > 1 or (isinstance(colours, int) and colours != 3):
        return None
    return sides.pop() if sides else _SIDE


def _no_encoder(path: Path, why: str = "") -> SettingsError:
    return SettingsError(
        f"this is no encoder of pictures{f' ({why})' if why else ''}",
        where=f"--encoder {path}",
        remedy="It must be an ONNX graph that takes frames, (n, side, side, 3) uint8 or (n, 3, side, side) "
        "float from 0 to 1, and gives a vector each",
    )


def _read_card(folder: Path) -> EncoderCard:
    raw = graph_card(folder / "card.json")
    try:
        words = "".join(raw.get("files", {}).get(name, "") for name in (TEXT, TOKENIZER, WORDS))
        return EncoderCard(
            name=raw["name"],
            sha256=raw["sha256"],
            words_sha256=hashlib.sha256(words.encode()).hexdigest() if words else "",
            width=int(raw["width"]),
            side=int(raw["side"]),
            scale=float(raw["scale"]),
            emotions=tuple(raw["emotions"]),
            feelings=tuple(raw["feelings"]),
            licence=str(raw["licence"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the encoder's card lacks a field ({error})",
            where=str(folder / "card.json"),
            remedy=_ADD_AGAIN,
        ) from None


@lru_cache(maxsize=2)
def _tokenizer(folder: Path) -> Any | None:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    return Tokenizer.from_file(str(folder / TOKENIZER))


def _unit(rows: npt.NDArray[Any]) -> Rows:
    lengths = np.linalg.norm(rows.astype(np.float64), axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
