"""A tempo map that somebody else made: bars are laid on it as it stands, and hits met where its beats do."""

from __future__ import annotations

from fractions import Fraction

from bridge.config import Settings
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import GivenMap, TempoMap
from bridge.timing.layout import Layout, RawBar, ring_end_s


def lay_given(cues: CueSheet, settings: Settings, given: GivenMap) -> Layout:
    """Bars of the given map from tick 0 to the first bar line after the ring-out; nothing of it is moved.

    A time signature inside a bar cuts that bar short. A bar rests where music is silent for most of it.
    """
    end_s = ring_end_s(cues, settings)
    whole = given.tempo
    bars: list[RawBar] = []
    begun_s = Fraction(0)
    for event, following in zip(given.metres, (*given.metres[1:], None)):
        tick = event.tick
        while begun_s < end_s and (following is None or tick < following.tick):
            ticks = event.metre.ticks
            if following is not None:
                ticks = min(ticks, following.tick - tick)
            ended_s = whole.s_at_tick(tick + ticks)
            bars.append(
                RawBar(
                    tick,
                    ticks,
                    event.metre.beat_ticks,
                    rest=_rests(cues, begun_s, ended_s),
                    odd=ticks < event.metre.ticks,
                    signature=event.metre,
                )
            )
            tick, begun_s = tick + ticks, ended_s
    end_tick = whole.tick_at_s(cues.cue_length_s)
    events = tuple(each for each in whole.events if each.tick < bars[-1].end_tick)
    return Layout(TempoMap(events), bars, -((-end_tick.numerator) // end_tick.denominator), given=True)


def _rests(cues: CueSheet, begin_s: Fraction, end_s: Fraction) -> bool:
    """Whether the plots under a bar are silent for more than half of it; past the cue the last one counts."""
    silent = Fraction(0)
    for plot in cues.plots:
        if not plot.music:
            until = end_s if plot is cues.plots[-1] else min(end_s, cues.cue_s(plot.end_frame))
            silent += max(Fraction(0), until - max(begin_s, cues.cue_s(plot.start_frame)))
    return 2 * silent > end_s - begin_s
