"""Figures of one list: every column's hits in frames, and what ours costs the music, from grids alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bench.sync import grids
from bench.sync.ceiling import Bends, Ceiling
from bench.sync.grids import Grid
from bench.sync.lists import CutList
from bench.sync.music import Music, music_of
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form, HitResult, Rung
from bridge.timing import solve
from bridge.timing.baselines import Floats, chance, constant_tempo
from bridge.timing.comparison import nearest_errors_s

WINDOWS = {"±½": (-0.5, 0.5), "±1": (-1.0, 1.0), "−1/+2": (-1.0, 2.0)}
# Errors are compared with a sliver for the whole microseconds of a MIDI tempo.
SLACK_FRAMES = 2e-4
OURS = "Cuebridge"
FREE, WHOLE = "ceiling", "ceiling, whole beats"
CONSTANT, FIXED, SECONDS = "constant", "120 bpm", "Video2Music grid"
REFERENCES = (FREE, WHOLE, CONSTANT, FIXED, SECONDS)


@dataclass(frozen=True)
class Score:
    """One grid against one list in one window: counts, and the shares that blind beats would meet."""

    beats: int  # kept hits on a beat
    bars: int | None  # kept hits on a bar line; None where the grid has no bars
    all_beats: int  # cuts on a beat, kept or not
    chance_beats: float
    chance_bars: float


@dataclass(frozen=True)
class LeftMust:
    """A `must` without a beat within half a frame, and the constraint that forbids it or what met it."""

    list_name: str
    hit_id: str
    error_frames: float  # of the nearest beat
    reason: str


@dataclass(frozen=True)
class Hits:
    """How the hits of one list fared, by what a system says of them and what its grid shows."""

    plot_starts: int
    plot_downbeats: int
    musts: int
    musts_met: int
    plots: int = 0  # from one plot start on a downbeat to the next
    plots_even: int = 0  # of these, an even number of bars: phrases of 2, 4 and 8 fill them
    named: int = 0  # kept hits met by something audible and named
    off_beat: int = 0  # by an accent off the beat
    left: int = 0  # kept hits that were left, with a reason
    not_hit: int = 0  # all cuts that nothing meets: left ones, and grouped ones that no beat fell on
    left_musts: tuple[LeftMust, ...] = ()


@dataclass(frozen=True)
class Figures:
    """One list. `scores` are by (column, window); `music` is of the first column alone."""

    cuts: CutList
    scores: dict[tuple[str, str], Score]
    hits: Hits
    music: Music
    solve_s: float = 0.0


def inside(errors_frames: Floats, window: str) -> np.ndarray:
    """Which errors lie in a window of frames."""
    early, late = WINDOWS[window]
    return (errors_frames >= early - SLACK_FRAMES) & (errors_frames <= late + SLACK_FRAMES)


def errors_frames(marks_s: Floats, frames: tuple[int, ...], rate: float) -> Floats:
    """Nearest mark − cut, in frames."""
    return nearest_errors_s(marks_s, np.array(frames, float) / rate) * rate


def score(grid: Grid, cuts: CutList, window: str) -> Score:
    """Count one grid's hits on one list."""
    rate, length_s = float(cuts.rate), cuts.length_s
    early_s, late_s = (limit / rate for limit in WINDOWS[window])

    def met(marks_s: Floats, frames: tuple[int, ...]) -> int:
        return int(inside(errors_frames(marks_s, frames, rate), window).sum())

    def blind(marks_s: Floats) -> float:
        a_minute = 60 * np.count_nonzero((marks_s >= 0) & (marks_s < length_s)) / length_s
        return chance(float(a_minute), early_s, late_s)

    return Score(
        beats=met(grid.beats_s, cuts.kept),
        bars=met(grid.bars_s, cuts.kept) if len(grid.bars_s) else None,
        all_beats=met(grid.beats_s, cuts.edits),
        chance_beats=blind(grid.beats_s),
        chance_bars=blind(grid.bars_s),
    )


def constant(cuts: CutList, window: str, bends: Bends) -> Grid:
    """The constant tempo and offset that meet most kept hits in this window; then the best bar line."""
    rate = float(cuts.rate)
    early_s, late_s = (limit / rate for limit in WINDOWS[window])
    hits_s = np.array(cuts.kept, float) / rate
    best = constant_tempo(hits_s, early_s, late_s, None, bends.min_bpm, bends.max_bpm)
    phases = [grids.steady(best.bpm, best.offset_s, cuts.length_s, phase=phase) for phase in range(4)]
    return max(phases, key=lambda grid: inside(errors_frames(grid.bars_s, cuts.kept, rate), window).sum())


