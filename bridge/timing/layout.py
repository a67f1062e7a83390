"""Walks a solved cue from tick 0: writes the tempo map and lays the bars on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from bridge.config import Settings
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import TICKS_PER_QUARTER, Metre, TempoMap
from bridge.timing.integers import Clock
from bridge.timing.limits import Limits
from bridge.timing.route import Leg, Route

BEAT = TICKS_PER_QUARTER
_GRAIN = TICKS_PER_QUARTER // 64


def beats_of(tick: int, end_tick: int, partial: bool) -> range:
    """Ticks of a bar's beats; a partial bar counts them back from its end, as players do."""
    lead_ticks = (end_tick - tick) % BEAT if partial else 0
    return range(tick + lead_ticks, end_tick, BEAT)


@dataclass
class RawBar:
    """A bar before it is named: `rest`: nothing sounds; `partial`: cut by an end of the cue or a silence."""

    tick: int
    ticks: int
    rest: bool = False
    partial: bool = False
    odd: bool = False

    @property
    def end_tick(self) -> int:
        """First tick after the bar."""
        return self.tick + self.ticks

    @property
    def metre(self) -> Metre:
        """The simplest signature of this length: quarters if they fit, else the coarsest power of two."""
        denominator = 4
        while self.ticks * denominator % (4 * BEAT):
            denominator *= 2
        return Metre(self.ticks * denominator // (4 * BEAT), denominator)

    def beats(self) -> list[int]:
        """Ticks of its beats; a partial first bar counts them back from its end."""
        return list(beats_of(self.tick, self.end_tick, self.partial and not self.rest))


def leg_pieces(leg: Leg, phi: int, whole: int) -> list[int]:
    """Ticks of each beat of a leg that starts φ beats into a bar of `whole` ticks."""
    pieces: list[int] = []
    if leg.odd_bar:
        length = int(leg.odd_bar * BEAT)
        to_its_end = length - phi * BEAT if phi * BEAT < length else whole - phi * BEAT + length
        pieces = [BEAT] * (to_its_end // BEAT) + [to_its_end % BEAT]
    return pieces + [BEAT] * ((int(leg.beats * BEAT) - sum(pieces)) // BEAT)


@dataclass
class Layout:
    """Tempo map, bars, and the ticks at which legs end."""

    tempo_map: TempoMap
    bars: list[RawBar]
    end_tick: int
    leg_ticks: list[tuple[Leg, int]] = field(default_factory=list)

    def beat_ticks(self) -> list[int]:
        """Every beat that sounds, rising; bar lines of 7/8 and the like included.

        So is the bar line on which music stops: a silence is met by ending on it.
        """
        ticks: list[int] = []
        for before, bar in zip((None, *self.bars), self.bars):
            if not bar.rest:
                ticks += bar.beats()
            elif before is not None and not before.rest:
                ticks.append(bar.tick)
        return ticks

    def beat_seconds(self) -> NDArray[np.float64]:
        """Seconds of `beat_ticks` from tick 0."""
        events = self.tempo_map.events
        ticks = np.array([e.tick for e in events], dtype=np.float64)
        speed = np.array([e.us_per_quarter for e in events], dtype=np.float64)
        begun = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * speed[:-1])])
        beats = np.array(self.beat_ticks(), dtype=np.float64)
        index = np.searchsorted(ticks, beats, side="right") - 1
        found: NDArray[np.float64] = (begun[index] + (beats - ticks[index]) * speed[index]) / (BEAT * 1e6)
        return found


