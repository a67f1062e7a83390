"""Judge the released models: `python -m models.judging [--only SECTION …]`, or `make evaluate`.

Writes each section's numbers to `models/build/judging/SECTION.json`, and from all that are there the tables
of `models/EVALUATION.md`, and what concerns one model into its card. The corpus must have been written
(`python -m models.corpus`); about half an hour on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch

from bridge.inference.card import find_models
from models.judging.sections import SECTIONS, Judged
from models.judging.tables import document, of_card

HERE = Path(__file__).resolve().parents[1]
KEPT = HERE / "build" / "judging"
DOCUMENT = HERE / "EVALUATION.md"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=tuple(SECTIONS), default=tuple(SECTIONS))
    parser.add_argument("--songs", type=int, default=91, help="held-out songs")
    parser.add_argument("--bars", type=int, default=200, help="most bars of each, in free generation")
    parser.add_argument("--trials", type=int, default=40, help="paired trials an axis")
    parser.add_argument("--cues", type=int, default=30, help="cues of each kind")
    parser.add_argument("--keep", type=Path, default=KEPT, help="where the numbers are kept")
    parser.add_argument("--dry", action="store_true", help="print the tables and write only the numbers")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    asked.keep.mkdir(parents=True, exist_ok=True)
    judged = Judged(asked.songs, asked.bars, asked.trials, asked.cues)
    for name in asked.only:
        started = time.process_time(), time.monotonic()
        found = SECTIONS[name](judged)
        (asked.keep / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        spent = time.process_time() - started[0], time.monotonic() - started[1]
        print(f"{name}: {spent[0] / 60:.1f} min of processor time, {spent[1] / 60:.1f} min", flush=True)
    known = {
        name: json.loads(path.read_text())
        for name in SECTIONS
        if (path := asked.keep / f"{name}.json").exists()
    }
    text = document(known)
    if asked.dry:
        print(text)
        return
    DOCUMENT.write_text(text)
    for part, folder in find_models().items():
        path = folder / "card.json"
        card = json.loads(path.read_text())
        card["evaluation"] = of_card(known, part, card["name"])
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
        beside.replace(path)
    print(DOCUMENT)


if __name__ == "__main__":
    main()
