"""What a chords model of vocabulary 2 knows of chord changes, beside Markov floors on the same items.

An item is a change to a chord, given the earlier true chords, the key, and the change's place in its bar;
nothing else is told. The chord that sounds is no choice. Songs are the independent units of the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import torch

from bridge.vocabulary.recall import Bucket, Recall, bucket, mixed
from models.decoder import Decoder
from models.likelihood import CHORDS, FIRST_CHORD, Tally, chord_figures, judge_ranked, relative
from models.markov import Markov
from models.windows import Pieces, Window, side_by_side

OVERLAP_BARS = 24
Logits = Callable[[list[Window]], list[np.ndarray]]


def logits_of(model: Decoder) -> Logits:
    """Logits (T - 1, V) of each window under a decoder, with every control open."""

    def run(windows: list[Window]) -> list[np.ndarray]:
        ids, _, beside = side_by_side(windows)
        with torch.no_grad():
            told = torch.zeros(beside[:, :-1].shape) if model.shape.conditions else None
            logits = (model.hidden(torch.from_numpy(ids[:, :-1]), told) @ model.table().t()).numpy()
        return [logits[row, : len(window.ids) - 1] for row, window in enumerate(windows)]

    return run


def items(pieces: Pieces, run: Logits, context: int) -> Iterable[tuple[int, np.ndarray, int, int]]:
    """Every change: (piece number, p over 120 symbols, the symbol, the symbol before)."""
    windows = pieces.consecutive(context, OVERLAP_BARS)
    last: dict[int, int] = {}
    for start in range(0, len(windows), 8):
        some = windows[start : start + 8]
        for (piece, window, fresh), logits in zip(some, run([w for _, w, _ in some]), strict=True):
            for at in range(fresh, len(window.ids)):
                symbol = int(window.ids[at]) - FIRST_CHORD
                if not 0 <= symbol < CHORDS:
                    continue
                before = last.get(piece)
                last[piece] = symbol
                if before is not None and before != symbol:
                    row = logits[at - 1, FIRST_CHORD : FIRST_CHORD + CHORDS].astype(np.float64)
                    yield int(pieces.meta[piece][0]), np.exp(row - row.max()), symbol, before


def figures(found: Iterable[tuple[int, np.ndarray, int, int]]) -> dict[str, object]:
    """Hits at 1, 3 and 5 and perplexity with their standard errors."""
    tally = Tally()
    for number, p, symbol, before in found:
        judge_ranked(tally, number, p, symbol, before)
    return chord_figures(tally)


def recalled(
    found: Iterable[tuple[int, np.ndarray, int, int]], trust: Mapping[Bucket, float]
) -> Iterable[tuple[int, np.ndarray, int, int]]:
    """The same items with each forecast mixed with the piece's own past."""
    piece, memory = None, Recall(CHORDS)
    for number, p, symbol, before in found:
        if number != piece:
            piece, memory = number, Recall(CHORDS)
        memory.push(before)
        yield number, mixed(p, memory, trust), symbol, before
        memory.push(symbol)


def fitted(
    found: Iterable[tuple[int, np.ndarray, int, int]], rounds: int = 25, prior: float = 30.0
) -> dict[Bucket, float]:
    """How far to trust a piece's past in each bucket: the weights of highest likelihood on these items.

    Expectation maximisation for a mixture of two, every bucket drawn to the common weight as by `prior`
    items.
    """
    seen: dict[Bucket, list[tuple[float, float]]] = {}
    piece, memory = None, Recall(CHORDS)
    for number, p, symbol, before in found:
        if number != piece:
            piece, memory = number, Recall(CHORDS)
        memory.push(before)
        shares, longest, agreeing = memory.forecast()
        if shares is not None:
            own = mixed(p, memory, {}, 0.0)
            place = bucket(own, longest, agreeing)
            seen.setdefault(place, []).append((float(shares[symbol]), float(own[symbol])))
        memory.push(symbol)
    pairs = {place: np.array(values) for place, values in seen.items()}
    trust = dict.fromkeys(pairs, 0.3)
    for _ in range(rounds):
        credit = {
            place: float(
                (trust[place] * v[:, 0] / (trust[place] * v[:, 0] + (1 - trust[place]) * v[:, 1])).sum()
            )
            for place, v in pairs.items()
        }
        common = sum(credit.values()) / max(1, sum(len(v) for v in pairs.values()))
        trust = {place: (credit[place] + prior * common) / (len(v) + prior) for place, v in pairs.items()}
    return trust


def symbols(pieces: Pieces) -> dict[int, list[int]]:
    """For each piece its chord symbols (0 to 119) as it goes, without repeats and stretches of no chord."""
    out = {}
    for piece in range(len(pieces.meta)):
        starts = pieces.starts(piece)
        ids = pieces.tokens[starts[0] : starts[-1]]
        found = ids[(ids >= FIRST_CHORD) & (ids < FIRST_CHORD + CHORDS)] - FIRST_CHORD
        keep = np.append(True, found[1:] != found[:-1]) if len(found) else np.zeros(0, bool)
        out[piece] = found[keep].tolist()
    return out


def floor(train: Pieces, judged: Pieces, order: int, *, transposition_free: bool) -> dict[str, object]:
    """A Markov model of changes: in the key's own pitch, or told from the chord before."""
    model = Markov(CHORDS, order)

    def context(line: list[int], at: int) -> list[int]:
        seen = line[max(0, at - order) : at]
        return [relative(symbol, line[at - 1]) for symbol in seen] if transposition_free else seen

    for line in symbols(train).values():
        for at in range(1, len(line)):
            wanted = relative(line[at], line[at - 1]) if transposition_free else line[at]
            model.learn(context(line, at), wanted)
    tally = Tally()
    for piece, line in symbols(judged).items():
        for at in range(1, len(line)):
            p = model.probabilities(context(line, at))
            if transposition_free:
                p = p[[relative(symbol, line[at - 1]) for symbol in range(CHORDS)]]
            judge_ranked(tally, int(judged.meta[piece][0]), p, line[at], line[at - 1])
    return chord_figures(tally)


def best_of(found: dict[str, dict[str, object]]) -> dict[str, object]:
    """For each column the best of several floors."""
    higher = {name: max(f[name] for f in found.values()) for name in ("hits1", "hits3", "hits5")}  # type: ignore[type-var]
    return {**higher, "perplexity": min(f["perplexity"] for f in found.values())}  # type: ignore[type-var]
