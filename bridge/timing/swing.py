"""How often a tempo changes its direction: the see-saw that listeners notice."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

# A change of direction counts when the tempo has moved by so much each way: less is not heard as one.
SWING = 0.01


def direction_changes(bpm: Sequence[float]) -> int:
    """Turning points of a row of tempi whose swing on both sides is at least `SWING`."""
    turns, way = 0, 0
    extreme = log(bpm[0]) if len(bpm) else 0.0
    for speed in (log(value) for value in bpm):
        if way == 0:
            if abs(speed - extreme) >= SWING:
                way, extreme = (1 if speed > extreme else -1), speed
        elif (speed - extreme) * way > 0:
            extreme = speed
        elif abs(speed - extreme) >= SWING:
            way, extreme, turns = -way, speed, turns + 1
    return turns
