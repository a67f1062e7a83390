"""Drawing one token from logits: temperature, top-p and a mask of what is legal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Sampling:
    """How freely to draw: `temperature` 0 takes the likeliest token; `top_p` keeps the likeliest tokens
    that together reach that share.
    """

    temperature: float = 0.9
    top_p: float = 0.92

    def __post_init__(self) -> None:
        if self.temperature < 0 or not 0 < self.top_p <= 1:
            raise ValueError(f"no sampling at temperature {self.temperature}, top-p {self.top_p}")


def draw(
    logits: npt.NDArray[np.float32],
    legal: npt.NDArray[np.bool_],
    generator: np.random.Generator,
    how: Sampling,
) -> int:
    """One token id from logits (V,) among those `legal` (V,), in double precision.

    Ties go to the lower id. Takes exactly one number from the generator, whatever happens, so that a
    row's draws stay in step.

    Raises:
        ValueError: nothing is legal.
    """
    ids = np.flatnonzero(legal)
    at = float(generator.random())
    if ids.size == 0:
        raise ValueError("no token is legal here")
    wanted = logits[ids].astype(np.float64)
    if how.temperature == 0:
        return int(ids[int(np.argmax(wanted))])
    scaled = (wanted - wanted.max()) / how.temperature
    shares = np.exp(scaled)
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")
    reached = np.cumsum(shares[order])
    keep = int(np.searchsorted(reached, how.top_p, side="left")) + 1
    kept = reached[: min(keep, len(order))]
    return int(ids[order[int(np.searchsorted(kept, at * kept[-1], side="right").clip(0, len(kept) - 1))]])
