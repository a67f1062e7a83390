"""Punctuation: a breath where a phrase ends, a smaller one where a line leaps or rests within it."""

from __future__ import annotations

K = 1.0
PHRASE_GAP_MS = 80.0
LEAP = 7


def gap_ms(*, ends_phrase: bool, leap: int) -> float:
    """80 k ms at a phrase's end; half of that before a leap of more than a fifth."""
    if ends_phrase:
        return PHRASE_GAP_MS * K
    return PHRASE_GAP_MS * K / 2 if abs(leap) > LEAP else 0.0
