"""Duration contrast: short notes are played softer and shorter, and set apart from the next."""

from __future__ import annotations

K = 1.0


def contrast(duration_ms: float) -> float:
    """The rule's curve c: 0 up to 30 ms, -11 at 200, -7 at 400, 0 from 600 ms on."""
    if 30 < duration_ms <= 200:
        return -11 / 170 * (duration_ms - 30)
    if 200 < duration_ms <= 400:
        return -4 / 200 * (400 - duration_ms) - 7
    if 400 < duration_ms < 600:
        return -7 / 200 * (600 - duration_ms)
    return 0.0


def level_db(duration_ms: float) -> float:
    """0.075 k c dB."""
    return 0.075 * K * contrast(duration_ms)


def gap_ms(duration_ms: float, *, slurred: bool, repeated: bool) -> float:
    """How much earlier a note stops: 1.5 k |c| ms, and 4.5 k |c| more unless it is slurred or repeated."""
    size = abs(contrast(duration_ms)) * K
    return 1.5 * size + (0.0 if slurred or repeated else 4.5 * size)
