"""Pools figures and prints them as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.sync.measure import WINDOWS, Figures, inside

COLUMNS = ("Cuebridge", "constant", "120 bpm")


def pooled(found: Sequence[Figures], column: str, window: str) -> tuple[float, float]:
    """Share of kept hits inside a window, all lists together, and its standard error over lists."""
    met = np.array([inside(f.errors[column], window).sum() for f in found], dtype=float)
    hits = np.array([len(f.errors[column]) for f in found], dtype=float)
    if not hits.sum():
        return 0.0, 0.0
    share = met.sum() / hits.sum()
    if len(found) < 2:
        return share, 0.0
    # Ratio estimator: lists are drawn, hits within one are not independent.
    spread = float(((met - share * hits) ** 2).sum()) / (len(found) - 1)
    return share, math.sqrt(spread / len(found)) / float(hits.mean())


def chance(found: Sequence[Figures], column: str, window: str) -> float:
    """Share that as many beats placed blindly would meet."""
    early, late = WINDOWS[window]
    hits = sum(len(f.errors[column]) for f in found)
    total = sum(
        min(1.0, (late - early) / f.rate * f.beats_a_second[column]) * len(f.errors[column]) for f in found
    )
    return total / hits if hits else 0.0


def sync_row(name: str, found: Sequence[Figures]) -> str:
    """One row: each column's shares in three windows, and skill in −1/+2 frames."""
    cells = [name, str(sum(len(f.errors["Cuebridge"]) for f in found))]
    for column in COLUMNS:
        for window in WINDOWS:
            share, error = pooled(found, column, window)
            cells.append(f"{100 * share:.1f} ±{100 * error:.1f}")
        share, luck = pooled(found, column, "−1/+2")[0], chance(found, column, "−1/+2")
        cells.append(f"{(share - luck) / (1 - luck) if luck < 1 else 0:.2f}")
    return "| " + " | ".join(cells) + " |"


def sync_head() -> str:
    """Heading of the table of `sync_row`s."""
    names = ["lists", "kept hits"]
    for column in COLUMNS:
        names += [f"{column} {window}" for window in WINDOWS] + [f"{column} skill"]
    return "| " + " | ".join(names) + " |\n|" + "---|" * len(names)


def music_row(name: str, found: Sequence[Figures]) -> str:
    """One row of what it costs the music."""
    total = sum(f.seconds for f in found) / 60
    hits = sum(len(f.errors["Cuebridge"]) for f in found)
    bars = max(1, sum(f.bars for f in found))
    turns = [f.direction_changes / (f.seconds / 60) for f in found if f.seconds]
    odd = [f.odd_bars / max(1, f.bars) for f in found]
    weights = [f.seconds for f in found]
    speeds = [f.bpm for f in found]
    cells = [
        name,
        f"{100 * np.average([f.mean_bend for f in found], weights=weights):.2f}",
        f"{100 * max(f.largest_bend for f in found):.1f}",
        f"{100 * sum(f.odd_bars for f in found) / bars:.1f} ({100 * max(odd):.0f})",
        f"{sum(f.direction_changes for f in found) / total:.1f} ({max(turns):.1f})",
        _share(sum(f.plot_downbeats for f in found), sum(f.plot_starts for f in found)),
        _share(sum(f.musts_met for f in found), sum(f.musts for f in found)),
        _share(sum(f.audible for f in found), hits),
        _share(sum(f.off_beat for f in found), hits),
        f"{100 * (1 - hits / max(1, sum(f.cuts for f in found))):.0f}",
        f"{np.mean(speeds):.0f} ±{np.std(speeds):.0f}",
        f"{np.mean([f.solve_s for f in found]):.2f} ({max(f.solve_s for f in found):.1f})",
    ]
    return "| " + " | ".join(cells) + " |"


def music_head() -> str:
    """Heading of the table of `music_row`s: shares in per cent, the worst list in brackets."""
    names = (
        "lists", "mean bend %", "largest %", "odd bars % (worst)", "direction changes/min (worst)",
        "plot starts on a downbeat %", "musts in ±½ %", "met audibly %", "off the beat %",
        "cuts grouped %", "bpm chosen", "solve s (worst)",
    )  # fmt: skip
    return "| " + " | ".join(names) + " |\n|" + "---|" * len(names)


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"
