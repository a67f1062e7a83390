"""The graphs of colour and motion say what their formulas say, and the released ones are the built ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.inference.graph import Graph, released_graph
from models.looking import graphs, reference
from models.looking.__main__ import RELEASED, WORST, apart, examples, release


@pytest.mark.parametrize("kind", ["colour", "motion"])
@pytest.mark.parametrize("size", [(36, 64), (72, 128), (1, 1), (3, 5)], ids=str)
def test_graphs_say_what_the_formulas_say(kind: str, size: tuple[int, int]) -> None:
    assert apart(released_graph(kind), kind, examples(24, *size)) <= WORST


@pytest.mark.parametrize("kind", ["colour", "motion"])
def test_a_batch_changes_nothing(kind: str) -> None:
    graph, frames = released_graph(kind), examples(17)
    given = {"frames": frames} if kind == "colour" else {"first": frames, "second": frames[::-1].copy()}
    whole = graph.run(**given)
    for index in range(len(frames)):
        one = graph.run(**{name: array[index : index + 1] for name, array in given.items()})
        for name, values in one.items():
            # To the bit: what is kept and what is looked at anew come in other batches.
            assert np.array_equal(values[0], whole[name][index]), (name, index)


@pytest.mark.parametrize("kind", ["colour", "motion"])
def test_what_is_released_is_what_is_built(kind: str) -> None:
    built = getattr(graphs, kind)().SerializeToString(deterministic=True)
    assert (RELEASED / f"{kind}-v1" / "model.onnx").read_bytes() == built


def test_releasing_writes_graphs_and_cards(tmp_path: Path) -> None:
    found = release(tmp_path, "2026-11-22")
    assert set(found) == {"colour", "motion"} and max(found.values()) <= WORST
    for kind in found:
        card = json.loads((tmp_path / f"{kind}-v1" / "card.json").read_text())
        assert card["formulas_against_onnx"] <= WORST and card["data"] == []
        assert Graph.load(tmp_path / f"{kind}-v1").card["sha256"] == card["sha256"]
        assert sorted(path.name for path in (tmp_path / f"{kind}-v1").iterdir()) == [
            "card.json",
            "model.onnx",
        ]


def test_a_graph_that_differs_is_not_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "warmth", lambda rgb: np.zeros(len(rgb), np.float32))
    with pytest.raises(ValueError, match="colour: graph and formulas are"):
        release(tmp_path, "2026-11-22")
    assert not list((tmp_path / "colour-v1").iterdir())
