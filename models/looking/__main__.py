"""Write colour-v1 and motion-v1: `python -m models.looking`; the same bytes every time.

Refuses to write graphs that differ from `reference` by more than `WORST` on frames of every kind.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from bridge.inference.graph import Graph
from models.looking import graphs, reference

RELEASED = Path(__file__).resolve().parents[1] / "released"
WORST: Final = 1e-5
"""Largest difference allowed of any number: single precision adds 2,304 pixels in another order."""
NAMES: Final = {"colour": "colour-v1", "motion": "motion-v1"}
_SOURCES: Final = {
    "colour": "Log-chroma histogram after HistoGAN (Afifi, Brubaker and Brown, CVPR 2021); HSV saturation; "
    "Rec. 709 luma, its mean and twice its standard deviation; (R - B) / (R + B)",
    "motion": "Mean absolute RGB difference, as V-MusProd measures motion (Zhuo et al., ICCV 2023)",
}


def examples(count: int = 48, height: int = 36, width: int = 64) -> npt.NDArray[np.uint8]:
    """Frames of every kind: noise, near black, solid colours, gradients, black and white."""
    draw = np.random.default_rng(5)
    frames = draw.integers(0, 256, (count, height, width, 3))
    for index in range(count):
        kind, level = index % 6, draw.integers(0, 256, 3)
        if kind == 1:
            frames[index] %= 12
        elif kind == 2:
            frames[index] = level
        elif kind == 3:
            frames[index] = np.linspace(0, 1, width)[:, None] * level
        elif kind == 4:
            frames[index] = 255 * (index % 4 // 2)
        elif kind == 5:
            frames[index, : height // 2] = 0
    return frames.astype(np.uint8)


def apart(graph: Graph, kind: str, frames: npt.NDArray[np.uint8]) -> float:
    """The largest difference between a graph and its formulas, over all it gives."""
    if kind == "colour":
        given, wanted = graph.run(frames=frames), reference.colour(frames)
    else:
        pair = {"first": frames[:-1], "second": frames[1:]}
        given, wanted = graph.run(**pair), {"motion": reference.motion(**pair)}
    return max(float(np.abs(given[name] - wanted[name]).max()) for name in wanted)


def release(to: Path, date: str) -> dict[str, float]:
    """Write both graphs with their cards; the largest difference of each.

    Raises:
        ValueError: graph and formulas disagree; nothing of it is written.
    """
    found = {}
    build: Mapping[str, Callable[[], onnx.ModelProto]] = {"colour": graphs.colour, "motion": graphs.motion}
    for kind, graph in build.items():
        place = to / NAMES[kind]
        place.mkdir(parents=True, exist_ok=True)
        content = graph().SerializeToString(deterministic=True)
        with tempfile.TemporaryDirectory(dir=place, prefix=".new-") as beside:
            folder = Path(beside)
            (folder / "model.onnx").write_bytes(content)
            card: dict[str, Any] = {
                "name": NAMES[kind],
                "part": kind,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "licence": "Apache-2.0",
                "data": [],
                "source": _SOURCES[kind],
                "command": "python -m models.looking",
                "notes": "Formulas, nothing is learnt; models/looking/reference.py has them in numpy.",
                "date": date,
            }
            _write(card, folder)
            worst = max(apart(Graph.load(folder), kind, examples(48, *size)) for size in ((36, 64), (7, 5)))
            if not worst <= WORST:
                raise ValueError(f"{kind}: graph and formulas are {worst} apart")
            _write({**card, "formulas_against_onnx": worst}, folder)
            # The card last: until it is there, the old card refuses the new graph's hash.
            (folder / "model.onnx").replace(place / "model.onnx")
            (folder / "card.json").replace(place / "card.json")
        found[kind] = worst
    return found


def _write(card: dict[str, Any], folder: Path) -> None:
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=RELEASED)
    parser.add_argument("--date", required=True, help="for the cards, as 2026-11-22")
    asked = parser.parse_args()
    print(json.dumps(release(asked.to, asked.date), indent=2))


if __name__ == "__main__":
    main()
