"""Token sequences of whole pieces, with a vector of conditions a bar, as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bridge.vocabulary import tokens
from bridge.vocabulary.bars import EncodedBar
from bridge.vocabulary.conditions import OPEN, Conditions


@dataclass(frozen=True)
class Told:
    """One piece for one part: encoded bars, the key word that holds in each, and what each is like.

    `last`: the piece ends here.
    """

    piece: int
    source: str
    keys: tuple[str, ...]
    bars: tuple[EncodedBar, ...]
    conditions: tuple[Conditions, ...]
    last: bool = True


def pack(pieces: Sequence[Told]) -> dict[str, np.ndarray]:
    """Flat arrays of pieces.

    Returns `tokens` int16, `written` (what the model writes), `bar_starts` and `segment_bars` (with one
    more start after each piece), and for each of these starts `keys` and `conditions`; `meta` rows are
    (piece, source, last, bars).
    """
    ids: list[int] = []
    written: list[bool] = []
    bar_starts: list[int] = []
    keys: list[int] = []
    conditions: list[tuple[float, ...]] = []
    first_bars: list[int] = []
    meta: list[tuple[int, int, int, int]] = []
    for told in pieces:
        first_bars.append(len(bar_starts))
        for index, (bar, key, wanted) in enumerate(zip(told.bars, told.keys, told.conditions, strict=True)):
            bar_starts.append(len(ids))
            keys.append(tokens.key_id(key))
            conditions.append(wanted.vector())
            # A BAR after a body is the body's end, and so the model's to write.
            ids += [*bar.prompt, *bar.body]
            written += [index > 0] + [False] * (len(bar.prompt) - 1) + [True] * len(bar.body)
        bar_starts.append(len(ids))
        keys.append(keys[-1])
        conditions.append(OPEN.vector())
        meta.append((told.piece, tokens.source_id(told.source), told.last, len(told.bars)))
    return {
        "tokens": np.array(ids, np.int16),
        "written": np.array(written),
        "bar_starts": np.array(bar_starts, np.int64),
        "keys": np.array(keys, np.int16),
        "conditions": np.array(conditions, np.float16),
        "segment_bars": np.array(first_bars, np.int64),
        "meta": np.array(meta, np.int64).reshape(-1, 4),
    }
