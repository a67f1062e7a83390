"""Graphs that are arithmetic: found, checked against their cards, run."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import ModelError
from bridge.inference.card import newest_model
from bridge.inference.graph import Graph, released_graph

RELEASED = Path(__file__).resolve().parents[2] / "models" / "released"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RELEASED / "motion-v1", tmp_path / "motion-v1"))


def test_a_graph_runs_by_the_names_of_its_inputs(folder: Path) -> None:
    graph = Graph.load(folder)
    assert graph.inputs["first"][0] == "tensor(uint8)" and graph.outputs == ("motion",)
    black, white = np.zeros((2, 4, 4, 3), np.uint8), np.full((2, 4, 4, 3), 255, np.uint8)
    assert graph.run(first=black, second=white)["motion"] == pytest.approx([1, 1])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("card.json", None, "no card"),
        ("card.json", "{", "cannot be read"),
        ("card.json", "[]", "cannot be read"),
        ("card.json", '{"name": "x", "sha256": 1}', "no name or hash"),
        ("model.onnx", None, "missing"),
        ("model.onnx", "other", "not the model its card describes"),
    ],
)
def test_what_is_not_whole_is_refused(folder: Path, name: str, content: str | None, says: str) -> None:
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(ModelError, match=says):
        Graph.load(folder)


def test_a_folder_of_ones_own_is_asked_first_and_ours_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rename(folder.with_name("motion-v12"))
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(folder.parent))
    assert newest_model("motion") == folder.with_name("motion-v12")
    assert newest_model("colour") == RELEASED / "colour-v1"
    assert released_graph("motion") is released_graph("motion")
    with pytest.raises(ModelError, match="no model for smell"):
        newest_model("smell")
