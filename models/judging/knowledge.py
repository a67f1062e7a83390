"""What models of vocabulary 2 know of held-out pieces, beside floors counted on the very same items."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bridge.vocabulary.recall import Bucket
from models import band, likelihood, ranking, telling
from models.decoder import Decoder
from models.windows import Pieces

BUILD = Path(__file__).resolve().parents[1] / "build" / "v2"
FLOORS = BUILD / "floors.json"
ORDERS = (1, 2, 3, 4, 6, 8)
PITCH_ORDERS = (1, 2, 3)
SOURCES = {
    "melody": ("pop", "song", "quartet", "orchestra"),
    "accompaniment": ("pop", "quartet"),
    "bass": ("pop", "quartet"),
    "drums": ("drums",),
}
"""Parts that write notes, and the sources each is judged on; the first is the one it is best known by."""
EDITIONS = (
    ("heard", "automatic chords of POP909, key known"),
    ("pop", "human-checked chords, key known"),
)
ALONE = 0.97
"""Weight of the past where it is judged alone; the rest is spread over all chords."""


def pieces(part: str, split: str, source: str) -> Pieces:
    """A pack of the corpus.

    Raises:
        FileNotFoundError: it is not written; `python -m models.corpus.write` writes it.
    """
    return Pieces(BUILD / f"{part}-{split}-{source}.npz")


def trusted(model: Decoder) -> dict[Bucket, float]:
    """How far to trust a song's own past, for all uses: fitted on both editions' validation songs."""
    run, context = ranking.logits_of(model), model.shape.context
    return ranking.fitted(
        item
        for number, (edition, _) in enumerate(EDITIONS)
        for song, *rest in ranking.items(pieces("chords", "validation", edition), run, context)
        for item in ((1000 * number + song, *rest),)
    )


def of_chords(model: Decoder, trust: Mapping[Bucket, float]) -> dict[str, dict[str, Any]]:
    """Chord changes of both editions: `figures` of the model alone and with the song's own past, `floors`."""
    run, context = ranking.logits_of(model), model.shape.context
    figures: dict[str, Any] = {}
    floors: dict[str, Any] = {}
    for edition, words in EDITIONS:
        found = list(ranking.items(pieces("chords", "test", edition), run, context))
        figures[words] = {
            "model": ranking.figures(found),
            "model and the song's own past": ranking.figures(ranking.recalled(found, trust)),
        }
        guess = np.random.default_rng(1)  # no two equal, so that a tie is no hit
        unsure = [(song, 1 + 1e-6 * guess.random(len(p)), *rest) for song, p, *rest in found]
        floors[words] = {
            **_kept(f"chords {edition}", lambda edition=edition: _markov(edition)),
            "the song's own past alone": ranking.figures(
                ranking.recalled(unsure, dict.fromkeys(trust, ALONE))
            ),
        }
    return {"figures": figures, "floors": floors}


def of_notes(part: str, model: Decoder) -> dict[str, dict[str, Any]]:
    """Bits a note on every source's held-out pieces, controls open and told, and floors by source."""
    figures: dict[str, Any] = {}
    floors: dict[str, Any] = {}
    for source in SOURCES[part]:
        test = pieces(part, "test", source)
        for told, words in ((False, "controls open"), (True, "controls told")):
            figures[f"{source}, {words}"] = telling.judge(model, test, told=told)
        floors[source] = _kept(f"{part} {source}", lambda source=source: _counted(part, source))
    return {"figures": figures, "floors": floors}


def _markov(edition: str) -> dict[str, Any]:
    train, test = pieces("chords", "train", edition), pieces("chords", "test", edition)
    return {
        f"Markov order {order}, {'told from the last root' if free else 'in the key'}": ranking.floor(
            train, test, order, transposition_free=free
        )
        for order in ORDERS
        for free in (True, False)
    }


def _counted(part: str, source: str) -> dict[str, Any]:
    train, test = pieces(part, "train", source), pieces(part, "test", source)
    out: dict[str, Any] = dict(telling.floors(train, test))
    if source == "pop":
        for order in PITCH_ORDERS:
            out[f"pitch given chord and {order} pitches"] = likelihood.pitch_floor(
                train, test, order, interval=False
            )
        if part == "bass":
            out["pitch Hits@1 of the rule: the nearest root"] = band.roots(test)
    return out


def _kept(name: str, count: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Floors do not depend on the model: counted once."""
    known = json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    if name not in known:
        found = count()
        known = {**(json.loads(FLOORS.read_text()) if FLOORS.exists() else {}), name: found}
        beside = FLOORS.with_suffix(".part")
        beside.write_text(json.dumps(known, indent=1))
        beside.replace(FLOORS)
    return known[name]  # type: ignore[no-any-return]
