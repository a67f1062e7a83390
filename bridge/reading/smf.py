"""A Standard MIDI file as its chunks and events, every byte of a chunk kept as it stands.

Read here rather than by mido, which decodes every text of a file by a charset that is the whole process's: a
file of another program would disturb the one being written by another job. Tests hold this reader against
files that mido wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from bridge.errors import InputError, SettingsError

TRACK = b"MTrk"
META, NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0xFF, 0x80, 0x90, 0xB0, 0xC0
NAME, PORT, END, TEMPO, TIME_SIGNATURE = 0x03, 0x21, 0x2F, 0x51, 0x58
_SPECIAL = "Export it again as a Standard MIDI file"
# Data bytes after a channel status, by its upper half.
_DATA = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}


def quantity(value: int) -> bytes:
    """A number as a variable-length quantity, seven bits a byte."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


@dataclass(frozen=True)
class Event:
    """One event at a tick of the file's own. `status` is 0xFF for meta events, whose `kind` is above -1, 0xF0
    or 0xF7 for system exclusive ones, else a channel message's; `data` is what follows.
    """

    tick: int
    status: int
    data: bytes
    kind: int = -1

    @property
    def raw(self) -> bytes:
        """The event as it stands in a file, its status told."""
        if self.status == META:
            return bytes((META, self.kind)) + quantity(len(self.data)) + self.data
        if self.status in (0xF0, 0xF7):
            return bytes((self.status,)) + quantity(len(self.data)) + self.data
        return bytes((self.status,)) + self.data


@dataclass(frozen=True)
class Chunk:
    """One chunk: its four-letter name and its body; the events of a track, up to its end."""

    name: bytes
    body: bytes
    events: tuple[Event, ...] = ()
    end_tick: int = 0


@dataclass(frozen=True)
class Smf:
    """A file: format, ticks a quarter, every chunk up to the last track that its header counts, and the byte
    after that one.
    """

    format: int
    division: int
    chunks: tuple[Chunk, ...]
    end: int

    @property
    def tracks(self) -> tuple[Chunk, ...]:
        """The chunks that are tracks."""
        return tuple(chunk for chunk in self.chunks if chunk.name == TRACK)


def read_smf(data: bytes, where: str, error: type[InputError] = SettingsError) -> Smf:
    """The chunks and events of a file of format 0 or 1 that counts ticks a quarter.

    Args:
        data: the file.
        where: its path, for messages.
        error: raised for a file that cannot be read.

    Raises:
        InputError: as `error`: not a MIDI file, one that is cut off, of format 2 or in SMPTE time.
    """
    return _Reading(data, where, error).file()


@dataclass
class _Reading:
    data: bytes
    where: str
    error: type[InputError]
    place: int = 0

    def _fail(self, what: str, remedy: str = _SPECIAL) -> NoReturn:
        raise self.error(what, where=self.where, remedy=remedy)

    def _take(self, count: int, end: int) -> bytes:
        if self.place + count > end:
            self._fail(f"the MIDI file breaks off at byte {end}")
        taken = self.data[self.place : self.place + count]
        self.place += count
        return taken

    def _number(self, end: int) -> int:
        """A variable-length quantity: seven bits a byte, four bytes at most."""
        value, more, start = 0, True, self.place
        while more:
            if self.place - start >= 4:
                self._fail(f"the MIDI file holds a number of more than four bytes at byte {start}")
            byte = self._take(1, end)[0]
            value, more = value << 7 | byte & 0x7F, byte >= 0x80
        return value

    def file(self) -> Smf:
        if self.data[:4] != b"MThd":
            self._fail("it is not a MIDI file", "Give a .mid file")
        self.place = 4
        end = len(self.data)
        size = int.from_bytes(self._take(4, end), "big")
        head = self._take(size, end)
        if size < 6:
            self._fail("its header is too short for a MIDI file")
        kind, count, division = (int.from_bytes(head[k : k + 2], "big") for k in (0, 2, 4))
        if kind > 1:
            self._fail(f"it is a MIDI file of format {kind}, whose tracks are not played together")
        if division & 0x8000:
            self._fail(
                "it counts SMPTE time instead of beats, so it has no tempo map",
                "Export it with ticks a quarter",
            )
        if division == 0:
            self._fail("it has no ticks a quarter")
        chunks: list[Chunk] = []
        while count:  # what follows the last of them is no part of the music
            name = self._take(4, end)
            size = int.from_bytes(self._take(4, end), "big")
            begin, stop = self.place, self.place + size
            if stop > end:
                self._fail(f"the MIDI file breaks off at byte {end}")
            body = self.data[begin:stop]
            if name == TRACK:
                events, end_tick = self._track(stop)
                chunks.append(Chunk(name, body, events, end_tick))
                count -= 1
            else:
                chunks.append(Chunk(name, body))
            self.place = stop
        return Smf(kind, division, tuple(chunks), self.place)

    def _track(self, end: int) -> tuple[tuple[Event, ...], int]:
        """A track's events. Running status outlives meta events, as most writers have it."""
        tick, running = 0, 0
        found: list[Event] = []
        while self.place < end:
            tick += self._number(end)
            status = self._take(1, end)[0]
            if status == META:
                kind = self._take(1, end)[0]
                body = self._take(self._number(end), end)
                if kind == END:
                    break
                found.append(Event(tick, META, body, kind))
            elif status in (0xF0, 0xF7):
                found.append(Event(tick, status, self._take(self._number(end), end)))
            elif status >= 0xF0:
                self._fail(f"byte {self.place - 1} of the MIDI file is no event")
            else:
                if status < 0x80:
                    self.place -= 1
                    status = running
                if status == 0:
                    self._fail(f"byte {self.place} of the MIDI file is no event")
                running = status
                found.append(Event(tick, status, self._take(_DATA[status >> 4], end)))
        return tuple(found), tick
