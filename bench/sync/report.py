"""The whole report as Markdown, and every list as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.sync import tables
from bench.sync.measure import WINDOWS, Figures

RANGES = {"free": (60.0, 160.0), "slow": (72.0, 88.0), "middle": (100.0, 116.0), "fast": (132.0, 148.0)}


@dataclass(frozen=True)
class Part:
    """Figures of one range of tempi: simulated lists and real ones."""

    name: str
    simulated: tuple[Figures, ...]
    real: tuple[Figures, ...]

    def rows(self) -> list[tuple[str, tuple[Figures, ...]]]:
        """Simulated lists by mean shot, then together."""
        means = sorted({f.cuts.mean_s for f in self.simulated})
        rows = [
            (f"{self.name}, {mean:g} s", tuple(f for f in self.simulated if f.cuts.mean_s == mean))
            for mean in means
        ]
        return [*rows, (f"**{self.name}, pooled**", self.simulated)] if rows else []

    def real_rows(self) -> list[tuple[str, tuple[Figures, ...]]]:
        """Real edits one by one, then together: every kept hit counts once."""
        rows = [(f.cuts.name, (f,)) for f in self.real]
        return [*rows, (f"**real, {self.name}, pooled**", self.real)] if rows else []


def range_name(name: str) -> str:
    """A range of tempi as a heading: `60–160 bpm`."""
    low, high = RANGES[name]
    return f"{low:g}–{high:g} bpm"


def markdown(parts: Sequence[Part], first: str, told: bool = True) -> list[str]:
    """All tables. `first` names the column under test, `told` whether it says what met each hit."""
    rows = [row for part in parts for row in [*part.rows(), *part.real_rows()]]
    pools = [(f"**{part.name}**", part.simulated) for part in parts if part.simulated]
    lines: list[str] = []

    def section(title: str, table: Sequence[str]) -> None:
        lines.extend([f"### {title}", "", *table, ""])

    section("In short", tables.summary_table([row for row in rows if row[0].startswith("**")], first))
    for window in reversed(WINDOWS):
        section(f"Kept hits on a beat, {window} frames", tables.sync_table(rows, first, window))
    for window in reversed(WINDOWS):
        section(
            f"Kept hits on a downbeat, {window} frames", tables.sync_table(rows, first, window, bars=True)
        )
    section("All cuts on a beat, grouped ones too", tables.all_table(rows, first))
    if pools:
        section(f"{first} on beats by frame rate", tables.rate_table(pools, first))
    for part in parts:
        if part.real:
            section(f"Real edits, every list once, {part.name}", tables.mean_table(part.real, first))
    section("What it costs the music: tempo and bars", tables.tempo_table(rows))
    section("What it costs the music: hits", tables.hits_table(rows, told))
    if told:
        groups = [(part.name, (*part.simulated, *part.real)) for part in parts]
        section("Musts without a beat within half a frame", tables.musts_left(groups))
    return lines


def write_by_list(path: Path, parts: Sequence[Part]) -> None:
    """Every list, column and window as one line of CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(
            ["tempo", "list", "fps", "mean_s", "column", "window", "cuts", "kept", "kept_on_beat",
             "kept_on_downbeat", "cuts_on_beat", "chance_beat", "chance_downbeat"]
        )  # fmt: skip
        for part in parts:
            for f in (*part.simulated, *part.real):
                head = [part.name, f.cuts.id, f"{float(f.cuts.rate):.5g}", f"{f.cuts.mean_s:g}"]
                for (column, window), s in f.scores.items():
                    counts = [len(f.cuts.edits), len(f.cuts.kept), s.beats]
                    bars = "" if s.bars is None else s.bars
                    luck = [f"{s.chance_beats:.4f}", f"{s.chance_bars:.4f}" if s.bars is not None else ""]
                    out.writerow([*head, column, window, *counts, bars, s.all_beats, *luck])
