"""What an insertion must not do: leave half of itself behind, block REAPER, write where it should not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import Fake
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import NO, user_things
from plugins.reaper.tests.test_last_resort import ACTIONS


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
    for action in ACTIONS:
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
