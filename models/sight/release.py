"""The network as a small ONNX graph: from half seconds as they are measured to how busy and how loud."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from torch import Tensor, nn

from bridge.inference.regressor import Regressor
from bridge.spotting.sight import NAMES, STEP_S
from models.sight import gru
from models.sight.table import TARGETS, Table

NAME = "sight-v1"
RELEASED = Path(__file__).resolve().parents[1] / "released"
WORST = 1e-4
LEARNT_FROM = "one cartoon: Big Buck Bunny, ten minutes, its whole sound track"

Array = npt.NDArray[np.float64]


class Graph(nn.Module):
    """Standardises, reads both ways, averages the copies: (1, T, 7) half seconds to (1, T / 2, 2)."""

    def __init__(self, copies: gru.Copies, mean: Array, spread: Array) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.tensor(mean).float())
        self.spread = nn.Parameter(torch.tensor(spread).float())
        count, width = copies.out.shape[0], copies.across.shape[1]
        self.readers = nn.ModuleList()
        self.tops = nn.ModuleList()
        for copy in range(count):
            reader = nn.GRU(len(mean), width, batch_first=True, bidirectional=True)
            top = nn.Linear(2 * width, copies.out.shape[2])
            with torch.no_grad():
                for at, end in ((copy, ""), (copy + count, "_reverse")):
                    getattr(reader, f"weight_ih_l0{end}").copy_(copies.into[at].T)
                    getattr(reader, f"weight_hh_l0{end}").copy_(copies.across[at].T)
                    getattr(reader, f"bias_ih_l0{end}").copy_(copies.into_bias[at, 0])
                    getattr(reader, f"bias_hh_l0{end}").copy_(copies.across_bias[at, 0])
                top.weight.copy_(copies.out[copy].T)
                top.bias.copy_(copies.out_bias[copy, 0])
            self.readers.append(reader)
            self.tops.append(top)

    def forward(self, seen: Tensor) -> Tensor:
        """The mean of the copies, in standard deviations of the film that was learnt from."""
        rows = (seen - self.mean) / self.spread
        found = [top(_seconds(reader(rows)[0])) for reader, top in zip(self.readers, self.tops)]
        return torch.stack(found).mean(0)


def _seconds(states: Tensor) -> Tensor:
    """Half seconds averaged in pairs."""
    return (states[:, 0::2] + states[:, 1::2]) / 2


def release(table: Table, copies: int, figures: dict[str, Any], sha256: str, date: str, to: Path) -> Path:
    """Train on the whole film, write graph and card, and check that the graph says what the training did.

    Raises:
        ValueError: graph and network disagree.
    """
    mean, spread = table.seen.mean(axis=0), np.maximum(table.seen.std(axis=0), 1e-9)
    seen = (table.seen - mean) / spread
    heard = (table.heard - table.heard.mean(axis=0)) / table.heard.std(axis=0)
    told = np.ones((copies, len(heard)), bool)
    trained = gru.train(seen, np.repeat(heard[None], copies, axis=0), told, seed=0)
    place = to / NAME
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".new-") as beside:
        path = Path(beside) / "model.onnx"
        _write(Graph(trained, mean, spread).eval(), path)
        card = {
            "name": NAME,
            "part": "sight",
            "learnt_from": LEARNT_FROM,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
            "step_s": STEP_S,
            "inputs": list(NAMES),
            "outputs": list(TARGETS),
            "licence": "Apache-2.0",
            "data": [
                {
                    "name": "Big Buck Bunny, 704x396, 596 s, picture and sound",
                    "licence": "CC BY 3.0, (c) 2008 Blender Foundation, www.bigbuckbunny.org",
                    "sha256": sha256,
                }
            ],
            "command": "python -m models.sight",
            "figures": figures,
            "notes": "In standard deviations of that film. Off unless asked for: see models/LOG.md.",
            "date": date,
        }
        (Path(beside) / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
        given = Regressor.load(Path(beside)).run(table.seen.astype(np.float32))
        apart = float(np.abs(given - gru.predict(trained, seen).mean(axis=0)).max())
        if not apart <= WORST:
            raise ValueError(f"graph and network are {apart} apart")
        path.replace(place / "model.onnx")
        (Path(beside) / "card.json").replace(place / "card.json")
    return place


def _write(graph: Graph, path: Path) -> None:
    torch.onnx.export(
        graph,
        (torch.zeros(1, 8, len(NAMES)),),
        str(path),
        input_names=["seen"],
        output_names=["heard"],
        dynamic_axes={"seen": {1: "half seconds"}, "heard": {1: "seconds"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    model.graph.name = "cuebridge"
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
