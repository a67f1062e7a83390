"""What a grid costs the music: bends, steps, changes of tempo, odd bars. Nothing here knows of hits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bench.sync.grids import Grid
from bridge.schema.tempo import Metre
from bridge.timing.baselines import Floats
from bridge.timing.limits import MAX_STEP
from bridge.timing.swing import direction_changes

# Neighbouring beats differ when their tempi do by more than this: whole microseconds are a fiftieth of it.
CHANGE = 1e-4
# A step of exactly 3 % is within the rule, whatever its microseconds round to.
STEP_SLACK = 1e-4
EIGHT_BARS = 8


@dataclass(frozen=True)
class Music:
    """One list's music. Shares are of beats or of bars; counts are over the whole cue."""

    minutes: float
    beats: int
    mean_bend: float
    largest_bend: float
    wide_steps: int  # neighbouring beats that differ by over 3 %
    largest_step: float
    tempo_changes: int
    direction_changes: int
    bars: int
    odd_bars: int
    most_odd_in_eight: int
    bpm: float

    @property
    def turns_a_minute(self) -> float:
        """Changes of tempo direction a minute."""
        return self.direction_changes / self.minutes if self.minutes else 0.0


def tempo_changes(bpm: Floats) -> int:
    """Moves of the tempo: a ramp, steps one way on neighbouring beats, counts once as one step does."""
    steps = np.diff(np.log(bpm))
    ways = np.where(np.abs(steps) > CHANGE, np.sign(steps), 0)
    before = np.concatenate([[0], ways[:-1]])
    return int(np.count_nonzero((ways != 0) & (ways != before)))


def odd_bars(bars: tuple[Metre, ...]) -> np.ndarray:
    """Which bars are not of the commonest metre (the longest of equals)."""
    if not bars:
        return np.zeros(0, bool)
    counts = Counter(bars)
    main = max(counts, key=lambda metre: (counts[metre], metre.ticks))
    return np.array([bar != main for bar in bars])


def music_of(grid: Grid, length_s: float) -> Music:
    """Measure a grid inside the cue."""
    count = grid.inside(length_s)
    bpm = grid.bpm[:count]
    minutes = length_s / 60
    if not count:
        return Music(minutes, 0, 0.0, 0.0, 0, 0.0, 0, 0, 0, 0, 0, 0.0)
    base = grid.base_bpm[:count] if len(grid.base_bpm) else np.full(count, np.median(bpm))
    bends = np.abs(bpm / base - 1)
    steps = np.expm1(np.abs(np.diff(np.log(bpm))))
    odd = odd_bars(grid.bars)
    windows = np.convolve(odd, np.ones(EIGHT_BARS, int)) if len(odd) else np.zeros(1)
    return Music(
        minutes=minutes,
        beats=count,
        mean_bend=float(bends.mean()),
        largest_bend=float(bends.max()),
        wide_steps=int(np.count_nonzero(steps > MAX_STEP + STEP_SLACK)),
        largest_step=float(steps.max(initial=0.0)),
        tempo_changes=tempo_changes(bpm),
        direction_changes=direction_changes(bpm),
        bars=len(odd),
        odd_bars=int(odd.sum()),
        most_odd_in_eight=int(windows.max()),
        bpm=float(np.exp(np.log(bpm).mean())),
    )
