"""The tables composing reads: tab-separated files beside the code, packed in the wheel."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

Row = dict[str, str]
Span = tuple[float, float]


@cache
def table(name: str) -> tuple[Row, ...]:
    """Rows of `data/NAME.tsv` by column name; lines that start with # are notes."""
    text = files("bridge.composing").joinpath("data", f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(dict(zip(lines[0], line)) for line in lines[1:])


def span(text: str) -> Span:
    """`"2-6"` as (2.0, 6.0)."""
    low, high = text.split("-")
    return float(low), float(high)


def strayed(row: Row, mood: tuple[float, float, float]) -> float:
    """How far a mood lies outside a row's ranges, summed over the axes, on the ratings' 1 to 9 scale.

    Args:
        row: with columns `valence`, `energy` and `tension` such as `2-6`.
        mood: valence, energy and tension, each 0 to 1; 0 is 1 and 1 is 9 on the ratings' scale.
    """
    out = 0.0
    for axis, value in zip(("valence", "energy", "tension"), mood):
        low, high = span(row[axis])
        rating = 1 + 8 * value
        out += max(low - rating, rating - high, 0.0)
    return out
