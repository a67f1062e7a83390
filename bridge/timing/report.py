"""How every hit of the cue sheet fared, from the integers written."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction

from bridge.config import Settings
from bridge.schema.cues import CueSheet, Hit, HitKind, Weight
from bridge.schema.tempo import Bar, HitResult, Rung
from bridge.timing.ladder import ACCENT_SHARE, Ladder
from bridge.timing.layout import Layout
from bridge.timing.limits import MAX_STEP, Limits
from bridge.timing.route import Leg
from bridge.timing.targets import Target, window_of

# Tempo integers leave at most half a microsecond: a window's edge is judged with twice as much again.
_TOLERANCE_S = Fraction(2, 1_000_000)


@dataclass(frozen=True)
class Fate:
    """Results in cue-sheet order, accents by tick; pickups (ticks), held chords and airs by bar index."""

    results: tuple[HitResult, ...]
    accents: tuple[int, ...]
    pickups: dict[int, int]
    holds: frozenset[int]
    airs: dict[int, tuple[int, int]]


class Judge:
    """Measures hits against one layout."""

    def __init__(self, cues: CueSheet, settings: Settings, layout: Layout) -> None:
        self._cues, self._settings, self._layout = cues, settings, layout
        self._beats = layout.beat_ticks()
        self._beat_s = [float(layout.tempo_map.s_at_tick(t)) for t in self._beats]
        self._bar_starts = {bar.tick for bar in layout.bars}
        self._rest_starts = {bar.tick for bar in layout.bars if bar.rest}
        self._legs: dict[int, Leg] = {tick: leg for leg, tick in layout.leg_ticks}
        self.given = layout.given
        self._rests = [
            (float(cues.cue_s(p.start_frame)), float(cues.cue_s(p.end_frame)))
            for p in cues.plots
            if not p.music
        ]

    def error_frames(self, tick: int, hit: Hit) -> Fraction:
        """Music − picture, in frames, exact."""
        return (self._layout.tempo_map.s_at_tick(tick) - self._cues.cue_s(hit.frame)) * self._cues.rate

    def nearest_beat(self, hit: Hit) -> tuple[int, Fraction] | None:
        """The beat closest in time, and its error; None where there is no beat at all."""
        if not self._beats:
            return None
        place = bisect_left(self._beat_s, float(self._cues.cue_s(hit.frame)))
        around = self._beats[max(0, place - 1) : place + 1]
        return min(((t, self.error_frames(t, hit)) for t in around), key=lambda pair: abs(pair[1]))

    def inside(self, error: Fraction, hit: Hit) -> bool:
        """Whether an error lies in the hit's window."""
        early, late = window_of(hit, self._settings)
        slack = _TOLERANCE_S * self._cues.rate
        return early - slack <= error <= late + slack

    def on_beat(self, hit: Hit) -> tuple[int, Fraction] | None:
        """A beat that meets the hit, a bar line first; else None."""
        nearest = self.nearest_beat(hit)
        if nearest is None:
            return None
        place = bisect_left(self._beats, nearest[0])
        around = [(t, self.error_frames(t, hit)) for t in self._beats[max(0, place - 1) : place + 2]]
        good = [pair for pair in around if self.inside(pair[1], hit)]
        if not good:
            return None
        return min(good, key=lambda pair: (pair[0] not in self._bar_starts, abs(pair[1])))

    def silent(self, hit: Hit) -> bool:
        """Whether the hit lies inside a plot without music (its first frame is where music stops)."""
        at = float(self._cues.cue_s(hit.frame))
        return any(begin < at < end for begin, end in self._rests)

    def outside(self, hit: Hit) -> bool:
        """Whether the hit lies before the cue's first frame or past its end."""
        return not self._cues.cue_start_frame <= hit.frame <= self._cues.cue_end_frame

    def met(self, hit: Hit, tick: int, error: Fraction) -> HitResult:
        """A hit on a beat, and the rung that put it there."""
        leg = self._legs.get(tick)
        rung, reason = Rung.TEMPO, ""
        if leg is not None and (leg.odd_bar or (leg.downbeat and leg.phi)):
            rung, reason = Rung.METRE, "a bar of another metre before it"
        elif (
            leg is not None
            and leg.ramp
            and max(abs(leg.enter), abs(leg.leave)) > Limits.of(self._settings.tempo).free + 1e-6
        ):
            slowing = leg.leave < leg.enter
            rung = Rung.RITARD if slowing else Rung.TEMPO
            reason = f"tempo {'slows' if slowing else 'presses'} into it over {float(leg.beats):g} beats"
        if tick in self._rest_starts:
            reason = "; ".join(filter(None, (reason, "music stops on it")))
        return HitResult(hit.id, True, tick, float(error), rung, tick in self._bar_starts, reason)

    def ladder(self, targets: tuple[Target, ...], taken: frozenset[int]) -> Ladder:
        """A fresh ladder for the chased hits; `taken` are the ticks of those that beats meet.

        Where the tempo map was given it is all that a `must` has: each may have its accent. Nothing rests
        there, for somebody else's parts may go with it.
        """
        accents = int(ACCENT_SHARE * len(targets))
        if self.given:
            accents = max(accents, sum(target.must for target in targets))
        return Ladder(
            self._layout,
            self._beats,
            self.error_frames,
            self.inside,
            accents,
            taken,
            not self.given,
            self.spoken,
        )

    def spoken(self, hit: Hit) -> bool:
        """Whether a word is said there that no accent may hit: only a `must` may."""
        return hit.weight is not Weight.MUST and self._cues.spoken(hit.frame)

    def exact_tick(self, hit: Hit) -> Fraction:
        """Where on the tempo map the hit lies."""
        return self._layout.tempo_map.tick_at_s(self._cues.cue_s(hit.frame))


