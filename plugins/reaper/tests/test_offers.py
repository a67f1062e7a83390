"""The actions that need a call not every daemon has: hidden without it, shown with it, and what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.cli.arguments import parse
from bridge.schema.tempo import Metre, TempoEvent
from bridge.writing.midi import read_back
from plugins.reaper.tests.conftest import offer
from plugins.reaper.tests.host import OFFERS, OPTIONAL, PLUGIN, Fake, fault, serve_rows
from plugins.reaper.tests.played import notes, ours, tracks
from plugins.reaper.tests.scores import Made, made
from plugins.reaper.tests.test_insert import insert

ANOTHER, COMPLEMENT = "Another take of time selection", "Complement selected items"
STEADY = (TempoEvent(0, 500_000),)


def registered(reaper: Fake) -> set[str]:
    return {Path(path.decode()).name for path in dict(reaper.fake.actions)}


def test_they_appear_when_offered_and_go_when_not(reaper: Fake) -> None:
    offer(reaper, made())
    reaper.run("Insert score")
    assert registered(reaper) == set()
    reaper.offers = (*OFFERS, "Revise")
    reaper.say("boxes", 2)
    reaper.run("Insert score")
    assert registered(reaper) == {f"Cuebridge_{ANOTHER}.lua"}
    reaper.offers = (*OFFERS, "Revise", "Complement")
    reaper.say("boxes", 2)
    reaper.run("Insert score")
    assert registered(reaper) == {f"Cuebridge_{ANOTHER}.lua", f"Cuebridge_{COMPLEMENT}.lua"}
    before = reaper.fake.counts[b"AddRemoveReaScript"]
    reaper.say("boxes", 2)
    reaper.run("Insert score")
    assert reaper.fake.counts[b"AddRemoveReaScript"] == before
    reaper.offers = OFFERS
    reaper.say("boxes", 2)
    reaper.run("Insert score")
    assert registered(reaper) == set()


def test_the_package_never_shows_them_by_itself() -> None:
    head = (PLUGIN / "Cuebridge_Insert score.lua").read_text(encoding="utf-8")
    assert f"[nomain] Cuebridge_{ANOTHER}.lua" in head
    assert f"[nomain] Cuebridge_{COMPLEMENT}.lua" in head


@pytest.mark.parametrize("action", [ANOTHER, COMPLEMENT])
def test_run_without_the_call_they_say_so(reaper: Fake, action: str) -> None:
    before = reaper.snapshot()
    reaper.run(action)
    assert "does not offer that yet" in reaper.messages[-1]
    assert reaper.difference(before) is None


def score_with_plots() -> Made:
    return made(STEADY, metres=(Metre(4, 4),), length=240)


def test_another_take_replaces_the_plot_it_was_asked_for(reaper: Fake) -> None:
    score = score_with_plots()
    insert(reaper, score, 2.0)
    old = {part.name: notes(reaper, next(part[b"items"].values())) for part in ours(reaper)}
    reaper.offers = (*OFFERS, "Revise")
    reaper.answers["revise"] = serve_rows(made(STEADY, metres=(Metre(4, 4),), take_id="t9", number=9).rows)
    # Somewhere inside the second of two plots.
    plot = score.cues.plots[1]
    from_s = 2.0 + float(score.cues.cue_s(plot.start_frame))
    reaper.project.selection = reaper.lua.table_from([from_s + 1, from_s + 2])
    reaper.say("inputs", "less piano, more tension")
    reaper.run(ANOTHER)
    assert reaper.messages == []
    words = reaper.asked[-1]
    assert words[:4] == ["revise", "t1", "--plots", "2"]
    assert words[4] == "--seed"
    assert words[6] == "--brief=less piano, more tension"
    assert len(reaper.undo_names) == 2
    for part in ours(reaper):
        items = list(part[b"items"].values())
        sounding = [item for item in items if not item.mute]
        heard = sorted((n.start_s, n.pitch) for item in sounding for n in inside(reaper, item))
        assert heard == [pytest.approx((n.start_s, n.pitch), abs=1e-6) for n in old[part.name]]
        assert [item.mute for item in items].count(True) == 1
        assert any("take 9" in item.takes[1].name.decode() for item in sounding)
    # The next one is another take of this one.
    reaper.say("inputs", "")
    reaper.run(ANOTHER)
    assert reaper.asked[-1][:2] == ["revise", "t9"]
    assert reaper.fake.do_undo() == 1
    assert reaper.fake.do_undo() == 1
    assert all(len(part[b"items"]) == 1 for part in ours(reaper))


def test_another_take_may_bring_a_part_that_was_not_there(reaper: Fake) -> None:
    insert(reaper, made(STEADY, metres=(Metre(4, 4),), parts=2), 0.0)
    reaper.offers = (*OFFERS, "Revise")
    reaper.answers["revise"] = serve_rows(made(STEADY, metres=(Metre(4, 4),), parts=3).rows)
    reaper.project.selection = reaper.lua.table_from([6.0, 7.0])
    reaper.say("inputs", "")
    reaper.run(ANOTHER)
    assert reaper.messages == []
    names = [track.name.decode() for track in tracks(reaper)]
    assert names[1:] == ["Stimme 3 é", "Stimme 1 é", "Stimme 2 é"]
    assert [track.depth for track in tracks(reaper)] == [1, 0, 0, -1]
    (item,) = tracks(reaper)[1][b"items"].values()
    first = [(event.ppq, event.message[0] & 0xF0) for event in item.takes[1].events.values()][:3]
    assert first == [(0, 0xC0), (0, 0xB0), (0, 0xB0)]  # program, volume and expression as they hold there


def inside(reaper: Fake, item: Any) -> list[Any]:
    """The notes that begin inside an item: what lies beyond a split's edge is in its take still."""
    from_s, to_s = item[b"from"], item[b"from"] + item.length
    take = item.takes[1]
    skipped = getattr(take, "skipped_qn", None) or 0.0
    shift = skipped * 0.5  # quarters of half a second
    return [n for n in shifted(notes(reaper, item), -shift) if from_s - 1e-6 <= n.start_s < to_s - 1e-6]


