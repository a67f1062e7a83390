"""Windows of whole bars drawn at random from packed pieces, with controls left open at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.vocabulary import tokens
from bridge.vocabulary.conditions import GROUPS, WIDTH
from bridge.vocabulary.texture import TEXTURES

OPENING = 3
"""`BOS SOURCE KEY`."""
EDITED = ("density", "register", "polyphony")
"""What a person changes in a bar first."""
TRIES = 12
"""Pieces looked at for one in the same mode."""
OPEN_TEXTURE = tokens.texture_id(None)
FIRST_TEXTURE = OPEN_TEXTURE - len(TEXTURES)


@dataclass(frozen=True)
class Window:
    """Tokens (T,) of consecutive bars, which of them are written, and the conditions (T, C) beside them."""

    ids: np.ndarray
    written: np.ndarray
    conditions: np.ndarray


class Pieces:
    """One packed file of the corpus (see `corpus.packing`)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.tokens = arrays["tokens"].astype(np.int64)
            self.written = arrays["written"]
            self.bar_starts = arrays["bar_starts"]
            self.keys = arrays["keys"]
            self.conditions = arrays["conditions"].astype(np.float32)
            self.segment_bars = arrays["segment_bars"]
            self.meta = arrays["meta"]
        lengths = [self.starts(piece)[-1] - self.starts(piece)[0] for piece in range(len(self.meta))]
        self.share = np.array(lengths, float) / max(1, sum(lengths))

    def starts(self, piece: int) -> np.ndarray:
        """Where each bar of a piece starts, and where the last one ends."""
        base, count = self.segment_bars[piece], self.meta[piece][3]
        return self.bar_starts[base : base + count + 1]

    def window(self, piece: int, first: int, context: int) -> tuple[Window, int]:
        """As many bars from `first` as fit into `context` tokens, and the bar after them."""
        base = self.segment_bars[piece]
        _, source, last, count = self.meta[piece]
        starts = self.starts(piece)
        room = context - OPENING
        end = int(np.searchsorted(starts, starts[first] + room, side="right")) - 1
        end = max(first + 1, min(end, count))
        low, high = starts[first], starts[end]
        body = self.tokens[low:high][:room]
        flags = self.written[low:high][:room].copy()
        flags[0] = False
        beside = np.repeat(
            self.conditions[base + first : base + end], np.diff(starts[first : end + 1]), axis=0
        )[:room]
        head = [tokens.BOS, source, self.keys[base + first]]
        ids = np.concatenate((head, body))
        flags = np.concatenate(([False] * OPENING, flags))
        beside = np.concatenate((np.zeros((OPENING, WIDTH), np.float32), beside))
        if len(body) == high - low and (end < count or last):
            ids = np.append(ids, tokens.BAR if end < count else tokens.EOS)
            flags = np.append(flags, True)
            beside = np.concatenate((beside, self.conditions[base + end][None]))
        return Window(ids, flags, beside), end

    def backed(self, piece: int, first: int, context: int) -> int:
        """An earlier first bar where the window would otherwise end short at the piece's end."""
        starts = self.starts(piece)
        return min(first, int(np.searchsorted(starts, starts[-1] - (context - OPENING - 1), side="left")))

    def consecutive(self, context: int, overlap_bars: int) -> list[tuple[int, Window, int]]:
        """All bars in windows that follow one another: (piece, window, first token not judged before).

        Each window but a piece's first starts with `overlap_bars` bars already seen.
        """
        out = []
        for piece, (_, _, _, count) in enumerate(self.meta):
            starts = self.starts(piece)
            first = done = 0
            while done < count:
                window, end = self.window(piece, first, context)
                # The BAR a window ends on was judged there, not again in the next.
                fresh = OPENING + int(starts[done] - starts[first]) + (done > 0)
                out.append((piece, window, fresh))
                done = end
                first = min(done, max(first + 1, done - overlap_bars))
        return out


