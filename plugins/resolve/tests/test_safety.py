"""Whatever goes wrong, and wherever: what is the user's is as it was, and a sentence says what to do."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import Desk, outside
from tests.fake_resolve import SUPPORTED, FakeResolve

# Where the calls differ: the selection came with 19.0, marks with 19.1.
TURNS = ("18.5.0", "19.0", "21.0.0")


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


def each_call(like: Desk, step: int, script: str, first: int) -> Iterator[tuple[Desk, int, str]]:
    """Desks like one, in each of which one call fails, in one of two ways."""

    def another() -> Desk:
        host = FakeResolve(like.host.version, like.host.edition, copy.deepcopy(like.host.state))
        return Desk(host, like.scores)

    probe = another()
    probe.run(script)
    for number in range(1 + first % step, len(probe.host.calls) + 1, step):
        for how in ("raise", "refuse"):
            desk = another()
            desk.host.fails = {number: how}
            yield desk, number, how


def check_scoring(
    sit: Sit, version: str, edition: str, step: int, first: int = 0, script: str = "Score timeline"
) -> int:
    """Let one call after the other fail while a timeline is scored; how many did."""
    count = 0
    like = prepared(sit, version, edition, script)
    for desk, number, how in each_call(like, step, script, first):
        before = seen(desk)
        said = desk.run(script)
        about = (version, edition, number, how, desk.host.calls[number - 1][:2], said)
        if "is there. Its files lie in" in said:
            assert outside(seen(desk)) == outside(before), about
            assert is_whole(desk), about
        else:
            assert desk.shown, about
            assert re.search(r"(Run|run|Open|Close|Start|Look|Drag|Set|Go) ", desk.shown[-1]), about
            assert seen(desk) == before, about
        assert "Not put back" not in said, about
        assert "Not taken back" not in said, about
        count += 1
    return count


@pytest.mark.parametrize("version", TURNS)
def test_an_error_at_every_single_call_leaves_all_of_the_users_as_it_was(sit: Sit, version: str) -> None:
    assert check_scoring(sit, version, "Studio", 1) > 250


@pytest.mark.parametrize("edition", ["Studio", "Free"])
@pytest.mark.parametrize("version", SUPPORTED)
def test_an_error_at_calls_here_and_there_on_every_version_and_edition(
    sit: Sit, version: str, edition: str
) -> None:
    assert check_scoring(sit, version, edition, 7, SUPPORTED.index(version) + 11 * (edition == "Free")) > 5


def test_an_error_at_calls_of_a_revision_leaves_all_of_the_users_as_it_was(sit: Sit) -> None:
    assert check_scoring(sit, "21.0.0", "Studio", 5, script="Revise score") > 50


@pytest.mark.parametrize("version", ["18.5.0", "21.0.0"])
def test_an_error_at_every_call_of_a_removal_leaves_everything_of_the_users_as_it_was(
    sit: Sit, version: str
) -> None:
    like = prepared(sit, version, "Studio", "Remove last score")
    for desk, number, how in each_call(like, 1, "Remove last score", 0):
        before = outside(seen(desk))
        said = desk.run("Remove last score")
        about = (version, number, how, desk.host.calls[number - 1][:2], said)
        assert outside(seen(desk)) == before, about
        if "SCORE v002 is removed" in said:
            assert [track.name for track in desk.tracks()] == ["SCORE v001"], about
        else:
            assert desk.shown, about
