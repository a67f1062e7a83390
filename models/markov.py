"""Floors: back-off Markov models counted on the training songs, for chord changes and for tokens."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

LARGEST_KEPT = 128
"""Distributions over more symbols are counted anew each time: keeping them would fill the memory."""


class Markov:
    """Interpolated Witten-Bell model of order `order` over `size` symbols.

    Each order's distribution is mixed with the next shorter one's by how many different symbols have
    followed the context; the shortest is mixed with the uniform one.
    """

    def __init__(self, size: int, order: int) -> None:
        self.size = size
        self.order = order
        self.counts: list[dict[Hashable, Counter[int]]] = [defaultdict(Counter) for _ in range(order + 1)]
        self._known: dict[Hashable, np.ndarray] = {}

    def learn(self, context: Sequence[Hashable], symbol: int) -> None:
        """Count one symbol after its context (the most recent last)."""
        for length in range(min(self.order, len(context)) + 1):
            self.counts[length][tuple(context[len(context) - length :])][symbol] += 1

    def probabilities(self, context: Sequence[Hashable]) -> np.ndarray:
        """Distribution (size,) of the next symbol."""
        whole = tuple(context[-self.order :]) if self.order else ()
        if whole in self._known:
            return self._known[whole]
        p = np.full(self.size, 1.0 / self.size)
        for length in range(min(self.order, len(context)) + 1):
            seen = self.counts[length].get(tuple(context[len(context) - length :]))
            if seen is None:
                break
            total, kinds = seen.total(), len(seen)
            share = np.zeros(self.size)
            share[list(seen)] = list(seen.values())
            p = (share + kinds * p) / (total + kinds)
        if self.size <= LARGEST_KEPT:
            self._known[whole] = p
        return p
