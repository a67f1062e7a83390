"""Walks a solved cue from tick 0: writes the tempo map and lays the bars on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, exp, log

import numpy as np
from numpy.typing import NDArray

from bridge.config import Settings, TempoSettings
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Metre, TempoMap
from bridge.timing.integers import Clock
from bridge.timing.limits import Limits
from bridge.timing.route import Leg, Route
from bridge.timing.targets import Span, anchor

# The finest length that a time signature can have here: a 64th of a quarter.
_GRAIN = TICKS_PER_QUARTER // 64


@dataclass
class RawBar:
    """A bar before it is named: `rest`: nothing sounds; `partial`: cut by an end of the cue or a silence.

    `beat_ticks` is a quarter, or the dotted one of a compound metre; `signature` is the metre of a given map;
    `plots`: the span's [first, last) plots, one of which it belongs to; None for any.
    """

    tick: int
    ticks: int
    beat_ticks: int
    rest: bool = False
    partial: bool = False
    odd: bool = False
    signature: Metre | None = None
    plots: tuple[int, int] | None = None

    @property
    def end_tick(self) -> int:
        """First tick after the bar."""
        return self.tick + self.ticks

    @property
    def metre(self) -> Metre:
        """The simplest signature of this length: quarters if they fit, else the coarsest power of two.

        Where beats are dotted it is eighths at the coarsest: 6/8, not 3/4.
        """
        if self.signature is not None:
            return self.signature
        denominator = 4 if self.beat_ticks == TICKS_PER_QUARTER else 8
        while self.ticks * denominator % (4 * TICKS_PER_QUARTER):
            denominator *= 2
        return Metre(self.ticks * denominator // (4 * TICKS_PER_QUARTER), denominator)

    def beats(self) -> range:
        """Ticks of its beats; a partial first bar counts them back from its end."""
        lead_ticks = self.ticks % self.beat_ticks if self.partial and not self.rest else 0
        return range(self.tick + lead_ticks, self.end_tick, self.beat_ticks)


def sounding_beats(bars: Sequence[Bar | RawBar]) -> list[int]:
    """Ticks of every beat where music sounds, and of each bar line on which it stops."""
    ticks: list[int] = []
    for before, bar in zip((None, *bars), bars):
        beats = () if bar.rest else bar.beats()
        if before is not None and not before.rest and bar.tick not in beats:
            ticks.append(bar.tick)
        ticks += beats
    return ticks


def leg_pieces(leg: Leg, phi: int, whole: int, beat: int) -> list[int]:
    """Ticks of each beat of a leg that starts φ beats of `beat` ticks into a bar of `whole` ticks."""
    pieces: list[int] = []
    if leg.odd_bar:
        length = int(leg.odd_bar * beat)
        to_its_end = length - phi * beat if phi * beat < length else whole - phi * beat + length
        pieces = [beat] * (to_its_end // beat) + [to_its_end % beat]
    return pieces + [beat] * ((int(leg.beats * beat) - sum(pieces)) // beat)


@dataclass
class Layout:
    """Tempo map, bars, and the ticks at which legs end; `given`: neither map nor bars are the solver's."""

    tempo_map: TempoMap
    bars: list[RawBar]
    end_tick: int
    leg_ticks: list[tuple[Leg, int]] = field(default_factory=list)
    given: bool = False

    def beat_ticks(self) -> list[int]:
        """Every beat that sounds, rising; bar lines of 7/8 and the like included.

        So is the bar line on which music stops or another tempo begins: a silence is met by ending on it.
        """
        return sounding_beats(self.bars)

    def beat_seconds(self) -> NDArray[np.float64]:
        """Seconds of `beat_ticks` from tick 0."""
        events = self.tempo_map.events
        ticks = np.array([e.tick for e in events], dtype=np.float64)
        speed = np.array([e.us_per_quarter for e in events], dtype=np.float64)
        begun = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * speed[:-1])])
        beats = np.array(self.beat_ticks(), dtype=np.float64)
        index = np.searchsorted(ticks, beats, side="right") - 1
        us = (begun[index] + (beats - ticks[index]) * speed[index]) / TICKS_PER_QUARTER
        found: NDArray[np.float64] = us / 1e6
        return found


