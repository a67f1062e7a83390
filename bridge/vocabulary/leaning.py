"""How mood leans on the choice of a chord's quality: a prior the brief can set, whatever a model has learnt.

After the affective mapping of Video2Music (Kang, Poria & Herremans 2024, "Video2Music: suitable music
generation from videos using an affective multimodal transformer model"), which ties emotions to chord
qualities in its loss; here the tie is a bias on the logits, so that it holds for any model and its strength
is a number. The orderings of qualities are those of `controls`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import QUALITIES
from bridge.vocabulary.controls import TENSION_OF_QUALITY, VALENCE_OF_QUALITY

STRENGTH: Final = 1.5
"""Nats between the ends of a scale at full lean: at valence 1 a major chord gains e^1.5 on a minor one."""

MOST: Final = 2.0
"""Factor on `STRENGTH` where a brief asks for colourful chords; plain ones have none of it."""

_ASKED = re.compile(
    r"\b(?:(less|not so|no|not|without)\s+)?"
    r"(?:(plain(?:er)?|simpler?|neutral)|(colou?rful|rich(?:er)?|expressive))\s+(?:chord|harmon)\w*",
    re.IGNORECASE,
)

Floats = npt.NDArray[np.float32]


def asked_strength(brief: str) -> float:
    """The strength that a brief asks for: none by "plain chords", `MOST` times by "colourful harmony"."""
    said = _ASKED.search(brief)
    if said is None:
        return STRENGTH
    # "Less colourful" is plainer, "less plain" more colourful.
    return 0.0 if bool(said.group(1)) != bool(said.group(2)) else MOST * STRENGTH


def harmony_in_words(brief: str) -> tuple[str, ...]:
    """The words of a brief that set the strength."""
    said = _ASKED.search(brief)
    return () if said is None else (said.group(0).lower(),)


def without_harmony_words(brief: str) -> str:
    """The brief without the words that speak of chords, which mean nothing but that."""
    return _ASKED.sub(",", brief)


@lru_cache(maxsize=256)
def lean(valence: float, tension: float, strength: float = STRENGTH) -> Floats:
    """(V,) what to add to the logits of each token; 0 for all but chords.

    `valence` and `tension` lie within -1 and 1; at 0 neither leans. Less tension than 0 does not push below
    what the model does by itself: music at rest is its default.
    """
    out = np.zeros(tokens.SIZE, np.float32)
    bright = np.array([VALENCE_OF_QUALITY[quality] - 0.5 for quality in QUALITIES])
    rough = np.array([TENSION_OF_QUALITY[quality] - 0.35 for quality in QUALITIES])
    each = strength * (valence * bright + max(0.0, tension) * rough)
    first = tokens.CHORD_0 + 1
    out[first : first + 12 * len(QUALITIES)] = np.tile(each, 12)
    out.setflags(write=False)
    return out
