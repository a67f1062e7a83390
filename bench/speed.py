"""How composing's time grows with length, as a ratio against the same work at a tenth of it.

    python -m bench.speed

One process, one thread; every figure is CPU seconds of the long cue over CPU seconds of the short one, both
from this run. 10 is linear growth. The tempo solver's growth is `python -m bench.sync --growth`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from bridge.composing import compose, load_models
from bridge.config import Settings
from bridge.performing import perform
from bridge.progress import Progress
from tests.composing.forms import Scene, build


def cpu_s(work: Callable[[int], object], size: int) -> float:
    """CPU seconds of one call of `work` on `size`."""
    begun = time.process_time()
    work(size)
    return time.process_time() - begun


def main() -> int:
    """Print the table."""
    models, settings = load_models(), Settings()

    def composing(scenes: int) -> None:
        cues, form = build(*[Scene(8, energy=0.6) for _ in range(scenes)])
        perform(compose(cues, form, settings, models, Progress()), form, cues, settings)

    print("| work | short | long | CPU s short | long / short |\n|---|---|---|---|---|")
    composing(2)  # the first call loads what later ones share
    size = 4
    short_s, long_s = cpu_s(composing, size), cpu_s(composing, 10 * size)
    name = "score and performance"
    print(f"| {name} | {size} plots of 8 bars | {10 * size} | {short_s:.2f} | {long_s / short_s:.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
