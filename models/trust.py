"""How far the released chords model trusts a song's own past: `python -m models.trust`.

Fits the trust (see `bridge.vocabulary.recall`) on the validation songs, judges model and past together on the
held-out songs, each edition beside the past alone, and writes trust and figures into the released card. The
model's file is left as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from bridge.vocabulary import recall
from models.data import BUILD
from models.evaluate import EDITIONS
from models.export import RELEASED, load
from models.likelihood import CHORDS, chord_items
from models.ranking import figures, fitted, recalled

TOGETHER = "model and the song's own past"
ALONE = "the song's own past alone"
ALONE_WEIGHT = 0.97
"""Weight of the past where it is judged alone; the rest is spread over all chords."""

Items = Iterable[tuple[int, np.ndarray, int, int]]


def knowing_nothing(items: Items) -> Iterator[tuple[int, np.ndarray, int, int]]:
    """The same items for a model that finds all chords alike; none quite equal, so that a tie is no hit."""
    guess = np.random.default_rng(1)
    for song, _, symbol, before in items:
        yield song, 1 + 1e-6 * guess.random(CHORDS), symbol, before


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=BUILD / "chords-best.pt")
    parser.add_argument("--card", type=Path, default=RELEASED / "chords-v1" / "card.json")
    asked = parser.parse_args()
    model, _ = load(asked.checkpoint)
    # A song stands among these items once for each edition: told apart, so that none recalls another's.
    validation = (
        (1000 * number + song, *rest)
        for number, (edition, _, _) in enumerate(EDITIONS)
        for song, *rest in chord_items(model, edition, "validation", told=False)
    )
    trust = fitted(validation)
    card = json.loads(asked.card.read_text())
    card["recall"] = recall.named(trust)
    for edition, _, words in EDITIONS:
        found = list(chord_items(model, edition, "test", told=False))
        card["figures"][f"{words}; {TOGETHER}"] = figures(recalled(found, trust))
        alone = recalled(knowing_nothing(found), dict.fromkeys(trust, ALONE_WEIGHT))
        card["figures"][f"{words}; {ALONE}"] = figures(alone)
        print(
            words, card["figures"][f"{words}; {TOGETHER}"], card["figures"][f"{words}; {ALONE}"], flush=True
        )
    beside = asked.card.with_suffix(".part")
    beside.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    beside.replace(asked.card)


if __name__ == "__main__":
    main()
