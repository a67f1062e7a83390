"""How hard drums are struck, by drum and place: means over the 897 training takes of Groove MIDI.

Steps of velocity above the mean of the take: on the beat, on its half, and elsewhere (sixteenths, triplets).
Ghost notes of the snare are what makes the last column low.
"""

from __future__ import annotations

from typing import Final

_STRUCK: Final[dict[int, tuple[float, float, float]]] = {
    36: (-3.1, -13.2, -20.9),
    38: (15.8, 10.0, -7.6),
    42: (4.4, -1.7, -16.1),
    43: (22.1, 25.8, 12.8),
    46: (12.3, 15.5, -7.2),
    47: (29.6, 13.7, 11.9),
    49: (14.5, 3.8, -4.2),
    50: (17.4, 15.9, 11.1),
    51: (11.5, -1.2, -5.2),
}
_NEAR = 0.1


def harder(pitch: int, beat_place: float) -> float:
    """Steps of velocity to add to a stroke of one of the nine drums; 0 for any other pitch.

    Args:
        pitch: the drum, as General MIDI names it.
        beat_place: where in its beat the stroke stands, 0 to 1.
    """
    near = min(beat_place, 1 - beat_place)
    column = 0 if near < _NEAR else 1 if abs(beat_place - 0.5) < _NEAR else 2
    return _STRUCK.get(pitch, (0.0, 0.0, 0.0))[column]
