"""Windows of whole bars drawn at random from the packed corpus, with controls left open at random."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import QUALITIES

BUILD = Path(__file__).resolve().parent / "build"

VARIANTS = {
    "chords": {
        "plain": 0.22,
        "sections": 0.12,
        "scattered": 0.1,
        "whole": 0.06,
        "unkeyed": 0.2,
        "heard": 0.22,
        "unkeyed-scattered": 0.08,
    },
    "melody": {"plain": 0.42, "sections": 0.25, "scattered": 0.2, "whole": 0.13},
    "accompaniment": {"plain": 0.42, "sections": 0.25, "scattered": 0.2, "whole": 0.13},
}
"""How often a window comes from each way of telling the training songs."""

OPEN_ALL = {"chords": 0.4, "melody": 0.2, "accompaniment": 0.15}
"""Share of windows with every control left open; of the others each kind is open in 0.15."""
OPEN_ONE = 0.15

_LABEL_0 = tokens.id_of("LABEL_introduction")
_UNKNOWN = tokens.id_of("LABEL_unknown")
_KINDS = [(_LABEL_0, _UNKNOWN, _UNKNOWN)] + [
    (tokens.id_of(f"{kind}_0"), tokens.id_of(f"{kind}_0") + levels - 1, tokens.ANY)
    for kind, levels in tokens.LEVELS.items()
]


def transposition_table() -> np.ndarray:
    """(12, V): every token's id after moving chord roots up by the row's number of semitones."""
    table = np.tile(np.arange(tokens.SIZE), (12, 1))
    chords = np.arange(12 * len(QUALITIES))
    for up in range(12):
        moved = (chords + up * len(QUALITIES)) % (12 * len(QUALITIES))
        table[up, tokens.CHORD_0 + 1 : tokens.CHORD_0 + tokens.CHORDS] = tokens.CHORD_0 + 1 + moved
    return table


TRANSPOSED = transposition_table()


class Packed:
    """One packed file of the corpus."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.tokens = arrays["tokens"].astype(np.int64)
            self.written = arrays["written"]
            self.bar_starts = arrays["bar_starts"]
            self.segment_bars = arrays["segment_bars"]
            self.meta = arrays["meta"]
        lengths = [
            self.bar_starts[first + bars] - self.bar_starts[first]
            for first, bars in zip(self.segment_bars, self.meta[:, 3])
        ]
        self.share = np.array(lengths) / max(1, sum(lengths))

    def window(self, segment: int, first: int, context: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Tokens and written flags of as many bars from `first` as fit, and the bar after them."""
        base = self.segment_bars[segment]
        _, key, last, count = self.meta[segment]
        starts = self.bar_starts[base : base + count + 1]
        room = context - 2
        end = int(np.searchsorted(starts, starts[first] + room, side="right")) - 1
        end = max(first + 1, min(end, count))
        low, high = starts[first], starts[end]
        body = self.tokens[low:high][:room]
        flags = self.written[low:high][:room].copy()
        flags[0] = False
        ids = np.concatenate(([tokens.BOS, tokens.id_of("KEY_MAJOR") + key], body))
        flags = np.concatenate(([False, False], flags))
        if len(body) == high - low and (end < count or last):
            stop = tokens.BAR if end < count else tokens.EOS
            ids = np.append(ids, stop)
            flags = np.append(flags, True)
        return ids, flags, end

    def backed(self, segment: int, first: int, context: int) -> int:
        """An earlier first bar where the window would otherwise end short at the segment's end."""
        base = self.segment_bars[segment]
        count = self.meta[segment][3]
        starts = self.bar_starts[base : base + count + 1]
        earliest = int(np.searchsorted(starts, starts[-1] - (context - 3), side="left"))
        return min(first, earliest)


class Corpus:
    """All variants of one part's training songs."""

    def __init__(self, part: str, context: int, seed: int) -> None:
        self.part = part
        self.context = context
        self.random = np.random.default_rng(seed)
        names = VARIANTS[part]
        self.weights = np.array(list(names.values())) / sum(names.values())
        self.packs = [Packed(BUILD / f"{part}-train-{name}.npz") for name in names]

    def batch(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Tokens (B, T + 1), padded at the end, and which of them count in the loss."""
        return padded([self.draw() for _ in range(size)])

    def draw(self) -> tuple[np.ndarray, np.ndarray]:
        """One random window."""
        choose = self.random
        pack = self.packs[choose.choice(len(self.packs), p=self.weights)]
        segment = int(choose.choice(len(pack.share), p=pack.share))
        first = int(choose.integers(pack.meta[segment][3]))
        if choose.random() < 0.1:
            first = 0
        first = pack.backed(segment, first, self.context)
        ids, flags, _ = pack.window(segment, first, self.context)
        if pack.meta[segment][1] == tokens.KEYS.index("unknown"):
            ids = TRANSPOSED[choose.integers(12)][ids]
        return opened(ids, choose, self.part), flags


def opened(ids: np.ndarray, choose: np.random.Generator, part: str) -> np.ndarray:
    """The window with some kinds of control left open."""
    everything = choose.random() < OPEN_ALL[part]
    out = ids.copy()
    for low, high, instead in _KINDS:
        if everything or choose.random() < OPEN_ONE:
            out[(ids >= low) & (ids <= high)] = instead
    return out


def open_controls(ids: np.ndarray) -> np.ndarray:
    """Every control left open: what a model knows that is told nothing but the metre."""
    out = ids.copy()
    for low, high, instead in _KINDS:
        out[(ids >= low) & (ids <= high)] = instead
    return out


def padded(windows: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Windows side by side, padded at the end."""
    longest = max(len(ids) for ids, _ in windows)
    ids = np.full((len(windows), longest), tokens.PAD, dtype=np.int64)
    flags = np.zeros((len(windows), longest), dtype=bool)
    for row, (these, written) in enumerate(windows):
        ids[row, : len(these)] = these
        flags[row, : len(these)] = written
    return ids, flags


def consecutive(
    pack: Packed, context: int, overlap_bars: int = 0
) -> list[tuple[int, np.ndarray, np.ndarray, int]]:
    """All bars of a pack in windows that follow one another.

    Returns (segment, tokens, written, first new token): with `overlap_bars` each window starts with
    bars already seen, so that later bars are always judged with something before them.
    """
    out = []
    for segment, (_, _, _, count) in enumerate(pack.meta):
        base = pack.segment_bars[segment]
        starts = pack.bar_starts[base : base + count + 1]
        first = 0
        done = 0
        while done < count:
            ids, flags, end = pack.window(segment, first, context)
            fresh = 2 + int(starts[done] - starts[first])
            out.append((segment, ids, flags, fresh))
            done = end
            first = max(first + 1, done - overlap_bars)
            if first > done:
                first = done
    return out
