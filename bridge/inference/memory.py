"""A row's memory of its own chords, mixed into what the model says of the next one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bridge.inference.session import Floats
from bridge.vocabulary import tokens
from bridge.vocabulary.recall import Bucket, Recall, mixed

FIRST = tokens.CHORD_0 + 1
CHORDS = tokens.CHORDS - 1


class ChordMemory:
    """Chords read and written so far, and how far they foretell the next change (see `recall`).

    That the sounding chord goes on, or that there is none, stays the model's to say; only how a change is
    shared out among the other chords is mixed.

    Args:
        trust: weight of the memory in each bucket, from the model's card.
    """

    def __init__(self, trust: Mapping[Bucket, float]) -> None:
        self._trust = trust
        self._recall = Recall(CHORDS)

    def push(self, token: int) -> None:
        """A token was read or written; all but chords are passed over."""
        if FIRST <= token < FIRST + CHORDS:
            self._recall.push(token - FIRST)

    def mixed(self, logits: Floats) -> Floats:
        """Logits (V,) with the memory's share in the chords'."""
        row = logits[FIRST : FIRST + CHORDS].astype(np.float64)
        top = row.max()
        weights = np.exp(row - top)
        change = weights.sum()
        last = self._recall.last
        if last is not None:
            change -= weights[last]
        shares = mixed(weights, self._recall, self._trust)
        if last is not None:
            shares[last] = weights[last] / change if change > 0 else 1.0
        # A chord that neither knows stays possible: a grammar may leave nothing else.
        out = logits.copy()
        out[FIRST : FIRST + CHORDS] = np.log(np.maximum(shares * change, 1e-30)) + top
        return out
