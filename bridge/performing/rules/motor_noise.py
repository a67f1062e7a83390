"""Motor noise: hands are not clocks; the spread of onsets around where they are written."""

from __future__ import annotations

RANGE_MS = 6.78
"""From end to end at k = 1."""


def shift_ms(noise: float, k: float = 1.0) -> float:
    """The shift for a triangular number from -1 to 1."""
    return RANGE_MS * k * noise
