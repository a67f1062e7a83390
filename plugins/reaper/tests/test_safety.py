"""What an insertion must not do: leave half of itself behind, block REAPER, write where it should not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from bridge.schema.tempo import TempoEvent
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import VERSION_6, Fake
from plugins.reaper.tests.played import ours
from plugins.reaper.tests.scores import Made, made, many_notes
from plugins.reaper.tests.test_insert import BLOCK, MAPS, NO, user_things


@pytest.mark.parametrize(
    ("lua", "when", "step", "without"),
    [
        ("lua54", "fail_after", 1, ()),
        ("lua53", "fail_after", 1, VERSION_6),
        ("lua53", "fail_before", 7, ()),
        ("lua54", "fail_before", 7, VERSION_6),
    ],
    ids=["after/7", "after/6", "before/7", "before/6"],
)
def test_an_error_at_any_call_leaves_the_project_as_it_was(
    tmp_path: Path, lua: str, when: str, step: int, without: Sequence[str]
) -> None:
    """After each call of the whole action in turn, with either API and its Lua; before some of them."""
    score = made((TempoEvent(0, 500_000), TempoEvent(3840, 487_231)), parts=1, length=200)
    for call in itertools.count(1, step):
        reaper = Fake(lua, tmp_path, without)
        reaper.tempo(*MAPS["ramps"][:2])
        user_things(reaper, (1,))
        reaper.fake.begin_block()
        reaper.fake.end_block(BLOCK.encode())  # a step of the user's that looks like ours
        reaper.project.selection = reaper.lua.table_from([3.0, 4.0])
        before = reaper.snapshot()
        offer(reaper, score)
        reaper.say("boxes", NO)
        reaper.fake[when.encode()] = call
        reaper.run("Insert score")
        if reaper.fake.calls < call:
            break
        assert reaper.difference(before) is None, (call, reaper.messages)
        assert reaper.undo_names == [BLOCK]
        assert reaper.fake.block is None
        assert not reaper.fake.gfx.is_open
    assert call > 250
    assert len(reaper.undo_names) == 2  # the run that no error reached


@cache
def twenty_thousand() -> Made:
    return made(performance=many_notes(20_000), length=60 * 24)


def test_twenty_thousand_notes_are_prepared_piece_by_piece(reaper: Fake) -> None:
    score = twenty_thousand()
    offer(reaper, score)
    reaper.begin("Insert score")
    reaper.lua.execute(
        b"packed, read = 0, 0; local pack, lines = string.pack, require('cuebridge.rows').fields;"
        b"string.pack = function(...) packed = packed + 1 return pack(...) end;"
        b"require('cuebridge.rows').fields = function(l) read = read + 1 return lines(l) end"
    )
    each = reaper.lua.eval(b"function() local p, r = packed, read packed, read = 0, 0 return p, r end")
    most = [0, 0]
    total = [0, 0]
    more = True
    while more:
        more = reaper.fake.tick()
        for index, count in enumerate(each()):
            most[index] = max(most[index], count)
            total[index] += count
    limit = 2000
    print(f"20,000 notes: {total[0]} events packed, {most[0]} at most in one tick; {most[1]} rows read")
    assert total[0] > 40_000
    assert max(most) <= limit
    assert reaper.undo_names == [BLOCK]
    assert reaper.fake.counts[b"MIDI_SetAllEvts"] == 2
    assert [item.takes[1].sets for part in ours(reaper) for item in part[b"items"].values()] == [1, 1]
    takes = [item.takes[1] for part in ours(reaper) for item in part[b"items"].values()]
    struck = [e for take in takes for e in take.events.values() if e.message[0] & 0xF0 == 0x90]
    assert len(struck) == 20_000


def test_a_map_that_comes_out_wrong_is_taken_back_and_said(reaper: Fake) -> None:
    user_things(reaper)
    reaper.project.cursor = 3.0
    before = reaper.snapshot()
    offer(reaper, made())
    reaper.say("boxes", NO)
    # A REAPER that keeps tempi to one decimal.
    reaper.lua.globals()[b"api"] = reaper.fake.reaper
    reaper.lua.execute(
        b"local set = api.SetTempoTimeSigMarker;"
        b"rawset(api, 'SetTempoTimeSigMarker', function(p, i, t, m, b, bpm, ...)"
        b" return set(p, i, t, m, b, math.floor(bpm * 10 + 0.5) / 10, ...) end)"
    )
    reaper.run("Insert score")
    assert "ms off the score" in reaper.messages[-1]
    assert reaper.difference(before) is None
    assert reaper.undo_names == []


@pytest.mark.parametrize("state", [4, 5])
def test_recording_is_refused(reaper: Fake, state: int) -> None:
    offer(reaper, made())
    reaper.set(play_state=state)
    for action in ("Insert score", "Score this project's video", "Remove last score"):
        reaper.run(action)
        assert "recording" in reaper.messages[-1]
    assert reaper.asked == []


def test_recording_that_begins_meanwhile_is_refused_as_well(reaper: Fake) -> None:
    offer(reaper, made())
    meanwhile(reaper, lambda: reaper.set(play_state=5))
    reaper.run("Insert score")
    assert "recording" in reaper.messages[-1]
    assert reaper.undo_names == []


def meanwhile(reaper: Fake, change: Callable[[], object]) -> None:
    """Let something happen while a score is fetched."""
    fetch = reaper.answers["fetch"]

    def changed(words: list[str]) -> Sequence[str]:
        change()
        return fetch(words)

    reaper.answers["fetch"] = changed


def test_another_project_in_front_is_not_written_to(reaper: Fake) -> None:
    offer(reaper, made())
    other = reaper.lua.table_from({b"handle": b"project"})
    meanwhile(reaper, lambda: reaper.set(in_front=other))
    before = reaper.snapshot()
    reaper.run("Insert score")
    assert "Another project is in front" in reaper.messages[-1]
    assert reaper.difference(before) is None
