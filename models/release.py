"""Judge and release a model of vocabulary 2: `python -m models.release chords [--only judge]`.

Judges the best checkpoint on the held-out songs beside floors on the same items, writes the figures to
`models/build/v2/PART-figures.json`, and exports graph and card to `models/released/PART-v2`; writes nothing
where torch and ONNX differ (see `export`).
"""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path

import numpy as np

from bridge.inference.session import Decoder
from bridge.vocabulary import recall
from models import export, harmonies, ranking
from models.fit import BUILD
from models.windows import Pieces

ORDERS = (1, 2, 3, 4, 6, 8)
WRITTEN = "samples at temperature 1, top-p 0.98, controls open but for one"
EDITIONS = (
    ("heard", "automatic chords of POP909, key known"),
    ("pop", "human-checked chords, key known"),
)


def judge(checkpoint: Path) -> dict[str, object]:
    """Figures, floors and the trust in a song's own past of a chords model."""
    model, state = export.load(checkpoint)
    run, context = ranking.logits_of(model), model.shape.context
    figures: dict[str, object] = {}
    floors: dict[str, object] = {}
    # One trust for everything the model is used for, so fitted on both editions of the validation songs.
    trust = ranking.fitted(
        item
        for number, (edition, _) in enumerate(EDITIONS)
        for song, *rest in ranking.items(Pieces(BUILD / f"chords-validation-{edition}.npz"), run, context)
        for item in ((1000 * number + song, *rest),)
    )
    for edition, words in EDITIONS:
        train, test = (Pieces(BUILD / f"chords-{split}-{edition}.npz") for split in ("train", "test"))
        found = list(ranking.items(test, run, context))
        figures[words] = {
            "model": ranking.figures(found),
            "model and the song's own past": ranking.figures(ranking.recalled(found, trust)),
        }
        guess = np.random.default_rng(1)  # no two equal, so that a tie is no hit
        unsure = [(song, 1 + 1e-6 * guess.random(len(p)), *rest) for song, p, *rest in found]
        floors[words] = {
            **{
                f"Markov order {order}, {'told from the last root' if free else 'in the key'}": ranking.floor(
                    train, test, order, transposition_free=free
                )
                for order in ORDERS
                for free in (True, False)
            },
            "the song's own past alone": ranking.figures(
                ranking.recalled(unsure, dict.fromkeys(trust, ALONE))
            ),
        }
    return {"step": state["step"], "figures": figures, "floors": floors, "recall": recall.named(trust)}


def written(part: str, checkpoint: Path, measured: dict, songs: int) -> dict[str, object]:
    """What the exported model writes, from a copy that is not released."""
    sequences = examples(Pieces(BUILD / f"{part}-validation-pop.npz"))
    candidate = BUILD / "candidate"
    export.release(part, checkpoint, candidate, "", sequences, measured)
    decoder = Decoder.load(candidate / f"{part}-v2")
    return harmonies.compare(decoder, Pieces(BUILD / f"{part}-test-pop.npz"), songs)


ALONE = 0.97
"""Weight of the past where it is judged alone; the rest is spread over all chords."""


def examples(pieces: Pieces) -> list[np.ndarray]:
    """Sixteen windows of lengths from 64 tokens up."""
    return [pieces.window(piece, 0, 64 + 28 * piece)[0].ids for piece in range(16)]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("chords",))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--only", choices=("judge", "export"))
    parser.add_argument("--songs", type=int, default=91, help="songs to write samples for")
    parser.add_argument("--to", type=Path, default=export.RELEASED)
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    asked = parser.parse_args()
    checkpoint = asked.checkpoint or BUILD / f"{asked.part}-best.pt"
    kept = BUILD / f"{asked.part}-figures.json"
    if asked.only != "export":
        measured = judge(checkpoint)
        kept.write_text(json.dumps(measured, indent=1) + "\n")
        figures = dict(measured["figures"])  # type: ignore[call-overload]
        figures[WRITTEN] = written(asked.part, checkpoint, measured, asked.songs)
        kept.write_text(json.dumps({**measured, "figures": figures}, indent=1) + "\n")
        print(kept.read_text())
    if asked.only != "judge":
        measured = json.loads(kept.read_text())
        sequences = examples(Pieces(BUILD / f"{asked.part}-validation-pop.npz"))
        card = export.release(asked.part, checkpoint, asked.to, asked.date, sequences, measured)
        print({key: card[key] for key in ("name", "sha256", "bytes", "torch_against_onnx")})


if __name__ == "__main__":
    main()
