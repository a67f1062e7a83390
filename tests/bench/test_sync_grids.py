"""A system's beats, whatever file they come in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.sync import grids
from bench.sync.lists import CutList, real, simulated
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.tempo import Bar, Form, Metre, TempoEvent, TempoMap
from bridge.timing import solve
from bridge.writing.midi import midi_bytes

FOUR, SEVEN = Metre(4, 4), Metre(7, 8)


def form_of(bars: list[tuple[Metre, bool]], tempo: list[tuple[int, int]], end_tick: int) -> Form:
    made, tick = [], 0
    for index, (metre, partial) in enumerate(bars):
        made.append(Bar(index, tick, metre, "plot-1", partial=partial))
        tick += metre.ticks
    events = tuple(TempoEvent(tick, us) for tick, us in tempo)
    return Form(TempoMap(events), tuple(made), (), {"plot-1": 120.0}, end_tick)


def written(sheet: CueSheet, form: Form) -> bytes:
    return midi_bytes(Performance(()), form, sheet, "beats")


def short() -> CutList:
    return next(cuts for cuts in real() if cuts.id == "Chimera")


def test_a_form_by_hand() -> None:
    # A bar of 4/4 at 120 bpm, one of 7/8 at 60: beats at 2, 3, 4 and an eighth later the bar line at 5.5.
    form = form_of([(FOUR, False), (SEVEN, False), (FOUR, False)], [(0, 500_000), (3840, 1_000_000)], 7200)
    grid = grids.of_form(short().cue_sheet(), form)
    assert grid.beats_s == pytest.approx([0, 0.5, 1, 1.5, 2, 3, 4, 5, 5.5, 6.5, 7.5, 8.5])
    assert grid.bars_s == pytest.approx([0, 2, 5.5])
    assert grid.bpm == pytest.approx([120] * 4 + [60] * 8)
    assert grid.bars == (FOUR, SEVEN)  # the third begins at the end
    assert grid.inside(5.5) == 8


def test_a_midi_file_by_hand() -> None:
    form = form_of([(FOUR, False), (SEVEN, False), (FOUR, False)], [(0, 500_000), (3840, 1_000_000)], 7200)
    grid = grids.of_midi(written(short().cue_sheet(), form), 5.5)
    expected = grids.of_form(short().cue_sheet(), form)
    count = len(expected.beats_s)
    assert grid.beats_s[:count] == pytest.approx(expected.beats_s, abs=1e-9)
    assert grid.bars_s[:3] == pytest.approx(expected.bars_s, abs=1e-9)
    assert grid.bars == (FOUR, SEVEN)


def test_a_pickup_counts_back_from_the_first_bar_line() -> None:
    form = form_of([(Metre(3, 8), True), (FOUR, False)], [(0, 500_000)], 5280)
    grid = grids.of_midi(written(short().cue_sheet(), form), 2.0)
    assert grid.beats_s[:3] == pytest.approx([0.25, 0.75, 1.25])
    assert grids.of_form(short().cue_sheet(), form).beats_s[:3] == pytest.approx([0.25, 0.75, 1.25])


@pytest.mark.parametrize("place", [0, 7, 130])
def test_as_written_in_the_midi_file_our_beats_are_where_we_said(place: int) -> None:
    cuts = simulated()[place]
    sheet = cuts.cue_sheet()
    form = solve(sheet, Settings(), Progress())
    said, found = grids.of_form(sheet, form), grids.of_midi(written(sheet, form), cuts.length_s)
    count = said.inside(cuts.length_s)
    assert found.beats_s[:count] == pytest.approx(said.beats_s[:count], abs=1e-6)
    bars = int(np.searchsorted(said.bars_s, cuts.length_s))
    assert found.bars_s[:bars] == pytest.approx(said.bars_s[:bars], abs=1e-6)


def test_json_there_and_back() -> None:
    sheet = short().cue_sheet()
    grid = grids.of_form(sheet, solve(sheet, Settings(), Progress()))
    again = grids.of_json(grids.to_json(grid))
    for name in ("beats_s", "bars_s", "bpm", "base_bpm"):
        assert getattr(again, name).tolist() == getattr(grid, name).tolist()
    assert again.bars == grid.bars


def test_beats_alone_have_a_tempo_and_bars_of_as_many_beats() -> None:
    told = {"beats_s": [0, 0.5, 1, 1.5, 2.5, 3.5], "downbeats_s": [0, 1, 2.5]}
    grid = grids.of_json(json.dumps(told))
    assert grid.bpm.tolist() == [120, 120, 120, 60, 60, 60]
    assert grid.bars == (Metre(2, 4), Metre(2, 4))


@pytest.mark.parametrize(
    "told",
    [{"beats_s": [1, 1]}, {"beats_s": [0, 1], "bpm": [60]}, {"beats_s": [0, 1], "bpm": [60, 0]}, {}, []],
)
def test_json_that_is_no_grid(told: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        grids.of_json(json.dumps(told))


def test_a_file_is_read_by_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"beats_s": [0, 1]}')
    assert grids.read(tmp_path / "a.json", 10).beats_s.tolist() == [0, 1]
    form = form_of([(FOUR, False)] * 8, [(0, 500_000)], 8 * 3840)
    (tmp_path / "a.mid").write_bytes(written(short().cue_sheet(), form))
    assert grids.read(tmp_path / "a.mid", 10).beats_s[:3].tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(("numerator", "us"), [(0, 500_000), (4, 0)])
def test_a_file_whose_bars_last_no_time(numerator: int, us: int) -> None:
    form = form_of([(FOUR, False)], [(0, 500_000)], 3840)
    data = written(short().cue_sheet(), form)
    data = data.replace(b"\xff\x58\x04\x04", bytes([0xFF, 0x58, 0x04, numerator]))
    data = data.replace(
        b"\xff\x51\x03" + (500_000).to_bytes(3, "big"), b"\xff\x51\x03" + us.to_bytes(3, "big")
    )
    with pytest.raises(ValueError, match="of nothing"):
        grids.of_midi(data, 10.0)


def test_one_steady_tempo() -> None:
    grid = grids.steady(120, 0.7, 3.0, phase=1)
    assert grid.beats_s[:4] == pytest.approx([0.2, 0.7, 1.2, 1.7])
    assert grid.bars_s[:2] == pytest.approx([1.2, 3.2])
    assert grid.beats_s[-1] >= 3.0