class Drawer:
    """Random windows from several packs, each with its weight.

    Args:
        packs: packs with the share of windows each gives.
        context: tokens in a window at most.
        seed: of the drawing.
        open_all: share of windows with every control left open. Of the others each draws how many it leaves
            open: one that nearly always knew all would not know what to do with one alone.
        joined: share of windows that go on, from some bar, with bars of another piece of the source in the
            same mode. Music seldom turns from one bar to the next, so what has been says nearly all that
            controls do, and a model need not listen to them; here it must.
        few: share of the told windows that are told `EDITED` at most: with all the others beside them, a
            model hardly needs these.
    """

    def __init__(
        self,
        packs: Iterable[tuple[Pieces, float]],
        context: int,
        seed: int,
        *,
        open_all: float,
        joined: float = 0.0,
        few: float = 0.0,
    ) -> None:
        self.packs, found = zip(*packs, strict=True)
        weights = np.array(found, float)
        self.weights = weights / weights.sum()
        self.context = context
        self.open_all = open_all
        self.joined = joined
        self.few = few
        self.random = np.random.default_rng(seed)

    def draw(self) -> Window:
        """One window."""
        choose = self.random
        pack = self.packs[choose.choice(len(self.packs), p=self.weights)]
        if choose.random() < self.joined:
            joined = self.join(pack)
            if joined is not None:
                return self.opened(joined, always=True)
        piece, first = self.place(pack)
        window, _ = pack.window(piece, pack.backed(piece, first, self.context), self.context)
        return self.opened(window)

    def place(self, pack: Pieces) -> tuple[int, int]:
        """A piece and one of its bars."""
        piece = int(self.random.choice(len(pack.share), p=pack.share))
        first = 0 if self.random.random() < 0.1 else int(self.random.integers(pack.meta[piece][3]))
        return piece, first

    def join(self, pack: Pieces) -> Window | None:
        """Bars of one piece and then of another; `None` where none was found in the same mode."""
        piece, first = self.place(pack)
        before, end = pack.window(piece, first, int(self.context * self.random.uniform(0.1, 0.6)))
        key = pack.keys[pack.segment_bars[piece] + end]
        for _ in range(TRIES):
            other, after = self.place(pack)
            if other != piece and pack.keys[pack.segment_bars[other] + after] == key:
                break
        else:
            return None
        # What ends the first piece's last bar is the BAR that begins the other's first.
        kept = len(before.ids) - 1
        if kept <= OPENING or before.ids[-1] not in (tokens.BAR, tokens.EOS):
            return None
        rest, _ = pack.window(other, after, self.context - kept + OPENING)
        flags = rest.written[OPENING:].copy()
        flags[0] = True
        return Window(
            np.concatenate((before.ids[:kept], rest.ids[OPENING:])),
            np.concatenate((before.written[:kept], flags)),
            np.concatenate((before.conditions[:kept], rest.conditions[OPENING:])),
        )

    def opened(self, window: Window, *, always: bool = False) -> Window:
        """The window with some controls left open; `always`: never all, and seldom many."""
        beside, ids = window.conditions.copy(), window.ids
        share = 1.0 if not always and self.random.random() < self.open_all else self.random.random()
        if always:
            share *= 0.6
        few = self.random.random() < self.few and share < 1.0
        for name, columns in GROUPS.items():
            if (few and name not in EDITED) or self.random.random() < share:
                beside[:, columns] = 0
        if self.random.random() < share:
            ids = untextured(ids)
        return Window(ids, window.written, beside)

    def batch(self, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tokens (B, T), written (B, T) and conditions (B, T, C), padded at the end."""
        return side_by_side([self.draw() for _ in range(size)])


def untextured(ids: np.ndarray) -> np.ndarray:
    """The same tokens with every texture left open."""
    return np.where((ids >= FIRST_TEXTURE) & (ids < OPEN_TEXTURE), OPEN_TEXTURE, ids)


def side_by_side(windows: Sequence[Window]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows as one batch, padded at the end."""
    longest = max(len(window.ids) for window in windows)
    ids = np.full((len(windows), longest), tokens.PAD, np.int64)
    written = np.zeros((len(windows), longest), bool)
    beside = np.zeros((len(windows), longest, WIDTH), np.float32)
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = window.ids
        written[row, :length] = window.written
        beside[row, :length] = window.conditions
    return ids, written, beside


def shares(build: Path, part: str, wanted: Mapping[str, float]) -> dict[str, tuple[Pieces, float]]:
    """The packs of a part's training pieces that are written, by source, with their weights.

    Raises:
        FileNotFoundError: none is.
    """
    paths = {name: build / f"{part}-train-{name}.npz" for name in wanted}
    out = {name: (Pieces(path), wanted[name]) for name, path in paths.items() if path.exists()}
    if not out:
        raise FileNotFoundError(
            f"no training pieces for {part} in {build}: run `python -m models.corpus.write`"
        )
    return out
