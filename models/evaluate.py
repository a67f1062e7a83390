"""Figures on the held-out songs: `python -m models.evaluate chords`.

Likelihoods are judged beside Markov floors on the same items, samples beside the real bars. Writes
`models/build/PART-figures.json`, which `models.export` puts into the card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from bridge.inference.sampling import Sampling
from models import likelihood
from models.data import BUILD, Packed
from models.export import load, release
from models.samples import compare, compare_chords, excerpts, write

ORDERS = range(1, 9)
TOKEN_ORDERS = (0, 1, 2, 3, 4, 5, 6)
EDITIONS = (
    ("heard", True, "automatic chords of POP909, key unknown"),
    ("unkeyed", True, "human-checked chords, key unknown"),
    ("plain", False, "human-checked chords, key known"),
)
SAMPLES = "samples at temperature 1, top-p 0.98, beside the real bars"
SAMPLING = Sampling(temperature=1.0, top_p=0.98)
FLOORS = BUILD / "floors.json"


def floors_of(part: str) -> dict[str, object]:
    """Floors of a part; counted once and kept, since they do not depend on the model."""
    kept = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    if part not in kept:
        found: dict[str, object] = {}
        if part == "chords":
            for edition, free, words in EDITIONS:
                found[words] = {
                    f"Markov order {order}": likelihood.chord_floor(edition, order, transposition_free=free)
                    for order in ORDERS
                }
        else:
            for order in TOKEN_ORDERS:
                found[f"tokens, Markov order {order}"] = likelihood.token_floor(part, order)
        if part != "chords":
            train, test = (Packed(BUILD / f"{part}-{split}-plain.npz") for split in ("train", "test"))
            for order in (1, 2, 3):
                found[f"pitch given chord and {order} pitches"] = likelihood.pitch_floor(
                    train, test, order, interval=False
                )
        if part == "melody":
            for order in (1, 2, 3):
                found[f"interval given chord and {order} pitches, no key"] = likelihood.pitch_floor(
                    train, test, order, interval=True
                )
        kept = {**(json.loads(FLOORS.read_text()) if FLOORS.exists() else {}), part: found}
        FLOORS.write_text(json.dumps(kept, indent=1))
    return kept[part]  # type: ignore[no-any-return]


def figures_of(part: str, checkpoint: Path, songs: int) -> dict[str, object]:
    """Figures of a checkpoint."""
    model, state = load(checkpoint)
    figures: dict[str, object] = {}
    if part == "chords":
        for edition, _, words in EDITIONS:
            figures[words] = likelihood.chord_model(model, edition, told=False)
        figures["human-checked chords, key known, controls told (they hint at the answer)"] = (
            likelihood.chord_model(model, "plain", told=True)
        )
    else:
        figures["controls open"] = likelihood.note_model(model, part, told=False)
        figures["controls told"] = likelihood.note_model(model, part, told=True)
    release(part, checkpoint, BUILD / "candidate", "candidate")
    chosen = excerpts(part, songs)
    written = write(BUILD / "candidate" / f"{part}-v1", part, chosen, SAMPLING)
    figures[SAMPLES] = compare_chords(chosen, written) if part == "chords" else compare(part, chosen, written)
    return {"step": state["step"], "figures": figures, "floors": floors_of(part)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("chords", "melody", "accompaniment"))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--floors", action="store_true", help="count the floors only")
    parser.add_argument("--songs", type=int, default=91, help="how many songs to write bars for")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if asked.floors:
        print(json.dumps(floors_of(asked.part), indent=1))
        return
    checkpoint = asked.checkpoint or BUILD / f"{asked.part}-best.pt"
    found = figures_of(asked.part, checkpoint, asked.songs)
    (BUILD / f"{asked.part}-figures.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
