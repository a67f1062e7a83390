"""A grid is what a system offers a picture: its beats and bar lines in seconds, and its tempo at each beat.

Grids come from a form of ours, a MIDI file, a JSON file of seconds, or one constant tempo.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bridge.schema.cues import CueSheet
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Form, Metre
from bridge.timing.baselines import Floats
from bridge.writing.midi import read_back

COMMON = Metre(4, 4)
DEFAULT_US = 500_000  # a MIDI file without a tempo event runs at 120 bpm
# Grids reach so far past the cue's end: the nearest beat to a cut on the last frame may come after it.
BEYOND_S = 4.0


@dataclass(frozen=True)
class Grid:
    """Beats and bar lines, rising, in seconds from the cue's first frame.

    `bpm` is the tempo in force at each beat; `base_bpm` what bends are measured from there, or empty where
    nobody said: then it is the median. `bars` are the metres of whole bars inside the cue, if known.
    """

    beats_s: Floats
    bars_s: Floats
    bpm: Floats
    base_bpm: Floats = field(default_factory=lambda: np.zeros(0))
    bars: tuple[Metre, ...] = ()

    def inside(self, length_s: float) -> int:
        """Beats before the cue's end."""
        return int(np.searchsorted(self.beats_s, length_s))


def of_form(cues: CueSheet, form: Form) -> Grid:
    """Beats where music sounds, from the integers that stand in the MIDI file."""
    bars = [bar for bar in form.bars if not bar.rest]
    marks = [(tick, bar) for bar in bars for tick in bar.beats()]

    def bpm(tick: int, bar: Bar) -> float:
        return 60e6 / form.tempo_map.us_per_quarter_at(tick) * TICKS_PER_QUARTER / bar.beat_ticks

    return Grid(
        beats_s=np.array([float(form.tempo_map.s_at_tick(tick)) for tick, _ in marks]),
        bars_s=np.array([float(form.tempo_map.s_at_tick(bar.tick)) for bar in bars]),
        bpm=np.array([bpm(tick, bar) for tick, bar in marks]),
        base_bpm=np.array([form.base_bpm[bar.plot_id] for _, bar in marks]),
        bars=tuple(bar.metre for bar in bars if bar.tick < form.end_tick and not bar.partial),
    )


def steady(bpm: float, offset_s: float, length_s: float, beats_per_bar: int = 4, phase: int = 0) -> Grid:
    """One tempo, a beat at `offset_s`; a bar line on that beat plus `phase` beats, and every bar from it."""
    period = 60 / bpm
    first = -int(np.floor(offset_s / period + 1e-9))
    last = int(np.ceil((length_s + BEYOND_S - offset_s) / period))
    count = np.arange(first, last + 1)
    beats = np.asarray(offset_s + count * period, dtype=np.float64)
    return Grid(
        beats_s=beats,
        bars_s=beats[(count - phase) % beats_per_bar == 0],
        bpm=np.full(len(beats), bpm),
        bars=(Metre(beats_per_bar, 4),) * int(length_s / period / beats_per_bar),
    )


def of_json(text: str) -> Grid:
    """From an object of lists: `beats_s`, and where a system has them the others that `to_json` writes.

    Without `bpm` the tempo at a beat is a minute over the time to the next; without `metres` a bar is as
    many quarters as it has beats.

    Raises:
        ValueError, KeyError, TypeError: not such an object, or times that do not rise.
    """
    told = json.loads(text)
    beats, bars = np.array(told["beats_s"], float), np.array(told.get("downbeats_s", []), float)
    if any(np.any(np.diff(marks) <= 0) or not np.all(np.isfinite(marks)) for marks in (beats, bars)):
        raise ValueError("beats_s and downbeats_s must be numbers that rise")
    lengths = np.diff(beats) if len(beats) > 1 else np.ones(1)
    bpm = np.array(told.get("bpm", 60 / np.append(lengths, lengths[-1])[: len(beats)]), float)
    base = np.array(told.get("base_bpm", []), float)
    if len(bpm) != len(beats) or len(base) not in (0, len(beats)) or np.any(bpm <= 0) or np.any(base <= 0):
        raise ValueError("bpm and base_bpm need one positive number a beat")
    counts = np.diff(np.searchsorted(beats, bars - 1e-6))
    metres = [Metre(int(count), 4) for count in counts if count]
    if "metres" in told:
        metres = [Metre(int(above), int(below)) for above, below in (m.split("/") for m in told["metres"])]
    return Grid(beats, bars, bpm, base, tuple(metres))


