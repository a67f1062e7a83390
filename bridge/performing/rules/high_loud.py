"""High loud: the higher, the louder."""

from __future__ import annotations

K = 1.0
_MOST_DB = 2.5


def level_db(pitch: int, mean_pitch: float) -> float:
    """K (pitch - mean) / 4 dB, the mean being the part's within its plot; 2.5 dB either way at most."""
    return min(max(K * (pitch - mean_pitch) / 4, -_MOST_DB), _MOST_DB)
