"""Somebody's chunks with another tempo map in the place of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.reading.given import GivenChunk
from bridge.reading.smf import END, META, TEMPO, TIME_SIGNATURE, TRACK, quantity
from bridge.schema.tempo import TICKS_PER_QUARTER, GivenMap


def retimed(chunks: Sequence[GivenChunk], division: int, kept: GivenMap) -> bytes:
    """The chunks, the first track with this map's tempi and metres, none with any others.

    Tracks that hold nothing of a tempo map stay byte for byte; of the others every event but those of the
    map stays, at its tick.

    Args:
        chunks: all of a file's.
        division: its ticks a quarter, to which the map's ticks are rounded.
        kept: the map.
    """

    def at(tick: int) -> int:
        return (2 * tick * division + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)

    own = []
    for metre in kept.metres:
        power = metre.metre.denominator.bit_length() - 1
        data = bytes((metre.metre.numerator, power, metre.clocks_per_click, metre.notated_32nds_per_quarter))
        own.append((at(metre.tick), bytes((META, TIME_SIGNATURE, 4)) + data))
    for event in kept.tempo.events:
        own.append((at(event.tick), bytes((META, TEMPO, 3)) + event.us_per_quarter.to_bytes(3, "big")))
    out = b""
    for chunk in chunks:
        if chunk.others is None:
            out += chunk.data
            continue
        # Of events on one tick those of the map come first; what stood there keeps its order.
        events = sorted([*own, *chunk.others], key=lambda event: event[0])
        out += _track(events, max(chunk.end_tick, events[-1][0] if events else 0))
        own = []
    return out


def _track(events: Sequence[tuple[int, bytes]], end_tick: int) -> bytes:
    body, now = b"", 0
    for tick, raw in events:
        body += quantity(tick - now) + raw
        now = tick
    body += quantity(end_tick - now) + bytes((META, END, 0))
    return TRACK + len(body).to_bytes(4, "big") + body
