"""Figures of one form, measured from the tempo map and bars, not from what the solver says of itself."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from bench.sync.lists import CutList
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import Form, Metre, Rung
from bridge.timing import solve
from bridge.timing.baselines import constant_tempo, fixed_tempo
from bridge.timing.comparison import nearest_errors_s

# A change of direction counts when the tempo has moved by so much each way: less is not heard as one.
SWING = 0.01
WINDOWS = {"±½": (-0.5, 0.5), "±1": (-1.0, 1.0), "−1/+2": (-1.0, 2.0)}
# Errors are compared with a sliver for the whole microseconds of a MIDI tempo.
SLACK_FRAMES = 2e-4


@dataclass(frozen=True)
class Figures:
    """One list, one setting. `errors` are frames (music − picture) of every kept hit, by column."""

    errors: dict[str, np.ndarray]
    beats_a_second: dict[str, float]
    cuts: int
    seconds: float
    mean_bend: float
    largest_bend: float
    odd_bars: int
    bars: int
    direction_changes: int
    plot_starts: int
    plot_downbeats: int
    musts: int
    musts_met: int
    audible: int
    off_beat: int
    solve_s: float
    bpm: float
    rate: float


def direction_changes(bpm: np.ndarray) -> int:
    """Turning points of the tempo whose swing on both sides is at least `SWING`."""
    speeds = np.log(bpm)
    extreme, way, turns = speeds[0], 0, 0
    for speed in speeds[1:]:
        if way == 0:
            if abs(speed - extreme) >= SWING:
                way, extreme = (1 if speed > extreme else -1), speed
        elif (speed - extreme) * way > 0:
            extreme = speed
        elif abs(speed - extreme) >= SWING:
            way, extreme, turns = -way, speed, turns + 1
    return turns


def measure(cuts: CutList, settings: Settings) -> Figures:
    """Solve one list and measure it beside the two baselines."""
    sheet = cuts.cue_sheet()
    begun = time.perf_counter()
    form = solve(sheet, settings, Progress())
    solve_s = time.perf_counter() - begun
    return figures(sheet, form, settings, solve_s)


def figures(sheet: CueSheet, form: Form, settings: Settings, solve_s: float = 0.0) -> Figures:
    """All figures of a form."""
    rate = float(sheet.rate)
    kept = [hit for hit in sheet.hits if not hit.grouped_with]
    hits_s = np.array([float(sheet.cue_s(hit.frame)) for hit in kept])
    beats = [(tick, b.plot_id) for b in form.bars if not b.rest for tick in b.beats()]
    ticks = [tick for tick, _ in beats]
    beats_s = np.array([float(form.tempo_map.s_at_tick(t)) for t in ticks])
    steady = constant_tempo(hits_s, -1 / rate, 2 / rate, None, settings.tempo.min_bpm, settings.tempo.max_bpm)
    fixed = fixed_tempo(hits_s, 120.0)
    seconds = float(sheet.cue_length_s)
    end = bisect_left(ticks, form.end_tick)
    bpm = np.array([60e6 / form.tempo_map.us_per_quarter_at(t) for t in ticks[:end]])
    base = np.array([form.base_bpm[plot] for _, plot in beats[:end]])
    bends = np.abs(bpm / base - 1) if end else np.zeros(1)
    main = Metre.parse(settings.tempo.metre)
    whole = [b for b in form.bars if not b.rest and b.tick < form.end_tick]
    odd = [b for b in whole if b.metre != main and not b.partial]
    starts = {float(form.tempo_map.s_at_tick(b.tick)) for b in form.bars if not b.rest}
    start_s = np.array(sorted(starts))
    wanted = np.array([float(sheet.cue_s(h.frame)) for h in kept if h.downbeat])
    on_bar = nearest_errors_s(start_s, wanted) * rate
    errors = {
        "Cuebridge": nearest_errors_s(beats_s, hits_s) * rate,
        "constant": steady.errors_s(hits_s) * rate,
        "120 bpm": fixed.errors_s(hits_s) * rate,
    }
    musts = np.array([hit.weight is Weight.MUST for hit in kept], dtype=bool)
    results = {result.hit_id: result for result in form.hits}
    return Figures(
        errors=errors,
        beats_a_second={
            "Cuebridge": end / seconds if seconds else 0.0,
            "constant": steady.bpm / 60,
            "120 bpm": 2.0,
        },
        cuts=len(sheet.hits),
        seconds=seconds,
        mean_bend=float(bends.mean()),
        largest_bend=float(bends.max(initial=0.0)),
        odd_bars=len(odd),
        bars=len(whole),
        direction_changes=direction_changes(bpm) if end else 0,
        plot_starts=len(wanted),
        plot_downbeats=int(inside(on_bar, "−1/+2").sum()),
        musts=int(musts.sum()),
        musts_met=int(inside(errors["Cuebridge"][musts], "±½").sum()),
        audible=sum(results[hit.id].met for hit in kept),
        off_beat=sum(results[hit.id].rung is Rung.ACCENT for hit in kept),
        solve_s=solve_s,
        bpm=float(np.exp(np.log(bpm).mean())) if end else 0.0,
        rate=rate,
    )


def inside(errors: np.ndarray, window: str) -> np.ndarray:
    """Which errors lie in a window of frames."""
    early, late = WINDOWS[window]
    return (errors >= early - SLACK_FRAMES) & (errors <= late + SLACK_FRAMES)
