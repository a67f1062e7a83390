"""What meets a hit that no beat reaches, rung by rung: pickup, rest, held chord, accent off the beat.

The first rung, a bar of another metre, and the ritard are the tempo search's own. Each rung is rationed,
so that it stays a gesture: a pickup ends its phrase and leaves two bars to the next one; all music rests
before a hit, and comes in on it, at most once in sixteen bars; a held chord comes at most once in four;
accents off the beat meet at most a tenth of the hits. Every tick stands on one of 12 steps a quarter, the
simpler subdivision first, and inside the hit's window by the integers written. After a rest there is no
pulse to be off: there the ticks half way between the steps serve too, and hits that only these reach go
first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from bridge.schema.cues import Hit
from bridge.schema.tempo import TICKS_PER_QUARTER, HitResult, Rung
from bridge.timing.layout import Layout, RawBar
from bridge.timing.targets import DENSE_S

_STEP = TICKS_PER_QUARTER // 12
# Steps of a beat in order of preference: eighths, sixteenths, triplets of a quarter, then the rest.
_STEPS = (6, 3, 9, 4, 8, 2, 10, 1, 5, 7, 11)
_DOTTED_STEPS = (6, 12, 3, 9, 15, 4, 8, 10, 14, 2, 16, 1, 5, 7, 11, 13, 17)
# A pickup starts on an eighth, a sixteenth or a triplet, two quarters before the bar line at most.
_PICKUP_STEPS = 5
_PICKUP_TICKS = 2 * TICKS_PER_QUARTER
PICKUP_BARS_APART = 2
HOLD_BARS_APART = 4
# No tempo has so many ticks within `DENSE_S`.
_NEAR_TICKS = 2 * TICKS_PER_QUARTER
REST_BARS_APART = 16
ACCENT_SHARE = 0.10

Error = Callable[[int, Hit], Fraction]
Inside = Callable[[Fraction, Hit], bool]


@dataclass
class Ladder:
    """Climbs for one hit after another, the heaviest first; remembers what each rung has used."""

    layout: Layout
    beats: list[int]
    error_frames: Error
    inside: Inside
    accents_left: int
    taken: frozenset[int]  # ticks of hits that beats meet
    rests: bool = True  # whether all music may rest
    spoken: Callable[[Hit], bool] = lambda hit: False  # whether a word is said there that no accent may hit
    accents: set[int] = field(default_factory=set)
    pickups: dict[int, int] = field(default_factory=dict)  # bar index: ticks
    holds: set[int] = field(default_factory=set)  # bar indices
    airs: dict[int, tuple[int, int]] = field(default_factory=dict)  # bar index: first and last tick

    def __post_init__(self) -> None:
        self._starts = [bar.tick for bar in self.layout.bars]

    def climb(self, hit: Hit, exact_tick: Fraction) -> HitResult | None:
        """The first rung that meets the hit at `exact_tick`; None when none does."""
        places = self.places(hit, exact_tick)
        between = self._between(hit, exact_tick)
        for rung, take, offered in (
            (Rung.PICKUP, self._pickup, places),
            (Rung.REST, self._rest, places or between),
            (Rung.HOLD, self._hold, places),
            (Rung.ACCENT, self._accent, () if self.spoken(hit) else places),
        ):
            for rank, tick, error in offered:
                reason = take(rank, tick)
                if reason:
                    self.accents.add(tick)
                    return HitResult(hit.id, True, tick, float(error), rung, False, reason)
        return None

    def places(self, hit: Hit, exact_tick: Fraction) -> list[tuple[int, int, Fraction]]:
        """(rank, tick, error) of every sounding step in the window, simpler subdivisions first."""
        at = bisect_left(self.beats, exact_tick)
        found: list[tuple[int, Fraction, int, Fraction]] = []
        for beat in self.beats[max(0, at - 2) : at + 1]:
            dotted = self._bar(beat)[1].beat_ticks > TICKS_PER_QUARTER
            for rank, step in enumerate(_DOTTED_STEPS if dotted else _STEPS):
                tick = beat + step * _STEP
                error = self.error_frames(tick, hit)
                if self.inside(error, hit) and self._free(tick):
                    found.append((rank, abs(error), tick, error))
        return [(rank, tick, error) for rank, _, tick, error in sorted(found)]

    def _between(self, hit: Hit, exact_tick: Fraction) -> list[tuple[int, int, Fraction]]:
        """The tick half way between two steps that is nearest to the hit, where it lies in the window."""
        at = bisect_right(self.beats, exact_tick)
        if not at:
            return []
        tick = self.beats[at - 1] + int((exact_tick - self.beats[at - 1]) // _STEP) * _STEP + _STEP // 2
        error = self.error_frames(tick, hit)
        return [(0, tick, error)] if self.inside(error, hit) and self._free(tick) else []

    def _bar(self, tick: int) -> tuple[int, RawBar]:
        index = max(0, bisect_right(self._starts, tick) - 1)
        return index, self.layout.bars[index]

    def _free(self, tick: int) -> bool:
        """Whether music sounds there, and no other hit is met so near that the two would be a stumble."""
        _, bar = self._bar(tick)
        s_at = self.layout.tempo_map.s_at_tick
        due = self.taken | self.accents
        if any(abs(s_at(other) - s_at(tick)) < DENSE_S for other in due if abs(other - tick) < _NEAR_TICKS):
            return False
        aired = any(first <= tick < last for first, last in self.airs.values())
        return not bar.rest and not aired and tick < bar.end_tick and tick < self.layout.end_tick

    def _pickup(self, rank: int, tick: int) -> str:
        index, bar = self._bar(tick)
        bars = self.layout.bars
        # The next bar must be long enough to be led into: the cue's close takes half a beat at least.
        room = bar.end_tick + TICKS_PER_QUARTER // 2 <= self.layout.end_tick
        led = index + 1 < len(bars) and not bars[index + 1].rest and room
        near = any(abs(index - other) < PICKUP_BARS_APART for other in self.pickups)
        near = near or any(i in self.holds or i in self.airs for i in (index, index + 1))
        ticks = bar.end_tick - tick
        if rank >= _PICKUP_STEPS or bar.partial or near or not led or ticks > _PICKUP_TICKS:
            return ""
        self.pickups[index] = ticks
        return "a pickup into the next phrase starts on it"

    def _rest(self, rank: int, tick: int) -> str:
        """Silence from the last half beat that leaves half a beat of it; nothing may be due in there."""
        index, bar = self._bar(tick)
        half = TICKS_PER_QUARTER // 2
        first = bar.tick + (tick - bar.beat_ticks // 2 - bar.tick) // half * half
        near = any(abs(index - other) < REST_BARS_APART for other in self.airs)
        busy = index in self.pickups or index - 1 in self.pickups or index in self.holds
        due = any(first <= other < tick for other in self.taken | self.accents)
        cut = bar.partial or bar.end_tick > self.layout.end_tick
        if not self.rests or cut or near or busy or due or first <= bar.tick:
            return ""
        self.airs[index] = (first, tick)
        return "all music rests before it and comes in on it"

    def _hold(self, rank: int, tick: int) -> str:
        index, bar = self._bar(tick)
        near = any(abs(index - other) < HOLD_BARS_APART for other in self.holds)
        busy = index in self.pickups or index - 1 in self.pickups or index in self.airs
        if rank >= _PICKUP_STEPS or bar.partial or near or busy:
            return ""
        self.holds.add(index)
        return "a chord is held over it, with an onset on it"

    def _accent(self, rank: int, tick: int) -> str:
        if self.accents_left <= 0:
            return ""
        self.accents_left -= 1
        return "an accent off the beat"
