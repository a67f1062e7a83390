"""Ridge regression on what is seen now and around now; its penalty is chosen within what is learnt from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bridge.spotting.mood import smooth
from models.sight.table import Table, blocks, learnt_from

PENALTIES = tuple(10.0**power for power in range(0, 6))
_SIGMAS_S = (0.5, 4.0, 12.0)

Array = npt.NDArray[np.float64]


def inputs(table: Table) -> Array:
    """(seconds, 21) the rows of each second, smoothed by half a second, four and twelve; standardised."""
    a_second = table.seen.reshape(len(table.heard), -1, table.seen.shape[1]).mean(axis=1)
    wide = [smooth(a_second[:, column], sigma) for sigma in _SIGMAS_S for column in range(a_second.shape[1])]
    rows = np.stack(wide, axis=1)
    return np.asarray((rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-9))


def out_of_block(rows: Array, heard: Array) -> Array:
    """(seconds, 2) what each block is predicted to sound like by what was learnt outside it."""
    out = np.zeros_like(heard)
    seconds = len(heard)
    for block in blocks(seconds):
        told = learnt_from(block, seconds)
        for target in range(heard.shape[1]):
            penalty = _penalty(rows, heard[:, target], told)
            out[slice(*block), target] = fitted(rows[told], heard[told, target], penalty, rows[slice(*block)])
    return out


def fitted(rows: Array, heard: Array, penalty: float, asked: Array) -> Array:
    """Predictions for the rows asked, by ridge regression with a free constant."""
    centre, mean = rows.mean(axis=0), heard.mean()
    moved = rows - centre
    weights = np.linalg.solve(moved.T @ moved + penalty * np.eye(rows.shape[1]), moved.T @ (heard - mean))
    return np.asarray((asked - centre) @ weights + mean)


def _penalty(rows: Array, heard: Array, told: npt.NDArray[np.bool_]) -> float:
    """The penalty under which blocks within what is learnt from are predicted best by the others."""
    seconds = len(heard)
    losses = np.zeros(len(PENALTIES))
    for block in blocks(seconds):
        inside = np.zeros(seconds, bool)
        inside[slice(*block)] = True
        held, rest = told & inside, told & learnt_from(block, seconds)
        if not held.any():
            continue
        for at, penalty in enumerate(PENALTIES):
            guess = fitted(rows[rest], heard[rest], penalty, rows[held])
            losses[at] += float(((guess - heard[held]) ** 2).sum())
    return PENALTIES[int(losses.argmin())]
