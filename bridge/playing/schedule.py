"""When each message goes out: seconds from the moment the music starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from bridge.playing.piece import Piece
from bridge.schema.tempo import TICKS_PER_QUARTER

# MIDI 1.0: a clock is a 24th of a quarter, and song positions count sixteenths in fourteen bits.
CLOCK_TICKS = TICKS_PER_QUARTER // 24
SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4
MAX_POSITION = (1 << 14) - 1
CLOCK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
# Programs and the position go out this long before the music, so that instruments are ready for it.
LEAD_S = 0.2
# A receiver wants a millisecond between start and the clock it starts on.
START_LEAD_S = 0.002
_NOTE_OFF, _NOTE_ON, _CONTROL, _PROGRAM = 0x80, 0x90, 0xB0, 0xC0
_CHASED = (_CONTROL, 0xD0, 0xE0)  # controllers, pressure, bend

# Order of what falls on one instant.
_SYNC, _BEAT, _MUSIC = range(3)


@dataclass(frozen=True)
class Due:
    """One message: when (seconds from the start, before it when negative), to which port, and its bytes."""

    time_s: float
    port: int
    data: bytes


def schedule(
    piece: Piece,
    from_tick: Fraction = Fraction(0),
    to_tick: Fraction | None = None,
    clock: bool = False,
    lead: bool = True,
) -> tuple[Due, ...]:
    """Everything to send from one tick to another, rising in time.

    What was set before `from_tick` (programs, controllers, bends) is sent first; a note that began before
    it is not. At `to_tick` every note that still sounds is ended.

    Args:
        piece: what is played.
        from_tick: where to start; time 0.
        to_tick: where to stop; None: at the end.
        clock: MIDI clock and song position with it. The clock starts on the first sixteenth at or after
            `from_tick`, because a position can say no other.
        lead: send settings and position before time 0; without it they come at 0, as in the second
            round of a loop.
    """
    stop_tick = piece.end_tick if to_tick is None else to_tick
    begin_s = piece.tempo_map.s_at_tick(from_tick)
    lead_s = LEAD_S if lead else 0.0

    def at(tick: Fraction | int) -> float:
        return float(piece.tempo_map.s_at_tick(tick) - begin_s)

    found: list[tuple[float, int, int, bytes]] = []
    for port, data in _chased(piece, from_tick):
        found.append((-lead_s, _MUSIC, port, data))
    sounding: dict[tuple[int, int, int], None] = {}
    for tick, port, data in piece.messages:
        if tick < from_tick or tick > stop_tick or (to_tick is not None and tick == to_tick):
            continue
        if note := _ended(data):
            if (port, *note) not in sounding:
                continue  # it began before `from_tick`
            del sounding[(port, *note)]
        elif data[0] & 0xF0 == _NOTE_ON:
            sounding[(port, data[0] & 0xF, data[1])] = None
        found.append((at(tick), _MUSIC, port, data))
    for port, channel, pitch in sounding:
        found.append((at(stop_tick), _SYNC, port, bytes((_NOTE_OFF | channel, pitch, 0))))
    if clock:
        found += _clock(from_tick, stop_tick, at, lead_s)
    found.sort(key=lambda entry: entry[:2])  # stable: what falls together keeps its order
    return tuple(Due(time_s, port, data) for time_s, _, port, data in found)


def _ended(data: bytes) -> tuple[int, int] | None:
    """(channel, pitch) of a message that ends a note."""
    kind = data[0] & 0xF0
    if kind == _NOTE_OFF or (kind == _NOTE_ON and data[2] == 0):
        return data[0] & 0xF, data[1]
    return None


def _chased(piece: Piece, from_tick: Fraction) -> list[tuple[int, bytes]]:
    """The last of each setting before a tick, programs first."""
    programs: dict[tuple[int, int], bytes] = {}
    others: dict[tuple[int, ...], bytes] = {}
    for tick, port, data in piece.messages:
        if tick >= from_tick:
            break
        kind, channel = data[0] & 0xF0, data[0] & 0xF
        if kind == _PROGRAM:
            programs[(port, channel)] = data
        elif kind in _CHASED:
            which = data[1] if kind == _CONTROL else 0
            others[(port, channel, kind, which)] = data
    return [(key[0], data) for kept in (programs, others) for key, data in kept.items()]


def _clock(
    from_tick: Fraction, stop_tick: Fraction, at: Callable[[Fraction | int], float], lead_s: float
) -> list[tuple[float, int, int, bytes]]:
    """Position, start or continue, clocks and stop, all on the first port."""
    first = ceil(from_tick / SIXTEENTH_TICKS)
    if first > MAX_POSITION or first * SIXTEENTH_TICKS >= stop_tick:
        return []
    position = bytes((0xF2, first & 0x7F, first >> 7))
    begin = at(first * SIXTEENTH_TICKS)
    found = [(-lead_s, _SYNC, 0, position)]
    found.append((begin - min(START_LEAD_S, lead_s), _SYNC, 0, CONTINUE if first else START))
    tick = first * SIXTEENTH_TICKS
    while tick < stop_tick:
        found.append((at(tick), _BEAT, 0, CLOCK))
        tick += CLOCK_TICKS
    found.append((at(stop_tick), _SYNC, 0, STOP))
    return found
