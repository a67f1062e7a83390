"""Where each instrument sits and how much room it has: pan and reverb of parts that do not say.

General MIDI programs by number, seats as an audience sees an orchestra (violins left, celli and basses
right), piano, pads and drums in the middle. CC 10: 0 left, 64 middle, 127 right. CC 91: 0 dry.
"""

from __future__ import annotations

PAN, REVERB = 10, 91
DRUM_CHANNEL = 9
_DRUMS = (64, 30)
_ELSE = (64, 45)
# (first program, last program, pan, reverb)
_SEATS = (
    (0, 7, 64, 45),  # pianos
    (8, 15, 74, 55),  # bells, mallets
    (16, 23, 64, 40),  # organs
    (24, 31, 52, 40),  # guitars
    (32, 39, 64, 18),  # basses: low notes in a hall are mud
    (40, 40, 44, 60),  # violin
    (41, 41, 70, 60),  # viola
    (42, 42, 80, 58),  # cello
    (43, 43, 84, 45),  # double bass
    (44, 45, 60, 60),  # tremolo, pizzicato
    (46, 46, 42, 60),  # harp
    (47, 47, 64, 55),  # timpani
    (48, 51, 64, 62),  # ensembles of strings
    (52, 55, 64, 65),  # voices
    (56, 56, 72, 55),  # trumpet
    (57, 58, 82, 50),  # trombone, tuba
    (59, 59, 72, 55),
    (60, 60, 46, 62),  # horn
    (61, 63, 68, 55),
    (64, 67, 68, 48),  # saxophones
    (68, 69, 58, 58),  # oboe, English horn
    (70, 71, 72, 58),  # bassoon, clarinet
    (72, 79, 56, 60),  # flutes
    (80, 87, 64, 35),  # leads
    (88, 95, 64, 55),  # pads
)


def seat(channel: int, program: int) -> tuple[int, int]:
    """(pan, reverb) of a part, as values of CC 10 and CC 91."""
    if channel == DRUM_CHANNEL:
        return _DRUMS
    for first, last, pan, reverb in _SEATS:
        if first <= program <= last:
            return pan, reverb
    return _ELSE
