"""Names the bars: whose plot, which phrase, where a cadence belongs.

Given the bars (the tempo search has fixed their lengths), phrases are an exact second programme over
each plot's bars: lengths of 4, then 8 and 2, are wanted, and an odd bar wants to end its phrase.
"""

from __future__ import annotations

from fractions import Fraction

from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Bar
from bridge.timing.layout import Layout, RawBar

# Cost of a phrase by its bars: 2, 4 and 8 are what listeners expect; the others are there for odd bars.
_PHRASE = {4: 0.0, 8: 0.6, 2: 0.6, 6: 1.6, 3: 2.0, 5: 2.2, 7: 2.6, 1: 3.0}
# A bar of another metre stands at a phrase end (design), even where that makes a phrase of another length.
_ODD_INSIDE = 5.0
# More than any lengths of phrases could save: a bar with a pickup always ends its phrase.
_SPLIT = 1000.0


def phrase_starts(odd: list[bool], ends: frozenset[int] = frozenset()) -> list[int]:
    """Indices at which phrases start, for one plot's bars; exact least cost. `ends` must end a phrase."""
    count = len(odd)
    best, back = [0.0] + [float("inf")] * count, [0] * (count + 1)
    for end in range(1, count + 1):
        for length, price in _PHRASE.items():
            begin = end - length
            if begin < 0:
                continue
            inside = sum(odd[begin : end - 1])
            split = sum(begin <= bar < end - 1 for bar in ends)
            cost = best[begin] + price + _ODD_INSIDE * inside + _SPLIT * split
            if cost < best[end] - 1e-9:
                best[end], back[end] = cost, begin
    starts: list[int] = []
    end = count
    while end > 0:
        starts.append(back[end])
        end = back[end]
    return starts[::-1]


def _owner(cues: CueSheet, start_s: Fraction, end_s: Fraction, bar: RawBar, first: int) -> int:
    """Plot that has most of a bar, among those of its span or that rest as it does, from `first` on."""
    low, high = bar.plots or (first, len(cues.plots))
    best, most = max(first, low), Fraction(-1)
    for index in range(best, high):
        plot = cues.plots[index]
        begin, end = cues.cue_s(plot.start_frame), cues.cue_s(plot.end_frame)
        if begin >= end_s and most >= 0:
            break
        share = min(end, end_s) - max(begin, start_s)
        if plot.music == bar.rest:
            continue
        if share > most:
            best, most = index, share
    return best


def named_bars(cues: CueSheet, layout: Layout, ends: frozenset[int] = frozenset()) -> tuple[Bar, ...]:
    """All bars with their plot, phrase and cadence; the bars in `ends` end a phrase. Gestures come later."""
    raw = layout.bars
    owners: list[int] = []
    first = 0
    for bar in raw:
        start_s = layout.tempo_map.s_at_tick(bar.tick)
        end_s = layout.tempo_map.s_at_tick(bar.end_tick)
        first = _owner(cues, start_s, end_s, bar, first)
        owners.append(first)
    bars: list[Bar] = []
    begin = 0
    while begin < len(raw):
        end = begin
        while end < len(raw) and owners[end] == owners[begin]:
            end += 1
        bars += _plot_bars(cues, layout, raw[begin:end], begin, owners[begin], ends)
        begin = end
    return tuple(bars)


def _plot_bars(
    cues: CueSheet, layout: Layout, raw: list[RawBar], begin: int, owner: int, ends: frozenset[int]
) -> list[Bar]:
    """One plot's bars. A first partial bar leads in and belongs to no phrase of its own."""
    lead = 1 if raw[0].partial and len(raw) > 1 and begin == 0 else 0
    inside = [bar for bar in raw if bar.tick < layout.end_tick]
    length = max(1, len(inside))
    mine = frozenset(end - begin - lead for end in ends if begin + lead <= end < begin + length)
    starts = phrase_starts([bar.odd for bar in raw[lead:length]], mine)
    bars: list[Bar] = []
    phrase = -1
    for index, bar in enumerate(raw):
        if index - lead in starts:
            phrase += 1
            phrase_begin = index
        ringing = bar.tick >= layout.end_tick
        bars.append(
            Bar(
                index=begin + index,
                tick=bar.tick,
                metre=bar.metre,
                plot_id=cues.plots[owner].id,
                phrase=max(0, phrase),
                phrase_bar=index - phrase_begin if phrase >= 0 else 0,
                bars_left=max(0, length - 1 - index),
                cadence=index == length - 1 and not bar.rest,
                hold=ringing and not bar.rest,
                rest=bar.rest,
                partial=bar.partial or bar.tick < layout.end_tick < bar.end_tick,
                beat_ticks=bar.beat_ticks,
                cut_ticks=bar.ticks if bar.ticks != bar.metre.ticks else 0,
            )
        )
    return bars
