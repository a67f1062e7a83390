"""A graph that reads half seconds of picture and says how busy and how loud music might be there."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.errors import ModelError
from bridge.inference.card import REINSTALL, checked_model, newest_model
from bridge.inference.session import open_session

PART = "sight"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SightCard:
    """What such a graph is: its file's hash, what it takes, gives and was learnt from, and how it did."""

    name: str
    sha256: str
    learnt_from: str
    step_s: float
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    figures: dict[str, Any]


class Regressor:
    """One such graph, ready to run; build it with `Regressor.load`."""

    def __init__(self, card: SightCard, session: Any) -> None:
        self.card = card
        self._session = session

    @classmethod
    def load(cls, folder: Path) -> Regressor:
        """Load `folder/model.onnx` after checking it against its card.

        Raises:
            ModelError: graph or card is missing, broken, or not the other's.
        """
        card = _card(folder / "card.json")
        return cls(card, open_session(checked_model(folder, card.sha256))[0])

    def run(self, seen: Floats) -> npt.NDArray[np.float64]:
        """(2 n, columns) half seconds to (n, outputs) seconds, in standard deviations of its film."""
        (heard,) = self._session.run(["heard"], {"seen": seen[None]})
        return np.asarray(heard[0], np.float64)


def load_regressor() -> Regressor:
    """The newest released one.

    Raises:
        ModelError: there is none, or as `Regressor.load`.
    """
    return Regressor.load(newest_model(PART))


def _card(path: Path) -> SightCard:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        known = {field.name: raw[field.name] for field in fields(SightCard)}
        return SightCard(**{**known, "inputs": tuple(known["inputs"]), "outputs": tuple(known["outputs"])})
    except FileNotFoundError:
        raise ModelError("the model has no card", where=str(path), remedy=REINSTALL) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the card cannot be read ({error})", where=str(path), remedy=REINSTALL) from None
