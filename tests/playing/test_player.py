from __future__ import annotations

import random
from pathlib import Path

import pytest

from bridge.errors import Cancelled, OutputError
from bridge.playing import Due, Player, schedule
from bridge.playing.player import LOOK_AHEAD_S
from bridge.playing.schedule import STOP
from tests.playing.make import Clock, Desk, hanging, make_piece

ALL_OFF = b"\xb0\x7b\x00"


def never() -> bool:
    return False


def test_each_message_goes_when_it_is_due_and_in_order(tmp_path: Path) -> None:
    clock = Clock()
    desk = Desk(clock)
    dues = schedule(make_piece(tmp_path), clock=True)
    Player(desk, never, clock, clock.sleep).play(dues, 101.0)
    assert [(port, data) for _, port, data in desk.sent] == [(due.port, due.data) for due in dues]
    early = [101.0 + due.time_s - at_s for due, (at_s, _, _) in zip(dues, desk.sent)]
    assert all(-1e-9 <= seconds <= LOOK_AHEAD_S + 1e-9 for seconds in early)


def test_a_clock_that_runs_ahead_makes_messages_late_and_loses_none(tmp_path: Path) -> None:
    clock = Clock(step_s=0.05)  # every look costs fifty milliseconds
    desk = Desk(clock)
    dues = schedule(make_piece(tmp_path))
    Player(desk, never, clock, clock.sleep).play(dues, 100.0)
    assert [data for _, _, data in desk.sent] == [due.data for due in dues]


def test_a_request_to_stop_ends_every_note(tmp_path: Path) -> None:
    dues = schedule(make_piece(tmp_path, parts=5), clock=True)
    chance = random.Random(3)
    for _ in range(50):
        clock = Clock()
        desk = Desk(clock)
        end_s = 100.0 + chance.uniform(0, 20)
        player = Player(desk, lambda c=clock, e=end_s: c.now_s > e, clock, clock.sleep)  # type: ignore[misc]
        with pytest.raises(Cancelled), player.silent_at_the_end():
            player.play(dues, 100.0)
        sent = [data for _, _, data in desk.sent]
        assert hanging(sent) == set()
        assert desk.settled == 1
        channels = {data[0] & 0xF for data in sent if data[0] & 0xF0 == 0x90}
        for channel in channels:
            assert sent.index(bytes((0xB0 | channel, 123, 0))) > max(
                i for i, data in enumerate(sent) if data[0] == 0x90 | channel
            )
        assert sent[-1] == STOP


@pytest.mark.parametrize("error", [OutputError("gone"), ZeroDivisionError("a fault of ours")], ids=type)
def test_a_message_that_fails_ends_every_note_that_may_sound(tmp_path: Path, error: Exception) -> None:
    dues = schedule(make_piece(tmp_path, parts=3))
    for count in range(1, 60):
        clock = Clock()
        desk = Desk(clock, broken_after=count, error=error)
        player = Player(desk, never, clock, clock.sleep)
        with pytest.raises(type(error)), player.silent_at_the_end():
            player.play(dues, 100.0)
        # The message that failed may have left: its note is ended too.
        assert hanging([data for _, _, data in desk.sent]) == set()


def test_pedals_are_lifted_and_what_was_not_touched_stays_so() -> None:
    clock = Clock()
    desk = Desk(clock)
    player = Player(desk, never, clock, clock.sleep)
    with player.silent_at_the_end():
        player.play((Due(0, 0, b"\xb3\x40\x7f"), Due(0.1, 0, b"\x93\x3c\x50")), 100.0)
    silence = [data for _, _, data in desk.sent[2:]]
    assert silence == [b"\x83\x3c\0", b"\xb3\x40\0", b"\xb3\x7b\0"]


def test_nothing_played_is_nothing_to_silence() -> None:
    desk = Desk(Clock())
    with Player(desk, never).silent_at_the_end():
        pass
    assert desk.sent == []
