"""What a piece itself has said before: the memory of its own chords that a model's forecast is mixed with.

Songs repeat themselves: after the same few chords as before, the same chord tends to follow. A small decoder
finds such repeats only after far more training than it can be given here, and a table finds them at once, so
the two share the forecast (a continuous cache in the sense of Grave, Joulin & Usunier 2017, "Improving neural
language models with a continuous cache", with suffixes matched as in prediction by partial matching). How far
each is trusted depends on how long the match is and was fitted on validation songs; it stands in the model's
card.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

LONGEST: Final = 10
SHARPNESS: Final = 3.0
"""How much more a match counts that is one symbol longer."""
MEMORY: Final = 0.98
"""How much less one counts that lies a symbol further back."""
LONGEST_TOLD: Final = 8
MOST_AGREEING: Final = 3
SURE: Final = 5

Floats = npt.NDArray[np.float64]
Bucket = tuple[int, int, int]


class Recall:
    """A line of symbols 0 to `size` - 1, in which neighbours differ, and what it forecasts by itself."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._line: list[int] = []
        self._places: dict[int, list[int]] = {}

    @property
    def last(self) -> int | None:
        """The symbol that sounds; `None` at the start."""
        return self._line[-1] if self._line else None

    def push(self, symbol: int) -> None:
        """Take in the symbol that came; one that sounds already is no news."""
        if self.last == symbol:
            return
        self._places.setdefault(symbol, []).append(len(self._line))
        self._line.append(symbol)

    def forecast(self) -> tuple[Floats | None, int, int]:
        """What followed like passages: shares (size,), the longest match, and how many matches of that
        length agree (0 where they do not); `None` where nothing like this has been.
        """
        line, last = self._line, self.last
        if last is None:
            return None, 0, 0
        end = len(line) - 1
        shares = np.zeros(self.size)
        followers: set[int] = set()
        longest = count = 0
        for place in self._places[last][:-1]:
            length = 1
            while length < LONGEST and length <= place and line[place - length] == line[end - length]:
                length += 1
            follower = line[place + 1]
            shares[follower] += SHARPNESS**length * MEMORY ** (end - place)
            if length > longest:
                longest, count, followers = length, 0, set()
            if length == longest:
                count += 1
                followers.add(follower)
        if not longest:
            return None, 0, 0
        agreeing = min(count, MOST_AGREEING) if len(followers) == 1 else 0
        return shares / shares.sum(), min(longest, LONGEST_TOLD), agreeing


def bucket(p: Floats, longest: int, agreeing: int) -> Bucket:
    """What the trust depends on: the match, its agreement, and how sure the model is."""
    return longest, agreeing, min(int(p.max() * SURE), SURE - 1)


def mixed(p: Floats, memory: Recall, trust: Mapping[Bucket, float], usual: float = 0.1) -> Floats:
    """A model's shares (size,) of the next change mixed with what the piece has said before.

    Args:
        p: shares of every symbol; that of the one that sounds is taken as 0.
        memory: the piece so far.
        trust: weight of the memory in each bucket.
        usual: its weight in a bucket that was never seen.
    """
    p = p.copy()
    if memory.last is not None:
        p[memory.last] = 0.0
    total = p.sum()
    if total <= 0:
        return p
    p /= total
    shares, longest, agreeing = memory.forecast()
    if shares is None:
        return p
    weight = trust.get(bucket(p, longest, agreeing), usual)
    return weight * shares + (1 - weight) * p


def named(trust: Mapping[Bucket, float]) -> dict[str, float]:
    """Trust as a card writes it: `longest,agreeing,sure` -> weight."""
    return {",".join(map(str, key)): round(weight, 4) for key, weight in sorted(trust.items())}


def read_trust(named_trust: Mapping[str, float]) -> dict[Bucket, float]:
    """Trust as a card writes it, read.

    Raises:
        ValueError: a name is not three whole numbers.
    """
    out: dict[Bucket, float] = {}
    for name, weight in named_trust.items():
        longest, agreeing, sure = (int(part) for part in name.split(","))
        out[longest, agreeing, sure] = float(weight)
    return out
