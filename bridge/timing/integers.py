"""Integer microseconds a quarter, chosen so that rounding never adds up.

A clock counts microseconds × 960 as a whole number from tick 0, exactly as a reader of the MIDI file will.
Every stretch is closed on the microsecond nearest to where its hit should be, whatever went before: the
error at a hit is at most half a microsecond, after two hours as after two seconds.
"""

from __future__ import annotations

import math
from fractions import Fraction

from bridge.schema.tempo import TICKS_PER_QUARTER, TempoEvent, TempoMap
from bridge.timing.lattice import LEVEL

_SCALE = TICKS_PER_QUARTER * 1_000_000


class Clock:
    """Writes tempo events from tick 0 on. `tick` and `scaled_us` (µs × 960) say how far it has come."""

    def __init__(self) -> None:
        self.tick = 0
        self.scaled_us = 0
        self._events: list[TempoEvent] = []

    @property
    def now_s(self) -> Fraction:
        """Exact seconds from tick 0."""
        return Fraction(self.scaled_us, _SCALE)

    def _write(self, ticks: int, us_per_quarter: int) -> None:
        us_per_quarter = min(max(us_per_quarter, 1), 0xFFFFFF)  # a MIDI tempo has three bytes
        if not self._events or self._events[-1].us_per_quarter != us_per_quarter:
            self._events.append(TempoEvent(self.tick, us_per_quarter))
        self.tick += ticks
        self.scaled_us += ticks * us_per_quarter

    def steady(self, ticks: int, bpm: float) -> None:
        """Run on for so many ticks at one tempo."""
        if ticks > 0:
            self._write(ticks, round(60_000_000 / bpm))

    def even(self, pieces: list[int], until_s: Fraction) -> None:
        """One tempo over all pieces (ticks each), which end at `until_s`.

        The remainder is spread as one microsecond more on the last pieces: two events at most.
        """
        total = sum(pieces)
        if total <= 0:
            return
        wanted = round(until_s * 1_000_000) * TICKS_PER_QUARTER - self.scaled_us
        slow, rest = divmod(wanted, total)
        split = len(pieces)
        while split > 0 and rest >= pieces[split - 1] / 2:
            split -= 1
            rest -= pieces[split]
        for index, ticks in enumerate(pieces):
            self._write(ticks, slow + (1 if index >= split else 0))

    def run(self, pieces: list[int], enter_bpm: float, leave_bpm: float, until_s: Fraction) -> None:
        """A ramp, one step a piece, linear in the length of the beat, that ends at `until_s`."""
        if len(pieces) < 2 or abs(math.log(leave_bpm / enter_bpm)) <= LEVEL:
            self.even(pieces, until_s)
            return
        wanted = round(until_s * 1_000_000) * TICKS_PER_QUARTER - self.scaled_us
        first, last = 60e6 / enter_bpm, 60e6 / leave_bpm
        ideal = [first + (last - first) * k / (len(pieces) - 1) for k in range(len(pieces))]
        fit = wanted / sum(p * u for p, u in zip(pieces, ideal))
        goal, begin = 0.0, self.scaled_us
        for ticks, us in zip(pieces[:-1], ideal[:-1]):
            goal += ticks * us * fit
            self._write(ticks, round((begin + goal - self.scaled_us) / ticks))
        self._write(pieces[-1], round((begin + wanted - self.scaled_us) / pieces[-1]))

    def tempo_map(self) -> TempoMap:
        """What was written."""
        return TempoMap(tuple(self._events))
