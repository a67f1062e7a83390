"""Whatever goes wrong, and wherever: what is the user's is as it was, and a sentence says what to do."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import SCRIPTS, Desk, outside
from tests.fake_resolve import SUPPORTED, FakeResolve

# Where the scripts' calls differ: the selection came with 19.0, marks with 19.1. A test holds that to be all.
TURNS = ("18.5.0", "19.0", "19.1")
DESKS = tuple((version, edition) for version in SUPPORTED for edition in ("Studio", "Free"))


def alike(version: str) -> list[tuple[str, str]]:
    """The desks on which the scripts make the same calls as on this version's."""

    def turn(of: str) -> int:
        return sum(SUPPORTED.index(of) >= SUPPORTED.index(first) for first in TURNS)

    return [desk for desk in DESKS if turn(desk[0]) == turn(version)]


def seen(desk: Desk) -> Any:
    """What the user sees; before 19.0 nobody can tell the selection, nor put it back."""
    found = desk.host.snapshot()
    for project in found["projects"] if desk.host.numbers < (19, 0) else []:
        project["selection"] = []
    return found


def is_whole(desk: Desk) -> bool:
    """Whether a score is there, complete, and on its frames."""
    (track,) = [track for track in desk.tracks() if track.enabled]
    (item,) = track.items
    return item.start == desk.timeline.start_frame and set(desk.marks()) == {0, 48, 96, 144}


def prepared(sit: Sit, version: str, edition: str, script: str) -> Desk:
    """A desk at a page that must be left and come back to, with marks, and with something to remove."""
    desk = sit(version, edition)
    if script != "Score timeline":
        desk.run()
        desk.run()
    if script == "Revise score":
        desk.timeline.markers[100]["note"] = "less piano"
    desk.host.state.page = "color"
    if desk.host.numbers >= (19, 1):
        desk.timeline.mark_in, desk.timeline.mark_out = 0, 263
    return desk


def copied(like: Desk) -> Desk:
    host = FakeResolve(like.host.version, like.host.edition, copy.deepcopy(like.host.state))
    return Desk(host, like.scores)


def calls(sit: Sit, version: str, edition: str, script: str) -> list[tuple[Any, ...]]:
    """What a script calls, in turn, when nothing fails."""
    desk = prepared(sit, version, edition, script)
    before = len(desk.host.calls)
    desk.run(script)
    return [(each[0], each[1]) for each in desk.host.calls[before:]]


def check_scored(desk: Desk, before: Any, said: str, about: Any) -> None:
    """A score is there, whole, or nothing is: and then a sentence says what to do."""
    if "is there. Its files lie in" in said:
        assert outside(seen(desk)) == outside(before), about
        assert is_whole(desk), about
    else:
        assert desk.shown, about
        assert re.search(r"(Run|run|Open|Close|Start|Look|Drag|Set|Go) ", desk.shown[-1]), about
        assert seen(desk) == before, about


def check_removed(desk: Desk, before: Any, said: str, about: Any) -> None:
    """Nothing but ours is touched, and what was not removed is told."""
    assert outside(seen(desk)) == outside(before), about
    if "SCORE v002 is removed" in said:
        assert [track.name for track in desk.tracks()] == ["SCORE v001"], about
    else:
        assert desk.shown, about


def check(sit: Sit, version: str, edition: str, script: str, first: int = 0, step: int = 1) -> int:
    """Let one call after the other fail, in each of two ways, while a script runs; in how many runs it did.

    Of every `step` calls one fails, from the call of number `first` (counted from 0) on.
    """
    like = prepared(sit, version, edition, script)
    probe = copied(like)
    probe.run(script)
    count = 0
    for number in range(1 + first, len(probe.host.calls) + 1, step):
        for how in ("raise", "refuse"):
            desk = copied(like)
            desk.host.fails = {number: how}
            before = seen(desk)
            said = desk.run(script)
            about = (version, edition, script, number, how, desk.host.calls[number - 1][:2], said)
            (check_removed if script == "Remove last score" else check_scored)(desk, before, said, about)
            assert "Not put back" not in said, about
            assert "Not taken back" not in said, about
            count += 1
    return count


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("version", TURNS)
def test_what_versions_and_editions_are_said_to_have_alike_they_have(
    sit: Sit, version: str, script: str
) -> None:
    made = calls(sit, version, "Studio", script)
    for other, edition in alike(version):
        assert calls(sit, other, edition, script) == made, (other, edition)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("version", "edition"), DESKS)
def test_an_error_at_any_call_leaves_all_of_the_users_as_it_was(
    sit: Sit, version: str, edition: str, script: str
) -> None:
    """Those that make the same calls share them out: together they fail at each."""
    same = alike(version)
    assert check(sit, version, edition, script, same.index((version, edition)), len(same)) > 20


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize(("version", "edition"), DESKS)
def test_an_error_at_every_call_of_every_version_and_edition(
    sit: Sit, version: str, edition: str, script: str
) -> None:
    assert check(sit, version, edition, script) > 300
