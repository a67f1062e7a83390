"""A graph that is arithmetic and no decoder: arrays in, arrays out, checked against its card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.errors import ModelError
from bridge.inference.card import REINSTALL, checked_model, newest_model
from bridge.inference.session import open_session


class Graph:
    """One graph, ready to run; build it with `Graph.load`. `run` may be called from several threads."""

    def __init__(self, card: Mapping[str, Any], session: Any) -> None:
        self.card = card
        self._session = session
        self.inputs: dict[str, tuple[str, list[Any]]] = {
            given.name: (given.type, given.shape) for given in session.get_inputs()
        }
        self.outputs = tuple(item.name for item in session.get_outputs())

    @classmethod
    def load(cls, folder: Path) -> Graph:
        """Load `folder/model.onnx` after checking it against its card.

        Raises:
            ModelError: graph or card is missing, broken, or not the other's.
        """
        card = graph_card(folder / "card.json")
        return cls(card, open_session(checked_model(folder, card["sha256"]))[0])

    def run(self, **given: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float32]]:
        """Arrays by the names of the graph's inputs, to arrays by those of its outputs."""
        return dict(zip(self.outputs, self._session.run(list(self.outputs), given)))


def graph_card(path: Path) -> dict[str, Any]:
    """A card as it is, once it is known to have a name and a hash.

    Raises:
        ModelError: it is missing or says neither.
    """
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        known = all(isinstance(card[key], str) for key in ("name", "sha256"))
    except FileNotFoundError:
        raise ModelError("the model has no card", where=str(path), remedy=REINSTALL) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the card cannot be read ({error})", where=str(path), remedy=REINSTALL) from None
    if not known:
        raise ModelError("the card has no name or hash", where=str(path), remedy=REINSTALL)
    return dict(card)


def released_graph(part: str) -> Graph:
    """The newest released graph of a part, loaded once a process.

    Raises:
        ModelError: there is none, or as `Graph.load`.
    """
    return _loaded(newest_model(part))


@lru_cache(maxsize=8)
def _loaded(folder: Path) -> Graph:
    return Graph.load(folder)