def fates(cues: CueSheet, settings: Settings, layout: Layout, targets: tuple[Target, ...]) -> Fate:
    """Judge every hit: on a beat, else by the ladder, the heaviest first, else left with a reason."""
    judge = Judge(cues, settings, layout)
    chased = {target.hit.id: target for target in targets}
    results: dict[str, HitResult] = {}
    accents: set[int] = set()
    left: list[Hit] = []
    for hit in cues.hits:
        beat = None if judge.silent(hit) or judge.outside(hit) else judge.on_beat(hit)
        if beat is not None:
            results[hit.id] = judge.met(hit, *beat)
            if hit.grouped_with:
                why = f"a beat falls on it, though {hit.grouped_with} stands for it"
                results[hit.id] = replace(results[hit.id], reason=why)
            marked = hit.kind is HitKind.MARKER and not judge.spoken(hit)
            if marked or (hit.id in chased and chased[hit.id].must):
                accents.add(beat[0])
        elif hit.id in chased and not judge.silent(hit):
            left.append(hit)
        else:
            results[hit.id] = _left(judge, hit, settings, chased)
    taken = frozenset(r.tick for r in results.values() if r.met and r.tick is not None)
    ladder = judge.ladder(targets, taken)
    stepless = {hit.id for hit in left if not ladder.places(hit, judge.exact_tick(hit))}
    left.sort(key=lambda h: (-chased[h.id].weight, not chased[h.id].downbeat, h.id not in stepless, h.frame))
    for hit in left:
        result = ladder.climb(hit, judge.exact_tick(hit))
        if result is None:
            result = _left(judge, hit, settings, chased, clash=_clash(hit, chased, results))
        results[hit.id] = result
    return Fate(
        tuple(results[hit.id] for hit in cues.hits),
        tuple(sorted(accents | ladder.accents)),
        ladder.pickups,
        frozenset(ladder.holds),
        ladder.airs,
    )


def _clash(hit: Hit, chased: dict[str, Target], results: dict[str, HitResult]) -> str:
    """Name of a met hit so close that no beat could serve both."""
    mine = chased[hit.id]
    for other in chased.values():
        near = abs(other.time_s - mine.time_s) < Fraction(2, 5) and other.hit.id != hit.id
        if near and other.hit.id in results and results[other.hit.id].met:
            return other.hit.id
    return ""


def _left(
    judge: Judge, hit: Hit, settings: Settings, chased: dict[str, Target], clash: str = ""
) -> HitResult:
    nearest = judge.nearest_beat(hit)
    error = float(nearest[1]) if nearest else 0.0
    if hit.grouped_with:
        reason = f"too close to {hit.grouped_with}, which stands for it"
    elif judge.silent(hit):
        reason = "nothing sounds here"
    elif judge.outside(hit):
        reason = "it lies outside the cue"
    elif clash:
        reason = f"clashes with {clash}: no beat at a legal tempo can meet both"
    elif judge.given:
        reason = "no beat of the tempo map that was given lies on it, nor a step off the beat that is free"
    elif hit.id not in chased:
        reason = "too close to the hit before it to be chased"
    else:
        tempo = settings.tempo
        most = tempo.max_bend if tempo.exact or chased[hit.id].must else tempo.costed_bend
        reason = (
            f"a beat here would cost heavier hits, bend the tempo beyond {100 * most:g} %, "
            f"or change it by more than {100 * MAX_STEP:g} % at once"
        )
    return HitResult(hit.id, False, None, error, Rung.NONE, False, reason)


def with_gestures(bars: tuple[Bar, ...], fate: Fate) -> tuple[Bar, ...]:
    """Put accents, pickups, held chords and airs into the bars that hold them."""
    done: list[Bar] = []
    place = 0
    for bar in bars:
        mine: list[int] = []
        while place < len(fate.accents) and fate.accents[place] < bar.end_tick:
            mine.append(fate.accents[place])
            place += 1
        done.append(
            replace(
                bar,
                accents=tuple(mine),
                hold=bar.hold or bar.index in fate.holds,
                pickup_ticks=fate.pickups.get(bar.index, 0),
                airs=(fate.airs[bar.index],) if bar.index in fate.airs else (),
            )
        )
    return tuple(done)
