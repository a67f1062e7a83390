"""Melodic charge: the further a tone is from its chord's root on the circle of fifths, the louder."""

from __future__ import annotations

K = 1.0
_CHARGE = (0, 6.5, 2, 4.5, 4, 2.5, 6, 1, 5.5, 3, 3.5, 5)


def level_db(pitch: int, root_pc: int) -> float:
    """0.2 k C dB, C by semitones above the root."""
    return 0.2 * K * _CHARGE[(pitch - root_pc) % 12]
