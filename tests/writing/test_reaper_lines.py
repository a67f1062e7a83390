from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.errors import CueSheetError
from bridge.rows import fields_of
from bridge.schema.performance import Performance
from bridge.schema.tempo import Form
from bridge.writing.colors import BLUE, LABEL_COLORS, ORANGE, PART_COLORS, SILENCE, VERMILION
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes, read_back
from bridge.writing.reaper_lines import TakeName, reaper_lines
from tests.writing.make import make_cues, make_form, make_performance

TAKE = TakeName("abc", 3, "Szene\t7", "C:\\Filme\\Szene 7.otio", "Ein schöner Film")


def made() -> tuple[Form, Performance, bytes, list[list[str]]]:
    cues = make_cues(start=48)
    form = make_form(cues)
    performance = make_performance(form)
    midi = midi_bytes(performance, form, cues, "name")
    rows = reaper_lines(TAKE, midi, cues_json(cues, form, "name")).decode().split("\n")
    assert rows.pop() == ""
    return form, performance, midi, [fields_of(line) for line in rows]


def of_kind(rows: list[list[str]], kind: str) -> list[list[str]]:
    return [fields[1:] for fields in rows if fields[0] == kind]


def test_head_and_end() -> None:
    _, _, _, rows = made()
    assert rows[0] == ["cuebridge-score", "1"]
    assert of_kind(rows, "take") == [["abc", "3", "Szene\t7", "C:\\Filme\\Szene 7.otio", "Ein schöner Film"]]
    assert of_kind(rows, "place") == [["48", "24000", "1001", "01:00:02:00", f"{86_448 * 1001 / 24_000:.9f}"]]
    assert of_kind(rows, "again") == []
    assert rows[-1] == ["end", str(len(rows) - 1)]


def test_what_composing_it_again_takes() -> None:
    cues = make_cues(start=48)
    form = make_form(cues)
    midi = midi_bytes(make_performance(form), form, cues, "name")
    data = reaper_lines(replace(TAKE, seed=0), midi, cues_json(cues, form, "name"))
    rows = [fields_of(line) for line in data.decode().split("\n")]
    end = str(cues.cue_end_frame)
    assert of_kind(rows, "again") == [["48", end, "24000/1001", "0", cues.brief]]


def test_tempo_metres_and_their_seconds_are_the_forms() -> None:
    form, _, _, rows = made()
    tempo = [(int(tick), int(us)) for tick, us, _ in of_kind(rows, "tempo")]
    assert tempo == [(event.tick, event.us_per_quarter) for event in form.tempo_map.events]
    for tick, _, seconds in of_kind(rows, "tempo"):
        assert abs(float(seconds) - float(form.tempo_map.s_at_tick(int(tick)))) < 1e-9
    starts = {bar.tick: bar.metre for bar in form.bars}
    for tick, numerator, denominator, _ in of_kind(rows, "metre"):
        assert str(starts[int(tick)]) == f"{numerator}/{denominator}"


def test_hits_stand_where_music_or_else_picture_is() -> None:
    form, _, _, rows = made()
    cues = make_cues(start=48)
    hits = {fields[0]: fields[1:] for fields in of_kind(rows, "hit")}
    assert len(hits) == len(cues.hits)
    for hit, result in zip(cues.hits, form.hits):
        tick, seconds, name, *_ = hits[hit.id]
        assert name.startswith(hit.id)
        if result.met:
            assert result.tick is not None
            assert int(tick) == result.tick
            assert abs(float(seconds) - float(form.tempo_map.s_at_tick(result.tick))) < 1e-9
        else:
            assert tick == ""
            assert abs(float(seconds) - float(cues.cue_s(hit.frame))) < 1e-9


def test_plots_cover_the_cue() -> None:
    _, _, _, rows = made()
    plots = of_kind(rows, "plot")
    assert [fields[0] for fields in plots] == ["p1", "p2"]
    assert plots[0][2] == plots[1][1]
    assert all(fields[3].startswith(fields[0]) for fields in plots)


def test_events_are_the_midi_files_own() -> None:
    _, performance, midi, rows = made()
    assert [fields[0] for fields in of_kind(rows, "track")] == [track.name for track in performance.tracks]
    notes: list[list[tuple[int, int, int]]] = []
    for kind, *fields in rows:
        if kind == "track":
            notes.append([])
        elif kind == "event":
            status, *data = bytes.fromhex(fields[1])
            if status & 0xF0 == 0x90 and data[1]:
                notes[-1].append((int(fields[0]), data[0], data[1]))
    read = [[(n.tick, n.pitch, n.velocity) for n in track.notes] for track in read_back(midi).tracks]
    assert [sorted(part) for part in notes] == read


def test_the_range_ends_on_a_bar_line_behind_everything() -> None:
    form, _, _, rows = made()
    ((tick, seconds),) = of_kind(rows, "range")
    assert int(tick) >= max(int(fields[0]) for fields in of_kind(rows, "event"))
    last = form.bars[-1]
    beyond = Fraction(int(tick) - last.end_tick, last.metre.ticks)
    assert beyond.denominator == 1
    assert math.isclose(float(seconds), float(form.tempo_map.s_at_tick(int(tick))), abs_tol=1e-9)


def test_colours_are_those_of_the_project_file() -> None:
    cues = make_cues(start=48)
    form = make_form(cues)
    performance = make_performance(form)
    midi = midi_bytes(performance, form, cues, "name")
    roles = {track.name: track.role.value for track in performance.tracks}
    data = reaper_lines(replace(TAKE, roles=roles), midi, cues_json(cues, form, "name"))
    rows = [fields_of(line) for line in data.decode().split("\n")]

    def colors(kind: str, at: int = -3) -> list[str]:
        return [
            "#" + "".join(f"{int(part):02X}" for part in fields[at:][:3]) for fields in of_kind(rows, kind)
        ]

    assert colors("track") == [PART_COLORS[track.role] for track in performance.tracks]
    assert colors("plot", 4) == [LABEL_COLORS[plot.label] if plot.music else SILENCE for plot in cues.plots]
    fates = [(result.met, hit.grouped_with) for result, hit in zip(form.hits, cues.hits)]
    assert colors("hit") == [BLUE if met else ORANGE if group else VERMILION for met, group in fates]


def test_a_sheet_that_is_none_is_refused() -> None:
    _, _, midi, _ = made()
    with pytest.raises(CueSheetError, match="Score the timeline again"):
        reaper_lines(TAKE, midi, b"{}")


def test_plots_say_where_their_bars_are_and_the_last_one_rings_on() -> None:
    cues = make_cues(start=48)
    form = make_form(cues)
    midi = midi_bytes(make_performance(form), form, cues, "name")
    plots = [
        {"id": "p1", "start_tick": 0, "end_tick": 7680},
        {"id": "p2", "start_tick": 7680, "end_tick": 15360},
    ]
    data = reaper_lines(TAKE, midi, cues_json(cues, form, "name", {"plots": plots}))
    rows = [fields_of(line) for line in data.decode().split("\n")]
    assert [fields[-2:] for fields in of_kind(rows, "plot")] == [["0", "7680"], ["7680", ""]]
    plain = reaper_lines(TAKE, midi, cues_json(cues, form, "name"))
    assert [fields_of(line)[-2:] for line in plain.decode().split("\n") if line.startswith("plot\t")] == [
        ["", ""]
    ] * 2
