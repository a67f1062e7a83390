"""Whether a film's picture says anything about its sound that was not learnt from the same minute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge.inference.regressor import Regressor
from models.sight import ridge
from models.sight.table import TARGETS, Table, blocks, learnt_from

SEEDS = 3
_DRAWS = 2000
_LEAST_SHIFT_S = 60
_COPIES = 90

Array = npt.NDArray[np.float64]


def scores(guess: Array, constant: Array, heard: Array) -> dict[str, float]:
    """Of one target: correlation, and how much less it errs than the constant.

    `skill` is 1 - squared error / that of the mean of what was learnt from: below 0, the constant is better.
    """
    return {
        "correlation": correlation(guess, heard),
        "skill": 1 - float(((guess - heard) ** 2).sum() / ((constant - heard) ** 2).sum()),
    }


def error(guess: Array, heard: Array) -> float:
    """Standard error of the correlation: blocks of a minute drawn with replacement 2,000 times."""
    pieces = blocks(len(heard))
    draw = np.random.default_rng(1)
    drawn = []
    for _ in range(_DRAWS):
        chosen = draw.integers(0, len(pieces), len(pieces))
        at = np.concatenate([np.arange(*pieces[index]) for index in chosen])
        drawn.append(correlation(guess[at], heard[at]))
    return float(np.std(drawn))


def correlation(one: Array, other: Array) -> float:
    """Pearson's; 0 where either does not move."""
    if one.std() < 1e-12 or other.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def constants(heard: Array) -> Array:
    """(n, targets) the mean of what is learnt from, block by block."""
    out = np.zeros_like(heard)
    for block in blocks(len(heard)):
        out[slice(*block)] = heard[learnt_from(block, len(heard))].mean(axis=0)
    return out


def shifts(seconds: int, count: int) -> list[int]:
    """Evenly spread circular shifts, none shorter than a minute either way."""
    return [round(s) for s in np.linspace(_LEAST_SHIFT_S, seconds - _LEAST_SHIFT_S, count)]


def ridge_guess(table: Table, targets: Sequence[Array]) -> list[Array]:
    """Out-of-block predictions of each version of what is heard."""
    rows = ridge.inputs(table)
    return [ridge.out_of_block(rows, heard) for heard in targets]


def gru_guess(table: Table, targets: Sequence[Array]) -> list[Array]:
    """Out-of-block predictions, each the mean of `SEEDS` networks."""
    from models.sight import gru  # torch, which only training needs

    seconds = len(table.heard)
    seen = (table.seen - table.seen.mean(axis=0)) / np.maximum(table.seen.std(axis=0), 1e-9)
    mean, spread = table.heard.mean(axis=0), table.heard.std(axis=0)
    pieces = blocks(seconds)
    jobs = [(at, block) for at in range(len(targets)) for block in pieces for _ in range(SEEDS)]
    out = [np.zeros_like(table.heard) for _ in targets]
    for first in range(0, len(jobs), _COPIES):
        part = jobs[first : first + _COPIES]
        heard = np.stack([(targets[at] - mean) / spread for at, _ in part])
        told = np.stack([learnt_from(block, seconds) for _, block in part])
        found = gru.predict(gru.train(seen, heard, told, seed=first), seen)
        for (at, block), guess in zip(part, found):
            out[at][slice(*block)] += (guess[slice(*block)] * spread + mean) / SEEDS
    return out


def rule_guess(table: Table, targets: Sequence[Array]) -> list[Array]:
    """What spotting says without having learnt anything, in the units and the spread of what is heard."""
    apart = (table.rule - table.rule.mean(axis=0)) / np.maximum(table.rule.std(axis=0), 1e-9)
    return [apart * heard.std(axis=0) + heard.mean(axis=0) for heard in targets]


METHODS: dict[str, Callable[[Table, Sequence[Array]], list[Array]]] = {
    "spotting's rule": rule_guess,
    "ridge": ridge_guess,
    "biGRU": gru_guess,
}


def judged(table: Table, floors: dict[str, int]) -> dict[str, Any]:
    """For each method and target: its scores, and those of the same procedure on sound that was shifted.

    Args:
        table: the film.
        floors: how many circular shifts each method is put through.
    """
    out: dict[str, Any] = {}
    for name, guess in METHODS.items():
        moved = [np.roll(table.heard, by, axis=0) for by in shifts(len(table.heard), floors[name])]
        found = guess(table, [table.heard, *moved])
        rows = []
        for told, heard in zip(found, [table.heard, *moved]):
            constant = constants(heard)
            rows.append([scores(told[:, t], constant[:, t], heard[:, t]) for t in range(len(TARGETS))])
        out[name] = {
            target: {
                **rows[0][t],
                "error of the correlation": error(found[0][:, t], table.heard[:, t]),
                "shifted": len(moved),
                "shifted correlation, mean": float(np.mean([row[t]["correlation"] for row in rows[1:]])),
                "shifted correlation, 95th percentile": float(
                    np.quantile([row[t]["correlation"] for row in rows[1:]], 0.95)
                ),
                "p by correlation": _p(rows, t, "correlation"),
                "p by skill": _p(rows, t, "skill"),
            }
            for t, target in enumerate(TARGETS)
        }
    return out


def elsewhere(released: Path, table: Table) -> dict[str, float]:
    """Correlation of what the released graph says of another film with what is heard there."""
    guess = Regressor.load(released).run(table.seen.astype(np.float32))
    return {name: correlation(guess[:, at], table.heard[:, at]) for at, name in enumerate(TARGETS)}


def _p(rows: list[list[dict[str, float]]], target: int, by: str) -> float:
    """The share of shifts, the true place counted, that do as well as the true place."""
    own = rows[0][target][by]
    return sum(row[target][by] >= own for row in rows) / len(rows)
