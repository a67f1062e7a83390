"""Rounds of pricing: what they count, how the levels move, and what they prefer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import Weight
from bridge.schema.tempo import Metre
from bridge.timing import candidates, solve
from bridge.timing.layout import Layout
from bridge.timing.limits import LEVEL_RISE, Prices
from bridge.timing.rounds import ROUNDS, Found, Level, beyond, odd_bars, settled, turns_of
from bridge.timing.route import Route
from bridge.timing.targets import Span
from tests.timing.sheets import random_cuts, sheet


def test_dearness_rises_hit_by_hit() -> None:
    prices = Prices()
    assert prices.dearness(0, 4).tolist() == [1, 1, 1, 1]
    assert prices.dearness(1.5, 4) == pytest.approx([LEVEL_RISE**2, LEVEL_RISE**2, LEVEL_RISE, LEVEL_RISE])
    sums = [prices.dearness(level, 8).sum() for level in np.linspace(0, 3, 25)]
    assert all(b > a for a, b in zip(sums, sums[1:]))


def test_a_level_is_found_by_halving() -> None:
    """Six of ten are left at level 2.3 and above: the level ends within the step of that."""
    level = Level(most_rise=1.5)
    tried = []
    for _ in range(ROUNDS):
        tried.append(level.level)
        if not level.settle(5 if level.level >= 2.3 else 10, 6.0):
            break
    assert tried[0] == 0 and max(tried) < 2.3 + 1.5
    assert 2.3 <= level.high <= 2.6


def test_a_level_without_need_stays_at_nothing() -> None:
    level = Level(most_rise=1.5)
    assert not level.settle(1, 0.2)  # one of anything is allowed
    assert level.level == 0 and beyond(1, 0.2) == 0 and beyond(3, 2.0) == 0.5


@pytest.fixture(scope="module")
def searched() -> tuple[Span, Found]:
    """A real route of a real search, with its layout."""
    cues = sheet(random_cuts(3, 20, 2.0, Fraction(24)))
    kept: list[tuple[Span, Found]] = []

    def spy(prices: Prices, span: Span, find) -> Route | None:  # type: ignore[no-untyped-def]
        found = find(prices)
        kept.append((span, found))
        return found[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "settled", spy)
        solve(cues, Settings(), Progress())
    return kept[0]


class Priced:
    """Answers with a route whose counts and score follow from the levels asked."""

    def __init__(self, searched: tuple[Span, Found], monkeypatch: pytest.MonkeyPatch) -> None:
        _, (self.route, self.layout, _) = searched
        self.asked: list[tuple[float, float]] = []
        monkeypatch.setattr("bridge.timing.rounds.odd_bars", lambda layout: (self.count(0), 6.0))
        monkeypatch.setattr("bridge.timing.rounds.turns_of", lambda span, layout: (self.count(1), 6.0))
        self.musts = [300.0]

    def count(self, which: int) -> int:
        return max(0, 10 - int(2 * self.asked[-1][which]))

    def __call__(self, prices: Prices) -> tuple[Route, Layout, tuple[float, int, float]]:
        self.asked.append((prices.odd_level, prices.turn_level))
        musts = self.musts[min(len(self.asked), len(self.musts)) - 1]
        score = (musts, 0, 1000.0 - 50 * sum(self.asked[-1]))
        return replace(self.route, name=f"round {len(self.asked)}"), self.layout, score


def test_the_cheapest_that_keeps_both_counts_is_taken(
    searched: tuple[Span, Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Priced(searched, monkeypatch)
    route = settled(Prices(), searched[0], find)
    assert route is not None and len(find.asked) <= ROUNDS
    odd, turn = find.asked[int(route.name.split()[1]) - 1]
    assert 2 <= odd <= 2.5 and 2 <= turn <= 2.5  # four of ten bought off each, no more


def test_no_count_costs_a_must(searched: tuple[Span, Found], monkeypatch: pytest.MonkeyPatch) -> None:
    find = Priced(searched, monkeypatch)
    find.musts = [300.0, 0.0]
    route = settled(Prices(), searched[0], find)
    assert route is not None and route.name == "round 1"


def test_counts_are_those_of_the_form() -> None:
    cues = sheet(random_cuts(7, 40, 1.8, Fraction(24)))
    found: list[tuple[Span, Found]] = []
    wish = Settings(tempo=TempoSettings(min_bpm=90, max_bpm=110))

    def spy(prices: Prices, span: Span, find) -> Route | None:  # type: ignore[no-untyped-def]
        found.append((span, find(prices)))
        return found[-1][1][0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "settled", spy)
        form = solve(cues, wish, Progress())
    span, (route, layout, _) = found[0]
    bars = [bar for bar in form.bars if not bar.partial and not bar.rest and bar.tick < form.end_tick]
    odd, allowed = odd_bars(layout)
    assert all(hit.weight is Weight.WANT for hit in cues.hits) and route.name == "solved"
    assert odd == sum(bar.metre != Metre(4, 4) for bar in bars) > 0
    assert allowed == len(bars) / 8
    assert turns_of(span, layout)[0] > 0