def video2music(cuts: CutList) -> Grid:
    """Where Video2Music can answer the picture: a chord on every whole second from zero.

    Its music runs at a fixed 120 bpm, two beats to a chord, and its picture features, chords, loudness and
    density come once a second (video2music.py in AMAAI-Lab/Video2Music, commit 558bf3f: `tempo = 120`,
    `duration = 2`, times in MIDIUtil's beats). Beats here are its chords; the file has no metre event, so a
    reader draws bars of 4/4: every other chord. Its quarters are the column of 120 bpm.
    """
    return grids.steady(60.0, 0.0, cuts.length_s, beats_per_bar=2)


def references(cuts: CutList, window: str, bends: Bends) -> dict[str, Score]:
    """Every column but the first."""
    rate = float(cuts.rate)
    early, late = WINDOWS[window]
    hits_s = np.array(cuts.kept, float) / rate
    musts, plots = np.isin(cuts.kept, cuts.musts), np.isin(cuts.kept, cuts.plot_starts)
    found: dict[str, Grid] = {}
    for name, eighths in ((FREE, True), (WHOLE, False)):
        best = Ceiling(hits_s, (early / rate, late / rate), rate, bends, musts, plots, eighths)
        found[name] = best.grid(cuts.length_s)
    found[CONSTANT] = constant(cuts, window, bends)
    found[FIXED] = grids.steady(120.0, 0.0, cuts.length_s)
    found[SECONDS] = video2music(cuts)
    return {name: score(grid, cuts, window) for name, grid in found.items()}


def bends_of(settings: Settings) -> Bends:
    """What the ceiling may do: as much as the settings allow ours, but no limit beside the largest bend."""
    tempo = settings.tempo
    most = tempo.max_bend if tempo.exact else tempo.costed_bend
    return Bends(tempo.min_bpm, tempo.max_bpm, most, tempo.max_bend)


def measure(cuts: CutList, settings: Settings, solver: Callable[..., Form] = solve) -> Figures:
    """Solve one list and measure it beside the references."""
    sheet = cuts.cue_sheet()
    begun = time.process_time()
    form = solver(sheet, settings, Progress())
    solve_s = time.process_time() - begun
    grid = grids.of_form(sheet, form)
    return figures(cuts, grid, bends_of(settings), OURS, hits_of_form(cuts, sheet, form), solve_s)


def figures(
    cuts: CutList, grid: Grid, bends: Bends, column: str, hits: Hits | None = None, solve_s: float = 0.0
) -> Figures:
    """All figures of one grid, named `column`, on one list."""
    scores: dict[tuple[str, str], Score] = {}
    for window in WINDOWS:
        scores[column, window] = score(grid, cuts, window)
        scores |= {(name, window): told for name, told in references(cuts, window, bends).items()}
    music = music_of(grid, cuts.length_s)
    return Figures(cuts, scores, hits or hits_of_grid(cuts, grid), music, solve_s)


def hits_of_grid(cuts: CutList, grid: Grid) -> Hits:
    """Musts and plot starts by the grid alone; what is audible or named nobody said."""
    rate = float(cuts.rate)
    on_bar = inside(errors_frames(grid.bars_s, cuts.plot_starts, rate), "−1/+2")
    on_beat = inside(errors_frames(grid.beats_s, cuts.musts, rate), "±½")
    starts = np.array(cuts.plot_starts, float)[on_bar] / rate
    lines = np.abs(grid.bars_s[:, None] - starts[None, :]).argmin(axis=0) if len(starts) else np.zeros(0, int)
    lengths = np.diff(lines)
    return Hits(
        plot_starts=len(cuts.plot_starts),
        plot_downbeats=int(on_bar.sum()),
        musts=len(cuts.musts),
        musts_met=int(on_beat.sum()),
        plots=len(lengths),
        plots_even=int((lengths % 2 == 0).sum()),
    )


def hits_of_form(cuts: CutList, sheet: CueSheet, form: Form) -> Hits:
    """The same, and what the form says of each hit."""
    results = {result.hit_id: result for result in form.hits}
    kept = [hit for hit in sheet.hits if not hit.grouped_with]
    grid = grids.of_form(sheet, form)
    shown = hits_of_grid(cuts, grid)
    musts = [hit for hit in kept if hit.weight is Weight.MUST]
    errors = errors_frames(grid.beats_s, tuple(hit.frame for hit in musts), float(cuts.rate))
    on_beat = inside(errors, "±½")
    return replace(
        shown,
        named=sum(results[hit.id].met and results[hit.id].rung is not Rung.NONE for hit in kept),
        off_beat=sum(results[hit.id].rung is Rung.ACCENT for hit in kept),
        left=sum(not results[hit.id].met for hit in kept),
        not_hit=sum(not result.met for result in form.hits),
        left_musts=tuple(
            LeftMust(cuts.name, hit.id, float(error), _why(results[hit.id]))
            for hit, error, near in zip(musts, errors, on_beat)
            if not (near and results[hit.id].met)
        ),
    )


def _why(result: HitResult) -> str:
    """Why a must is on no beat: what forbids it, or the rung that met it off the beat."""
    return f"met by {result.rung.value}, {result.reason}" if result.met else result.reason
