"""Random streams: each derived from what it is for, so that no draw depends on what else is composed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


def stream(seed: int, variation: int, stage: str, part: str, plot: str = "") -> np.random.Generator:
    """The generator for one (seed, variation, stage, part, plot), the same on every machine.

    The five are hashed with SHA-256 and the first 128 bits seed a PCG64, so neighbouring seeds or
    plots share nothing.
    """
    fields = (str(seed), str(variation), stage, part, plot)
    # Lengths keep ("a", "bc") apart from ("ab", "c").
    text = "".join(f"{len(field)}:{field}," for field in fields)
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def pick(generator: np.random.Generator, items: Sequence[Item], weights: Sequence[float] = ()) -> Item:
    """One of `items`, by `weights` (even when empty), from a single uniform draw.

    Only `Generator.random` is used in this project: its output for a seed is the one that numpy keeps
    stable, which `choice` and `integers` are not.
    """
    shares = list(weights) if weights else [1.0] * len(items)
    at = float(generator.random()) * sum(shares)
    for item, share in zip(items, shares):
        at -= share
        if at < 0:
            return item
    return items[-1]
