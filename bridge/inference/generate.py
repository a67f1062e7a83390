"""KV-cached decoding of many rows at once, each row with its own random stream.

A row (a plot's part) is a list of bars. Of each bar the prompt is given and the body is written under a
grammar. What a row gets must not depend on what else is decoded, to the last bit, so:

- rows run together only while their caches have the same padded length, and that length depends on
  the row alone (its own tokens, rounded up to `BLOCK`);
- a row's tokens always lie at the start of its cache, the padding after them, masked by `valid`;
- one row with one token runs with a spare row beside it, because it alone would be another kernel.

When a row's context is full it is primed again with its last bars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bridge.inference.sampling import Sampling, draw
from bridge.inference.session import Decoder, Floats
from bridge.vocabulary import tokens
from bridge.vocabulary.masks import BarRules, Grammar, Mask

BLOCK = 64
MAX_ROWS = 8
CHUNK = 64
"""Most tokens of a row in one pass: a long prompt is read in pieces, so that a job can stop in between."""

Tokens = tuple[int, ...]
OnBar = Callable[[int, int], None]


class Guide(Protocol):
    """Narrows what may be written, beyond the grammar, from what was written before."""

    def begin(self, bar: int) -> None:
        """A bar begins."""

    def narrow(self, legal: Mask) -> Mask:
        """Of the legal tokens, those wanted; all-false means no wish."""

    def push(self, token: int) -> None:
        """A token was written."""


@dataclass(frozen=True)
class BarTask:
    """One bar to write: `prompt` is read, then `body` is written under `rules`, or read when given."""

    prompt: Tokens
    rules: BarRules
    body: Tokens | None = None


@dataclass(frozen=True)
class Row:
    """One stretch of one part, written bar after bar.

    Args:
        part: one of `bars.PARTS`.
        start: the tokens that open the sequence.
        bars: the bars to write.
        generator: the row's own stream; one draw for each token that was not forced.
        sampling: how freely to draw.
        prime: whole bars (prompt and body) read before the first.
        guide: optional further wishes.
    """

    part: str
    start: Tokens
    bars: tuple[BarTask, ...]
    generator: np.random.Generator
    sampling: Sampling
    prime: tuple[Tokens, ...] = ()
    guide: Guide | None = None


def generate(
    decoder: Decoder,
    rows: Sequence[Row],
    *,
    check: Callable[[], None] = lambda: None,
    on_bar: Callable[[], None] = lambda: None,
    context: int | None = None,
    max_rows: int = MAX_ROWS,
) -> list[tuple[Tokens, ...]]:
    """The bodies written for every row, bar by bar.

    Args:
        decoder: the model.
        rows: what to write; the result for a row is the same whatever the others are.
        check: called before every pass (some milliseconds); raises to stop.
        on_bar: called after every finished bar of any row.
        context: most tokens a row looks back on, at most the model's own.
        max_rows: most rows decoded at once; it changes speed and memory only.

    Returns:
        For each row, one tuple of body tokens a bar.
    """
    limit = min(decoder.card.context, context or decoder.card.context)
    waiting = [_Desk(row, decoder, limit, on_bar) for row in rows]
    desks = list(waiting)
    active: list[_Desk] = []
    batches: dict[tuple[int, ...], _Batch] = {}
    while waiting or active:
        for desk in active:
            if desk.finished:
                desk.clear()
        active = [desk for desk in active if not desk.finished]
        while waiting and len(active) < max_rows:
            desk = waiting.pop(0)
            desk.advance(None)
            if not desk.finished:
                active.append(desk)
        groups: dict[tuple[int, int], list[_Desk]] = {}
        for desk in active:
            desk.make_room()
            groups.setdefault((desk.block, min(len(desk.pending), CHUNK)), []).append(desk)
        kept: dict[tuple[int, ...], _Batch] = {}
        for (block, length), group in sorted(groups.items(), key=lambda item: item[0]):
            check()
            key = (block, length, *(id(desk) for desk in group))
            batch = batches.get(key) or _Batch(decoder, group, block)
            kept[key] = batch
            for desk, logits in zip(group, batch.step()):
                if not desk.pending:
                    desk.advance(logits)
        batches = kept
    return [tuple(desk.bodies) for desk in desks]


class _Desk:
    """One row at work: its grammar, its cache and the tokens not yet in the cache."""

    def __init__(self, row: Row, decoder: Decoder, limit: int, on_bar: Callable[[], None]) -> None:
        self.row = row
        self.bodies: list[Tokens] = []
        self.finished = not row.bars
        self.used = 0
        self.cache: Floats = decoder.empty_past(1)[:, :, 0]
        self._decoder = decoder
        self._limit = limit
        self._on_bar = on_bar
        self._grammar = Grammar(row.part)
        self._body: list[int] = []
        self._writing = False
        self.pending: list[int] = list(row.start)
        for bar in row.prime:
            self.pending += bar

    @property
    def block(self) -> int:
        """Padded length of the cache: the row's own tokens, rounded up."""
        return -(-self.used // BLOCK) * BLOCK

    def advance(self, logits: npt.NDArray[np.float32] | None) -> None:
        """Take the logits after the last pending token and go on until the model is needed again."""
        while not self.finished:
            if not self._writing:
                self._open_bar()
                continue
            # The table only grows: a model of an earlier version has never heard of its last names.
            legal = self._grammar.legal()
            if self.row.guide is not None:
                narrowed = legal & self.row.guide.narrow(legal)
                legal = narrowed if narrowed.any() else legal
            choices = np.flatnonzero(legal)
            if len(choices) == 1:
                token = int(choices[0])
            elif logits is not None:
                token = draw(logits, legal[: len(logits)], self.row.generator, self.row.sampling)
                logits = None
            else:
                return
            self._write(token)

    def make_room(self) -> None:
        """Prime the row again with its last bars when what is pending would not fit the context."""
        if self.used + len(self.pending) <= self._limit:
            return
        # Three fifths of the context are kept, so that a row is primed once in many bars.
        open_bar = [*self.row.bars[len(self.bodies)].prompt, *self._body] if self._writing else []
        room = int(self._limit * 0.6) - len(self.row.start) - len(open_bar)
        past: list[int] = []
        for index in range(len(self.bodies) - 1, -1, -1):
            bar = [*self.row.bars[index].prompt, *self.bodies[index]]
            if len(past) + len(bar) > room:
                break
            past = bar + past
        self.pending = ([*self.row.start, *past, *open_bar])[-self._limit :]
        self.used = 0

    def store(self, fresh: Floats) -> None:
        """Keep the keys and values (L, 2, H, T, D) of the first T pending tokens."""
        need = self.used + fresh.shape[3]
        if need > self.cache.shape[3]:
            size = min(max(need, 2 * self.cache.shape[3]), self._limit)
            grown = self._decoder.empty_past(1, -(-size // BLOCK) * BLOCK)[:, :, 0]
            grown[:, :, :, : self.used] = self.cache[:, :, :, : self.used]
            self.cache = grown
        self.cache[:, :, :, self.used : need] = fresh
        self.used = need
        del self.pending[: fresh.shape[3]]

    def clear(self) -> None:
        """Give the cache's memory back; a film of hours has hundreds of rows."""
        self.cache = self._decoder.empty_past(1)[:, :, 0]
        self.pending = []

    def _open_bar(self) -> None:
        index = len(self.bodies)
        task = self.row.bars[index]
        self.pending += task.prompt
        if self.row.guide is not None:
            self.row.guide.begin(index)
        if task.body is not None:
            self.pending += task.body
            if self.row.guide is not None:
                for token in task.body:
                    self.row.guide.push(token)
            self._close_bar(task.body)
            return
        self._grammar.begin(task.rules)
        self._body = []
        self._writing = True

    def _write(self, token: int) -> None:
        self._grammar.push(token)
        if self._grammar.done:
            self._writing = False
            self._close_bar(tuple(self._body))
            return
        self._body.append(token)
        self.pending.append(token)
        if self.row.guide is not None:
            self.row.guide.push(token)

    def _close_bar(self, body: Tokens) -> None:
        self.bodies.append(body)
        self._on_bar()
        self.finished = len(self.bodies) == len(self.row.bars)


class _Batch:
    """Rows whose caches have one padded length; the padded cache is kept while the rows stay together."""

    def __init__(self, decoder: Decoder, desks: Sequence[_Desk], block: int) -> None:
        self._decoder = decoder
        self._desks = list(desks)
        self._block = block
        # A pass of one row and one token would be a matrix by a vector, which is another kernel.
        alone = len(desks) == 1 and len(desks[0].pending) == 1
        rows = 2 if alone else len(desks)
        self._past = decoder.empty_past(rows, block)
        for index, desk in enumerate(desks):
            self._past[:, :, index, :, : desk.used] = desk.cache[:, :, :, : desk.used]

    def step(self) -> list[npt.NDArray[np.float32]]:
        """Feed every row's pending tokens, `CHUNK` at most; the logits (V,) after the last one fed."""
        desks, block = self._desks, self._block
        rows, length = self._past.shape[2], min(len(desks[0].pending), CHUNK)
        fed = np.full((rows, length), tokens.PAD, np.int64)
        positions = np.tile(np.arange(length, dtype=np.int64), (rows, 1))
        valid = np.ones((rows, block + length), np.float32)
        for index, desk in enumerate(desks):
            fed[index] = desk.pending[:length]
            positions[index] += desk.used
            valid[index, desk.used : block] = 0
        if rows > len(desks):  # the spare row repeats the first, so that it costs no special case
            fed[-1], positions[-1], valid[-1] = fed[0], positions[0], valid[0]
        logits, present = self._decoder.run(fed, self._past, positions, valid)
        for index, desk in enumerate(desks):
            fresh = present[:, :, index, :, block:]
            start = desk.used
            desk.store(fresh)
            if desk.used <= block:
                self._past[:, :, index, :, start : desk.used] = fresh
        return [logits[index, -1] for index in range(len(desks))]
