"""One action after another: each knows what the one before has left."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.schema.tempo import Metre, TempoEvent
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import OFFERS, OPTIONAL, Fake, serve_rows
from plugins.reaper.tests.played import bpm_at, notes, ours, qn_at, time_at, tracks
from plugins.reaper.tests.scores import Made, made
from plugins.reaper.tests.test_insert import BLOCK, MAPS, YES, insert, user_things
from plugins.reaper.tests.test_offers import ANOTHER, COMPLEMENT
from plugins.reaper.tests.test_remove import ACTION as REMOVE

STEADY = (TempoEvent(0, 500_000),)
OK = 1
INSTANTS = [i * 0.37 for i in range(150)]


def steady(**more: Any) -> Made:
    return made(STEADY, metres=(Metre(4, 4),), **more)


def take_anew(reaper: Fake, score: Made, from_s: float) -> None:
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.answers["revise"] = serve_rows(score.rows)
    reaper.project.selection = reaper.lua.table_from([from_s, from_s + 1])
    reaper.say("inputs", "")
    reaper.run(ANOTHER)


def complemented(reaper: Fake, score: Made) -> None:
    item = reaper.item(reaper.track("Drums"), 2.0, 8.0, kind="midi", ppq=480, events=reaper.lua.table())
    item.selected = True
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.answers["complement"] = serve_rows(score.rows)
    reaper.say("inputs", "piano")
    reaper.run(COMPLEMENT)
    item.selected = False


def removed(reaper: Fake) -> None:
    reaper.say("boxes", OK)
    reaper.run(REMOVE)


def tempo_of(reaper: Fake) -> list[tuple[float, float]]:
    return [(qn_at(reaper, t), bpm_at(reaper, t)) for t in INSTANTS]


def assert_as_before(reaper: Fake, before: Any, tempo: list[tuple[float, float]]) -> None:
    assert reaper.fake.difference(before.tracks, reaper.project.tracks) is None
    assert reaper.fake.difference(before.marks, reaper.project.marks) is None
    for now, was in zip(tempo_of(reaper), tempo, strict=True):
        assert now == pytest.approx(was, abs=1e-6)


def test_another_take_inside_the_users_own_map(reaper: Fake) -> None:
    """After "keep mine": the map stays the user's, and the new notes lie on it."""
    reaper.tempo((0.0, 120.0, 4, 4, False), (2.0, 120.0, 0, 0, False), (70.0, 88.0, 3, 4, True))
    user_things(reaper)
    offer(reaper, steady())
    reaper.project.selection = reaper.lua.table_from([2.0, 3.0])
    reaper.say("boxes", YES)
    reaper.run("Insert score")
    assert reaper.undo_names == [BLOCK]
    kept, marks = reaper.snapshot().map, reaper.snapshot().marks
    muted_before = [i.mute for part in ours(reaper) for i in part[b"items"].values()]
    again = steady(take_id="t9", number=9)
    take_anew(reaper, again, 2.0 + float(again.cues.cue_s(again.cues.plots[1].start_frame)) + 1)
    assert reaper.asked[-1][:2] == ["revise", "t1"]
    assert len(reaper.undo_names) == 2
    assert reaper.fake.difference(kept, reaper.project.map) is None
    assert reaper.fake.difference(marks, reaper.project.marks) is None
    assert not any(muted_before)
    qn0 = qn_at(reaper, 2.0)
    for part, number in zip(ours(reaper), range(3), strict=True):
        items = list(part[b"items"].values())
        assert [item.mute for item in items].count(True) == 1
        (fresh,) = [item for item in items if b"take 9" in item.takes[1].name]
        due = {round(time_at(reaper, qn0 + tick / 960), 6) for tick, *_ in again.notes(number)}
        heard = {round(note.start_s, 6) for note in notes(reaper, fresh)}
        assert len(heard) > 5
        assert heard <= due


