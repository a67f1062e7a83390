"""Do plots begin where a film's own music changes, and rests fall where it is soft? Against chance.

    python -m bench.plots [FOLDER] [--draws 1000] [--ruptures]

FOLDER holds the films (default: the reference media beside the repository). Big Buck Bunny has a score
composed for it, Sintel's trailer one laid under it; both are heard as they are, mixed with effects. Nothing
of the sound is used to find plots. For each film: how many of our inner boundaries have a change of the sound
within 2 and 4 s, how many changes have a boundary there, the mean percentile of the sound's novelty at our
boundaries (by other features and kernels too, to see that it does not hang on one), and how much softer our
rests are than the rest of the film. Beside each figure, with the share of draws that do as well (p, the film
itself counted), two floors: plots of the same lengths in another order (shuffled), and as many edit points,
as far apart as plots are at least (edits). The film's second half stands alone as well: how plots are found
was settled on the first.

`--ruptures` (pip install ruptures) puts that library's partitions of the same seconds beside ours.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.novelty import CEPSTRUM, CHROMA, KERNEL_S, STEP_S, Heard, hear, novelty, percentile
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.timeline import Timeline
from bridge.seeing import film_timeline, see
from bridge.spotting import spot
from bridge.spotting.boundaries import MIN_PLOT_S
from models.sight import sound

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "media"
FILMS = ("big_buck_bunny_704x396", "sintel_trailer_480p")
NEAR_S = (2.0, 4.0)
_SEED = 5
_LONG_S = 120.0

Array = npt.NDArray[np.float64]
Measure = Callable[[Array], Array]
OTHERS = tuple(
    (name, columns, kernel_s)
    for kernel_s in (4.0, 8.0, 16.0)
    for name, columns in (("harmony", CHROMA), ("colour", CEPSTRUM), ("both", slice(None)))
    if (name, kernel_s) != ("both", KERNEL_S)
)


@dataclass(frozen=True)
class Figure:
    """A figure of a film with its standard error, and each floor's mean and p by its name."""

    name: str
    own: float
    error: float
    floors: dict[str, tuple[float, float]]


def inner_starts(sheet: CueSheet) -> Array:
    """Seconds at which plots but the first begin."""
    return np.array([float(sheet.cue_s(plot.start_frame)) for plot in sheet.plots[1:]])


def near(at_s: Array, others_s: Array, reach_s: float) -> Array:
    """(n,) 1 where one of the others lies within reach, else 0."""
    if not len(others_s):
        return np.zeros(len(at_s))
    return np.asarray(np.abs(at_s[:, None] - others_s[None]).min(axis=1) <= reach_s, np.float64)


def at_percentile(values: Array, at_s: Array) -> Array:
    """(n,) percentiles, 0 to 1, of a curve with a value every `STEP_S` at instants."""
    steps = np.clip(np.rint(at_s / STEP_S).astype(np.int64), 0, len(values) - 1)
    return np.asarray(percentile(values)[steps])


def shuffled(starts_s: Array, length_s: float, draws: int) -> list[Array]:
    """The same plots in another order, drawn at random."""
    random = np.random.default_rng(_SEED)
    lengths = np.diff([0.0, *starts_s, length_s])
    return [np.cumsum(random.permutation(lengths))[:-1] for _ in range(draws)]


def other_edits(edits_s: Array, count: int, draws: int) -> list[Array]:
    """As many edit points, drawn one by one from those no closer than a plot to any drawn before."""
    random = np.random.default_rng(_SEED)
    out: list[Array] = []
    while len(out) < draws:
        kept: list[float] = []
        for at in random.permutation(edits_s):
            if len(kept) < count and all(abs(at - other) >= MIN_PLOT_S for other in kept):
                kept.append(float(at))
        out.append(np.sort(kept))
    return out