def shifted(heard: list[Any], by: float) -> list[Any]:
    from dataclasses import replace

    return [replace(note, start_s=note.start_s + by, end_s=note.end_s + by) for note in heard]


def test_another_take_needs_a_selection_on_a_score(reaper: Fake) -> None:
    reaper.offers = (*OFFERS, "Revise")
    reaper.run(ANOTHER)
    assert "no time selection" in reaper.messages[-1]
    reaper.project.selection = reaper.lua.table_from([1.0, 2.0])
    reaper.run(ANOTHER)
    assert "touches no score" in reaper.messages[-1]


def test_another_take_on_a_map_that_has_changed_is_refused(reaper: Fake) -> None:
    insert(reaper, score_with_plots(), 0.0)
    reaper.project.map.markers[1].bpm = 121.0
    reaper.offers = (*OFFERS, "Revise")
    reaper.answers["revise"] = serve_rows(score_with_plots().rows)
    reaper.project.selection = reaper.lua.table_from([1.0, 2.0])
    before = reaper.snapshot()
    reaper.say("inputs", "")
    reaper.run(ANOTHER)
    assert "ms off the score" in reaper.messages[-1]
    assert reaper.difference(before) is None


def test_complement_hands_over_what_is_selected_and_adds_what_is_new(reaper: Fake, tmp_path: Path) -> None:
    reaper.settings(fps=24.0)
    reaper.tempo((0.0, 120.0, 4, 4, False), (4.0, 120.0, 3, 4, False))
    film = reaper.track("film")
    reaper.video(film, 0.0, 20.0, str(tmp_path / "a.mp4"))
    reaper.project.selection = reaper.lua.table_from([0.0, 20.0])  # more than the items cover
    drums, bass, other = reaper.track("Drums é"), reaper.track("Bass"), reaper.track("not selected")
    for track, pitch in ((drums, 36), (bass, 40), (other, 60)):
        item = reaper.item(track, 1.0, 8.0, kind="midi", ppq=480, events=reaper.lua.table(), sets=1)
        events = []
        for beat in range(4):
            events += [(480 * beat, 0, [0x90, pitch, 90]), (480 * beat + 240, 0, [0x80, pitch, 0])]
        events += [
            (480 * 5, 2, [0x90, pitch, 90]),
            (480 * 30, 0, [0x90, pitch, 90]),
            (480 * 40, 0, [0xB0, 0x7B, 0]),
        ]
        for ppq, flag, data in events:
            event = {b"ppq": ppq, b"flag": flag, b"message": bytes(data)}
            item.takes[1].events[len(item.takes[1].events) + 1] = reaper.lua.table_from(event)
        item.selected = track is not other
    given: list[bytes] = []
    new = made(STEADY, metres=(Metre(4, 4),), length=480)

    def complement(words: list[str]) -> Any:
        given.append(Path(words[1]).read_bytes())
        options = dict(zip(words[4::2], words[5::2]))
        assert words[2] == "--parts=piano,guitar"
        assert Path(options["--timeline"]).exists()
        assert (options["--in"], options["--out"]) == ("0", "480")
        # The given tracks come back too; only the others are new.
        rows = new.rows.replace(b"\tStimme 1", "\tgiven 1 Drums é".encode())
        return serve_rows(rows)(words)

    reaper.offers = (*OFFERS, "Complement")
    reaper.answers["complement"] = complement
    reaper.say("inputs", "piano,guitar")
    map_before = reaper.snapshot().map
    reaper.run(COMPLEMENT)
    assert reaper.messages == []
    reading = read_back(given[0])
    assert [track.name for track in reading.tracks] == ["given 1 Drums é", "given 2 Bass"]
    for track, pitch in zip(reading.tracks, (36, 40)):
        # One second in at 120 bpm is two quarters; muted notes and those beyond the item are not given.
        assert [(n.tick, n.duration_ticks, n.pitch) for n in track.notes] == [
            (960 * (2 + beat), 480, pitch) for beat in range(4)
        ]
    assert [(tick, str(metre)) for tick, metre in reading.metres] == [(0, "4/4"), (960 * 8, "3/4")]
    assert reading.tempo == ((0, 500_000),)
    assert [part.name.decode() for part in ours(reaper)] == ["Stimme 2 é", "Stimme 3 é"]
    assert reaper.fake.difference(map_before, reaper.project.map) is None
    assert list(reaper.project.marks.values()) == []  # the song is the user's


