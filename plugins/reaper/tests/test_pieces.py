"""Twenty thousand notes: a bounded piece a tick, and one call an item.

With the real command behind it the same is held in `test_real_composing.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from bridge.schema.tempo import Metre, TempoEvent
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import OFFERS, OPTIONAL, PLUGIN, Fake, serve_rows
from plugins.reaper.tests.played import ours
from plugins.reaper.tests.scores import Made, made, many_notes
from plugins.reaper.tests.work import Watch

NOTES = 20_000
STEADY = (TempoEvent(0, 500_000),)


@cache
def twenty_thousand(take_id: str = "t1", number: int = 1) -> Made:
    notes = many_notes(NOTES)
    return made(STEADY, (Metre(4, 4),), performance=notes, length=60 * 24, take_id=take_id, number=number)


def watched(reaper: Fake, action: str) -> Watch:
    watch = Watch(reaper)
    reaper.begin(action)
    watch()
    while reaper.fake.tick():
        watch()
    watch()
    assert reaper.messages == []
    return watch


def items(reaper: Fake) -> list[Any]:
    return [item for part in ours(reaper) for item in part[b"items"].values()]


def struck(items: list[Any]) -> int:
    events = [e for item in items for e in item.takes[1].events.values()]
    return sum(event.message[0] & 0xF0 == 0x90 for event in events)


def test_insert_score(reaper: Fake) -> None:
    offer(reaper, twenty_thousand())
    watched(reaper, "Insert score").check("Insert", 4 * NOTES, items(reaper))
    assert struck(items(reaper)) == NOTES


def test_another_take(reaper: Fake) -> None:
    """All of it: both plots are selected, so that every event is cut and packed."""
    offer(reaper, twenty_thousand())
    reaper.run("Insert score")
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.answers["revise"] = serve_rows(twenty_thousand("t2", 2).rows)
    reaper.project.selection = reaper.lua.table_from([0.5, 59.0])
    reaper.say("inputs", "")
    watch = watched(reaper, "Another take of time selection")
    fresh = [item for item in items(reaper) if b"take 2" in item.takes[1].name]
    watch.check("Another take", 6 * NOTES, fresh)
    assert len(fresh) == 2
    assert struck(fresh) == NOTES


def test_complement(reaper: Fake, tmp_path: Path) -> None:
    """So many given and so many added."""
    reaper.tempo((0.0, 120.0, 4, 4, False))
    item = reaper.item(reaper.track("Drums"), 0.0, 60.0, kind="midi", ppq=960, events=reaper.lua.table())
    item.selected, item.loop = True, False
    add = reaper.lua.eval(
        b"function(events, count) for i = 0, count - 1 do"
        b" for at, message in ipairs({'\\x90\\x24\\x40', '\\x80\\x24\\x00'}) do"
        b" table.insert(events, {ppq = i * 5 + at * 2, flag = 0, message = message}) end end"
        b" table.insert(events, {ppq = count * 5 + 9, flag = 0, message = '\\xb0\\x7b\\x00'}) end"
    )
    add(item.takes[1].events, NOTES)
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    given: list[bytes] = []

    def complement(words: list[str]) -> Any:
        given.append(Path(words[1]).read_bytes())
        return serve_rows(twenty_thousand().rows)(words)

    reaper.answers["complement"] = complement
    reaper.say("inputs", "piano")
    watch = watched(reaper, "Complement selected items")
    watch.check("Complement", 6 * NOTES, items(reaper))
    assert given[0].count(b"\x90\x24\x40") == NOTES
    assert struck(items(reaper)) == NOTES


def test_the_number_is_the_one_that_is_stated(reaper: Fake) -> None:
    reaper.begin("Insert score")
    stated = f"no tick of REAPER reads or prepares more than {reaper.module('task').PIECES_A_TICK:,} "
    assert stated in " ".join((PLUGIN.parents[1] / "README.md").read_text(encoding="utf-8").split())
