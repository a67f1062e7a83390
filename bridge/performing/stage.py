"""Where a note stands: its bar, phrase, plot and the loudness asked for there, found by bisection."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from bridge.schema.cues import CueSheet, Plot, Weight
from bridge.schema.tempo import Bar, Form

UNDER_WORDS = 0.25
"""What is left of the loudness asked for where somebody speaks."""
WORDS_FADE_S = 0.5


@dataclass(frozen=True)
class Stage:
    """The cue as a player sees it. Build it with `set_stage`.

    `hits` maps the tick of every met hit, and of every accent of the form, to its weight. `airs` are the
    rests that the form puts before hits, first and last tick, rising; `speech_s` is when somebody speaks.
    """

    cues: CueSheet
    form: Form
    hits: dict[int, Weight]
    plots: dict[str, Plot]
    bar_ticks: tuple[int, ...]
    phrases: tuple[tuple[int, int], ...]
    means: dict[str, float]
    airs: tuple[tuple[int, int], ...]
    speech_s: tuple[tuple[float, float], ...] = ()

    def bar(self, tick: int) -> Bar:
        """The bar at a tick (the last one past the end)."""
        return self.form.bars[max(0, bisect_right(self.bar_ticks, tick) - 1)]

    def bar_index(self, tick: int) -> int:
        """Index of the bar at a tick."""
        return max(0, bisect_right(self.bar_ticks, tick) - 1)

    def plot(self, tick: int) -> Plot:
        """The plot at a tick, by its bar."""
        return self.plots[self.bar(tick).plot_id]

    def loudness(self, tick: int) -> float:
        """Loudness asked for at a tick, 0 to 1: the plot's own value, moved as the curve moves."""
        plot = self.plot(tick)
        at_s = float(self.form.tempo_map.s_at_tick(max(0, tick)))
        curve = self.cues.mood.loudness
        # Between the curve's seconds the value is read off a straight line, each standing mid-second.
        place = min(max(at_s - 0.5, 0.0), len(curve) - 1.0)
        low = int(place)
        high = min(low + 1, len(curve) - 1)
        value = curve[low] + (curve[high] - curve[low]) * (place - low)
        asked = min(max(plot.loudness + value - self.means[plot.id], 0.0), 1.0)
        return asked * self._room_for_words(at_s)

    def spoken(self, tick: int) -> bool:
        """Whether somebody speaks at a tick, within `WORDS_FADE_S`."""
        return self._room_for_words(float(self.form.tempo_map.s_at_tick(max(0, tick)))) < 1

    def _room_for_words(self, at_s: float) -> float:
        """Factor on loudness: `UNDER_WORDS` where somebody speaks, rising to 1 before and after it."""
        away = min((max(a - at_s, at_s - b, 0.0) for a, b in self.speech_s), default=WORDS_FADE_S)
        return UNDER_WORDS + (1 - UNDER_WORDS) * min(1.0, away / WORDS_FADE_S)

    def phrase(self, tick: int) -> tuple[int, int]:
        """First and past-the-last tick of the phrase at a tick."""
        return self.phrases[self.bar_index(tick)]

    def phrase_place(self, tick: int) -> float:
        """How far into its phrase a tick is, 0 to 1."""
        start, end = self.phrase(tick)
        return min(max((tick - start) / max(1, end - start), 0.0), 1.0)


def set_stage(cues: CueSheet, form: Form) -> Stage:
    """Everything looked up while performing, computed once."""
    weights = {hit.id: hit.weight for hit in cues.hits}
    hits: dict[int, Weight] = {tick: Weight.NICE for bar in form.bars for tick in bar.accents}
    order = [Weight.NICE, Weight.WANT, Weight.MUST]
    for result in form.hits:
        if result.met and result.tick is not None:
            weight = weights.get(result.hit_id, Weight.NICE)
            known = hits.get(result.tick, Weight.NICE)
            hits[result.tick] = max(weight, known, key=order.index)
    return Stage(
        cues=cues,
        form=form,
        hits=hits,
        plots={plot.id: plot for plot in cues.plots},
        bar_ticks=tuple(bar.tick for bar in form.bars),
        phrases=_phrases(form),
        means={
            plot.id: cues.mood.mean(
                "loudness", float(cues.cue_s(plot.start_frame)), float(cues.cue_s(plot.end_frame))
            )
            for plot in cues.plots
        },
        airs=tuple(air for bar in form.bars for air in bar.airs),
        speech_s=tuple(
            (float(cues.cue_s(s.start_frame)), float(cues.cue_s(s.end_frame))) for s in cues.speech
        ),
    )


def _phrases(form: Form) -> tuple[tuple[int, int], ...]:
    """First and past-the-last tick of each bar's phrase."""
    bars = form.bars
    out: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(bars) + 1):
        ends = index == len(bars) or (bars[index].plot_id, bars[index].phrase) != (
            bars[start].plot_id,
            bars[start].phrase,
        )
        if ends:
            out += [(bars[start].tick, bars[index - 1].end_tick)] * (index - start)
            start = index
    return tuple(out)
