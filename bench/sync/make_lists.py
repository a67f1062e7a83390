"""Writes `simulated.json`, the simulated cut lists, from stated seeds. Run once; the file is what counts.

    python -m bench.sync.make_lists

Shots are log-normal with σ = 0.6 (natural log) and the stated mean, at least 8 frames; 60 cuts a list, and a
last shot of the mean. Seeds: `numpy.random.default_rng([mean × 10, rate × 1000 rounded, seed])`.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np

MEANS_S = (2.0, 3.5, 6.0)
RATES = (Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(60))
SEEDS, CUTS, SIGMA, SHORTEST = 20, 60, 0.6, 8


def main() -> None:
    """Write the file beside this script."""
    lists = []
    for mean in MEANS_S:
        for rate in RATES:
            for seed in range(SEEDS):
                rng = np.random.default_rng([int(mean * 10), round(float(rate) * 1000), seed])
                at, edits = 0, []
                for _ in range(CUTS):
                    shot = rng.lognormal(math.log(mean) - SIGMA**2 / 2, SIGMA) * float(rate)
                    at += max(SHORTEST, round(shot))
                    edits.append(at)
                lists.append(
                    {
                        "name": f"{mean:g} s, {float(rate):.6g} fps, seed {seed}",
                        "mean_tenths_s": int(mean * 10),
                        "rate": [rate.numerator, rate.denominator],
                        "seed": seed,
                        "length_frames": at + round(mean * float(rate)),
                        "edits": edits,
                    }
                )
    text = ",\n".join(" " + json.dumps(entry) for entry in lists)
    (Path(__file__).parent / "simulated.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
