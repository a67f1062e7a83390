from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.schema.tempo import Bar, Form, Metre, TempoEvent, TempoMap

maps = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 2**24 - 1)), min_size=1, max_size=30).map(
    lambda pairs: TempoMap(
        tuple(TempoEvent(sum(p[0] for p in pairs[:i]), us) for i, (_, us) in enumerate(pairs))
    )
)


def test_seconds_by_hand() -> None:
    tempo = TempoMap((TempoEvent(0, 500_000), TempoEvent(1920, 1_000_000), TempoEvent(2880, 250_000)))
    assert tempo.s_at_tick(960) == Fraction(1, 2)
    assert tempo.s_at_tick(1920) == 1
    assert tempo.s_at_tick(2400) == Fraction(3, 2)
    assert tempo.s_at_tick(3840) == Fraction(9, 4)
    assert tempo.s_at_tick(1) == Fraction(1, 1920)
    assert [tempo.us_per_quarter_at(t) for t in (0, 1919, 1920, 2880, 10**9)] == [
        500_000, 500_000, 1_000_000, 250_000, 250_000,
    ]  # fmt: skip


@given(maps, st.fractions(min_value=0, max_value=10**6, max_denominator=997))
def test_ticks_and_seconds_are_inverse_and_exact(tempo: TempoMap, tick: Fraction) -> None:
    assert tempo.tick_at_s(tempo.s_at_tick(tick)) == tick


@given(maps, st.integers(0, 10**6), st.integers(1, 10**5))
def test_time_rises(tempo: TempoMap, tick: int, more: int) -> None:
    assert tempo.s_at_tick(tick + more) > tempo.s_at_tick(tick)


@given(maps)
def test_seconds_are_the_sum_of_what_lies_before(tempo: TempoMap) -> None:
    last = tempo.events[-1].tick + 777
    ends = [*(event.tick for event in tempo.events[1:]), last]
    total = sum(
        (Fraction((end - e.tick) * e.us_per_quarter, 960 * 10**6) for e, end in zip(tempo.events, ends)),
        Fraction(0),
    )
    assert tempo.s_at_tick(last) == total


@pytest.mark.parametrize("ticks", [(), (1,), (0, 0), (0, 5, 3)])
def test_events_must_start_at_zero_and_rise(ticks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="start at tick 0 and rise"):
        TempoMap(tuple(TempoEvent(tick, 500_000) for tick in ticks))


@pytest.mark.parametrize(
    ("metre", "beat", "click"),
    [
        ((6, 8), 1440, 36), ((9, 8), 1440, 36), ((12, 8), 1440, 36), ((6, 16), 720, 18),
        ((3, 8), 960, 12), ((3, 16), 960, 6), ((7, 8), 960, 12), ((3, 4), 960, 24), ((6, 4), 960, 24),
    ],
)  # fmt: skip
def test_a_beat_is_dotted_in_compound_metres_alone(metre: tuple[int, int], beat: int, click: int) -> None:
    form = Form(TempoMap((TempoEvent(0, 500_000),)), (Bar(0, 0, Metre(*metre), "p"),), (), {}, 0)
    assert Metre(*metre).beat_ticks == beat
    assert [event.clocks_per_click for event in form.metre_events()] == [click]


def test_bpm_and_metres() -> None:
    assert TempoEvent(0, 500_000).bpm == 120
    assert [Metre(*m).ticks for m in ((4, 4), (7, 8), (3, 8), (2, 2), (12, 8), (5, 16))] == [
        3840, 3360, 1440, 3840, 5760, 1200,
    ]  # fmt: skip
    assert str(Metre(6, 8)) == "6/8"
    assert Bar(0, 100, Metre(3, 4), "p").end_tick == 2980


def test_the_largest_bend_is_measured_from_each_plots_base() -> None:
    tempo = TempoMap((TempoEvent(0, 500_000), TempoEvent(960, 480_000), TempoEvent(3840, 600_000)))
    bars = (Bar(0, 0, Metre(4, 4), "a"), Bar(1, 3840, Metre(4, 4), "b"), Bar(2, 7680, Metre(4, 4), "silent"))
    form = Form(tempo, bars, (), {"a": 120.0, "b": 100.0}, 11_520)
    assert form.largest_bend == pytest.approx(125 / 120 - 1)
    assert replace(form, base_bpm={"b": 90.0}).largest_bend == pytest.approx(100 / 90 - 1)
    assert replace(form, base_bpm={}).largest_bend == 0
