"""Where another take ends and the old one goes on: that one sounds as it did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bridge.performing.join import join
from bridge.schema.performance import Controller, Performance, PlayedNote
from bridge.schema.tempo import Metre
from plugins.reaper.tests.host import OFFERS, Fake, serve_rows
from plugins.reaper.tests.played import ours, qn_at, time_at
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import insert
from plugins.reaper.tests.test_offers import ANOTHER, STEADY

T0_S = 2.0
# The first of two plots, by its picture: 120 frames of 1001 / 24000 s, at two quarters a second.
FIRST_PLOT = (0, round(120 * 1001 / 24_000 * 2 * 960))

Played = tuple[float, float, int, int, dict[int, int]]


def played(reaper: Fake, part: Any) -> list[Played]:
    """A part's notes as REAPER plays them: start and end in seconds, pitch, velocity, controllers in force.

    An item plays no event that lies at its end, and no note beyond it.
    """
    held: dict[int, int] = {}
    heard: list[Played] = []
    for item in sorted(part[b"items"].values(), key=lambda item: float(item[b"from"])):
        take, from_s, to_s = item.takes[1], float(item[b"from"]), float(item[b"from"] + item.length)
        origin = qn_at(reaper, from_s) - (getattr(take, "skipped_qn", None) or 0.0)
        events = [(time_at(reaper, origin + e.ppq / take.ppq), e.message) for e in take.events.values()]
        for index, (at_s, (status, data, *value)) in enumerate(events):
            if item.mute or not from_s - 1e-6 <= at_s < to_s - 1e-6:
                continue
            if status & 0xF0 == 0xB0:
                held[data] = value[0]
            elif status & 0xF0 == 0x90 and value[0]:
                off_s = next(t for t, m in events[index + 1 :] if m[0] & 0xE0 == 0x80 and m[1] == data)
                heard.append((at_s, min(off_s, to_s), data, value[0], dict(held)))
    return heard


def performance(volume: int, expression: int, velocity: int) -> Performance:
    """Two parts of a note a quarter under controllers that are set once."""
    base = made(STEADY, metres=(Metre(4, 4),), parts=2)
    controllers = (Controller(0, 7, volume), Controller(0, 11, expression))
    notes = tuple(PlayedNote(tick, 900, 60, velocity) for tick in range(0, base.form.end_tick, 960))
    tracks = (replace(each, notes=notes, controllers=controllers) for each in base.performance.tracks)
    return Performance(tuple(tracks))


@pytest.mark.parametrize("ppq", [960, 480])
def test_the_controllers_of_another_take_end_with_it(reaper: Fake, ppq: int) -> None:
    reaper.fake.preferences.ppq = ppq
    old, new = performance(100, 90, 64), performance(60, 40, 32)
    insert(reaper, made(STEADY, metres=(Metre(4, 4),), performance=old), T0_S)
    before = [played(reaper, part) for part in ours(reaper)]
    joined, _ = join(old, new, [FIRST_PLOT], frozenset())
    again = made(STEADY, metres=(Metre(4, 4),), performance=joined, take_id="t2", number=2)
    reaper.offers = (*OFFERS, "Revise")
    reaper.answers["revise"] = serve_rows(again.rows)
    reaper.project.selection = reaper.lua.table_from([T0_S + 1, T0_S + 2])
    reaper.say("inputs", "")
    reaper.run(ANOTHER)
    assert reaper.messages == []
    joint_s = time_at(reaper, qn_at(reaper, T0_S) + FIRST_PLOT[1] / 960)
    for part, was in zip(ours(reaper), before, strict=True):
        now = played(reaper, part)
        inside = [each for each in now if each[0] < joint_s]
        assert {(each[3], each[4][7], each[4][11]) for each in inside} == {(32, 60, 40)}
        rest, was_rest = now[len(inside) :], [each for each in was if each[0] >= joint_s]
        assert len(rest) > 8
        for one, other in zip(rest, was_rest, strict=True):
            assert one[:4] == pytest.approx(other[:4], abs=1e-6)
            assert {7: 100, 11: 90}.items() <= one[4].items()
            assert one[4] == other[4]
