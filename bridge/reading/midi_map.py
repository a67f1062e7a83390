"""The tempo map of somebody's MIDI file: its tempi and time signatures, nothing else of it.

Read here rather than by mido, which decodes every text of a file by a charset that is the whole process's:
a file of another program would disturb the one being written by another job. Tests hold this reader against
files that mido wrote. What counts is what any reader would hear: tempo and time signature events of every
track, in order of time; of several on one tick the last in the file's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from bridge.errors import SettingsError
from bridge.schema.tempo import (
    TICKS_PER_QUARTER,
    GivenMap,
    Metre,
    MetreEvent,
    TempoEvent,
    TempoMap,
)

# Beyond these a map is a mistake, and a cue would hold millions of beats or none.
SLOWEST_US, FASTEST_US = 6_000_000, 120_000
# The shortest bar that music can be written in: an eighth.
_SHORTEST_BAR_TICKS = TICKS_PER_QUARTER // 2
_SPECIAL = "Export the tempo map again as a Standard MIDI file"
# Data bytes after a channel status, by its upper half.
_DATA = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_TEMPO, _TIME_SIGNATURE, _END = 0x51, 0x58, 0x2F


def read_tempo_map(data: bytes, where: str = "tempo map") -> GivenMap:
    """The tempo map of a Standard MIDI file of format 0 or 1, in 960 ticks a quarter.

    Without a tempo at its start it begins at 120 bpm, without a metre in 4/4, as the standard has it.

    Args:
        data: the file.
        where: its path, for messages.

    Raises:
        SettingsError: not a MIDI file, one that is cut off, of format 2 or in SMPTE time; an event that
            960 ticks a quarter cannot place exactly; a tempo or metre that no music can be written in.
    """
    return _Reading(data, where).given_map()


@dataclass
class _Reading:
    data: bytes
    where: str
    place: int = 0

    def _fail(self, what: str, remedy: str = _SPECIAL) -> NoReturn:
        raise SettingsError(what, where=self.where, remedy=remedy)

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

    def given_map(self) -> GivenMap:
        """The whole file, read."""
        if self.data[:4] != b"MThd":
            self._fail("it is not a MIDI file", "Give a .mid file that holds a tempo map")
        self.place = 4
        end = len(self.data)
        size = int.from_bytes(self._take(4, end), "big")
        head = self._take(size, end)
        if size < 6:
            self._fail("its header is too short for a MIDI file")
        kind, tracks, division = (int.from_bytes(head[k : k + 2], "big") for k in (0, 2, 4))
        if kind > 1:
            self._fail(f"it is a MIDI file of format {kind}, whose tracks are not played together")
        if division & 0x8000:
            self._fail(
                "it counts SMPTE time instead of beats, so it has no tempo map",
                "Export it with ticks a quarter",
            )
        if division == 0:
            self._fail("it has no ticks a quarter")
        tempi: dict[int, int] = {}
        metres: dict[int, bytes] = {}
        while tracks:  # what follows the last of them is no part of the music
            name = self._take(4, end)
            size = int.from_bytes(self._take(4, end), "big")
            stop = self.place + size
            if stop > end:
                self._fail(f"the MIDI file breaks off at byte {end}")
            if name == b"MTrk":
                self._track(stop, division, tempi, metres)
                tracks -= 1
            self.place = stop
        return GivenMap(self._tempo_map(tempi), self._metres(metres))

    def _track(self, end: int, division: int, tempi: dict[int, int], metres: dict[int, bytes]) -> None:
        """Note a track's tempi and metres. Running status outlives meta events, as most writers have it."""
        tick, running = 0, 0
        while self.place < end:
            tick += self._number(end)
            status = self._take(1, end)[0]
            if status == 0xFF:
                kind = self._take(1, end)[0]
                body = self._take(self._number(end), end)
                if kind == _END:
                    return
                if kind == _TEMPO and len(body) == 3:
                    tempi[self._tick(tick, division)] = int.from_bytes(body, "big")
                elif kind == _TIME_SIGNATURE and len(body) >= 2:
                    metres[self._tick(tick, division)] = body
            elif status in (0xF0, 0xF7):
                self._take(self._number(end), end)
            elif status >= 0xF0:
                self._fail(f"byte {self.place - 1} of the MIDI file is no event")
            else:
                if status < 0x80:
                    self.place -= 1
                    status = running
                if status == 0:
                    self._fail(f"byte {self.place} of the MIDI file is no event")
                running = status
                self._take(_DATA[status >> 4], end)

    def _tick(self, tick: int, division: int) -> int:
        whole, rest = divmod(tick * TICKS_PER_QUARTER, division)
        if rest:
            self._fail(
                f"its event at tick {tick}, with {division} ticks a quarter, falls between ticks of "
                f"{TICKS_PER_QUARTER}, so the map cannot be kept exactly",
                f"Export it with {TICKS_PER_QUARTER} or 480 ticks a quarter",
            )
        return whole

    def _tempo_map(self, tempi: dict[int, int]) -> TempoMap:
        for tick, us_per_quarter in sorted(tempi.items()):
            if not FASTEST_US <= us_per_quarter <= SLOWEST_US:
                self._fail(
                    f"its tempo at quarter {tick / TICKS_PER_QUARTER:g} is "
                    f"{60e6 / max(us_per_quarter, 1):.0f} quarters a minute",
                    f"Keep it within {60e6 / SLOWEST_US:g} to {60e6 / FASTEST_US:g}",
                )
        return TempoMap(tuple(TempoEvent(*pair) for pair in sorted({0: 500_000, **tempi}.items())))

    def _metres(self, metres: dict[int, bytes]) -> tuple[MetreEvent, ...]:
        found = {0: MetreEvent(0, Metre(4, 4))}
        for tick, body in sorted(metres.items()):
            at = f"at quarter {tick / TICKS_PER_QUARTER:g}"
            numerator, power = body[0], body[1]
            exact = power <= 8 and numerator * 4 * TICKS_PER_QUARTER % 2**power == 0
            metre = Metre(numerator, 2 ** min(power, 8))
            if not exact or metre.ticks < _SHORTEST_BAR_TICKS:
                self._fail(
                    f"its metre {at}, {numerator}/{2**power}, makes no bar that music can be written in",
                    "Write another metre there",
                )
            clocks, thirty_seconds = body[2:4] if len(body) >= 4 else (24, 8)
            found[tick] = MetreEvent(tick, metre, clocks, thirty_seconds)
        return tuple(found[tick] for tick in sorted(found))