def test_complement_needs_no_picture(reaper: Fake) -> None:
    reaper.tempo((0.0, 120.0, 4, 4, False))
    track = reaper.track("Drums")
    reaper.item(track, 2.0, 8.0, kind="midi", ppq=480, events=reaper.lua.table(), sets=1).selected = True
    reaper.offers = (*OFFERS, "Complement")
    reaper.answers["complement"] = serve_rows(made(STEADY, metres=(Metre(4, 4),), length=480).rows)
    reaper.say("inputs", "piano")
    reaper.run(COMPLEMENT)
    assert reaper.messages == []
    assert "--timeline" not in reaper.asked[-1]
    assert {item[b"from"] for part in ours(reaper) for item in part[b"items"].values()} == {2.0}


def test_complement_hands_over_the_map_as_far_as_its_music_rings_on(reaper: Fake) -> None:
    """The last bar is filled and its notes ring on past the items; there the project's tempo is another."""
    reaper.tempo((0.0, 120.0, 4, 4, False), (41.0, 90.0, 0, 0, False))
    item = reaper.item(reaper.track("Drums"), 2.0, 38.6, kind="midi", ppq=480, events=reaper.lua.table())
    item.selected = True
    given: list[bytes] = []
    answer = serve_rows(made(STEADY, metres=(Metre(4, 4),)).rows)

    def complement(words: list[str]) -> Any:
        given.append(Path(words[1]).read_bytes())
        return answer(words)

    reaper.offers = (*OFFERS, "Complement")
    reaper.answers["complement"] = complement
    reaper.say("inputs", "piano")
    reaper.run(COMPLEMENT)
    assert read_back(given[0]).tempo == ((0, 500_000), (960 * 2 * 39, 666_667))


def test_another_take_after_a_complement_is_of_the_score(reaper: Fake) -> None:
    insert(reaper, score_with_plots(), 2.0)
    track = reaper.track("Drums")
    reaper.item(track, 2.0, 8.0, kind="midi", ppq=480, events=reaper.lua.table(), sets=1).selected = True
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    added = made(STEADY, metres=(Metre(4, 4),), length=240, take_id="c1")
    reaper.answers["complement"] = serve_rows(added.rows)
    reaper.say("inputs", "piano", "")
    reaper.run(COMPLEMENT)
    reaper.answers["revise"] = serve_rows(made(STEADY, metres=(Metre(4, 4),), take_id="t9", number=9).rows)
    reaper.project.selection = reaper.lua.table_from([3.0, 4.0])
    reaper.run(ANOTHER)
    assert reaper.messages == []
    assert reaper.asked[-1][:2] == ["revise", "t1"]


