"""Jobs at once: decoded together, in threads that each decode for themselves, and one after the other.

    python -m bench.together [--jobs 1 2 4] [--plots 3] [--bars 6] [--repeats 5]

A job composes one take of a short cue with the released models, all five parts; jobs differ in their seed.
The ways of doing the same jobs take turns within this one run:

- together: one decoder of each part, whose rows share passes in as many lanes as the product would have;
- one lane: the same, but all passes in one thread at a time;
- apart: a thread and decoders of its own for each job;
- in turn: one after the other.

All write the same scores, which is checked. Wall is from the first job's beginning to the last one's end;
where other work has the processors, threads gain nothing by it. CPU is the process's own time, which other
work disturbs less. Both are ratios to the jobs in turn of the same repeat: medians, the least and the most
beside.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np
import numpy.typing as npt

from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.inference.card import checked_card, find_models
from bridge.inference.quoting import newest_quotes
from bridge.inference.scheduler import lanes_for, processors, scheduler_of
from bridge.inference.session import Decoder, Floats
from bridge.progress import Progress
from bridge.schema.score import Score
from tests.composing.forms import Scene, build

LAYERS = ("line", "inner", "bass", "pad", "groove")
WAYS = ("together", "one lane", "apart", "in turn")


class Counted(Decoder):
    """A decoder that counts its passes, and the rows in them."""

    passes = 0
    rows = 0

    def run(
        self,
        tokens: npt.NDArray[np.int64],
        past: Floats,
        positions: npt.NDArray[np.int64],
        valid: Floats,
        conditions: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """As `Decoder.run`."""
        Counted.passes += 1
        Counted.rows += len(tokens)
        return super().run(tokens, past, positions, valid, conditions)


def models_of() -> Models:
    """The released models, with decoders that nobody else has."""
    folders = find_models()
    cards = {part: checked_card(folder) for part, folder in folders.items()}
    models = Models(folders, cards, Counted.load, newest_quotes())
    _ = models.chords, models.melody, models.accompaniment, models.bass, models.drums
    return models


def at_once(jobs: Sequence[Callable[[], Score]]) -> list[Score]:
    """What the jobs give, each in a thread of its own."""
    out: dict[int, Score] = {}

    def work(number: int) -> None:
        out[number] = jobs[number]()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [out[number] for number in range(len(jobs))]


def table(counts: Sequence[int], plots: int, bars: int, repeats: int) -> str:
    """The Markdown table."""
    cues, form = build(*[Scene(bars, energy=0.6, layers=LAYERS) for _ in range(plots)])
    own = [models_of() for _ in range(max(counts))]
    shared = {"together": own[0], "in turn": own[0], "one lane": models_of()}
    for part in ("chords", "melody", "accompaniment", "bass", "drums"):
        scheduler_of(getattr(shared["one lane"], part)).most_lanes = 1

    def job(seed: int, models: Models) -> Callable[[], Score]:
        return lambda: compose(cues, form, Settings(seed=seed), models, Progress())

    def run(way: str, count: int) -> list[Score]:
        jobs = [job(seed, shared.get(way, own[seed])) for seed in range(count)]
        return [each() for each in jobs] if way == "in turn" else at_once(jobs)

    for way in WAYS:
        run(way, max(counts))  # the first call loads what later ones share
    out = ["| jobs | way | passes | rows a pass | wall / in turn | CPU / in turn |", "|---" * 6 + "|"]
    for count in counts:
        spent: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        passes: dict[str, tuple[int, int]] = {}
        wanted = run("in turn", count)
        for repeat in range(repeats):
            first = repeat % len(WAYS)
            for way in (*WAYS[first:], *WAYS[:first]):
                Counted.passes = Counted.rows = 0
                wall_s, cpu_s = time.perf_counter(), time.process_time()
                written = run(way, count)
                spent[way].append((time.perf_counter() - wall_s, time.process_time() - cpu_s))
                passes[way] = (Counted.passes, Counted.rows)
                if written != wanted:
                    raise SystemExit(f"{count} jobs {way} wrote something else")
        for way in WAYS[:-1]:
            cells = [f"{passes[way][0]}", f"{passes[way][1] / passes[way][0]:.1f}"]
            for clock in (0, 1):
                ratios = [mine[clock] / turn[clock] for mine, turn in zip(spent[way], spent["in turn"])]
                cells.append(f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
            out.append(f"| {count} | {way} | {' | '.join(cells)} |")
            print(out[-1], file=sys.stderr, flush=True)
    lanes = lanes_for(shared["together"].melody)
    length_s = float(cues.cue_length_s)
    said = f"Takes of {length_s:.0f} s of music; {repeats} repeats; {processors()} processors, {lanes} lanes."
    return "\n".join([*out, "", said])


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 4], help="how many at once")
    parser.add_argument("--plots", type=int, default=3)
    parser.add_argument("--bars", type=int, default=6, help="bars a plot")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args(argv)
    print(table(asked.jobs, asked.plots, asked.bars, asked.repeats))
    return 0


if __name__ == "__main__":
    sys.exit(main())
