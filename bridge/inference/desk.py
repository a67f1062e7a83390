"""One row at work, and a pass of several.

What a row gets must not depend on what else is decoded, to the last bit, so:

- rows run together only while their caches have the same padded length, and that length depends on
  the row alone (its own tokens, rounded up to `BLOCK`);
- a row's tokens always lie at the start of its cache, the padding after them, masked by `valid`;
- one row with one token runs with a spare row beside it, because it alone would be another kernel.

When a row's context is full it is primed again with its last bars.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from bridge.inference.row import Row, Tokens, Vector
from bridge.inference.sampling import draw
from bridge.inference.session import Decoder, Floats
from bridge.vocabulary import tokens
from bridge.vocabulary.masks import Grammar, Mask

BLOCK = 64
CHUNK = 64
"""Most tokens of a row in one pass: a long prompt is read in pieces, so that a job can stop in between."""


class Desk:
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
        self._nothing: Vector = (0.0,) * decoder.card.conditions
        self.pending: list[int] = []
        self.beside: list[Vector] = []
        """The conditions of each pending token."""
        self._tell(row.start)
        for bar, conditions in zip_longest(row.prime, row.prime_conditions, fillvalue=()):
            self._tell(bar, conditions)

    @property
    def block(self) -> int:
        """Padded length of the cache: the row's own tokens, rounded up; never 0, an odd case for a graph."""
        return max(BLOCK, -(-self.used // BLOCK) * BLOCK)

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
                token = self._draw(logits, legal[: len(logits)])
                logits = None
            else:
                return
            self._write(token)

    def make_room(self) -> None:
        """Prime the row again with its last bars when what is pending would not fit the context."""
        if self.used + len(self.pending) <= self._limit:
            return
        # Three fifths of the context are kept, so that a row is primed once in many bars.
        written = [(task, body) for task, body in zip(self.row.bars, self.bodies)]
        if self._writing:
            written.append((self.row.bars[len(self.bodies)], tuple(self._body)))
        room = int(self._limit * 0.6) - len(self.row.start)
        first = len(written)
        while first > 0:
            task, body = written[first - 1]
            room -= len(task.prompt) + len(body)
            if room < 0 and not (self._writing and first == len(written)):
                break
            first -= 1
        self.pending, self.beside = [], []
        self._tell(self.row.start, remember=False)
        for task, body in written[first:]:
            self._tell((*task.prompt, *body), task.conditions, remember=False)
        del self.pending[: -self._limit], self.beside[: -self._limit]
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
        del self.pending[: fresh.shape[3]], self.beside[: fresh.shape[3]]

    def clear(self) -> None:
        """Give the cache's memory back; a film of hours has hundreds of rows."""
        self.cache = self._decoder.empty_past(1)[:, :, 0]
        self.pending, self.beside = [], []

    def _tell(self, tokens_read: Tokens, conditions: Vector = (), *, remember: bool = True) -> None:
        """Have the model read tokens, all of one bar."""
        self.pending += tokens_read
        self.beside += [conditions or self._nothing] * len(tokens_read)
        if remember and self.row.memory is not None:
            for token in tokens_read:
                self.row.memory.push(token)

    def _draw(self, logits: npt.NDArray[np.float32], legal: Mask) -> int:
        memory = self.row.memory
        if memory is not None and legal[tokens.CHORD_0 : tokens.CHORD_0 + tokens.CHORDS].any():
            logits = memory.mixed(logits)
        task = self.row.bars[len(self.bodies)]
        if task.lean is not None:
            logits = logits + task.lean[: len(logits)]
        if task.tone_lean and self._grammar.step % tokens.STEPS_PER_QUARTER == 0:
            tones = self._grammar.on_tones()[: len(logits)].astype(np.float32)
            logits = logits + np.float32(task.tone_lean) * tones
        return draw(logits, legal, self.row.generator, self.row.sampling)

    def _open_bar(self) -> None:
        index = len(self.bodies)
        task = self.row.bars[index]
        self._tell(task.prompt, task.conditions)
        if self.row.guide is not None:
            self.row.guide.begin(index)
        if task.body is not None:
            self._tell(task.body, task.conditions)
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
        self._tell((token,), self.row.bars[len(self.bodies)].conditions)
        if self.row.guide is not None:
            self.row.guide.push(token)

    def _close_bar(self, body: Tokens) -> None:
        self.bodies.append(body)
        self._on_bar()
        self.finished = len(self.bodies) == len(self.row.bars)


class Batch:
    """Rows whose caches have one padded length; the padded cache is kept while the rows stay together."""

    def __init__(self, decoder: Decoder, desks: Sequence[Desk], block: int) -> None:
        self.decoder = decoder
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
        width = self.decoder.card.conditions
        beside = np.zeros((rows, length, width), np.float32) if width else None
        for index, desk in enumerate(desks):
            fed[index] = desk.pending[:length]
            if beside is not None:
                beside[index] = desk.beside[:length]
            positions[index] += desk.used
            valid[index, desk.used : block] = 0
        if rows > len(desks):  # the spare row repeats the first, so that it costs no special case
            fed[-1], positions[-1], valid[-1] = fed[0], positions[0], valid[0]
            if beside is not None:
                beside[-1] = beside[0]
        logits, added = self.decoder.run(fed, self._past, positions, valid, beside)
        for index, desk in enumerate(desks):
            fresh = added[:, :, index]
            start = desk.used
            desk.store(fresh)
            if desk.used <= block:
                self._past[:, :, index, :, start : desk.used] = fresh
        return [logits[index, -1] for index in range(len(desks))]
