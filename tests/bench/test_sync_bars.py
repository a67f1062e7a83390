"""Bars are judged by the worst range, and named when they do not hold."""

from __future__ import annotations

from dataclasses import replace

from bench.sync import bars
from bench.sync.measure import OURS, WINDOWS, Figures, Hits
from bench.sync.report import Part
from tests.bench.test_sync_figures import made


def ours(beats: int, bend: float, **hits: int) -> Figures:
    figures = made(beats, 100)
    scores = {(OURS, window): replace(figures.scores["mine", window], beats=beats) for window in WINDOWS}
    fared = Hits(2, 2, 12, 12, named=99, off_beat=4)
    music = replace(figures.music, mean_bend=bend, wide_steps=0)
    return replace(figures, scores=scores, hits=replace(fared, **hits), music=music)


def row(lines: list[str], name: str) -> list[str]:
    (found,) = [line for line in lines if line.startswith(f"| {name}")]
    return [cell.strip() for cell in found.split("|")[2:-1]]


def test_every_bar_by_hand() -> None:
    parts = [
        Part("60–160 bpm", (ours(97, 0.01),), ()),
        Part("72–88 bpm", (ours(81, 0.03, off_beat=12),), ()),
        Part("60–160 bpm, exact", (ours(95, 0.04, musts_met=1),), ()),
    ]
    lines = bars.table(parts)
    assert row(lines, "on beats in −1/+2, 60") == ["at least 97 %", "97.00", "97.00", "yes"]
    assert row(lines, "on beats in −1/+2, 72") == ["at least 82 %", "81.00", "81.00", "**no**"]
    assert row(lines, "on beats in ±½, 60–160 bpm, exact") == ["at least 94 %", "95.00", "95.00", "yes"]
    # The pool keeps to 2 % of bend, the slow range does not; exact mode is judged by its own bar alone.
    assert row(lines, "mean bend") == ["at most 2 %", "2.00", "3.00", "**no**"]
    assert row(lines, "off-beat accents") == ["at most 10 %", "8.00", "12.00", "**no**"]
    assert row(lines, "musts") == ["at least 100 %", "100.00", "100.00", "yes"]
    assert row(lines, "kept hits met by") == ["at least 98 %", "99.00", "99.00", "yes"]
    assert row(lines, "neighbouring") == ["at most 0 %", "0.00", "0.00", "yes"]
    assert row(lines, "lists with over one odd") == ["at most 0 %", "0.00", "0.00", "yes"]  # 4 of 50
    assert row(lines, "lists with over 4") == ["at most 0 %", "100.00", "100.00", "**no**"]  # 10 in 2 min


def test_nothing_measured_gives_no_row() -> None:
    assert len(bars.table([])) == 2
    assert len(bars.table([Part("60–160 bpm, exact", (ours(95, 0.04),), ())])) == 3
