"""A Markov chain in a decoder's place: what a table of counts writes under the same grammar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bridge.inference.card import Card
from bridge.inference.session import Floats
from bridge.vocabulary import tokens
from models.judging.knowledge import BUILD
from models.markov import Markov
from models.windows import Pieces

ORDER = 3
COUNTED = ("chords", "melody", "accompaniment")
"""Parts whose place it takes, each by what is counted in its pop songs."""
PIECES = 200
"""Training songs that are counted: enough for a floor, and soon done."""


class MarkovDecoder:
    """Says of the next token what followed the last three in the training songs.

    It has the face of `inference.session.Decoder`. Of a bar it knows what was written in it (chords: in the
    bars before, too), and nothing of what was asked. Its cache holds the tokens themselves.
    """

    def __init__(self, card: Card, build: Path = BUILD) -> None:
        # It is asked for nothing.
        self.card = replace(card, layers=1, heads=1, head_width=1, recall={}, conditions=0, guidance=0.0)
        self._model = Markov(card.vocabulary_size, ORDER)
        pack = Pieces(build / f"{card.part}-train-pop.npz")
        for piece in range(min(PIECES, len(pack.meta))):
            starts = pack.starts(piece)
            low, high = starts[0], starts[-1]
            ids, written = pack.tokens[low:high].tolist(), pack.written[low:high]
            for at in np.flatnonzero(written):
                self._model.learn(self._seen(ids[max(0, at - 120) : at]), ids[at])

    def empty_past(self, rows: int, length: int = 0) -> Floats:
        """A cache of tokens."""
        return np.zeros((1, 2, rows, 1, length, 1), np.float32)

    def run(
        self, fed: np.ndarray, past: Floats, positions: np.ndarray, valid: Floats, conditions: object = None
    ) -> tuple[Floats, Floats]:
        """As `Decoder.run`; only the last token's logits are worked out."""
        rows, length = fed.shape
        fresh = np.broadcast_to(fed.astype(np.float32)[:, None, :, None], (1, 2, rows, 1, length, 1))
        logits = np.zeros((rows, length, self.card.vocabulary_size), np.float32)
        for row in range(rows):
            kept = past[0, 0, row, 0, valid[row, :-length] > 0.5, 0]
            line = [*kept.astype(int).tolist(), *fed[row].tolist()]
            logits[row, -1] = np.log(self._model.probabilities(self._seen(line[-120:])))
        return logits, fresh

    def _seen(self, line: Sequence[int]) -> list[int]:
        if self.card.part == "chords":
            return [
                token
                for token in line
                if token == tokens.BAR
                or tokens.POS_0 <= token < tokens.POS_0 + tokens.POSITIONS
                or tokens.CHORD_0 <= token < tokens.CHORD_0 + tokens.CHORDS
            ][-ORDER:]
        last = max((at for at, token in enumerate(line) if token == tokens.SEP), default=-1)
        return [tokens.BAR, *line[last + 1 :]][-ORDER:]
