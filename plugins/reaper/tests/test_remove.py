"""Remove last score: exactly what was made goes, and the tempo map comes back."""

from __future__ import annotations

import pytest

from plugins.reaper.tests.conftest import Start
from plugins.reaper.tests.host import VERSION_6, Fake
from plugins.reaper.tests.played import bpm_at, ours, qn_at, tracks
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import MAPS, insert, user_things

ACTION = "Remove last score"
OK, CANCEL = 1, 2


@pytest.mark.parametrize("existing", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize("t0", [0.0, 3.7])
@pytest.mark.parametrize("without", [(), VERSION_6], ids=["7", "6"])
def test_removing_brings_everything_back(
    start: Start,
    without: tuple[str, ...],
    t0: float,
    existing: tuple[tuple[float, float, int, int, bool], ...],
) -> None:
    reaper = start(without)
    reaper.tempo(*existing)
    user_things(reaper)
    instants = [i * 0.37 for i in range(150)]
    was = [(qn_at(reaper, t), bpm_at(reaper, t)) for t in instants]
    before = reaper.snapshot()
    insert(reaper, made(), t0)
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert reaper.undo_names[-1].startswith("Cuebridge: remove")
    assert reaper.fake.difference(before.tracks, reaper.project.tracks) is None
    assert reaper.fake.difference(before.marks, reaper.project.marks) is None
    now = [(qn_at(reaper, t), bpm_at(reaper, t)) for t in instants]
    for (qn, bpm), (was_qn, was_bpm) in zip(now, was):
        assert qn == pytest.approx(was_qn, abs=1e-6)
        assert bpm == pytest.approx(was_bpm, rel=1e-9)
    assert len(reaper.fake.outside) == 0


@pytest.mark.parametrize("t0", [0.0, 3.7])
@pytest.mark.parametrize("keeps", [False, True])
def test_an_empty_map_is_empty_again_where_reaper_lets_it_be(start: Start, keeps: bool, t0: float) -> None:
    """The only marker can go, a running REAPER's users say; a REAPER that keeps it plays the same."""
    reaper = start()
    reaper.set(keeps_last_marker=keeps)
    reaper.project.map.base = reaper.lua.table_from({b"bpm": 97.5, b"num": 3, b"den": 4})
    user_things(reaper)
    before = reaper.snapshot()
    insert(reaper, made(), t0)
    assert len(reaper.project.map.markers) > 1
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    left = list(reaper.project.map.markers.values())
    if keeps:
        assert [(m.t, m.bpm, m.num, m.den) for m in left] == [(0, 97.5, 3, 4)]
    else:
        assert left == []
        assert reaper.fake.difference(before.map, reaper.project.map) is None
    assert bpm_at(reaper, 5.0) == 97.5


def test_an_empty_map_in_which_the_user_wrote_meanwhile_keeps_what_they_wrote(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    marker = {b"t": 300.0, b"bpm": 77.0, b"num": 0, b"den": 0, b"linear": False, b"flags": 0}
    markers = reaper.project.map.markers
    markers[len(markers) + 1] = reaper.lua.table_from(marker)
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert [(m.t, m.bpm) for m in markers.values()][-1] == (300.0, 77.0)
    assert len(reaper.project.map.markers) == 2


def test_the_last_of_two_goes_and_then_the_first(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    reaper.project.selection = reaper.lua.table_from([60.0, 61.0])
    reaper.say("boxes", 7)
    reaper.run("Insert score")
    assert len(ours(reaper)) == 6
    for left in (3, 0):
        reaper.say("boxes", OK)
        reaper.run(ACTION)
        assert len(ours(reaper)) == left
    reaper.run(ACTION)
    assert "no score in this project" in reaper.messages[-1]


def test_items_of_the_users_on_our_tracks_stay(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    mine = ours(reaper)[-1]
    reaper.item(mine, 1.0, 2.0, kind="file", name="my solo")
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert [len(track[b"items"]) for track in tracks(reaper)] == [0, 1]
    assert ours(reaper) == []
    assert sum(track.depth for track in tracks(reaper)) == 0  # the folder is still closed


def test_a_map_changed_since_is_left_alone_and_that_is_said(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    reaper.project.map.markers[2].bpm = 77.0
    before = reaper.snapshot()
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert "changed since" in reaper.messages[-1]
    assert reaper.fake.difference(before.map, reaper.project.map) is None
    assert tracks(reaper) == []


def test_saying_no_changes_nothing(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    before = reaper.snapshot()
    reaper.say("boxes", CANCEL)
    reaper.run(ACTION)
    assert reaper.difference(before) is None


def test_tracks_with_instruments_or_sends_of_the_users_stay(reaper: Fake) -> None:
    insert(reaper, made(), 0.0)
    first, second, _ = ours(reaper)
    first.fx, second.sends = 2, 1
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert "instruments, effects or sends" in reaper.messages[-1]
    assert [(track.fx, track.sends) for track in tracks(reaper)] == [(0, 0), (2, 0), (0, 1)]
    assert [len(track[b"items"]) for track in tracks(reaper)] == [0, 0, 0]
    assert ours(reaper) == []
    assert sum(track.depth for track in tracks(reaper)) == 0


def test_a_copy_of_our_track_is_the_users(reaper: Fake) -> None:
    """REAPER copies its tags too."""
    insert(reaper, made(), 0.0)
    reaper.lua.globals()[b"fake"] = reaper.fake
    reaper.lua.execute(
        b"local all = fake.snapshot().tracks;"
        b"for _, track in ipairs(all) do track.guid = fake.guid();"
        b" for _, item in ipairs(track.items) do item.guid = fake.guid();"
        b" for _, take in ipairs(item.takes) do take.guid = fake.guid() end end;"
        b" table.insert(fake.project.tracks, track) end"
    )
    copies = [track.guid for track in tracks(reaper)][4:]
    reaper.say("boxes", OK)
    reaper.run(ACTION)
    assert [track.guid for track in tracks(reaper)] == copies
    assert [len(track[b"items"]) for track in tracks(reaper)] == [0, 1, 1, 1]
    reaper.run(ACTION)
    assert "no score in this project" in reaper.messages[-1]
