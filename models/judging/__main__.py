"""Judge the released models: `python -m models.judging [--only SECTION …]`, or `make evaluate`.

Writes each section's numbers, and which models they are of, to `models/judging/kept/SECTION.json`; from all
that are there the tables of `models/EVALUATION.md`; and into each card what was measured with the models that
are released now. `python -m models.packs judge` writes the packs of the corpus that it needs. About an
hour and a half on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch

from bridge.inference.card import find_models
from models.judging import kept
from models.judging.document import SHOWN, document, of_card
from models.judging.kept import Kept
from models.judging.sections import SECTIONS, Judged

DOCUMENT = Path(__file__).resolve().parents[1] / "EVALUATION.md"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=tuple(SECTIONS), default=tuple(SECTIONS))
    parser.add_argument("--songs", type=int, default=91, help="held-out songs")
    parser.add_argument("--bars", type=int, default=200, help="most bars of each, in free generation")
    parser.add_argument("--trials", type=int, default=40, help="paired trials an axis")
    parser.add_argument("--cues", type=int, default=30, help="cues of each kind")
    parser.add_argument("--keep", type=Path, help="where the numbers are kept (default: models/judging/kept)")
    parser.add_argument(
        "--dry", action="store_true", help="print the tables; write numbers to --keep, if given"
    )
    asked = parser.parse_args()
    torch.set_num_threads(1)
    folder = asked.keep or kept.FOLDER
    judged = Judged(asked.songs, asked.bars, asked.trials, asked.cues)
    fresh: dict[str, Kept] = {}
    for name in asked.only:
        started = time.process_time(), time.monotonic()
        sizes = {size: getattr(asked, size) for size in SHOWN[name].asked}
        found = kept.rounded(SECTIONS[name](judged))
        fresh[name] = Kept(found, kept.identities(SHOWN[name].parts), sizes)
        if asked.keep or not asked.dry:
            kept.write(folder, name, fresh[name])
        spent = time.process_time() - started[0], time.monotonic() - started[1]
        print(f"{name}: {spent[0] / 60:.1f} min of processor time, {spent[1] / 60:.1f} min", flush=True)
    known = {**kept.read(folder), **fresh}
    released = {name: kept.identities(shown.parts) for name, shown in SHOWN.items()}
    text = document(known, released)
    if asked.dry:
        print(text)
        return
    DOCUMENT.write_text(text, encoding="utf-8")
    for part, model in find_models().items():
        path = model / "card.json"
        card = json.loads(path.read_text(encoding="utf-8"))
        card["evaluation"] = of_card(known, released, part, card["name"])
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)
    print(DOCUMENT)


if __name__ == "__main__":
    main()
