"""Words that no table knows, placed by their likeness to the emotions of a semantic encoder that reads text.

A word is put beside the prompts of the encoder's emotions, as a picture is; the shares it gets there are
points on the circle of `emotion`. A word that is one emotion throughout moves an axis by `MOST`, as much as a
word of our own tables does; one that is like none of them more than `LEAST` stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bridge.spotting.emotion import point
from bridge.spotting.mood import TENSION_FROM_ENERGY, TENSION_FROM_VALENCE

MOST = 0.3
LEAST = 0.4
_PROMPT = "a {} scene of a film"

Rows = npt.NDArray[np.float32]


class ReadsText(Protocol):
    """What is needed of an encoder; `inference.encoder.Encoder` has it."""

    def embed_text(self, words: Sequence[str]) -> Rows | None: ...  # noqa: D102
    def emotions(self, seen: Rows) -> Rows | None: ...  # noqa: D102


@dataclass(frozen=True)
class Placed:
    """A word, the emotion it is most like with its share, and the shifts of valence, energy and tension."""

    word: str
    emotion: str
    share: float
    shift: tuple[float, float, float]


def placed(words: Sequence[str], encoder: ReadsText, names: Sequence[str]) -> tuple[Placed, ...]:
    """Those of the words that are clearly like one of the encoder's emotions.

    Args:
        words: words that no table knows.
        encoder: reads them.
        names: of its emotions.
    """
    rows = encoder.embed_text([_PROMPT.format(word) for word in words]) if words and names else None
    shares = None if rows is None else encoder.emotions(rows)
    if shares is None:
        return ()
    out = []
    for word, row in zip(words, shares.astype(np.float64)):
        best = int(np.argmax(row))
        if row[best] < LEAST:
            continue
        valence, energy = MOST * (row @ np.array([point(name) for name in names]))
        tension = TENSION_FROM_VALENCE * valence + TENSION_FROM_ENERGY * energy
        shift = (round(float(valence), 4), round(float(energy), 4), round(float(tension), 4))
        out.append(Placed(word, names[best], round(float(row[best]), 3), shift))
    return tuple(out)
