"""A solved span: the hits met, in order, and how the beats run from one to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from bridge.timing.lattice import LEVEL, Lattice
from bridge.timing.targets import Span, Target
from bridge.timing.trace import Stop


@dataclass(frozen=True)
class Leg:
    """A stretch of beats and the hit at its end.

    `time_s` counts from the cue's first frame. `beats` count since the leg before (from the
    span's start for the first, where any 64th of a quarter may remain). `odd_bar` is the length in
    quarters of a bar with an odd number of eighths inside the leg, else 0. `enter` and `leave` are
    natural logs of tempo over `base_bpm`. `phi`: beats since the bar line on arrival; `downbeat`: a bar
    starts at the hit (bought with an odd bar when φ is not 0). After the hit the base is `next_bpm`.
    """

    target: Target
    time_s: Fraction
    beats: Fraction
    odd_bar: Fraction
    enter: float
    leave: float
    base_bpm: float
    next_bpm: float
    phi: int
    downbeat: bool

    @property
    def ramp(self) -> bool:
        """Whether the tempo runs rather than stands."""
        return abs(self.leave - self.enter) > LEVEL and self.beats >= 2


@dataclass(frozen=True)
class Route:
    """One span's legs, and its tempo where there are none."""

    span: Span
    legs: tuple[Leg, ...]
    bpm: float
    name: str = "solved"


def route_of(lattice: Lattice, span: Span, stops: list[Stop], bpm: float, name: str = "solved") -> Route:
    """Stops in span time and base indices → legs in cue time and bpm."""
    legs: list[Leg] = []
    for stop in stops:
        time_s = span.start_s + Fraction(stop.time_s).limit_denominator(10**12)
        legs.append(
            Leg(
                target=lattice.targets[stop.hit],
                time_s=max(time_s, span.start_s),
                beats=Fraction(stop.beats).limit_denominator(96),
                odd_bar=Fraction(stop.odd_bar).limit_denominator(2),
                enter=stop.enter,
                leave=stop.leave,
                base_bpm=math.exp(float(lattice.log_bases[stop.base])),
                next_bpm=math.exp(float(lattice.log_bases[stop.base_after])),
                phi=stop.place % lattice.beats_per_bar,
                downbeat=stop.downbeat,
            )
        )
    return Route(span, tuple(legs), legs[0].base_bpm if legs else bpm, name)
