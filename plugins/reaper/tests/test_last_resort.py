"""Where REAPER is less than one hopes for: no undo, marks without GUIDs, a map that is not quite right."""

from __future__ import annotations

import pytest

from plugins.reaper.tests.conftest import Start, offer
from plugins.reaper.tests.host import OFFERS, OPTIONAL, VERSION_6, Fake
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import MAPS, insert, user_things
from plugins.reaper.tests.test_remove import ACTION as REMOVE
from plugins.reaper.tests.test_remove import OK

ACTIONS = (
    "Insert score", "Score this project's video", "Another take of time selection",
    "Complement selected items", REMOVE,
)  # fmt: skip


def later_by(reaper: Fake, call: str, seconds: float) -> None:
    """A REAPER whose function answers so much later from the project's third second on."""
    api = reaper.fake.reaper
    reaper.lua.globals()[b"api"] = api
    reaper.lua.execute(
        f"local call = api.{call};"
        f"rawset(api, '{call}', function(a, b) local t = call(a, b);"
        f" return t > 3 and t + {seconds!r} or t end)".encode()
    )


@pytest.mark.parametrize("call", ["TimeMap_QNToTime_abs", "MIDI_GetProjTimeFromPPQPos"])
@pytest.mark.parametrize(
    ("off_ms", "is_taken"), [(0.099, True), (-0.099, True), (0.101, False), (-0.101, False)]
)
def test_a_tenth_of_a_millisecond_is_the_most(reaper: Fake, call: str, off_ms: float, is_taken: bool) -> None:
    reaper.project.selection = reaper.lua.table_from([2.0, 3.0])
    before = reaper.snapshot()
    offer(reaper, made())
    later_by(reaper, call, off_ms / 1000)
    reaper.run("Insert score")
    if is_taken:
        assert reaper.messages == []
        assert len(reaper.undo_names) == 1
    else:
        assert " off" in reaper.messages[-1]
        assert reaper.undo_names == []
        assert reaper.difference(before) is None


@pytest.mark.parametrize("action", ACTIONS)
def test_without_undo_nothing_is_begun(reaper: Fake, action: str) -> None:
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.fake.preferences.undo_mb = 0
    before = reaper.snapshot()
    reaper.run(action)
    assert "Undo is switched off" in reaper.messages[-1]
    assert reaper.asked == []
    assert reaper.difference(before) is None


def test_what_could_not_be_taken_back_is_said(reaper: Fake) -> None:
    """A REAPER that says nothing of its undo memory, and keeps no step."""
    reaper.fake.preferences.undo_mb = None
    reaper.set(keeps_no_undo=True)
    offer(reaper, made())
    later_by(reaper, "MIDI_GetProjTimeFromPPQPos", 0.01)
    reaper.run("Insert score")
    assert "did not take back" in reaper.messages[-1]
    assert "the project is as it was" not in reaper.messages[-1]
    assert len(reaper.project.tracks) > 0


def test_marks_without_guids_are_held_and_removed(start: Start) -> None:
    """An early REAPER 6: by kind, number and name."""
    reaper = start(VERSION_6)
    reaper.set(lacks_marker_guids=True)
    reaper.settings(itemtimelock=1)
    reaper.tempo(*MAPS["square"])
    user_things(reaper)
    reaper.fake.new_mark(True, 12.0, 19.5, b"door", 4, 0)
    before = reaper.snapshot()
    insert(reaper, made(), 3.7)
    mine = {mark.guid: (mark[b"from"], mark.to) for mark in before.marks.values()}
    now = {mark.guid: (mark[b"from"], mark.to) for mark in reaper.project.marks.values()}
    assert len(now) > len(mine)
    assert {guid: now[guid] for guid in mine} == mine
    reaper.say("boxes", OK)
    reaper.run(REMOVE)
    assert reaper.fake.difference(before.marks, reaper.project.marks) is None


def test_recording_that_begins_at_the_question_is_refused(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    before = reaper.snapshot()
    reaper.lua.globals()[b"api"] = reaper.fake.reaper
    reaper.lua.globals()[b"fake"] = reaper.fake
    reaper.lua.execute(
        b"rawset(api, 'MB', function(words, _, kind) if kind == 0 then"
        b" table.insert(fake.messages, words) else fake.play_state = 5 end return 1 end)"
    )
    reaper.run(REMOVE)
    assert "recording" in reaper.messages[-1]
    assert reaper.difference(before) is None
