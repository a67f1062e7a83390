"""Staccato: detached notes lose a fixed share of their length."""

from __future__ import annotations


def gap_share(k: float) -> float:
    """The silent share of a note, (0.6889 k + 0.3111) · 0.665 for 0 < k <= 1, nothing at k = 0.

    At the smallest k a note loses a fifth already, at 1 two thirds.
    """
    return (0.6889 * k + 0.3111) * 0.665 if k > 0 else 0.0
