"""An error at any call of REAPER's: the project, and all else that is the user's, is as it was."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.schema.tempo import Metre, TempoEvent
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import OFFERS, OPTIONAL, VERSION_6, Fake, serve_rows
from plugins.reaper.tests.played import ours, tracks
from plugins.reaper.tests.scores import Made, made
from plugins.reaper.tests.test_insert import BLOCK, MAPS, NO, insert, user_things

OK = 1
STEADY = (TempoEvent(0, 500_000),)
# Keys and files of our own, which an action that fails may leave for the next one.
OUR_STATE, OUR_EXT = b"cuebridge/", b"cuebridge/unsaved"
OUR_FILES = (".request", ".answer", ".cancel", ".otio")


def short(**more: Any) -> Made:
    return made(STEADY, metres=(Metre(4, 4),), length=200, **more)


def project(reaper: Fake) -> None:
    """A user's project, with a last undo step that is called as ours will be."""
    reaper.tempo(*MAPS["ramps"][:2])
    user_things(reaper, (1,))
    reaper.fake.begin_block()
    reaper.fake.end_block(BLOCK.encode())
    reaper.project.selection = reaper.lua.table_from([3.0, 4.0])


def inserting(reaper: Fake) -> Callable[[], None]:
    project(reaper)
    offer(reaper, made((TempoEvent(0, 500_000), TempoEvent(3840, 487_231)), parts=1, length=200))

    def act() -> None:
        reaper.say("boxes", NO)
        reaper.run("Insert score")

    return act


def scoring_the_video(reaper: Fake) -> Callable[[], None]:
    project(reaper)
    film = reaper.track("film")
    for at in (1.0, 5.0):
        reaper.video(film, at, 4.0, "/films/a.mp4")
    offer(reaper, short(parts=1))

    def act() -> None:
        reaper.say("boxes", NO, OK)  # and that the music rings on past what the first was about
        reaper.say("inputs", "calm\n5")
        reaper.run("Score this project's video")

    return act


def another_take(reaper: Fake) -> Callable[[], None]:
    """Of the second of two plots: items are cut, muted and added, and a part comes that was not there."""
    project(reaper)
    reaper.fake.undo = reaper.lua.table()
    insert(reaper, short(parts=1), 1.0)
    plot = short().cues.plots[1]
    from_s = 1.0 + float(short().cues.cue_s(plot.start_frame))
    reaper.project.selection = reaper.lua.table_from([from_s + 1, from_s + 2])
    reaper.item(ours(reaper)[0], 5.5, 1.0, kind="file")  # of the user's, on our track
    reaper.answers["revise"] = serve_rows(short(parts=2, take_id="t2", number=2).rows)

    def act() -> None:
        reaper.say("inputs", "more tension")
        reaper.run("Another take of time selection")

    return act


def complement(reaper: Fake) -> Callable[[], None]:
    project(reaper)
    reaper.tempo((9.0, 120.0, 4, 4, False))
    for track in tracks(reaper):
        for item in track[b"items"].values():
            item.selected = False
    drums = reaper.item(reaper.track("Drums"), 9.0, 4.0, kind="midi", ppq=480, events=reaper.lua.table())
    drums.selected = True
    for beat, message in ((0, b"\x90\x24\x40"), (1, b"\x80\x24\x00"), (4, b"\xb0\x7b\x00")):
        event = {b"ppq": 480 * beat, b"flag": 0, b"message": message}
        drums.takes[1].events[len(drums.takes[1].events) + 1] = reaper.lua.table_from(event)
    reaper.answers["complement"] = serve_rows(short(parts=2).rows)

    def act() -> None:
        reaper.say("inputs", "piano")
        reaper.run("Complement selected items")

    return act


def removing(reaper: Fake) -> Callable[[], None]:
    project(reaper)
    reaper.fake.undo = reaper.lua.table()
    insert(reaper, short(parts=1), 1.0)

    def act() -> None:
        reaper.say("boxes", OK)
        reaper.run("Remove last score")

    return act


ACTIONS = (inserting, scoring_the_video, another_take, complement, removing)


def outside(reaper: Fake, state: Any) -> dict[bytes, object]:
    """What is the user's beyond the project, of a copy of the fake's settings."""
    kept = {key: value for key, value in dict(state).items() if not key.startswith(OUR_STATE)}
    return {**kept, b"ppq": reaper.fake.preferences.ppq, b"playing": reaper.fake.play_state}


def forget_our_own(reaper: Fake, state: Any) -> None:
    """As the last run found it: what is registered, noted and answered."""
    copy = reaper.lua.eval(b"function(t) local c = {} for k, v in pairs(t) do c[k] = v end return c end")
    reaper.fake.ext_state, reaper.fake.actions = copy(state), reaper.lua.table()
    reaper.fake.persisted = reaper.lua.table()
    reaper.project.ext[OUR_EXT] = None
    reaper.set(ui_prevented=0)  # after a call to hold it that failed before it held
    for kind in (b"boxes", b"inputs"):
        reaper.fake.answers[kind] = reaper.lua.table()


def sweep(folder: Path) -> list[str]:
    """Delete our files, which every run looks through; the names of those that are not ours to leave."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "cuebridge"]
    for path in files:
        path.unlink()
    return [path.name for path in files if not path.name.endswith(OUR_FILES)]


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
@pytest.mark.parametrize("begin", ACTIONS, ids=lambda begin: begin.__name__)
def test_an_error_at_any_call_leaves_everything_as_it_was(
    begin: Callable[[Fake], Callable[[], None]],
    tmp_path: Path,
    lua: str,
    when: str,
    step: int,
    without: tuple[str, ...],
) -> None:
    """After each call of the whole action in turn, with either API and its Lua; before some of them."""
    reaper = Fake(lua, tmp_path, without)
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    act = begin(reaper)
    steps, before, state = reaper.undo_names, reaper.snapshot(), reaper.fake.ext_state
    reaper.fake.outside = reaper.lua.table()
    others = outside(reaper, state)
    for call in itertools.count(1, step):
        forget_our_own(reaper, state)
        failing = reaper.fake.calls + call
        reaper.fake[when.encode()] = failing
        act()
        if reaper.fake.calls < failing:
            break
        reaper.project.ext[OUR_EXT] = None
        assert reaper.difference(before) is None, (call, reaper.messages)
        assert reaper.undo_names == steps, call
        assert outside(reaper, reaper.fake.ext_state) == others
        assert sweep(tmp_path) == [], call
        assert list(reaper.fake.outside.values()) == []
        assert reaper.fake.block is None
        assert not reaper.fake.gfx.is_open
        assert when == "fail_before" or reaper.fake.ui_prevented == 0
    print(f"{begin.__name__}: {call - 1} calls")
    assert call > 150
    assert len(reaper.undo_names) == len(steps) + 1  # the run that no error reached
    assert reaper.difference(before) is not None
