"""Insert score: where notes and hits come to lie, what of the user's stays, and what undo brings back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.schema.tempo import Metre
from plugins.reaper.tests.conftest import Start, offer
from plugins.reaper.tests.host import VERSION_6, Fake, fault, serve_rows
from plugins.reaper.tests.played import bpm_at, notes, ours, qn_at, time_at, tracks
from plugins.reaper.tests.scores import NAME, Made, loose, made, steps

YES, NO, CANCEL = 6, 7, 2
# Whole microseconds and whole samples: how far the project's map may be off the score's, in ticks.
MAP_TICKS = 0.05
BLOCK = f"Cuebridge: insert {NAME}"
# A project's start, and inside a bar: on a whole sample of every rate, on none, and on a frame.
STARTS = (0.0, 3.7, 12.3456789, 89 * 1001 / 24_000)
MAPS = {
    "empty": (),
    "square": ((0.0, 97.3, 3, 4, False), (5.1, 141.0, 0, 0, False), (30.0, 88.0, 7, 8, False)),
    "ramps": (
        (0.0, 90.0, 4, 4, True),
        (8.0, 150.0, 0, 0, True),
        (31.0, 70.0, 4, 4, False),
        (44, 80, 0, 0, True),
    ),
    "partial bars": ((0.0, 120.0, 4, 4, False), (3.3, 120.0, 3, 4, False), (7.77, 60.0, 5, 8, True)),
}


def ramp_a_beat() -> Made:
    """Its notes are off the grid."""
    plain = made(steps(40))
    return made(steps(40), performance=loose(plain.form))


SCORES = {
    "ramp a beat": ramp_a_beat,
    "metres": lambda: made(metres=(Metre(5, 4), Metre(7, 8), Metre(2, 4), Metre(6, 8))),
}


def user_things(reaper: Fake, timebases: Sequence[int] = (-1, 0, 1, 2)) -> None:
    """A project with something of everything in it, following beats in every way."""
    for timebase in timebases:
        track = reaper.track(f"mine {timebase}", timebase)
        for item_timebase, at in zip((-1, 0, 1, 2), (0.5, 6.25, 12.0, 40.0)):
            reaper.item(track, at, 3.5, item_timebase, kind="file")
    reaper.fake.new_mark(True, 2.0, 9.5, b"verse", 1, 0)
    reaper.fake.new_mark(False, 10.25, 10.25, b"door", 4, 0)
    tracks(reaper)[len(timebases) // 4].selected = True
    tracks(reaper)[len(timebases) // 2][b"items"][2].selected = True
    reaper.project.selection = reaper.lua.table_from([1.5, 1.5])
    reaper.project.view = reaper.lua.table_from([3.0, 33.0])


def insert(reaper: Fake, score: Made, t0: float) -> None:
    reaper.project.selection = reaper.lua.table_from([t0, t0 + 1])
    offer(reaper, score)
    reaper.say("boxes", NO)
    reaper.run("Insert score")
    reaper.fake.answers.boxes = reaper.lua.table()  # an empty project asks nothing
    assert reaper.messages[1:] == []
    assert reaper.undo_names == [BLOCK]


def check_place(score: Made, note: tuple[float, int, float], tick: int, ppq: int, t0: float) -> float:
    """A note's (seconds, tick of the take, seconds a tick there) against its tick in the score.

    It lies on the nearest tick that there is, so half a tick of the take off at most; and that tick is where
    the score's own clock has it: how far off, in ticks of the take, comes back.
    """
    at_s, take_tick, tick_s = note
    assert 2 * abs(take_tick * 960 - tick * ppq) <= 960
    clock = score.form.tempo_map.s_at_tick
    apart = abs(at_s - t0 - float(clock(Fraction(take_tick * 960, ppq)))) / tick_s
    assert apart <= MAP_TICKS
    if ppq >= 960:  # half a tick of the score's in all
        assert abs(at_s - t0 - float(clock(tick))) <= tick_s * ppq / 960 / 2
    return apart


def check_music(reaper: Fake, score: Made, t0: float) -> tuple[float, float]:
    """Every note on its nearest tick, every hit within 0.1 ms.

    The largest errors: of a tick's place, in ticks of a take, and of a hit's, in seconds.
    """
    clock = score.form.tempo_map.s_at_tick
    worst_note = worst_hit = 0.0
    parts = ours(reaper)
    assert [part.name.decode() for part in parts] == [track.name for track in score.performance.tracks]
    for part, track in zip(parts, score.performance.tracks):
        (item,) = part[b"items"].values()
        heard = notes(reaper, item)
        assert len(heard) == len(track.notes)
        for note, written in zip(heard, track.notes):
            assert note.pitch == written.pitch
            start = (note.start_s, note.start, note.start_tick_s)
            end = (note.end_s, note.end, note.end_tick_s)
            for place, tick in ((start, written.tick), (end, written.tick + written.duration_ticks)):
                apart = check_place(score, place, tick, item.takes[1].ppq, t0)
                worst_note = max(worst_note, apart)
    qn0 = qn_at(reaper, t0)
    marks = {mark.name.decode().split(" ")[0]: mark for mark in reaper.project.marks.values()}
    for result in score.form.hits:
        mark = marks[result.hit_id]
        if result.met:
            assert result.tick is not None
            due = t0 + float(clock(result.tick))
            beat = time_at(reaper, qn0 + result.tick / 960)
            worst_hit = max(worst_hit, abs(mark[b"from"] - due), abs(beat - due))
    assert worst_hit <= 0.0001
    return worst_note, worst_hit


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
@pytest.mark.parametrize("existing", MAPS.values(), ids=MAPS)
def test_notes_and_hits_lie_where_the_score_has_them(
    start: Start, existing: tuple[tuple[float, float, int, int, bool], ...], score: object
) -> None:
    """Every timebase with every lock of the map and every start; sample rates and the rest in turn."""
    made_score = score()  # type: ignore[operator]
    cases = itertools.product((0, 1, 2), (0, 1), STARTS)
    worst: list[tuple[int, float, float]] = []
    for number, (timebase, lock, t0) in enumerate(cases):
        ppq = (960, 480, 1000)[number % 3]
        reaper = start(without=VERSION_6 if number % 2 else ())
        reaper.settings(
            srate=(44_100, 48_000, 96_000)[number // 2 % 3], whole_samples=number % 5 < 4,
            offset=(0.0, 3600.0, 12.5)[number % 3], timebase=timebase,
            tempoenvtimelock=lock, itemtimelock=timebase,
        )  # fmt: skip
        reaper.set(snaps_metres=number % 3 == 1)
        reaper.fake.preferences.ppq = ppq
        reaper.tempo(*existing)
        user_things(reaper)
        reaper.project.selection = reaper.lua.table_from([t0, t0 + 1])
        before = reaper.snapshot()
        outside = [(t, bpm_at(reaper, t)) for t in (0.1, 2.2, 3.6) if t < t0 - 0.01]
        outside += [(t, bpm_at(reaper, t)) for t in (33.3, 45.0, 70.0) if t > t0 + made_score.range_s]
        was_items = [
            (i[b"from"], i.length, i.timebase) for track in tracks(reaper) for i in track[b"items"].values()
        ]
        was_marks = [(m.guid, m[b"from"], m.to) for m in reaper.project.marks.values()]
        insert(reaper, made_score, t0)
        worst.append((ppq, *check_music(reaper, made_score, t0)))
        for t, bpm in outside:
            assert bpm_at(reaper, t) == pytest.approx(bpm, rel=1e-6)
        user_tracks = tracks(reaper)[:4]
        items = [
            (i[b"from"], i.length, i.timebase) for track in user_tracks for i in track[b"items"].values()
        ]
        for now, was in zip(items, was_items):
            assert now == pytest.approx(was, abs=1e-6)
        now_marks = {m.guid: (m[b"from"], m.to) for m in reaper.project.marks.values()}
        for guid, *span in was_marks:
            assert now_marks[guid] == pytest.approx(span, abs=1e-6)
        assert len(reaper.fake.outside) == 0
        assert reaper.fake.ui_prevented == 0
        assert reaper.fake.do_undo() == 1
        assert reaper.difference(before) is None
    for ppq in (960, 480, 1000):
        note = max(ticks for each, ticks, _ in worst if each == ppq)
        print(f"takes of {ppq} ticks: their ticks within {note:.3f} of one")
    print(f"hits within {max(hit_s for _, _, hit_s in worst) * 1000:.4f} ms")


def test_what_an_insertion_looks_like(reaper: Fake) -> None:
    score = made()
    insert(reaper, score, 0.0)
    folder, *parts = tracks(reaper)
    assert folder.name.decode() == NAME
    assert [track.depth for track in (folder, *parts)] == [1, 0, 0, -1]
    assert len({track.colour for track in parts}) == 3
    assert all(track.colour & 0x1000000 for track in (folder, *parts))
    for part in parts:
        (item,) = part[b"items"].values()
        assert (item.loop, item.timebase) == (False, 1)
        assert item.takes[1].name.decode() == f"{part.name.decode()} · {NAME}"
        assert item.takes[1].sets == 1
    marks = list(reaper.project.marks.values())
    regions = [mark.name.decode() for mark in marks if mark.is_region]
    assert [name.split(" ")[0] for name in regions] == ["p1", "p2"]
    assert sum(not mark.is_region for mark in marks) == len(score.cues.hits)
    assert reaper.messages == []  # nothing to ask about in an empty project


def test_selection_cursor_and_view_stay(reaper: Fake) -> None:
    user_things(reaper)
    reaper.project.cursor = 17.0
    reaper.project.selection = reaper.lua.table_from([3.0, 4.0])
    before = reaper.snapshot()
    insert(reaper, made(), 3.0)
    for key in (b"cursor", b"selection", b"loop", b"view"):
        assert reaper.fake.difference(before[key], reaper.project[key]) is None
    assert [track.selected for track in tracks(reaper)] == [False, True, *[False] * 6]
    chosen = [
        (n, i) for n, t in enumerate(tracks(reaper)) for i, item in t[b"items"].items() if item.selected
    ]
    assert chosen == [(2, 2)]


def test_a_take_with_other_ticks_than_the_preferences_say(reaper: Fake) -> None:
    reaper.fake.preferences.take_ppq = 480
    score = made()
    insert(reaper, score, 1.0)
    check_music(reaper, score, 1.0)
    assert [item.takes[1].ppq for part in ours(reaper) for item in part[b"items"].values()] == [480] * 3


def test_cancel_at_the_question_changes_nothing(reaper: Fake) -> None:
    reaper.tempo(*MAPS["square"])
    user_things(reaper)
    before = reaper.snapshot()
    offer(reaper, made())
    reaper.say("boxes", CANCEL)
    reaper.run("Insert score")
    assert reaper.difference(before) is None
    (question,) = reaper.messages
    assert "3 tempo markers go" not in question  # one of the three lies beyond the range
    assert "2 tempo markers go" in question
    # Of sixteen items eight follow beats by themselves, and two more by their track.
    assert "10 items that would be dragged" in question


def test_keep_mine_composes_inside_the_map_and_leaves_it_alone(reaper: Fake) -> None:
    score = made(source="/films/mein film.otio", start=24)
    reaper.tempo((0.0, 120.0, 4, 4, False), *((2.0 * i, 120.0 + 1e-6 * i, 0, 0, False) for i in range(1, 4)))
    offer(reaper, score)
    # What comes back from composing inside it: a score whose map is the project's.
    steady = made((score.form.tempo_map.events[0],), metres=(Metre(4, 4),))
    files: list[bytes] = []

    def compose(words: list[str]) -> list[str]:
        with open(words[words.index("--keep-tempo-map") + 1], "rb") as file:
            files.append(file.read())
        return serve_rows(steady.rows)(words)

    reaper.answers["score"] = compose
    reaper.say("boxes", YES)
    map_before = reaper.snapshot().map
    reaper.run("Insert score")
    assert reaper.undo_names == [BLOCK]
    assert reaper.fake.difference(map_before, reaper.project.map) is None
    words = reaper.asked[-1]
    assert words[:3] == ["score", "/films/mein film.otio", "-o"]
    assert Path(words[3]).parent == reaper.folder / "Data" / "Cuebridge" / "unsaved"
    assert words[4] == "--keep-tempo-map"
    # The same cue, rate, seed and brief as the take that was chosen.
    again = ["--in", "24", "--out", "264", "--fps", "24000/1001", "--seed", "7"]
    assert words[6:-2] == [*again, f"--brief={score.cues.brief}"]
    assert words[-2] == "--reaper-lines"
    assert files[0][:4] == b"MThd"
    check_music(reaper, steady, 0.0)


def test_a_score_of_settings_that_are_not_known_is_not_composed_anew(reaper: Fake) -> None:
    reaper.tempo((0.0, 120.0, 4, 4, False))
    offer(reaper, made(seed=None))
    reaper.say("boxes", YES)
    reaper.run("Insert score")
    assert "can't be composed anew" in reaper.messages[-1]
    assert reaper.asked[-1][0] == "fetch"


def test_a_score_that_does_not_fit_the_kept_map_is_refused(reaper: Fake) -> None:
    reaper.tempo((0.0, 111.0, 4, 4, False))
    before = reaper.snapshot()
    offer(reaper, made())
    reaper.say("boxes", YES)
    reaper.run("Insert score")
    assert "ms off the score" in reaper.messages[-1]
    reaper.project.ext = reaper.lua.table()  # its id, for the folder of what was composed
    assert reaper.difference(before) is None


def test_one_of_several_is_chosen_from_a_menu(reaper: Fake) -> None:
    offer(reaper, made(), ("t0", "Alt|2 #!", 12))
    reaper.say("menu", 2)
    reaper.run("Insert score")
    assert reaper.asked[-1][:2] == ["fetch", "t0"]
    lines = reaper.fake.gfx.menu.decode().split("|")
    assert lines[0].startswith(f"Latest: {NAME} take 1")
    assert lines[1].startswith("Alt/2 #! take 12")
    offer(reaper, made(), ("t0", "Alt", 12))
    reaper.say("menu", 0)
    reaper.run("Insert score")
    assert reaper.asked[-1][0] == "takes"


def test_where_a_score_is_placed(start: Start, reaper: Fake) -> None:
    score = made(start=24 * 10)
    cases = (
        ({"cursor": 2.5}, 2.5),
        ({"cursor": 2.5, "selection": (4.0, 9.0)}, 4.0),
        ({"cursor": 2.5, "offset": 3600 * 1.001, "item": 60.0}, 10 * 1.001),
        ({"cursor": 2.5, "offset": 3600 * 1.001, "item": 5.0}, 2.5),
    )
    for case, expected in cases:
        reaper = start()
        reaper.project.cursor = case["cursor"]
        if "selection" in case:
            reaper.project.selection = reaper.lua.table_from(case["selection"])
        reaper.settings(offset=case.get("offset", 0.0))
        reaper.item(reaper.track("a"), 0.0, case.get("item", 1.0), kind="file")
        offer(reaper, score)
        reaper.run("Insert score")
        (item, *_) = [i for part in ours(reaper) for i in part[b"items"].values()]
        assert item[b"from"] == pytest.approx(expected, abs=1e-6)


def test_no_score_yet_says_what_to_do(reaper: Fake) -> None:
    reaper.answers["takes"] = lambda words: ["nothing\n", "end\texit_code=0\n"]
    reaper.run("Insert score")
    assert "There is no score yet." in reaper.messages[-1]
    reaper.answers["takes"] = lambda words: fault("no daemon: it did not start", "DaemonError", 3)
    reaper.run("Insert score")
    assert reaper.messages[-1] == "no daemon: it did not start"


def test_a_score_cut_short_is_refused(reaper: Fake) -> None:
    whole = made()
    for rows, words in ((whole.rows[:-40], "cut short"), (b"cuebridge-score\t2\n", "another version")):
        offer(reaper, Made(whole.cues, whole.form, whole.performance, rows))
        reaper.run("Insert score")
        assert words in reaper.messages[-1]
        assert reaper.undo_names == []
