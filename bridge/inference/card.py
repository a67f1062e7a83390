"""What a model is: `card.json` beside `model.onnx`, and where released models lie."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bridge.config import models_dir
from bridge.errors import ModelError
from bridge.vocabulary import tokens

PARTS = ("chords", "melody", "accompaniment")
"""Parts that nothing can be written without."""
FURTHER_PARTS = ("bass", "drums")
"""Parts that are written by rule, or not at all, where they have no model."""

_HERE = Path(__file__).resolve().parent
_PACKED = _HERE.parent / "_released"
_CHECKOUT = _HERE.parents[1] / "models" / "released"

REINSTALL = "Install Cuebridge again, or put the released model back"


@dataclass(frozen=True)
class Card:
    """One model: its file's hash, shape, what it was trained on, and its figures.

    `context` is the most tokens it can look back on; `head_width` is width / heads. `conditions` is the
    length of the vector of controls beside each token, 0 for a model that takes none; `recall` says how far
    the piece's own past is trusted beside the model (`vocabulary.recall`), empty for not at all. `guidance`
    is how far what the model says when told its controls is carried beyond what it says when told nothing
    (see `session.Decoder.run`); 0 is not at all. `figures` and `floors` are free-form numbers from training.
    """

    name: str
    part: str
    sha256: str
    bytes: int
    vocabulary_version: int
    vocabulary_size: int
    layers: int
    heads: int
    width: int
    head_width: int
    context: int
    licence: str
    conditions: int = 0
    recall: dict[str, float] = field(default_factory=dict)
    guidance: float = 0.0
    data: tuple[dict[str, str], ...] = ()
    command: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    floors: dict[str, Any] = field(default_factory=dict)
    date: str = ""
    notes: Any = ""

    @property
    def identity(self) -> str:
        """What the music depends on: the file's hash, and trust in a piece's own past and guidance if any."""
        further = [json.dumps(self.recall, sort_keys=True)] if self.recall else []
        further += [f"guidance {self.guidance}"] if self.guidance else []
        if not further:
            return self.sha256
        return hashlib.sha256("".join((self.sha256, *further)).encode()).hexdigest()

    def to_json(self) -> str:
        """The text of `card.json`."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_card(path: Path) -> Card:
    """Read one `card.json`. Keys this version does not know are left out.

    Raises:
        ModelError: the file is missing, is not JSON, or lacks a field.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError("the model has no card", where=str(path), remedy=REINSTALL) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"the card cannot be read ({error})", where=str(path), remedy=REINSTALL) from None
    if not isinstance(raw, dict):
        raise ModelError("the card is not a JSON object", where=str(path), remedy=REINSTALL)
    known = {key: raw[key] for key in Card.__dataclass_fields__ if key in raw}
    known["data"] = tuple(known.get("data", ()))
    try:
        card = Card(**known)
    except TypeError as error:
        raise ModelError(f"the card lacks a field ({error})", where=str(path), remedy=REINSTALL) from None
    _check_types(card, path)
    return card


def checked_model(folder: Path, sha256: str) -> Path:
    """The model file in `folder`, once its hash is known to be its card's.

    Raises:
        ModelError: it is missing, or another file.
    """
    model = folder / "model.onnx"
    if not model.is_file():
        raise ModelError("the model file is missing", where=str(model), remedy=REINSTALL)
    check_sha256(model, sha256, "this is not the model its card describes")
    return model


def check_sha256(path: Path, sha256: str, refusal: str) -> None:
    """Hold a file against the hash its card gives; `refusal` begins what is said of another file.

    Raises:
        ModelError: it is another file.
        OSError: it cannot be read.
    """
    found = file_sha256(path)
    if found != sha256:
        raise ModelError(
            f"{refusal}: the card says sha256 {sha256}, the file has {found}",
            where=str(path),
            remedy=REINSTALL,
        )


def checked_card(folder: Path) -> Card:
    """The card of the model in `folder`, once the model file's hash and vocabulary are known to match.

    Raises:
        ModelError: file or card missing, another hash, another vocabulary.
    """
    card = read_card(folder / "card.json")
    model = checked_model(folder, card.sha256)
    if tokens.SIZES.get(card.vocabulary_version) != card.vocabulary_size:
        raise ModelError(
            f"the model speaks vocabulary {card.vocabulary_version} with {card.vocabulary_size} tokens, "
            f"this Cuebridge {tokens.VERSION} with {tokens.SIZE}",
            where=str(model),
            remedy="Use the models released with this version of Cuebridge",
        )
    return card


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def models_folder() -> Path:
    """The folder that holds the models: `CUEBRIDGE_MODELS`, the installed package's, the checkout's.

    Raises:
        ModelError: none of them exists.
    """
    asked = models_dir()
    if asked is not None:
        if asked.is_dir():
            return asked
        raise ModelError(
            "there is no such folder of models",
            where=str(asked),
            remedy="Correct CUEBRIDGE_MODELS, or unset it to use the released models",
        )
    for folder in (_PACKED, _CHECKOUT):
        if folder.is_dir():
            return folder
    raise ModelError("no released models are installed", where=str(_PACKED), remedy=REINSTALL)


def find_models() -> dict[str, Path]:
    """Folder of the newest model of each part: chords, melody and accompaniment, bass and drums if there.

    Names are `PART-vN`; the highest N wins.

    Raises:
        ModelError: no folder of models, or one of the first three parts has none.
    """
    root = models_folder()
    found: dict[str, Path] = {}
    for part in (*PARTS, *FURTHER_PARTS):
        newest = _newest(root, part)
        if newest is not None:
            found[part] = newest
        elif part in PARTS:
            raise ModelError(f"there is no model for {part}", where=str(root), remedy=REINSTALL)
    return found


def newest_model(part: str) -> Path:
    """Folder of the newest model of a part that is no decoder; where `CUEBRIDGE_MODELS` has none, ours.

    Raises:
        ModelError: there is none.
    """
    root = models_folder()
    for folder in (root, _PACKED, _CHECKOUT):
        newest = _newest(folder, part)
        if newest is not None:
            return newest
    raise ModelError(f"there is no model for {part}", where=str(root), remedy=REINSTALL)


def _newest(root: Path, part: str) -> Path | None:
    versions = [
        (int(folder.name.rpartition("-v")[2]), folder)
        for folder in sorted(root.glob(f"{part}-v*"))
        if folder.is_dir() and folder.name.rpartition("-v")[2].isdigit()
    ]
    return max(versions)[1] if versions else None


def _check_types(card: Card, path: Path) -> None:
    numbers = ("vocabulary_version", "vocabulary_size", "layers", "heads", "head_width", "context")
    for name in numbers:
        value = getattr(card, name)
        if not isinstance(value, int) or value < 1:
            raise ModelError(
                f"the card's {name} is {value!r}, not a whole number from 1",
                where=str(path),
                remedy=REINSTALL,
            )
    if card.part not in (*PARTS, *FURTHER_PARTS):
        raise ModelError(f"the card's part {card.part!r} is unknown", where=str(path), remedy=REINSTALL)
