"""The sync benchmark: how many cuts fall on a beat, in frames, and what that costs the music.

    python -m bench.sync --quick            two seeds at 24 fps, under a minute
    python -m bench.sync                    all 300 simulated lists at four ranges of tempi; real edits
    python -m bench.sync --exact            windows of half a frame, bends up to 8 %, tempo free
    python -m bench.sync --growth           solve time from 10 to 10,000 cuts, a feature film, drift
    python -m bench.sync --notes            whole cues composed: a note at every hit that is met?
    python -m bench.sync --results FILE     all of these but the first into one Markdown file
    python -m bench.sync --score DIR        somebody else's beats instead of ours

Prints Markdown. README.md beside this file says what is counted and how to score a system of your own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench.sync import bars, growth, notes, outside
from bench.sync.ceiling import Bends
from bench.sync.lists import CutList, real, simulated
from bench.sync.measure import OURS, Figures, bends_of, measure
from bench.sync.report import RANGES, Part, markdown, range_name, write_by_list
from bridge.config import Settings, TempoSettings


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.sync", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two seeds, 24 fps")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of each simulated kind (1 to 20)")
    parser.add_argument("--rate", type=float, default=0.0, help="only simulated lists of this frame rate")
    parser.add_argument("--range", choices=list(RANGES), action="append", help="only this range of tempi")
    parser.add_argument("--exact", action="store_true", help="windows of half a frame, bends up to 8 %%")
    parser.add_argument("--no-real", action="store_true", help="leave out the real edits")
    parser.add_argument("--by-list", type=Path, metavar="CSV", help="also write every list to this file")
    parser.add_argument("--jobs", type=int, default=1, help="processes (solve times then disturb each other)")
    parser.add_argument("--growth", action="store_true", help="only solve time by length, and drift")
    parser.add_argument("--notes", action="store_true", help="only compose the lists and look for notes")
    parser.add_argument("--score", type=Path, metavar="DIR", help="score these answers, a file a list")
    parser.add_argument("--export", type=Path, metavar="DIR", help="only write our beats, a file a list")
    parser.add_argument("--results", type=Path, metavar="FILE", help="write the whole report to this file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seeds, options.rate = 2, 24.0
    return options


def chosen(options: argparse.Namespace) -> list[CutList]:
    """Simulated lists that the options ask for."""
    lists = [cuts for cuts in simulated() if cuts.seed < options.seeds]
    if options.rate:
        lists = [cuts for cuts in lists if abs(float(cuts.rate) - options.rate) < 0.01]
    return lists


def settings_of(name: str, exact: bool) -> Settings:
    """Settings for a range of tempi."""
    low, high = RANGES[name]
    return Settings(tempo=TempoSettings(min_bpm=low, max_bpm=high, exact=exact))


def run(work: Callable[[CutList], Figures], lists: Sequence[CutList], jobs: int, name: str) -> list[Figures]:
    """Figures of all lists in their order, with a line of progress now and then."""
    found: list[Figures] = []

    def take(figures: Figures) -> None:
        found.append(figures)
        if len(found) % 20 == 0 or len(found) == len(lists):
            print(f"{name}: {len(found)} of {len(lists)} lists", file=sys.stderr, flush=True)

    if jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            for figures in pool.map(work, lists):
                take(figures)
    else:
        for cuts in lists:
            take(work(cuts))
    return found


def ours(options: argparse.Namespace, exact: bool, ranges: Sequence[str]) -> list[Part]:
    """Cuebridge over the lists asked for; real edits at a free tempo only."""
    parts = []
    lists = chosen(options)
    edits = [] if options.no_real else real()
    for name in ranges:
        work = partial(measure, settings=settings_of(name, exact))
        title = range_name(name) + (", exact" if exact else "")
        found = run(work, lists, options.jobs, title)
        others = run(work, edits, options.jobs, f"{title}, real") if name == "free" and edits else []
        parts.append(Part(title, tuple(found), tuple(others)))
    return parts


def theirs(options: argparse.Namespace) -> list[Part]:
    """A folder of answers; the ceiling and the best constant tempo keep to the first range asked for."""
    lists = [*chosen(options), *([] if options.no_real else real())]
    found = outside.answers(options.score, lists)
    missing = len(lists) - len(found)
    print(f"{len(found)} lists answered, {missing} of those asked for not", file=sys.stderr)
    name = (options.range or ["free"])[0]
    bends = bends_of(settings_of(name, options.exact))
    work = partial(_theirs, files=found, bends=bends, column=options.score.resolve().name)
    answered = run(work, [cuts for cuts in lists if cuts.id in found], options.jobs, options.score.name)
    drawn = tuple(f for f in answered if f.cuts.mean_s)
    return [Part(range_name(name), drawn, tuple(f for f in answered if not f.cuts.mean_s))]


def _theirs(cuts: CutList, files: dict[str, Path], bends: Bends, column: str) -> Figures:
    return outside.scored(files[cuts.id], cuts, bends, column)


def sounding(options: argparse.Namespace, seeds: int) -> list[str]:
    """Whole cues of so many seeds of each kind, and the real edits that are not too long to compose."""
    lists = [cuts for cuts in chosen(options) if cuts.seed < seeds]
    edits = [] if options.no_real else [cuts for cuts in real() if cuts.length_s < notes.LONGEST_S]
    return notes.report([*lists, *edits], settings_of("free", False))


def whole_report(options: argparse.Namespace) -> list[str]:
    """What RESULTS.md holds: all ranges, exact mode, growth."""
    parts = ours(options, False, options.range or list(RANGES))
    exact = ours(options, True, ["free"])
    if options.by_list:
        write_by_list(options.by_list, [*parts, *exact])
    seeds = f"--seeds {options.seeds}" + (f" --rate {options.rate:g}" if options.rate else "")
    return [
        "# Sync benchmark: results", "",
        f"`python -m bench.sync --results FILE {seeds}` wrote this file. Cells are per cent ± one standard",
        "error over lists, then chance-corrected skill. README.md says what is counted.", "",
        "## Bars, on the simulated lists", "", *bars.table([*parts, *exact]), "",
        "## Default settings", "", *markdown(parts, OURS),
        "## Exact mode: windows of half a frame, bends up to 8 %", "", *markdown(exact, OURS),
        "## Notes where hits are met: whole cues, one seed of each kind and the real edits", "",
        *sounding(options, 1), "",
        "## Growth and drift", "", *growth.report(),
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    options = parsed(arguments)
    if options.growth:
        print("\n".join(growth.report()))
        return 0
    if options.notes:
        print("\n".join(sounding(options, options.seeds)))
        return 0
    if options.export:
        name = (options.range or ["free"])[0]
        lists = [*chosen(options), *([] if options.no_real else real())]
        outside.export(options.export, lists, settings_of(name, options.exact))
        return 0
    if options.results:
        text = "\n".join(whole_report(options)).rstrip("\n") + "\n"
        options.results.write_text(text, encoding="utf-8")
        return 0
    try:
        if options.score:
            parts, first = theirs(options), options.score.resolve().name
        else:
            ranges = options.range or (["free"] if options.exact else list(RANGES))
            parts, first = ours(options, options.exact, ranges), OURS
            print("\n".join(["### Bars, on the simulated lists", "", *bars.table(parts), ""]))
    except outside.FolderError as fault:
        print(fault, file=sys.stderr)
        return 2
    if options.by_list:
        write_by_list(options.by_list, parts)
    print("\n".join(markdown(parts, first, told=not options.score)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
