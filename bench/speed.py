"""How time grows with length, as ratios against the same work at a tenth of it.

    python -m bench.speed

One process, one thread; every figure is CPU seconds of the long cue over CPU seconds of the short one, both
from this run. 10 is linear growth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction

from bridge.composing import compose, load_models
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from bridge.timing import solve
from tests.composing.forms import Scene, build
from tests.timing.sheets import random_cuts, sheet


def cpu_s(work: Callable[[int], object], size: int) -> float:
    """CPU seconds of one call of `work` on `size`."""
    begun = time.process_time()
    work(size)
    return time.process_time() - begun


def main() -> int:
    """Print the table."""
    models, settings = load_models(), Settings()

    def timing(cuts: int) -> None:
        solve(sheet(random_cuts(1, cuts, 4.8, Fraction(24))), settings, Progress())

    def composing(scenes: int) -> None:
        cues, form = build(*[Scene(8, energy=0.6) for _ in range(scenes)])
        perform(compose(cues, form, settings, models, Progress()), form, cues, settings)

    print("| work | short | long | CPU s short | long / short |\n|---|---|---|---|---|")
    rows = (("tempo map", "cuts", timing, 150), ("score and performance", "plots of 8 bars", composing, 4))
    for name, unit, work, size in rows:
        work(2)  # the first call loads what later ones share
        short_s, long_s = cpu_s(work, size), cpu_s(work, 10 * size)
        print(
            f"| {name} | {size} {unit} | {10 * size} | {short_s:.2f} | {long_s / short_s:.1f} |", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
