"""A film as rows: what is seen, what is heard, and which seconds are learnt from when a block is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bridge.spotting.mood import curves_from_axes, mood_axes, secondly, smooth
from bridge.spotting.sight import STEP_S, half_seconds
from models.sight.films import Film

TARGETS = ("density", "loudness")
BLOCK_S, GAP_S = 60, 10
_DENSITY_SIGMA_S, _LOUDNESS_SIGMA_S = 2.0, 1.0
_STEPS_A_SECOND = round(1 / STEP_S)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """(2 n, 7) seen every half second, (n, 2) heard every second: `TARGETS`, and what spotting's rule says.

    Density is log(1 + onsets a second), smoothed by 2 s; loudness in LUFS, smoothed by one. The rule's are
    its curves from 0 to 1, which nothing was learnt for.
    """

    seen: Array
    heard: Array
    rule: Array


def table(film: Film) -> Table:
    """A film's rows; the picture is cut to what is heard, or its last row is held."""
    seen = half_seconds(film.picture).astype(np.float64)
    wanted = film.seconds * _STEPS_A_SECOND
    seen = np.concatenate([seen, np.repeat(seen[-1:], max(0, wanted - len(seen)), axis=0)])[:wanted]
    heard = [
        smooth(np.log1p(film.onsets), _DENSITY_SIGMA_S),
        smooth(film.loudness, _LOUDNESS_SIGMA_S),
    ]
    curves = curves_from_axes(*mood_axes(secondly(film.picture)))
    rule = np.array([getattr(curves, name)[: film.seconds] for name in TARGETS]).T
    return Table(seen, np.stack(heard, axis=1), rule)


def blocks(seconds: int) -> list[tuple[int, int]]:
    """Blocks of a minute, first second and past the last; a rest shorter than half of one joins the last."""
    starts = list(range(0, max(1, seconds - BLOCK_S // 2), BLOCK_S))
    return list(zip(starts, [*starts[1:], seconds]))


def learnt_from(block: tuple[int, int], seconds: int) -> npt.NDArray[np.bool_]:
    """(seconds,) all but the block and what lies within ten seconds of it: neighbours are too alike."""
    at = np.arange(seconds)
    return (at < block[0] - GAP_S) | (at >= block[1] + GAP_S)
