"""MIDI files as other programs write them, byte by byte: nothing of ours in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Event = tuple[int, bytes]
ROOTS = (33, 29, 36, 31)  # A F C G


def number(value: int) -> bytes:
    """A variable-length quantity."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + number(len(data)) + data


def chunk(events: Sequence[Event], *, running: bool = False, name: bytes = b"MTrk") -> bytes:
    """Events on absolute ticks as a chunk; with `running` a repeated status is left out."""
    body, now, status = b"", 0, None
    for tick, data in sorted(events, key=lambda event: event[0]):
        told = data[1:] if running and data[0] == status and data[0] < 0xF0 else data
        body += number(tick - now) + told
        now = tick
        status = data[0] if data[0] < 0xF0 else status if data[0] == 0xFF else None
    body += number(0) + meta(0x2F, b"")
    return name + len(body).to_bytes(4, "big") + body


def file(
    chunks: Sequence[bytes], division: int, kind: int = 1, extra: bytes = b"", rest: bytes = b""
) -> bytes:
    tracks = sum(each.startswith(b"MTrk") for each in chunks)
    head = b"".join(value.to_bytes(2, "big") for value in (kind, tracks, division)) + extra
    return b"MThd" + len(head).to_bytes(4, "big") + head + b"".join(chunks) + rest


def note(channel: int, tick: int, length: int, pitch: int, velocity: int = 90) -> list[Event]:
    """A note; as many programs do, it is ended by a note-on of velocity 0."""
    return [
        (tick, bytes((0x90 | channel, pitch, velocity))),
        (tick + length, bytes((0x90 | channel, pitch, 0))),
    ]


@dataclass
class Song:
    """A song of bars in one metre: drums, bass and a line, as asked for."""

    division: int = 480
    bars: int = 8
    metre: tuple[int, int] = (4, 4)
    us: int = 576_923
    parts: tuple[str, ...] = ("bass", "drums")
    running: bool = False
    places: tuple[float, ...] = (0, 1.5, 2.5)
    """Where in a bar the bass strikes, in quarters."""
    strange: list[Event] = field(default_factory=list)

    @property
    def bar_ticks(self) -> int:
        return self.metre[0] * 4 * self.division // self.metre[1]

    def conductor(self) -> list[Event]:
        power = self.metre[1].bit_length() - 1
        return [
            (0, meta(0x03, "Lied ä".encode())),
            (0, meta(0x51, self.us.to_bytes(3, "big"))),
            (0, meta(0x58, bytes((self.metre[0], power, 24, 8)))),
        ]

    def part(self, name: str) -> list[Event]:
        events: list[Event] = [(0, meta(0x03, name.encode()))]
        quarter, eighth = self.division, max(1, self.division // 2)
        for bar in range(self.bars):
            start = bar * self.bar_ticks
            if name == "bass":
                for place in self.places:
                    if place * quarter < self.bar_ticks:
                        events += note(1, start + int(place * quarter), eighth, ROOTS[bar % 4])
            elif name == "drums":
                for tick in range(start, start + self.bar_ticks, eighth):
                    events += note(9, tick, max(1, eighth // 4), 42)
            else:
                chord = {33: (69, 72, 76), 29: (65, 69, 72), 36: (67, 72, 76), 31: (67, 71, 74)}
                for step, tick in enumerate(range(start, start + self.bar_ticks, quarter)):
                    events += note(3, tick, quarter, chord[ROOTS[bar % 4]][step % 3])
        return [*events, *self.strange]

    def chunks(self) -> list[bytes]:
        own = [chunk(self.part(name), running=self.running) for name in self.parts]
        return [chunk(self.conductor()), *own]

    def bytes(self) -> bytes:
        return file(self.chunks(), self.division)
