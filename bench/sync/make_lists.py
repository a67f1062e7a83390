"""Writes the fixed files: the simulated lists from stated seeds, and everybody's weights and plots.

    python -m bench.sync.make_lists

The files are what counts; this says where they came from. Simulated shots are log-normal with σ = 0.6
(natural log) and the stated mean, at least 8 frames; 60 cuts a list, and a last shot of the mean. Seeds:
`numpy.random.default_rng([mean × 10, rate × 1000 rounded, seed])`. The edits of the real lists stand in
`edits.json` and are kept; what follows from them is written anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from bench.sync.lists import FORMAT, HERE, WINDOWS_FRAMES

MEANS_S = (2.0, 3.5, 6.0)
RATES = (Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(60))
SEEDS, CUTS, SIGMA, SHORTEST = 20, 60, 0.6, 8
PLOT_EVERY, MUST_EVERY = 16, 8


def kept(edits: Sequence[int], rate: Fraction) -> list[int]:
    """All edits but those less than a second after a kept one, whatever the tempo."""
    found: list[int] = []
    for frame in edits:
        if not found or Fraction(frame - found[-1]) / rate >= 1:
            found.append(frame)
    return found


def weighed(entry: dict[str, Any]) -> dict[str, Any]:
    """A list with its kept hits, musts and plots.

    Every 16th kept hit starts a plot; every eighth, and every plot start, is a `must`. Energy, at which a
    tempo may aim, runs over the lists from 0.2 to 0.8 by seed, and ±0.05 from plot to plot.
    """
    frames = kept(entry["edits"], Fraction(*entry["rate"]))
    starts = [0, *frames[PLOT_EVERY - 1 :: PLOT_EVERY]]
    ends = [*starts[1:], entry["length_frames"]]
    level = 0.2 + 0.6 * (entry["seed"] % 10) / 9
    return entry | {
        "kept": frames,
        "musts": frames[MUST_EVERY - 1 :: MUST_EVERY],
        "plots": [
            [start, end, round(level + (0.05 if k % 2 else -0.05), 3)]
            for k, (start, end) in enumerate(zip(starts, ends))
        ],
    }


def simulated(mean: float, rate: Fraction, seed: int) -> dict[str, Any]:
    """One simulated list, without weights."""
    rng = np.random.default_rng([int(mean * 10), round(float(rate) * 1000), seed])
    at, edits = 0, []
    for _ in range(CUTS):
        shot = rng.lognormal(math.log(mean) - SIGMA**2 / 2, SIGMA) * float(rate)
        at += max(SHORTEST, round(shot))
        edits.append(at)
    return {
        "id": f"sim-{mean:g}s-{float(rate):.5g}-{seed:02d}",
        "name": f"{mean:g} s, {float(rate):.5g} fps, seed {seed}",
        "mean_tenths_s": int(mean * 10),
        "rate": [rate.numerator, rate.denominator],
        "seed": seed,
        "length_frames": at + round(mean * float(rate)),
        "edits": edits,
    }


def file_text(about: dict[str, Any], entries: Sequence[dict[str, Any]]) -> str:
    """A file of lists: what it is, then one list a line."""
    head = "".join(f' "{key}": {json.dumps(value, ensure_ascii=False)},\n' for key, value in about.items())
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{\n{head} "lists": [\n{lines}\n ]\n}}\n'


def main() -> None:
    """Write both files beside this script."""
    windows = {name: [float(a), float(b)] for name, (a, b) in WINDOWS_FRAMES.items()}
    about = {"format": FORMAT, "licence": "Apache-2.0", "windows_frames": windows}
    entries = [
        weighed(simulated(mean, rate, seed)) for mean in MEANS_S for rate in RATES for seed in range(SEEDS)
    ]
    (HERE / "simulated.json").write_text(file_text(about, entries), encoding="utf-8")
    path = HERE / "edits.json"
    real = json.loads(path.read_text(encoding="utf-8"))["lists"]
    about["licence"] = "frame numbers of edits, facts about works under the licences named in each list"
    path.write_text(file_text(about, [weighed(entry) for entry in real]), encoding="utf-8")


if __name__ == "__main__":
    main()