class Layer:
    """Builds a `Layout`: `music` for each span, `silence` between, `close` at the end."""

    def __init__(self, beats_per_bar: int, limits: Limits) -> None:
        self._clock = Clock()
        self._bars: list[RawBar] = []
        self._whole = beats_per_bar * BEAT
        self._limits = limits
        self._legs: list[tuple[Leg, int]] = []
        self._open = RawBar(0, self._whole)

    @property
    def now_s(self) -> Fraction:
        """Where the clock stands, in seconds from tick 0."""
        return self._clock.now_s

    def silence(self, until_s: Fraction, bpm: float) -> None:
        """Rest from here to `until_s`, at whatever tempo makes it come out."""
        clock = self._clock
        length = until_s - clock.now_s
        if length <= 0:
            return
        units = max(1, round(length * Fraction(bpm) / 60 * 8))
        ticks = units * BEAT // 8
        speed = 60 * Fraction(units, 8) / length
        if not self._legal(float(speed)):
            ticks = max(1, round(length * Fraction(bpm) / 60 * 64)) * _GRAIN
        start = clock.tick
        clock.even([ticks], until_s)
        while start < clock.tick:
            size = min(self._whole, clock.tick - start)
            self._bars.append(RawBar(start, size, rest=True, partial=size < self._whole))
            start += size

    def _legal(self, bpm: float) -> bool:
        return self._limits.min_log_bpm <= log(bpm) <= self._limits.max_log_bpm

    def music(self, route: Route) -> None:
        """One span's legs; call `tail` after it."""
        self._open = RawBar(self._clock.tick, self._whole)
        for index, leg in enumerate(route.legs):
            if index == 0:
                self._pickup(leg)
            else:
                self._leg(leg)
            if leg.downbeat:
                self._downbeat()
            self._legs.append((leg, self._clock.tick))

    def _pickup(self, leg: Leg) -> None:
        """From the span's start to the first hit: a partial bar, then whole ones."""
        clock = self._clock
        ticks = int(leg.beats * BEAT)
        lead = ticks - leg.phi * BEAT
        while lead % self._whole:
            size = lead % self._whole
            self._bars.append(RawBar(clock.tick, size, partial=True))
            lead -= size
            self._open = RawBar(clock.tick + size, self._whole)
        pieces = ([ticks % BEAT] if ticks % BEAT else []) + [BEAT] * (ticks // BEAT)
        clock.even(pieces, leg.time_s)
        self._roll()

    def _leg(self, leg: Leg) -> None:
        clock = self._clock
        phi = (clock.tick - self._open.tick) // BEAT
        pieces = leg_pieces(leg, phi, self._whole)
        if leg.odd_bar:
            length = int(leg.odd_bar * BEAT)
            if phi * BEAT >= length:
                self._next()
            self._open.ticks, self._open.odd = length, True
        base = leg.base_bpm
        clock.run(pieces, base * exp(leg.enter), base * exp(leg.leave), leg.time_s)
        self._roll()

    def _next(self) -> None:
        self._bars.append(self._open)
        self._open = RawBar(self._open.end_tick, self._whole)

    def _roll(self) -> None:
        """Close every bar that has ended by now."""
        while self._open.end_tick <= self._clock.tick:
            self._next()

    def _downbeat(self) -> None:
        """End the open bar here; a bar of one beat is joined to a plain one before it."""
        here, last = self._clock.tick, self._bars[-1] if self._bars else None
        size = here - self._open.tick
        if size <= 0:
            return
        plain = last is not None and not (last.odd or last.partial or last.rest) and last.ticks == self._whole
        if size == BEAT and plain and last is not None:
            last.ticks += size
            last.odd = True
        else:
            self._bars.append(RawBar(self._open.tick, size, odd=True))
        self._open = RawBar(here, self._whole)

    def tail(self, route: Route, until_s: Fraction, rings: bool) -> None:
        """Beats go on from the last leg to `until_s`.

        Where the music `rings` out, to the first bar line there or after; before a silence it stops on
        the beat nearest to where the silence begins, whatever is left of the bar.
        """
        clock = self._clock
        bpm = route.bpm
        if route.legs:
            last = route.legs[-1]
            bend = min(max(last.leave, -self._limits.free), self._limits.free)
            speed = log(last.base_bpm) + bend
            bpm = exp(min(max(speed, self._limits.min_log_bpm), self._limits.max_log_bpm))
        beat_s = Fraction(round(60_000_000 / bpm), 1_000_000)
        while clock.now_s < until_s or (rings and clock.tick != self._open.tick):
            if not rings and clock.now_s + beat_s / 2 > until_s:
                break
            clock.steady(BEAT, bpm)
            self._roll()
        if clock.tick > self._open.tick:
            self._bars.append(RawBar(self._open.tick, clock.tick - self._open.tick, partial=True))
        self._open = RawBar(clock.tick, self._whole)

    def close(self, cue_end_s: Fraction) -> Layout:
        """The finished layout; the bars already reach past the cue's last frame."""
        tempo_map = self._clock.tempo_map()
        exact = tempo_map.tick_at_s(cue_end_s)
        end_tick = -((-exact.numerator) // exact.denominator)
        return Layout(tempo_map, self._bars, int(end_tick), self._legs)


def lay(cues: CueSheet, settings: Settings, routes: list[Route]) -> Layout:
    """Write the spans, the silences between them and the ring-out after the last frame."""
    layer = Layer(settings.tempo.beats_per_bar, Limits.of(settings.tempo))
    end_s = cues.cue_length_s
    ring_s = end_s + round(settings.tail_s * 1000) * Fraction(1, 1000)
    bpm = routes[0].bpm if routes else (settings.tempo.min_bpm * settings.tempo.max_bpm) ** 0.5
    for index, route in enumerate(routes):
        layer.silence(route.span.start_s, bpm)
        layer.music(route)
        last = index + 1 == len(routes) and route.span.end_s >= end_s
        layer.tail(route, ring_s if last else route.span.end_s, last)
        bpm = route.legs[-1].next_bpm if route.legs else route.bpm
    if not routes or layer.now_s < ring_s:
        layer.silence(ring_s, bpm)
    return layer.close(end_s)