def to_json(grid: Grid) -> str:
    """A grid as one line of JSON; `of_json` reads it."""
    lists = {
        "beats_s": grid.beats_s.tolist(),
        "downbeats_s": grid.bars_s.tolist(),
        "bpm": grid.bpm.tolist(),
        "base_bpm": grid.base_bpm.tolist(),
        "metres": [str(metre) for metre in grid.bars],
    }
    return json.dumps(lists) + "\n"


def of_midi(data: bytes, length_s: float) -> Grid:
    """From a MIDI file's tempo and metre events; tick 0 is the cue's first frame.

    Beats are quarters counted from each bar line, dotted quarters in compound metres; in a first bar that
    holds no whole number of them they are counted back from its end, as a pickup is played. Metre events
    are taken to stand on bar lines; a bar that one cuts short ends there.

    Raises:
        OSError, EOFError, ValueError: no MIDI file, or one whose beats or bars last no time.
    """
    reading = read_back(data)
    quarter = reading.ticks_per_quarter
    tempo = dict([(0, DEFAULT_US), *reading.tempo])
    if quarter <= 0 or min(tempo.values()) <= 0 or any(metre.numerator < 1 for _, metre in reading.metres):
        raise ValueError("a tempo or a metre of nothing")
    ticks = np.array(sorted(tempo), float)
    speed = np.array([tempo[int(tick)] for tick in ticks], float)
    begun = np.concatenate([[0.0], np.cumsum(np.diff(ticks) * speed[:-1])])
    metres = dict([(0, COMMON), *reading.metres])
    changes = sorted(metres)

    def place(tick: float) -> int:
        return int(np.searchsorted(ticks, tick, side="right")) - 1

    def seconds(tick: float) -> float:
        index = place(tick)
        return float((begun[index] + (tick - ticks[index]) * speed[index]) / (quarter * 1e6))

    beats: list[float] = []
    sizes: list[float] = []
    bars: list[float] = []
    whole: list[Metre] = []
    tick = 0.0
    while seconds(tick) < length_s + BEYOND_S:
        metre = metres[max(change for change in changes if change <= tick)]
        end = tick + metre.numerator * 4 * quarter / metre.denominator
        cut = [change for change in changes if tick < change < end]
        end = min([end, *cut])
        size = metre.beat_ticks / TICKS_PER_QUARTER
        beat = quarter * size
        lead = (end - tick) % beat if tick == 0 else 0.0
        bars.append(tick)
        inside = list(np.arange(tick + lead, end - 1e-6, beat))
        beats += inside
        sizes += [size] * len(inside)
        if seconds(tick) < length_s and not cut:
            whole.append(metre)
        tick = end
    return Grid(
        beats_s=np.array([seconds(beat) for beat in beats]),
        bars_s=np.array([seconds(bar) for bar in bars]),
        bpm=np.array([60e6 / speed[place(beat)] / size for beat, size in zip(beats, sizes)]),
        bars=tuple(whole),
    )


def read(path: Path, length_s: float) -> Grid:
    """A system's answer to one list: `.mid` or `.json`.

    Raises:
        OSError, EOFError, ValueError, KeyError, TypeError: the file is not what its name says.
    """
    if path.suffix == ".json":
        return of_json(path.read_text(encoding="utf-8"))
    return of_midi(path.read_bytes(), length_s)