def figures(
    sheet: CueSheet, timeline: Timeline, heard: Heard, draws: int, from_s: float = 0.0
) -> list[Figure]:
    """Every figure of one film's boundaries from an instant on."""
    starts = inner_starts(sheet)
    edits = np.array([float(timeline.cue_s(point.frame)) for point in timeline.edit_points])
    starts, edits, changes = (each[each >= from_s] for each in (starts, edits, heard.changes_s))
    length = float(sheet.cue_length_s) - from_s
    floors = {
        "shuffled": [from_s + each for each in shuffled(starts - from_s, length, draws)],
        "edits": other_edits(edits, len(starts), draws),
    }
    rows: list[tuple[str, Measure]] = []
    for reach in NEAR_S:
        rows.append((f"plots with a change within {reach:g} s", lambda at, r=reach: near(at, changes, r)))
        rows.append((f"changes with a plot within {reach:g} s", lambda at, r=reach: near(changes, at, r)))
    rows.append(("novelty at plots, percentile", lambda at: at_percentile(heard.novelty, at)))
    if not from_s:
        for name, columns, kernel_s in OTHERS:
            curve = novelty(heard.features[:, columns], kernel_s)
            rows.append((f"the same by {name}, {kernel_s:g} s", lambda at, c=curve: at_percentile(c, at)))
    return [_figure(name, measure, starts, floors) for name, measure in rows]


def _figure(name: str, measure: Measure, own: Array, floors: dict[str, list[Array]]) -> Figure:
    values = measure(own)
    mean = float(values.mean())
    found = {}
    for floor, draws in floors.items():
        drawn = np.array([measure(each).mean() for each in draws])
        p = (1 + int((drawn >= mean - 1e-12).sum())) / (1 + len(drawn))
        found[floor] = (float(drawn.mean()), p)
    return Figure(name, mean, float(values.std() / np.sqrt(len(values))), found)


def rests(sheet: CueSheet, heard: Heard, draws: int) -> Figure | None:
    """How much softer the sound is in our rests than elsewhere, in LU, against rests moved around the film.

    The floor moves all of them by one random shift, the film's end joined to its start.
    """
    silent = np.zeros(len(heard.loudness), bool)
    for plot in sheet.plots:
        if not plot.music:
            silent[
                round(float(sheet.cue_s(plot.start_frame))) : round(float(sheet.cue_s(plot.end_frame)))
            ] = True
    if not silent.any() or silent.all():
        return None

    def softer(mask: npt.NDArray[np.bool_]) -> float:
        return float(heard.loudness[~mask].mean() - heard.loudness[mask].mean())

    own = softer(silent)
    shifts = np.random.default_rng(_SEED).integers(0, len(silent), draws)
    drawn = np.array([softer(np.roll(silent, int(by))) for by in shifts])
    p = (1 + int((drawn >= own).sum())) / (1 + draws)
    return Figure("rests softer by, LU", own, float(drawn.std()), {"shifted": (float(drawn.mean()), p)})


def report(name: str, found: list[Figure]) -> None:
    """Print a film's figures as a Markdown table."""
    print(f"\n{name}\n\n| | ours | floor | its mean | p |\n|---|---|---|---|---|")
    for each in found:
        for floor, (mean, p) in each.floors.items():
            print(f"| {each.name} | {each.own:.2f} ± {each.error:.2f} | {floor} | {mean:.2f} | {p:.3f} |")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--ruptures", action="store_true", help="that library's partitions beside ours")
    options = parser.parse_args()
    settings, progress = Settings(), Progress()
    for name in FILMS:
        path = options.folder / f"{name}.mp4"
        if not path.exists():
            print(f"{name} is not in {options.folder}")
            continue
        timeline = film_timeline(path, settings, progress)
        picture = see(timeline, settings, progress)
        sheet = spot(timeline, picture, settings, progress)
        heard = hear(sound.read_mono(path))
        counts = f"{len(sheet.plots)} plots, {len(heard.changes_s)} changes of the sound"
        resting = rests(sheet, heard, options.draws)
        report(
            f"{name}: {counts}", [*figures(sheet, timeline, heard, options.draws), *filter(None, [resting])]
        )
        half_s = float(sheet.cue_length_s) / 2
        if half_s > _LONG_S:
            report(f"{name}, second half", figures(sheet, timeline, heard, options.draws, half_s))
        if options.ruptures:
            from bench.ruptured import beside  # the library, which nothing else needs

            print("\n".join(["", *beside(timeline, picture, heard)]))


if __name__ == "__main__":
    main()
