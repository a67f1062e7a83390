"""The tempo map of somebody's MIDI file: its tempi and time signatures, nothing else of it.

What counts is what any reader would hear: tempo and time signature events of every track, in order of time;
of several on one tick the last in the file's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from bridge.errors import InputError, SettingsError
from bridge.reading.smf import META, TEMPO, TIME_SIGNATURE, Smf, read_smf
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
    return tempo_map_of(read_smf(data, where), where)


def tempo_map_of(
    file: Smf, where: str, error: type[InputError] = SettingsError, *, exact: bool = True
) -> GivenMap:
    """The tempo map of a file that has been read; see `read_tempo_map`.

    Args:
        file: the file.
        where: its path, for messages.
        error: raised for a map that cannot be kept.
        exact: refuse events between two ticks of 960 a quarter; else they count as on the nearer one.

    Raises:
        InputError: as `error`.
    """
    return _Map(file.division, where, error, exact).of(file)


@dataclass(frozen=True)
class _Map:
    division: int
    where: str
    error: type[InputError]
    exact: bool

    def _fail(self, what: str, remedy: str) -> NoReturn:
        raise self.error(what, where=self.where, remedy=remedy)

    def of(self, file: Smf) -> GivenMap:
        tempi: dict[int, int] = {}
        metres: dict[int, bytes] = {}
        for track in file.tracks:
            for event in track.events:
                if event.status == META and event.kind == TEMPO and len(event.data) == 3:
                    tempi[self._tick(event.tick)] = int.from_bytes(event.data, "big")
                elif event.status == META and event.kind == TIME_SIGNATURE and len(event.data) >= 2:
                    metres[self._tick(event.tick)] = event.data
        return GivenMap(self._tempo_map(tempi), self._metres(metres))

    def _tick(self, tick: int) -> int:
        whole, rest = divmod(tick * TICKS_PER_QUARTER, self.division)
        if rest and not self.exact:
            return whole + (2 * rest >= self.division)
        if rest:
            self._fail(
                f"its event at tick {tick}, with {self.division} ticks a quarter, falls between ticks of "
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
