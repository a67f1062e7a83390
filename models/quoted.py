"""Release the hashes of all runs of notes in the training melodies: `python -m models.quoted [--to FOLDER]`.

What `bridge.inference.quoting` keeps melodies off; read of the packs of the corpus (`python -m models.packs
judge`). The same packs give the same bytes.
"""

from __future__ import annotations

import argparse
import datetime
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from bridge.inference.card import file_sha256
from bridge.inference.quoting import FILE, PART
from bridge.vocabulary.quotes import RUN_NOTES, run_hashes
from models import export
from models.judging.copied import LEARNT, learnt_lines
from models.release import DATA

NAME = f"{PART}-v1"


def hashes() -> np.ndarray:
    """One of each run of every training melody, sorted; uint32."""
    return np.unique(np.concatenate([run_hashes(line) for line in learnt_lines()]))


def write(found: np.ndarray, folder: Path, date: str) -> dict[str, Any]:
    """Put runs and card into a folder, beside first and then renamed; returns the card."""
    folder.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    np.save(held, found, allow_pickle=False)
    beside = folder / f"{FILE}.part"
    beside.write_bytes(held.getvalue())
    card = {
        "name": NAME,
        "part": PART,
        "sha256": file_sha256(beside),
        "bytes": beside.stat().st_size,
        "runs": len(found),
        "learnt_from": f"runs of {RUN_NOTES} notes in the training melodies of {', '.join(LEARNT)}",
        "licence": "Apache-2.0",
        "data": DATA["melody"],
        "command": "python -m models.quoted",
        "date": date,
    }
    beside.replace(folder / FILE)
    text = folder / "card.json.part"
    text.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    text.replace(folder / "card.json")
    return card


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=export.RELEASED)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    asked = parser.parse_args()
    card = write(hashes(), asked.to / NAME, asked.date)
    print({key: card[key] for key in ("name", "sha256", "bytes", "runs")})


if __name__ == "__main__":
    main()
