"""What is to be decoded: rows of bars, with what narrows and remembers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bridge.inference.sampling import Sampling
from bridge.inference.session import Floats
from bridge.vocabulary.masks import BarRules, Mask

Tokens = tuple[int, ...]
Vector = tuple[float, ...]


class Guide(Protocol):
    """Narrows what may be written, beyond the grammar, from what was written before."""

    def begin(self, bar: int) -> None:
        """A bar begins."""

    def narrow(self, legal: Mask) -> Mask:
        """Of the legal tokens, those wanted; all-false means no wish."""

    def push(self, token: int) -> None:
        """A token was written."""


class Memory(Protocol):
    """What a row remembers of itself besides what the model sees."""

    def mixed(self, logits: Floats) -> Floats:
        """The model's logits (V,) with what is remembered mixed in."""

    def push(self, token: int) -> None:
        """A token was read or written."""


@dataclass(frozen=True)
class BarTask:
    """One bar to write: `prompt` is read, then `body` is written under `rules`, or read when given.

    `conditions` stand beside each of its tokens, for a model that takes them; empty is nothing asked.
    `lean` (V,) is added to the logits of every token drawn; `tone_lean`, in nats, to those of the pitches of
    the chord sounding (`rules.chords`) where a note starts on a beat.
    """

    prompt: Tokens
    rules: BarRules
    body: Tokens | None = None
    conditions: Vector = ()
    lean: Floats | None = None
    tone_lean: float = 0.0


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
        prime_conditions: what stands beside each of them, for a model that takes conditions.
        guide: optional further wishes.
        memory: what the row says of its own next chord; used where a chord is drawn.
    """

    part: str
    start: Tokens
    bars: tuple[BarTask, ...]
    generator: np.random.Generator
    sampling: Sampling
    prime: tuple[Tokens, ...] = ()
    prime_conditions: tuple[Vector, ...] = ()
    guide: Guide | None = None
    memory: Memory | None = None
