"""Pools figures and prints them as Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench.sync.measure import CONSTANT, FIXED, REFERENCES, WHOLE, WINDOWS, Figures, Score
from bridge.timing.baselines import skill

Rows = Sequence[tuple[str, Sequence[Figures]]]
TURNS_A_MINUTE = 4  # the design's: fewer changes of tempo direction than these


def pooled(met: Sequence[float], of: Sequence[float]) -> tuple[float, float | None]:
    """Share of all together, and its standard error over lists: None where there is but one.

    A ratio estimator: lists are drawn, hits within one are not independent.
    """
    part, whole = np.asarray(met, float), np.asarray(of, float)
    if not whole.sum():
        return 0.0, None
    share = part.sum() / whole.sum()
    if len(part) < 2:
        return float(share), None
    spread = float(((part - share * whole) ** 2).sum()) / (len(part) - 1)
    return float(share), math.sqrt(spread / len(part)) / float(whole.mean())


def _cell(share: float, error: float | None) -> str:
    return f"{100 * share:.1f}" + (f" ±{100 * error:.1f}" if error is not None else "")


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def _head(names: Sequence[str]) -> list[str]:
    return ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def sync_cell(found: Sequence[Figures], column: str, window: str, bars: bool = False) -> str:
    """Share in a window ± its standard error, then skill: `96.9 ±0.2 · .96`; a dash without bars."""
    scores: list[Score] = [f.scores[column, window] for f in found]
    if bars and any(s.bars is None for s in scores):
        return "–"
    kept = [len(f.cuts.kept) for f in found]
    met = [(s.bars or 0) if bars else s.beats for s in scores]
    share, error = pooled(met, kept)
    luck = float(np.average([s.chance_bars if bars else s.chance_beats for s in scores], weights=kept))
    worth = f"{skill(share, luck):.2f}".replace("0.", ".", 1)
    return f"{_cell(share, error)} · {worth}"


def sync_table(rows: Rows, first: str, window: str, bars: bool = False) -> list[str]:
    """One window: kept hits on beats, or on bar lines, by column."""
    columns = [first, *(name for name in REFERENCES if not bars or not name.startswith("ceiling"))]
    lines = _head(["lists", "kept hits", *columns])
    for name, found in rows:
        cells = [sync_cell(found, column, window, bars) for column in columns]
        lines.append(_line([name, str(sum(len(f.cuts.kept) for f in found)), *cells]))
    return lines


def summary_table(rows: Rows, first: str) -> list[str]:
    """The report on one screen: pooled rows alone."""
    lines = _head(
        ["lists", f"{first} −1/+2", "±½", "ceiling, whole beats −1/+2", "constant −1/+2", "120 bpm −1/+2",
         "mean bend %", "plot starts on a downbeat %", "musts in ±½ %", "odd bars %", "direction changes/min"]
    )  # fmt: skip
    for name, found in rows:
        music, hits = [f.music for f in found], [f.hits for f in found]
        asked = [(first, "−1/+2"), (first, "±½"), *((c, "−1/+2") for c in (WHOLE, CONSTANT, FIXED))]
        cells = [
            *(sync_cell(found, column, window) for column, window in asked),
            f"{100 * mean_bend(found):.2f}",
            _share(sum(h.plot_downbeats for h in hits), sum(h.plot_starts for h in hits)),
            _share(sum(h.musts_met for h in hits), sum(h.musts for h in hits)),
            _share(sum(m.odd_bars for m in music), sum(m.bars for m in music)),
            f"{sum(m.direction_changes for m in music) / sum(m.minutes for m in music):.1f}",
        ]
        lines.append(_line([name, *cells]))
    return lines


def mean_bend(found: Sequence[Figures]) -> float:
    """Mean bend over all beats of all lists."""
    beats = [f.music.beats for f in found]
    return float(np.average([f.music.mean_bend for f in found], weights=beats)) if sum(beats) else 0.0


def all_table(rows: Rows, first: str) -> list[str]:
    """All cuts, those within a second of a kept one too: shares on a beat."""
    columns = (first, CONSTANT)
    lines = _head(["lists", "all cuts", *(f"{column} {window}" for column in columns for window in WINDOWS)])
    for name, found in rows:
        cuts = [len(f.cuts.edits) for f in found]
        cells = [
            _cell(*pooled([f.scores[column, window].all_beats for f in found], cuts))
            for column in columns
            for window in WINDOWS
        ]
        lines.append(_line([name, str(sum(cuts)), *cells]))
    return lines


def rate_table(rows: Rows, first: str) -> list[str]:
    """The first column by frame rate, in each window."""
    rates = sorted({f.cuts.rate for _, found in rows for f in found})
    lines = _head(["lists", "window", *(f"{float(rate):.5g} fps" for rate in rates)])
    for name, found in rows:
        for window in WINDOWS:
            groups = [[f for f in found if f.cuts.rate == rate] for rate in rates]
            cells = [sync_cell(group, first, window) if group else "–" for group in groups]
            lines.append(_line([name, window, *cells]))
    return lines


def mean_of_lists(found: Sequence[Figures], column: str, window: str) -> tuple[float, float | None]:
    """Mean of the lists' own shares, every list counting once, and its standard error."""
    shares = [f.scores[column, window].beats / len(f.cuts.kept) for f in found if f.cuts.kept]
    error = float(np.std(shares, ddof=1)) / math.sqrt(len(shares)) if len(shares) > 1 else None
    return (float(np.mean(shares)) if shares else 0.0), error


