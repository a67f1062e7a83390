from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.playing import Due, Piece, schedule
from bridge.playing.schedule import CLOCK, CONTINUE, LEAD_S, START, STOP
from bridge.schema.tempo import TempoEvent, TempoMap
from tests.playing.make import hanging, make_piece

# 120 bpm, then 60 from the second quarter on.
MAP = TempoMap((TempoEvent(0, 500_000), TempoEvent(960, 1_000_000)))
PROGRAM, SWELL, LOUD = b"\xc0\x28", b"\xb0\x0b\x40", b"\xb0\x0b\x7f"
ON, OFF, NEXT_ON, NEXT_OFF = b"\x90\x3c\x50", b"\x80\x3c\x00", b"\x90\x3e\x50", b"\x80\x3e\x00"


def piece(*messages: tuple[int, bytes], end: int = 3840) -> Piece:
    ready = tuple((Fraction(tick), 0, data) for tick, data in messages)
    return Piece(ready, MAP, Fraction(end), {}, None, (), Fraction(end))


WHOLE = piece((0, PROGRAM), (0, SWELL), (0, ON), (960, OFF), (960, LOUD), (960, NEXT_ON), (2880, NEXT_OFF))


def said(dues: tuple[Due, ...]) -> list[tuple[float, bytes]]:
    return [(round(due.time_s, 6), due.data) for due in dues]


def test_every_message_at_its_second_in_its_order() -> None:
    assert said(schedule(WHOLE)) == [
        (0, PROGRAM), (0, SWELL), (0, ON), (0.5, OFF), (0.5, LOUD), (0.5, NEXT_ON), (2.5, NEXT_OFF),
    ]  # fmt: skip


def test_a_start_in_the_middle_sets_what_was_set_before_and_starts_no_old_note() -> None:
    assert said(schedule(WHOLE, Fraction(480))) == [
        (-LEAD_S, PROGRAM), (-LEAD_S, SWELL), (0.25, LOUD), (0.25, NEXT_ON), (2.25, NEXT_OFF),
    ]  # fmt: skip


def test_a_stop_in_the_middle_ends_what_sounds() -> None:
    dues = schedule(WHOLE, Fraction(0), Fraction(1920))
    assert said(dues)[-1] == (1.5, NEXT_OFF)
    assert hanging([due.data for due in dues]) == set()


def test_what_starts_on_the_stop_belongs_to_what_follows() -> None:
    assert said(schedule(WHOLE, Fraction(0), Fraction(960))) == [
        (0, PROGRAM), (0, SWELL), (0, ON), (0.5, OFF),
    ]  # fmt: skip


def test_a_loop_s_next_round_sets_at_its_start_what_was_set_before() -> None:
    assert said(schedule(WHOLE, Fraction(480), lead=False))[:2] == [(0, PROGRAM), (0, SWELL)]


def test_the_clock_has_twenty_four_beats_a_quarter_from_a_start_to_a_stop() -> None:
    dues = schedule(WHOLE, clock=True)
    beats = [due.time_s for due in dues if due.data == CLOCK]
    assert len(beats) == 4 * 24
    assert beats[:3] == pytest.approx([0, 0.5 / 24, 1 / 24])
    assert beats[24:26] == pytest.approx([0.5, 0.5 + 1 / 24])
    sync = [(round(d.time_s, 6), d.data) for d in dues if d.data[0] >= 0xF0 and d.data != CLOCK]
    assert sync == [(-LEAD_S, b"\xf2\0\0"), (-0.002, START), (3.5, STOP)]
    first = next(due.data for due in dues if due.time_s == 0)
    assert first == CLOCK  # a receiver is on the beat before the beat's notes


def test_the_clock_continues_on_the_next_sixteenth_it_can_name() -> None:
    dues = schedule(WHOLE, Fraction(1000), clock=True)
    sync = [(round(d.time_s, 6), d.data) for d in dues if d.data[0] >= 0xF0]
    assert sync[0] == (-LEAD_S, b"\xf2\x05\0")
    assert sync[1] == (round(200 / 960 - 0.002, 6), CONTINUE)
    assert sync[2] == (round(200 / 960, 6), CLOCK)


def test_no_clock_is_sent_past_the_last_position_there_is() -> None:
    far = piece((0, ON), (20_000 * 240, OFF), end=20_001 * 240)
    assert [d for d in schedule(far, Fraction(17_000 * 240), clock=True) if d.data[0] >= 0xF0] == []
    last = schedule(far, Fraction(16_383 * 240), Fraction(16_384 * 240), clock=True)
    assert b"\xf2\x7f\x7f" in [due.data for due in last]


def test_time_never_runs_back(tmp_path: Path) -> None:
    whole = make_piece(tmp_path)
    for start in (0, 1, 7000, 9001):
        times = [due.time_s for due in schedule(whole, Fraction(start), clock=True)]
        assert times == sorted(times)
