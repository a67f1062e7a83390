"""Nine drums, by their General MIDI pitches: all that drums are written with."""

from __future__ import annotations

from typing import Final

KICK: Final = 36
SNARE: Final = 38
HAT: Final = 42
OPEN_HAT: Final = 46
CRASH: Final = 49
RIDE: Final = 51
TOMS: Final = (43, 47, 50)

NINE: Final[dict[int, tuple[int, ...]]] = {
    KICK: (35, 36),
    SNARE: (37, 38, 39, 40),
    HAT: (22, 42, 44),
    OPEN_HAT: (26, 46),
    43: (41, 43, 58),
    47: (45, 47),
    50: (48, 50),
    CRASH: (49, 52, 55, 57),
    RIDE: (51, 53, 59),
}
"""What goes to each, as on the page of the Groove MIDI data set (Gillick et al. 2019)."""
DRUM_OF: Final = {pitch: drum for drum, pitches in NINE.items() for pitch in pitches}