@pytest.mark.parametrize("existing", [(), MAPS["ramps"]], ids=["empty", "ramps"])
def test_removing_after_another_take_takes_away_exactly_ours(
    reaper: Fake, existing: tuple[tuple[float, float, int, int, bool], ...]
) -> None:
    """Old halves, muted ones, new items and the track of a new part."""
    reaper.tempo(*existing)
    user_things(reaper)
    before, tempo = reaper.snapshot(), tempo_of(reaper)
    insert(reaper, steady(parts=2), 3.7)
    take_anew(reaper, steady(parts=3, take_id="t2", number=2), 9.0)
    assert reaper.messages[1:] == []
    assert len(ours(reaper)) == 3
    assert sum(len(part[b"items"]) for part in ours(reaper)) > 4
    removed(reaper)
    assert "take 2" in reaper.undo_names[-1]
    assert_as_before(reaper, before, tempo)
    removed(reaper)
    assert "no score in this project" in reaper.messages[-1]


def test_what_the_user_laid_beside_another_take_stays(reaper: Fake) -> None:
    insert(reaper, steady(parts=2), 0.0)
    take_anew(reaper, steady(parts=2, take_id="t2", number=2), 7.0)
    reaper.item(ours(reaper)[0], 1.0, 2.0, kind="file", name="my solo")
    removed(reaper)
    names = [i.takes[1].name for track in tracks(reaper) for i in track[b"items"].values()]
    assert names == [b"my solo"]
    assert ours(reaper) == []


def test_removing_after_a_complement_takes_it_away_and_then_the_score(reaper: Fake) -> None:
    reaper.tempo((0.0, 120.0, 4, 4, False))
    user_things(reaper)
    empty, tempo = reaper.snapshot(), tempo_of(reaper)
    reaper.say("boxes", 7)
    offer(reaper, steady(parts=2))
    reaper.project.selection = reaper.lua.table_from([2.0, 3.0])
    reaper.run("Insert score")
    scored = [track.name for track in ours(reaper)]
    complemented(reaper, steady(take_id="c1", parts=3))
    assert len(ours(reaper)) == 5
    given = reaper.snapshot().tracks[[track.name for track in tracks(reaper)].index(b"Drums") + 1]
    with_score = tempo_of(reaper)
    removed(reaper)
    assert [track.name for track in ours(reaper)] == scored
    assert tempo_of(reaper) == with_score  # the map was the score's, not the complement's
    now = next(track for track in tracks(reaper) if track.name == b"Drums")
    assert reaper.fake.difference(given, now) is None
    removed(reaper)
    assert ours(reaper) == []
    position = [track.name for track in tracks(reaper)].index(b"Drums") + 1
    reaper.lua.eval(b"table.remove")(reaper.project.tracks, position)
    assert_as_before(reaper, empty, tempo)


def test_another_take_by_the_takes_own_ticks(reaper: Fake) -> None:
    """Takes have other ticks than the preferences say: all is taken back and done again by theirs."""
    reaper.fake.preferences.take_ppq = 480
    insert(reaper, steady(), 0.0)
    take_anew(reaper, steady(take_id="t2", number=2), 7.0)
    assert reaper.messages == []
    assert len(reaper.undo_names) == 2
    fresh = [i for part in ours(reaper) for i in part[b"items"].values() if b"take 2" in i.takes[1].name]
    assert [item.takes[1].ppq for item in fresh] == [480] * 3
    for item in fresh:
        heard = [note.start_s for note in notes(reaper, item)]
        assert heard == pytest.approx([round(2 * at) / 2 for at in heard], abs=1e-6)  # on quarters


def test_a_map_that_is_changed_while_another_take_is_prepared_is_left_alone(reaper: Fake) -> None:
    """It is checked once more in the very step that writes."""
    insert(reaper, steady(), 0.0)
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.answers["revise"] = serve_rows(steady(take_id="t2", number=2).rows)
    reaper.project.selection = reaper.lua.table_from([7.0, 8.0])
    reaper.say("inputs", "")
    reaper.begin(ANOTHER)
    reaper.lua.globals()[b"marker"] = reaper.project.map.markers[1]
    reaper.lua.execute(
        b"local clip = require('cuebridge.clip'); local tracks = clip.tracks;"
        b"clip.tracks = function(...) marker.bpm = 121 return tracks(...) end"
    )
    while reaper.fake.tick():
        pass
    assert "ms off the score" in reaper.messages[-1]
    assert reaper.undo_names == [BLOCK]
    assert reaper.project.map.markers[1].bpm == 121
