"""A MIDI file as stems: one a channel, with its messages on frames of 48 kHz."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bridge.playing import Piece
from bridge.sounding.fluid import BLOCK_FRAMES, RATE_HZ
from bridge.sounding.seating import PAN, REVERB, seat

_NOTE_ON, _CONTROL, _PROGRAM = 0x90, 0xB0, 0xC0
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME = 60
# File names that Windows keeps for devices, whatever follows them.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Stem:
    """What one channel plays.

    `name` is fit for a file on any system, and unlike every other stem's even where case does not count.
    `messages` holds (block, bytes), rising, blocks of 64 frames from tick 0: each is the nearest to the
    message's own time, so that it sounds within 32 frames (0.67 ms) of it.
    """

    name: str
    messages: tuple[tuple[int, bytes], ...]


def stems_of(piece: Piece) -> tuple[Stem, ...]:
    """The stems of a piece that have a note, in its own order.

    Tracks that share a channel share its controllers too, and so they are one stem.
    """
    by_place: dict[tuple[int, int], list[tuple[Fraction, bytes]]] = {}
    for tick, port, data in piece.messages:
        by_place.setdefault((port, data[0] & 0x0F), []).append((tick, data))
    names: dict[tuple[int, int], list[str]] = {}
    for name, port, channel in piece.parts:
        names.setdefault((port, channel), []).append(name)
    found, taken = [], set[str]()
    for place in sorted(by_place, key=lambda each: list(names).index(each) if each in names else len(names)):
        messages = by_place[place]
        if not any(data[0] & 0xF0 == _NOTE_ON and data[2] for _, data in messages):
            continue
        name = _unlike(file_name(" + ".join(dict.fromkeys(filter(None, names.get(place, []))))), taken)
        taken.add(name.casefold())
        found.append(Stem(name, tuple(_seated(piece, place[1], messages))))
    return tuple(found)


def _seated(piece: Piece, channel: int, messages: list[tuple[Fraction, bytes]]) -> list[tuple[int, bytes]]:
    """Messages on blocks, after the pan and reverb that they do not set themselves."""
    programs = [data[1] for _, data in messages if data[0] & 0xF0 == _PROGRAM]
    said = {data[1] for _, data in messages if data[0] & 0xF0 == _CONTROL}
    pan, reverb = seat(channel, programs[0] if programs else 0)
    given = ((PAN, pan), (REVERB, reverb))
    out = [(0, bytes((_CONTROL | channel, number, value))) for number, value in given if number not in said]
    for tick, data in messages:
        frame = piece.tempo_map.s_at_tick(tick) * RATE_HZ
        out.append((round(frame / BLOCK_FRAMES), data))
    return out


def file_name(name: str) -> str:
    """A part's name as every file system can keep it; `part` for one without a usable letter."""
    plain = _FORBIDDEN.sub("_", name).strip(" .")[:_LONGEST_NAME].strip(" .")
    if not plain or _DEVICES.match(plain):
        return f"part {plain}".strip()
    return plain


def _unlike(name: str, taken: set[str]) -> str:
    number, made = 1, name
    while made.casefold() in taken:
        number += 1
        made = f"{name} {number}"
    return made
