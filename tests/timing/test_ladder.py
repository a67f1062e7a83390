"""Phrases, cadences and the gestures that meet what no beat can reach."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form, Rung
from bridge.timing import solve
from bridge.timing.bars import phrase_starts
from bridge.timing.ladder import HOLD_BARS_APART, REST_BARS_APART
from tests.timing.rules import broken
from tests.timing.sheets import random_cuts, sheet


@pytest.fixture(scope="module")
def slow() -> tuple[CueSheet, Form]:
    """Quick cuts at a slow tempo: more than beats alone can meet."""
    cuts = random_cuts(11, 45, 1.9, Fraction(24))
    starts = cuts[14::15]
    weights = [Weight.MUST if cut in starts else Weight.WANT for cut in cuts]
    cues = sheet(cuts, plot_frames=starts, weights=weights)
    wish = Settings(tempo=TempoSettings(min_bpm=66, max_bpm=76))
    form = solve(cues, wish, Progress())
    assert broken(cues, wish, form) == []
    return cues, form


def test_phrases_of_four_then_eight_and_two() -> None:
    assert phrase_starts([False] * 8) == [0, 4]
    assert phrase_starts([False] * 6) in ([0, 4], [0, 2])
    assert phrase_starts([False] * 2) == [0]
    assert phrase_starts([]) == []
    assert phrase_starts([False] * 5 + [True] + [False] * 4)[1:] in ([2, 6], [4, 6], [6])


def test_phrases_equal_every_partition() -> None:
    price = {4: 0.0, 8: 0.6, 2: 0.6, 6: 1.6, 3: 2.0, 5: 2.2, 7: 2.6, 1: 3.0}

    def cost(starts: tuple[int, ...], odd: list[bool]) -> float:
        bounds = [*starts, len(odd)]
        if any(b - a not in price for a, b in zip(bounds, bounds[1:])):
            return 1e9
        return sum(price[b - a] + 5.0 * sum(odd[a : b - 1]) for a, b in zip(bounds, bounds[1:]))

    for pattern in range(0, 1024, 7):
        odd = [bool(pattern >> k & 1) for k in range(10)]
        every = [(0, *inner) for size in range(10) for inner in combinations(range(1, 10), size)]
        assert cost(tuple(phrase_starts(odd)), odd) == pytest.approx(min(cost(s, odd) for s in every))


def test_plots_start_on_bars_and_close_with_a_cadence(slow: tuple[CueSheet, Form]) -> None:
    cues, form = slow
    for plot in cues.plots:
        mine = [bar for bar in form.bars if bar.plot_id == plot.id and bar.tick < form.end_tick]
        assert [bar.bars_left for bar in mine] == list(range(len(mine) - 1, -1, -1))
        assert [bar.cadence for bar in mine] == [False] * (len(mine) - 1) + [True]
        phrases = [bar.phrase for bar in mine]
        assert phrases == sorted(phrases)
    met = [r for r in form.hits if cues.hits[int(r.hit_id[1:])].downbeat and r.met]
    assert met and all(r.on_downbeat for r in met)


def test_gestures_stand_in_their_bars(slow: tuple[CueSheet, Form]) -> None:
    _, form = slow
    rungs = {rung: [r for r in form.hits if r.rung is rung] for rung in Rung}
    assert rungs[Rung.PICKUP] and rungs[Rung.ACCENT]
    for result in form.hits:
        if result.rung not in (Rung.PICKUP, Rung.HOLD, Rung.ACCENT):
            continue
        (bar,) = [b for b in form.bars if b.tick <= (result.tick or 0) < b.end_tick]
        assert result.tick in bar.accents
        assert result.tick is not None and ((result.tick - bar.tick) % 80 == 0 or bar.partial)
        if result.rung is Rung.PICKUP:
            assert bar.end_tick - result.tick == bar.pickup_ticks <= 1920
            assert form.bars[bar.index + 1].phrase_bar == 0
        if result.rung is Rung.HOLD:
            assert bar.hold


def test_music_rests_before_what_no_step_meets() -> None:
    """At 60 frames a second a window may hold no step of the beat: all rests, and comes in on the hit."""
    cues = sheet(random_cuts(5, 40, 2.0, Fraction(60)), rate=Fraction(60))
    wish = Settings(tempo=TempoSettings(min_bpm=66, max_bpm=76))
    form = solve(cues, wish, Progress())
    assert broken(cues, wish, form) == []
    rests = [r for r in form.hits if r.rung is Rung.REST]
    assert rests and any((r.tick or 0) % 80 for r in rests)
    airs = {last: first for bar in form.bars for first, last in bar.airs}
    for result in rests:
        assert result.tick is not None
        [bar] = [b for b in form.bars if b.tick <= result.tick < b.end_tick]
        assert result.tick in bar.accents and (result.tick - bar.tick) % 40 == 0
        assert bar.beat_ticks / 2 <= result.tick - airs[result.tick] < bar.beat_ticks
        assert -1.01 <= result.error_frames <= 2.01 and not result.on_downbeat
    indices = [bar.index for bar in form.bars if bar.airs]
    assert all(b - a >= REST_BARS_APART for a, b in zip(indices, indices[1:]))


def test_gestures_are_rationed(slow: tuple[CueSheet, Form]) -> None:
    cues, form = slow
    accents = [r for r in form.hits if r.rung is Rung.ACCENT]
    assert len(accents) <= 0.1 * len(cues.hits)
    pickups = [bar.index for bar in form.bars if bar.pickup_ticks]
    assert all(b - a >= 2 for a, b in zip(pickups, pickups[1:]))
    holds = [bar.index for bar in form.bars if bar.hold and bar.tick < form.end_tick]
    assert all(b - a >= HOLD_BARS_APART for a, b in zip(holds, holds[1:]))


def test_odd_bars_are_one_in_eight_at_most(slow: tuple[CueSheet, Form]) -> None:
    _, form = slow
    bars = [bar for bar in form.bars if not bar.partial and bar.tick < form.end_tick]
    assert sum(str(bar.metre) != "4/4" for bar in bars) <= len(bars) / 8