def test_a_folder_that_is_gone_by_the_time_of_writing_is_said(reaper: Fake) -> None:
    """Composing takes a while, and the user works on."""
    score = score_with_plots()
    insert(reaper, score, 2.0)
    reaper.offers = (*OFFERS, "Revise")
    compose = serve_rows(made(STEADY, metres=(Metre(4, 4),), take_id="t9", number=9).rows)
    forget = reaper.lua.eval(b"function() table.remove(fake_tracks, 1) end")
    reaper.lua.globals()[b"fake_tracks"] = reaper.project.tracks

    def forget_and_compose(words: list[str]) -> Any:
        forget()
        return compose(words)

    reaper.answers["revise"] = forget_and_compose
    reaper.project.selection = reaper.lua.table_from([3.0, 4.0])
    reaper.say("inputs", "")
    reaper.run(ANOTHER)
    assert "folder is gone" in reaper.messages[-1]
    assert len(reaper.undo_names) == 1


def test_the_command_line_takes_what_the_actions_say(reaper: Fake) -> None:
    insert(reaper, score_with_plots(), 2.0)
    track = reaper.track("Drums")
    reaper.item(track, 2.0, 8.0, kind="midi", ppq=480, events=reaper.lua.table(), sets=1).selected = True
    reaper.project.selection = reaper.lua.table_from([3.0, 4.0])
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.say("inputs", "-tense", "-piano")  # a dash makes no option of a text
    for action in (ANOTHER, COMPLEMENT):
        reaper.run(action)  # the stand-in knows neither: only the words count here
    optional = [words for words in reaper.asked if words[0] in OPTIONAL]
    revise, complement = map(parse, optional)
    assert [revise.command, complement.command] == list(OPTIONAL)
    assert (revise.brief, complement.parts) == ("-tense", "-piano")


def test_complement_needs_something_selected(reaper: Fake) -> None:
    reaper.offers = (*OFFERS, "Complement")
    reaper.run(COMPLEMENT)
    assert "No MIDI item is selected" in reaper.messages[-1]
    assert tracks(reaper) == []


def test_a_long_tempo_map_is_sampled_piece_by_piece(reaper: Fake) -> None:
    """A quarter of an hour with markers off the grid: 7,000 places, no tick of REAPER with over its share."""
    markers = [(i * 45.1234, 118.0 + i % 5) for i in range(20)]
    reaper.tempo(*((t, bpm, 4 if t == 0 else 0, 4 if t == 0 else 0, False) for t, bpm in markers))
    track = reaper.track("Drums")
    reaper.item(track, 0.0, 900.0, kind="midi", ppq=480, events=reaper.lua.table(), sets=1).selected = True
    reaper.offers = (*OFFERS, "Complement")
    given: list[bytes] = []

    def complement(words: list[str]) -> Any:
        given.append(Path(words[1]).read_bytes())
        return serve_rows(made(STEADY, metres=(Metre(4, 4),), length=480).rows)(words)

    reaper.answers["complement"] = complement
    reaper.say("inputs", "piano")
    reaper.begin(COMPLEMENT)
    asked, before = [], int(reaper.fake.counts[b"TimeMap_QNToTime_abs"] or 0)
    more = True
    while more:
        more = reaper.fake.tick()
        now = int(reaper.fake.counts[b"TimeMap_QNToTime_abs"] or 0)
        asked.append(now - before)
        before = now
    assert sum(asked) > 4_000
    assert max(asked) <= reaper.module("task").PIECES_A_TICK
    reading = read_back(given[0])
    ticks = [tick for tick, _ in reading.tempo]
    assert ticks == sorted(ticks)
    assert len(ticks) >= 20


def test_complement_is_of_what_the_items_cover_of_a_long_film(reaper: Fake) -> None:
    """An hour and a half of picture, and sixteen seconds of drums in it."""
    reaper.tempo((0.0, 120.0, 4, 4, False))
    reaper.video(reaper.track("film"), 0.0, 5400.0, "/films/a.mp4")
    drums = reaper.item(reaper.track("Drums"), 3000.01, 16.0, kind="midi", ppq=480, events=reaper.lua.table())
    drums.selected = True
    reaper.offers = (*OFFERS, *OPTIONAL.values())
    reaper.answers["complement"] = lambda words: fault("that is all this test needs")
    reaper.say("inputs", "piano")
    reaper.run(COMPLEMENT)
    words = reaper.asked[-1]
    cue = [words[words.index(option) + 1] for option in ("--in", "--out")]
    assert cue == [str(3000 * 24), str(3016 * 24 + 1)]
