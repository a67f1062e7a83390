"""Write the packs of the corpus that are missing: `python -m models.packs judge train [--data DATA]`.

`judge` is what the evaluation reads, `train` what the trainings of vocabulary 2 and their releases read. Each
file is looked for by itself, and a source is read again only for the parts that lack one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build" / "v2"
DATA = HERE.parent.parent / "shared" / "data"
WRITERS = {"heard": "pop", "metres": "pop", "fills": "drums"}
"""Packs that are written with another source's; any other is its own."""
SPLITS = ("train", "validation", "test")

Pack = tuple[str, str, str]
"""Part, split, and what the pack is called."""


def to_judge() -> set[Pack]:
    """Packs that `models.judging` reads."""
    from models.judging import copied, knowledge, pictured
    from models.judging.floors import COUNTED

    out = {("chords", split, edition) for split in SPLITS for edition, _ in knowledge.EDITIONS}
    out |= {
        (part, split, source)
        for part, sources in knowledge.SOURCES.items()
        for split in ("train", "test")
        for source in sources
    }
    out |= {("melody", split, source) for split in ("train", "test") for source in copied.LEARNT}
    out |= {("chords", split, source) for source, splits in pictured.PACKS.values() for split in splits}
    return out | {(part, "train", "pop") for part in COUNTED}


def to_train() -> set[Pack]:
    """Packs that `models.fit` and `models.release` read, the latter's judgement with them."""
    from models.fit import JUDGED, MIXES

    out = {(part, "train", name) for part, mix in MIXES.items() for name in mix}
    return out | {(part, "validation", name) for part, name in JUDGED.items()} | to_judge()


def missing(wanted: Iterable[Pack], build: Path = BUILD) -> dict[str, list[str]]:
    """By source the parts of which some pack is not there."""
    out: dict[str, set[str]] = {}
    for part, split, name in wanted:
        if not (build / f"{part}-{split}-{name}.npz").is_file():
            out.setdefault(WRITERS.get(name, name), set()).add(part)
    return {source: sorted(parts) for source, parts in sorted(out.items())}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purposes", nargs="+", choices=("judge", "train"))
    parser.add_argument("--data", type=Path, default=DATA, help="where the archives lie")
    asked = parser.parse_args()
    wanted: set[Pack] = set()
    for purpose in asked.purposes:
        wanted |= to_judge() if purpose == "judge" else to_train()
    for source, parts in missing(wanted).items():
        print(f"{source}: {', '.join(parts)}", flush=True)
        command = [sys.executable, "-m", "models.corpus.write", str(asked.data)]
        subprocess.run([*command, "--sources", source, "--parts", *parts], check=True)
    if left := missing(wanted):
        raise SystemExit(f"not written: {left}")


if __name__ == "__main__":
    main()
