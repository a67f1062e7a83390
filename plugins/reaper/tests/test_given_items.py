"""A musician's own items as they are handed over: what sounds between their edges, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mido
import pytest

from plugins.reaper.tests.host import OFFERS, Fake, fault
from plugins.reaper.tests.test_offers import COMPLEMENT

FROM_S, TICKS_A_BEAT = 2.0, 960


def handed_over(reaper: Fake, length_s: float, notes: list[tuple[float, float]], **more: Any) -> Any:
    """The notes that the command is given of one item, as (on, off) in beats from its start, at 120 bpm.

    `notes` are (on, off) in beats of the source, which is four beats long; `more` are fields of the item.
    """
    reaper.tempo((0.0, 120.0, 4, 4, False))
    item = reaper.item(
        reaper.track("Drums"), FROM_S, length_s, kind="midi", ppq=480, events=reaper.lua.table()
    )
    item.selected = True
    for name, value in more.items():
        item[name.encode()] = value
    timed = [(at, bytes((status, 36, 90))) for note in notes for at, status in zip(note, (0x90, 0x80))]
    timed += [(4.0, b"\xb0\x7b\x00")]
    for at, message in sorted(timed):
        event = {b"ppq": round(480 * at), b"flag": 0, b"message": message}
        item.takes[1].events[len(item.takes[1].events) + 1] = reaper.lua.table_from(event)
    files: list[bytes] = []

    def complement(words: list[str]) -> Any:
        files.append(Path(words[1]).read_bytes())
        return fault("that is all this test needs")

    reaper.offers = (*OFFERS, "Complement")
    reaper.answers["complement"] = complement
    reaper.say("inputs", "piano")
    reaper.run(COMPLEMENT)
    (data,) = files
    heard, sounding, now = [], [], 0
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[1]:
        now += message.time
        if message.type == "note_on" and message.velocity:
            sounding.append(now)
        elif message.type in ("note_on", "note_off"):
            heard.append((sounding.pop(0) / TICKS_A_BEAT, now / TICKS_A_BEAT))
    assert sounding == [], "a note is never ended"
    return heard


@pytest.mark.parametrize("is_looped", [False, True])
def test_notes_end_with_their_item(reaper: Fake, is_looped: bool) -> None:
    """Trimmed inside the third note, and where the fourth begins."""
    notes = [(0, 1), (1, 1.5), (1, 3.5), (1.5, 2), (2, 2.5)]
    heard = handed_over(reaper, 1.0, notes, loop=is_looped)
    assert sorted(heard) == [(0, 1), (1, 1.5), (1, 2), (1.5, 2)]


def test_a_source_that_is_not_looped_is_played_once(reaper: Fake) -> None:
    assert handed_over(reaper, 5.0, [(0, 1), (3, 3.5)], loop=False) == [(0, 1), (3, 3.5)]


def test_a_looped_source_is_played_to_the_items_end(reaper: Fake) -> None:
    """Four beats, and an item of nine and a half."""
    heard = handed_over(reaper, 4.75, [(0, 0.5), (1, 2), (3, 4)], loop=True)
    assert heard == [(0, 0.5), (1, 2), (3, 4), (4, 4.5), (5, 6), (7, 8), (8, 8.5), (9, 9.5)]


def test_a_looped_item_as_long_as_its_source_is_played_once(reaper: Fake) -> None:
    """REAPER's items end where they were dragged to; less than a tick more is no second time."""
    assert handed_over(reaper, 2.0 + 0.0002, [(0, 1), (3, 4)], loop=True) == [(0, 1), (3, 4)]