class Layer:
    """Builds a `Layout`: `silence` and `music` for each span in turn, `close` at the end.

    Where the settings leave one tempo only, it is written as one event and everything keeps to its grid.
    """

    def __init__(self, settings: TempoSettings) -> None:
        self._clock = Clock()
        self._bars: list[RawBar] = []
        self._beat = int(settings.beat_quarters * TICKS_PER_QUARTER)
        self._whole = settings.beats_per_bar * self._beat
        self._limits = Limits.of(settings)
        self._legs: list[tuple[Leg, int]] = []
        self._plots: tuple[int, int] | None = None
        self._open = self._bar(0)

    @property
    def now_s(self) -> Fraction:
        """Where the clock stands, in seconds from tick 0."""
        return self._clock.now_s

    def _bar(self, tick: int, ticks: int = 0, rest: bool = False, partial: bool = False) -> RawBar:
        plots = None if rest else self._plots
        return RawBar(tick, ticks or self._whole, self._beat, rest, partial, plots=plots)

    def _steady(self, ticks: int, bpm: float) -> None:
        self._clock.steady(ticks, bpm * self._beat / TICKS_PER_QUARTER)

    def silence(self, until_s: Fraction, bpm: float, *, past: bool = False) -> None:
        """Rest from here to `until_s`, at whatever tempo makes it come out.

        Where there is only one tempo it ends within a 128th of a quarter of `until_s`, or `past` it.
        """
        clock = self._clock
        length = until_s - clock.now_s
        if length <= 0:
            return
        beats = length * Fraction(bpm) / 60
        units = max(1, round(beats * 8))
        ticks = units * self._beat // 8
        if self._limits.one_tempo or not self._legal(float(60 * Fraction(units, 8) / length)):
            grains = beats * self._beat / _GRAIN
            ticks = (ceil(grains) if past else round(grains)) * _GRAIN
        start = clock.tick
        if self._limits.one_tempo:
            self._steady(ticks, bpm)
        else:
            clock.even([max(ticks, _GRAIN)], until_s)
        while start < clock.tick:
            size = min(self._whole, clock.tick - start)
            self._bars.append(self._bar(start, size, rest=True, partial=size < self._whole))
            start += size

    def rested_s(self, until_s: Fraction) -> Fraction:
        """Where a rest up to `until_s` ends: there, or on the grid of the one tempo that there is."""
        length = until_s - self.now_s
        if not self._limits.one_tempo or length <= 0:
            return until_s
        quarters = Fraction(self._beat, TICKS_PER_QUARTER)
        quarter_s = Fraction(round(60_000_000 / (exp(self._limits.min_log_bpm) * float(quarters))), 1_000_000)
        grain_s = quarter_s * _GRAIN / TICKS_PER_QUARTER
        return self.now_s + round(length / grain_s) * grain_s

    def _legal(self, bpm: float) -> bool:
        return self._limits.min_log_bpm <= log(bpm) <= self._limits.max_log_bpm

    def music(self, route: Route) -> None:
        """One span's legs; call `tail` after it."""
        self._plots = (route.span.first_plot, route.span.last_plot)
        self._open = self._bar(self._clock.tick)
        for index, leg in enumerate(route.legs):
            if index == 0:
                self._pickup(leg)
            else:
                self._leg(leg)
            if leg.downbeat:
                self._downbeat()
            if not self._legs or self._legs[-1][1] < self._clock.tick:
                self._legs.append((leg, self._clock.tick))

    def _run(self, pieces: list[int], leg: Leg, ramp: bool) -> None:
        """The beats of a leg, up to where its hit wants them to end."""
        if self._limits.steady:
            self._steady(sum(pieces), leg.base_bpm)
        elif ramp:
            enter, leave = leg.base_bpm * exp(leg.enter), leg.base_bpm * exp(leg.leave)
            self._clock.run(pieces, enter, leave, leg.time_s)
        else:
            self._clock.even(pieces, leg.time_s)

    def _pickup(self, leg: Leg) -> None:
        """From the span's start to the first hit: a partial bar, then whole ones."""
        clock, beat = self._clock, self._beat
        ticks = int(leg.beats * beat)
        lead = ticks - leg.phi * beat
        while lead % self._whole:
            size = lead % self._whole
            self._bars.append(self._bar(clock.tick, size, partial=True))
            lead -= size
            self._open = self._bar(clock.tick + size)
        pieces = ([ticks % beat] if ticks % beat else []) + [beat] * (ticks // beat)
        self._run(pieces, leg, ramp=False)
        self._roll()

    def _leg(self, leg: Leg) -> None:
        clock, beat = self._clock, self._beat
        phi = (clock.tick - self._open.tick) // beat
        pieces = leg_pieces(leg, phi, self._whole, beat)
        if leg.odd_bar:
            length = int(leg.odd_bar * beat)
            if phi * beat >= length:
                self._next()
            self._open.ticks, self._open.odd = length, True
        self._run(pieces, leg, ramp=True)
        self._roll()

    def _next(self) -> None:
        self._bars.append(self._open)
        self._open = self._bar(self._open.end_tick)

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
        if size == self._beat and plain and last is not None:
            last.ticks += size
            last.odd = True
        else:
            odd = self._bar(self._open.tick, size)
            odd.odd = True
            self._bars.append(odd)
        self._open = self._bar(here)

    def tail(self, route: Route, until_s: Fraction, rings: bool) -> None:
        """Beats go on from the last leg to `until_s`.

        Where the music `rings` out, to the first bar line there or after; before a silence it stops on
        the beat nearest to where the silence begins, whatever is left of the bar. Where other music follows
        at once it stops on the last beat before that, and the bar ends there.
        """
        clock, beat = self._clock, self._beat
        bpm = route.bpm
        if route.legs:
            last = route.legs[-1]
            bend = min(max(last.leave, -self._limits.free), self._limits.free)
            speed = log(last.base_bpm) + bend
            bpm = exp(min(max(speed, self._limits.min_log_bpm), self._limits.max_log_bpm))
        beat_s = Fraction(round(60_000_000 / bpm), 1_000_000)
        reach_s = beat_s if route.span.runs_on else beat_s / 2
        while clock.now_s < until_s or (rings and clock.tick != self._open.tick):
            if not rings and clock.now_s + reach_s > until_s:
                break
            self._steady(beat, bpm)
            self._roll()
        if clock.tick > self._open.tick and route.span.runs_on:
            self._downbeat()
        elif clock.tick > self._open.tick:
            self._bars.append(self._bar(self._open.tick, clock.tick - self._open.tick, partial=True))
        self._open = self._bar(clock.tick)

    def close(self, cue_end_s: Fraction) -> Layout:
        """The finished layout; the bars already reach past the cue's last frame."""
        tempo_map = self._clock.tempo_map()
        exact = tempo_map.tick_at_s(cue_end_s)
        end_tick = -((-exact.numerator) // exact.denominator)
        return Layout(tempo_map, self._bars, int(end_tick), self._legs)


def ring_end_s(cues: CueSheet, settings: Settings) -> Fraction:
    """Where the last notes may ring to, in seconds from tick 0."""
    return cues.cue_length_s + Fraction(round(settings.tail_s * 1000), 1000)


class Scribe:
    """Writes spans one after the other: `placed` says where the next one starts, `add` writes it."""

    def __init__(self, cues: CueSheet, settings: Settings) -> None:
        self._layer = Layer(settings.tempo)
        self._end_s = cues.cue_length_s
        self._ring_s = ring_end_s(cues, settings)
        self._before: Route | None = None
        self._bpm = settings.tempo.target_bpm or (settings.tempo.min_bpm * settings.tempo.max_bpm) ** 0.5
        self._must_weight = settings.hits.must_weight

    def placed(self, span: Span) -> Span:
        """The span as it can really start: where the music before runs into it, or on the one tempo's grid.

        A start that no hit of its own needs reaching is a bar line.
        """
        before = self._before
        if before is None or not before.span.runs_on:
            return replace(span, start_s=self._layer.rested_s(span.start_s))
        start_s = self._layer.now_s
        met = before.legs[-1].target.hit.id if before.legs else ""
        targets = tuple(t for t in span.targets if t.hit.id != met)
        if not targets or targets[0].time_s > span.start_s:
            targets = (anchor(start_s, self._must_weight), *targets)
        return replace(span, start_s=start_s, targets=targets)

    def add(self, route: Route) -> None:
        """The silence before a span, its music, and, after the last one, the ring-out."""
        self._layer.silence(route.span.start_s, self._bpm if self._before else route.bpm)
        self._layer.music(route)
        last = route.span.end_s >= self._end_s
        self._layer.tail(route, self._ring_s if last else route.span.end_s, last)
        self._bpm = route.legs[-1].next_bpm if route.legs else route.bpm
        self._before = route

    def close(self) -> Layout:
        """The finished layout, silent to the end of the ring-out where no music reaches it."""
        self._layer.silence(self._ring_s, self._bpm, past=True)
        return self._layer.close(self._end_s)


def lay(cues: CueSheet, settings: Settings, routes: list[Route]) -> Layout:
    """Write the spans, the silences between them and the ring-out after the last frame."""
    scribe = Scribe(cues, settings)
    for route in routes:
        scribe.add(route)
    return scribe.close()
