"""Phrase arch: a phrase begins and ends softer than at its turn, by square ramps."""

from __future__ import annotations

K, AMPLITUDE_DB, TURN = 1.5, 2.0, 0.6


def level_db(place: float) -> float:
    """-0.5 k·amplitude at the start, 0 at the turn, -k·amplitude at the end; `place` runs from 0 to 1.

    The turn of the larger of the rule's two levels stands at .3 and the smaller's near the end; one level
    is used, for phrases here are four bars, and its turn lies between.
    """
    if place < TURN:
        return -0.5 * K * AMPLITUDE_DB * (1 - place / TURN) ** 2
    return -K * AMPLITUDE_DB * ((place - TURN) / (1 - TURN)) ** 2
