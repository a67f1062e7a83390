"""The sync benchmark.

    python -m bench.sync [--quick] [--seeds N] [--range free|slow|middle|fast] [--exact] [--rate FPS]

Prints Markdown: sync beside the best constant tempo (any offset, the same range of tempi, step 0.25) and
120 bpm, in frames, on beats only; then what it costs the music. `--quick` takes two seeds at one rate.
"""

from __future__ import annotations

import argparse
import sys

from bench.sync.lists import CutList, real, simulated
from bench.sync.measure import Figures, measure
from bench.sync.tables import music_head, music_row, sync_head, sync_row
from bridge.config import Settings, TempoSettings

RANGES = {"free": (60.0, 160.0), "slow": (72.0, 88.0), "middle": (100.0, 116.0), "fast": (132.0, 148.0)}
MEANS = (2.0, 3.5, 6.0)


def chosen(options: argparse.Namespace) -> list[CutList]:
    """Simulated lists that the options ask for."""
    lists = [cuts for cuts in simulated() if cuts.seed < options.seeds]
    if options.rate:
        lists = [cuts for cuts in lists if abs(float(cuts.rate) - options.rate) < 0.01]
    return lists


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two seeds, 24 fps, under a minute")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each simulated kind (1 to 20)")
    parser.add_argument("--rate", type=float, default=0.0, help="only lists of this frame rate")
    parser.add_argument("--range", choices=sorted(RANGES), action="append", help="only this range of tempi")
    parser.add_argument("--exact", action="store_true", help="windows of half a frame, bends up to 8 %%")
    parser.add_argument("--no-real", action="store_true", help="leave out the real edits")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.rate = 2, 24.0
    lists = chosen(options)
    table: list[tuple[str, list[Figures]]] = []
    for name in options.range or list(RANGES):
        low, high = RANGES[name]
        settings = Settings(tempo=TempoSettings(min_bpm=low, max_bpm=high, exact=options.exact))
        everything: list[Figures] = []
        for mean in MEANS:
            found = [measure(cuts, settings) for cuts in lists if cuts.mean_s == mean]
            table.append((f"{low:g}–{high:g} bpm, {mean:g} s", found))
            everything += found
            print(f"{name} {mean:g} s done", file=sys.stderr, flush=True)
        table.append((f"**{low:g}–{high:g} bpm, pooled**", everything))
        if name == "free" and not options.no_real:
            found = []
            for cuts in real():
                found.append(measure(cuts, settings))
                table.append((cuts.name, found[-1:]))
            table.append(("**real edits, pooled**", found))
    print(sync_head(), *(sync_row(name, found) for name, found in table), sep="\n")
    print()
    print(music_head(), *(music_row(name, found) for name, found in table), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