def mean_table(found: Sequence[Figures], first: str) -> list[str]:
    """Real edits with every list counting once, however many cuts it has."""
    columns = (first, *REFERENCES)
    lines = _head(["every list once", *columns])
    for window in WINDOWS:
        lines.append(_line([window, *(_cell(*mean_of_lists(found, column, window)) for column in columns)]))
    return lines


def _worst(found: Sequence[Figures], value: Callable[[Figures], float]) -> float:
    return max((value(f) for f in found), default=0.0)


def tempo_table(rows: Rows) -> list[str]:
    """Tempo and bars of the first column: means over beats, bars and minutes; the worst list in brackets."""
    lines = _head(
        ["lists", "mean bend % (largest)", "neighbours over 3 % apart (largest step %)", "odd bars % (worst)",
         "most odd in 8 bars", "direction changes/min (worst)", "lists over 4/min %", "tempo changes/min",
         "bpm: least, quartiles, most"]
    )  # fmt: skip
    for name, found in rows:
        music = [f.music for f in found]
        minutes = sum(m.minutes for m in music)
        turns = sum(m.direction_changes for m in music) / minutes
        quartiles = np.percentile([m.bpm for m in music], (0, 25, 50, 75, 100))
        lines.append(
            _line(
                [
                    name,
                    f"{100 * mean_bend(found):.2f} ({100 * max(m.largest_bend for m in music):.1f})",
                    f"{sum(m.wide_steps for m in music)} ({100 * max(m.largest_step for m in music):.1f})",
                    _share(sum(m.odd_bars for m in music), sum(m.bars for m in music))
                    + f" ({100 * max(m.odd_bars / max(1, m.bars) for m in music):.0f})",
                    str(max(m.most_odd_in_eight for m in music)),
                    f"{turns:.1f} ({_worst(found, lambda f: f.music.turns_a_minute):.1f})",
                    _share(sum(m.turns_a_minute > TURNS_A_MINUTE for m in music), len(music)),
                    f"{sum(m.tempo_changes for m in music) / minutes:.1f}",
                    " ".join(f"{bpm:.0f}" for bpm in (quartiles if len(found) > 1 else quartiles[:1])),
                ]
            )
        )
    return lines


def hits_table(rows: Rows, told: bool = True) -> list[str]:
    """Hits of the first column beyond its beats. `told`: whether the system says what met each hit."""
    names = ["lists", "plot starts on a downbeat %", "plots of even bars %", "musts in ±½ %"]
    if told:
        names += [
            "audible and named %",
            "off the beat %",
            "left, with a reason %",
            "cuts not hit, on purpose %",
            "CPU s (worst)",
        ]
    lines = _head([*names[:4], "grouped with another %", *names[4:]])
    for name, found in rows:
        kept = sum(len(f.cuts.kept) for f in found)
        cuts = sum(len(f.cuts.edits) for f in found)
        hits = [f.hits for f in found]
        cells = [
            name,
            _share(sum(h.plot_downbeats for h in hits), sum(h.plot_starts for h in hits)),
            _share(sum(h.plots_even for h in hits), sum(h.plots for h in hits)),
            _share(sum(h.musts_met for h in hits), sum(h.musts for h in hits)),
            _share(cuts - kept, cuts),
        ]
        if told:
            cells += [
                _share(sum(h.named for h in hits), kept),
                _share(sum(h.off_beat for h in hits), kept),
                _share(sum(h.left for h in hits), kept),
                _share(sum(h.not_hit for h in hits), cuts),
                f"{np.mean([f.solve_s for f in found]):.2f} ({_worst(found, lambda f: f.solve_s):.1f})",
            ]
        lines.append(_line(cells))
    return lines


def musts_left(groups: Rows) -> list[str]:
    """Every must without a beat within half a frame, and why; groups are ranges of tempi."""
    left = [(name, must) for name, found in groups for f in found for must in f.hits.left_musts]
    if not left:
        return ["Every must has a beat within half a frame."]
    lines = _head(["tempo", "list", "must", "frames", "why"])
    for name, must in left:
        lines.append(_line([name, must.list_name, must.hit_id, f"{must.error_frames:+.2f}", must.reason]))
    return lines
