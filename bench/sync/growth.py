"""How the solver's time grows with the cue, and how exact the clock still is at the end of a film.

Times are CPU seconds of one process over those of the 60-cut list of the same run; `slope` is the exponent
of the best line through the logarithms (1 is linear).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from bench.sync.lists import CutList
from bench.sync.make_lists import SHORTEST, SIGMA, weighed
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.timing import solve

SIZES = (10, 30, 60, 100, 300, 1000, 3000, 10_000)
REFERENCE = 60
MEAN_S = 4.8
FILM_CUTS, FILM_S = 1500, 7200
FILM_RATES = (Fraction(24_000, 1001), Fraction(30_000, 1001))
# Below this many cuts what is done once a cue outweighs what is done at each hit.
SLOPE_FROM = 60


def long_list(cuts: int, mean_s: float, rate: Fraction, seed: int) -> CutList:
    """A list of the benchmark's kind, of any length."""
    rng = np.random.default_rng([cuts, round(float(rate) * 1000), seed])
    shots = rng.lognormal(math.log(mean_s) - SIGMA**2 / 2, SIGMA, cuts) * float(rate)
    edits = np.cumsum(np.maximum(SHORTEST, np.rint(shots).astype(int))).tolist()
    entry = weighed(
        {
            "rate": [rate.numerator, rate.denominator],
            "seed": seed,
            "length_frames": edits[-1] + round(mean_s * float(rate)),
            "edits": edits,
        }
    )
    kept, musts = tuple(entry["kept"]), tuple(entry["musts"])
    plots = tuple((a, b, energy) for a, b, energy in entry["plots"])
    name = f"{cuts} cuts"
    return CutList(name, name, rate, entry["length_frames"], tuple(edits), kept, musts, plots, mean_s, seed)


def film(rate: Fraction) -> CutList:
    """1,500 cuts over two hours: a feature film's worth."""
    return long_list(FILM_CUTS, FILM_S / FILM_CUTS, rate, 0)


def sharpened(cues: CueSheet) -> CueSheet:
    """The same with windows of nothing at every must: a beat there is meant to be on the frame itself."""
    none = Fraction(0)
    hits = [
        replace(hit, early_frames=none, late_frames=none) if hit.weight is Weight.MUST else hit
        for hit in cues.hits
    ]
    return replace(cues, hits=tuple(hits))


@dataclass(frozen=True)
class Drift:
    """Milliseconds between beat and exact rational time at musts without a window: the last, the worst."""

    rate: Fraction
    at_s: float
    last_ms: float
    worst_ms: float
    musts: int
    cpu_s: float


def cpu_s(cues: CueSheet) -> float:
    """CPU seconds of one solution."""
    begun = time.process_time()
    solve(cues, Settings(), Progress())
    return time.process_time() - begun


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent of time over size: the least-squares line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def drift(cuts: CutList) -> Drift:
    """Solve with must windows of nothing, and read the clock at those that were met."""
    cues = sharpened(cuts.cue_sheet())
    begun = time.process_time()
    form = solve(cues, Settings(), Progress())
    spent = time.process_time() - begun
    by_id = {hit.id: hit for hit in cues.hits}
    away: list[tuple[Fraction, Fraction]] = []
    for result in form.hits:
        hit = by_id[result.hit_id]
        if hit.weight is Weight.MUST and result.met and result.tick is not None and result.tick >= 0:
            exact_s = Fraction(hit.frame) / cues.rate
            away.append((exact_s, form.tempo_map.s_at_tick(result.tick) - exact_s))
    last = max(away)
    worst = max(abs(error) for _, error in away)
    return Drift(cuts.rate, float(last[0]), 1000 * float(last[1]), 1000 * float(worst), len(away), spent)


def report(sizes: Sequence[int] = SIZES) -> list[str]:
    """Both tables as Markdown."""
    sheets = {size: long_list(size, MEAN_S, Fraction(24), 0).cue_sheet() for size in (REFERENCE, *sizes)}
    cpu_s(sheets[REFERENCE])  # the first call loads what later ones share
    seconds = {size: cpu_s(sheets[size]) for size in sorted({REFERENCE, *sizes})}
    steep = [size for size in seconds if size >= SLOPE_FROM]
    lines = ["| cuts | CPU s | over the 60-cut list | a cut, over the 60-cut list's |", "|---|---|---|---|"]
    for size, spent in seconds.items():
        ratio = spent / seconds[REFERENCE]
        lines.append(f"| {size} | {spent:.2f} | {ratio:.2f} | {ratio * REFERENCE / size:.2f} |")
    if len(steep) > 1:
        line = slope(steep, [seconds[size] for size in steep])
        lines += ["", f"Log-log slope from {SLOPE_FROM} cuts on: {line:.2f} (1 is linear)."]
    lines += [
        "",
        "| film of 1,500 cuts | last must at s | off there, ms | worst, ms | musts with no window, met |"
        " CPU s | over the 60-cut list |",
        "|---|---|---|---|---|---|---|",
    ]
    for rate in FILM_RATES:
        found = drift(film(rate))
        ratio = found.cpu_s / seconds[REFERENCE]
        lines.append(
            f"| {float(rate):.5g} fps | {found.at_s:.1f} | {found.last_ms:+.5f} | {found.worst_ms:.5f} |"
            f" {found.musts} | {found.cpu_s:.1f} | {ratio:.1f} |"
        )
    return lines
