"""A tempo map that follows beats, and markers of the user's beside the score's edges: in time, all stays."""

from __future__ import annotations

import pytest

from plugins.reaper.tests.conftest import Start, offer
from plugins.reaper.tests.host import Fake
from plugins.reaper.tests.played import bpm_at, ours, qn_at
from plugins.reaper.tests.scores import made
from plugins.reaper.tests.test_insert import NO, check_music
from plugins.reaper.tests.test_remove import ACTION as REMOVE
from plugins.reaper.tests.test_remove import OK

LENGTH_S = made().range_s
# What follows the score comes nearer, or goes farther, by beats; two land inside it while it is written.
FOLLOWED = {
    "slow, then fast": ((0.0, 60.0, 4, 4, False), (13.0, 120.0, 0, 0, False)),
    "fast, then slow": ((0.0, 180.0, 4, 4, False), (13.0, 90.0, 0, 0, False), (14.0, 100.0, 0, 0, False)),
    "metres": ((0.0, 96.41, 6, 8, False), (12.754, 161.24, 0, 0, False), (19.1, 80.0, 5, 4, False)),
    "inside and after": (
        (0.0, 192.64, 6, 4, False), (8.58, 126.03, 0, 0, False), (11.73, 114.45, 3, 4, False),
        (12.968, 91.47, 0, 0, False), (30.0, 70.0, 0, 0, False),
    ),
    "a ramp that never ends": ((0.0, 90.0, 4, 4, False), (1.5, 120.0, 0, 0, True)),
}  # fmt: skip


def insert_at(reaper: Fake, t0: float) -> None:
    steps = len(reaper.undo_names)
    reaper.project.selection = reaper.lua.table_from([t0, t0 + 1])
    offer(reaper, made())
    reaper.say("boxes", NO)
    reaper.run("Insert score")
    reaper.fake.answers.boxes = reaper.lua.table()
    assert len(reaper.undo_names) == steps + 1, reaper.messages


def remove(reaper: Fake) -> None:
    reaper.say("boxes", OK)
    reaper.run(REMOVE)


def markers(reaper: Fake) -> list[tuple[object, ...]]:
    return [(m.t, m.bpm, m.num, m.den, m.linear, m.flags) for m in reaper.project.map.markers.values()]


@pytest.mark.parametrize("existing", FOLLOWED.values(), ids=FOLLOWED)
@pytest.mark.parametrize("lock", [0, 1], ids=["time", "beats"])
@pytest.mark.parametrize("t0", [0.0, 2.5])
def test_later_tempo_stays_in_time_and_comes_back(
    reaper: Fake, t0: float, lock: int, existing: tuple[tuple[float, float, int, int, bool], ...]
) -> None:
    reaper.settings(tempoenvtimelock=lock)
    reaper.tempo(*existing)
    reaper.project.selection = reaper.lua.table_from([t0, t0 + 1])
    before, was = reaper.snapshot(), markers(reaper)
    instants = [t for t in (i * 0.37 for i in range(150)) if t < t0 - 0.01 or t > t0 + LENGTH_S]
    tempo = [bpm_at(reaper, t) for t in instants]
    insert_at(reaper, t0)
    check_music(reaper, made(), t0)
    assert [bpm_at(reaper, t) for t in instants] == pytest.approx(tempo, rel=1e-9)
    remove(reaper)
    assert markers(reaper) == was
    assert reaper.fake.do_undo() == reaper.fake.do_undo() == 1
    assert reaper.difference(before) is None


@pytest.mark.parametrize("lock", [0, 1], ids=["time", "beats"])
def test_scores_between_scores_go_one_by_one(reaper: Fake, lock: int) -> None:
    reaper.settings(tempoenvtimelock=lock)
    left = [markers(reaper)]
    for t0 in (20.0, 0.0, 40.0):
        insert_at(reaper, t0)
        left.append(markers(reaper))
    for count in (2, 1):
        remove(reaper)
        assert markers(reaper) == left[count]
    remove(reaper)
    assert ours(reaper) == []
    assert markers(reaper) == []


@pytest.mark.parametrize("off_ms", [-1.2, -0.9, -0.6, -0.4, 0.0, 0.4, 0.6, 0.9, 1.2, 1.4])
@pytest.mark.parametrize("edge", ["start", "end"])
@pytest.mark.parametrize("lock", [0, 1], ids=["time", "beats"])
def test_a_marker_beside_an_edge(start: Start, lock: int, edge: str, off_ms: float) -> None:
    """As near as REAPER lets two be, or nearer: the score comes, what follows holds, and all comes back."""
    reaper, t0 = start(), 4.0
    reaper.settings(tempoenvtimelock=lock)
    at = t0 + (LENGTH_S if edge == "end" else 0.0) + off_ms / 1000
    reaper.tempo((0.0, 100.0, 4, 4, False), (at, 140.0, 0, 0, False), (30.0, 80.0, 0, 0, False))
    was = markers(reaper)
    insert_at(reaper, t0)
    check_music(reaper, made(), t0)
    assert bpm_at(reaper, t0 - 0.01) == 100.0
    assert bpm_at(reaper, t0 + LENGTH_S + 0.01) == pytest.approx(140.0)
    quarters = qn_at(reaper, 30.0) - qn_at(reaper, t0 + LENGTH_S + 0.01)
    assert quarters == pytest.approx((30.0 - t0 - LENGTH_S - 0.01) * 140 / 60)
    remove(reaper)
    assert markers(reaper) == was


def test_a_start_nearer_to_the_projects_than_two_markers_may_be_is_the_projects(reaper: Fake) -> None:
    reaper.tempo((0.0, 100.0, 4, 4, False))
    insert_at(reaper, 0.0004)
    check_music(reaper, made(), 0.0)
