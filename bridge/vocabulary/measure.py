"""Measure the controls of every bar of a piece from its notes.

This is the one place, for training, composing and judging alike: what is asked of a model in `Conditions` is,
to the letter, what is measured here in what it wrote.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.vocabulary import dissonance
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.conditions import SLOTS, SLOTS_PER_QUARTER, Conditions
from bridge.vocabulary.mood import Cues, mood
from bridge.vocabulary.music import MeasuredBar, Music
from bridge.vocabulary.tokens import STEPS_PER_QUARTER

NEAR_BARS: Final = 1
"""Mood is heard over a bar and this many on either side."""

HIT_OVER_MEAN: Final = 2.0
"""A beat is a hit when what starts there weighs this much more than beats of the bars around it do."""
HIT_WINDOW_BEATS: Final = 16
HELD_SHARE: Final = 0.75
STEPS_PER_SLOT: Final = STEPS_PER_QUARTER // SLOTS_PER_QUARTER

MAJOR: Final = frozenset(("maj", "maj7", "7", "aug"))
MINOR: Final = frozenset(("min", "min7", "dim", "hdim7"))

Notes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Whole:
    """What all parts of a piece share: each bar's mood, and the steps of its hits."""

    moods: tuple[tuple[float, float, float] | tuple[None, None, None], ...]
    hits: Notes


def whole(music: Music) -> Whole:
    """Listen to a piece once for all of its parts."""
    return Whole(tuple(moods_of(music)), hits_of(music))


def measure(
    music: Music, part: str, given: Sequence[str] = (), heard: Whole | None = None
) -> tuple[Conditions, ...]:
    """The controls of every bar of `part`; of part `chords`, those of all notes together.

    Args:
        music: the piece.
        part: a name in `music.parts`, or `chords`.
        given: parts whose onsets the part is to know.
        heard: `whole(music)`, to save the time where several parts are measured.
    """
    heard = heard or whole(music)
    notes = music.notes() if part == "chords" else music.notes(part)
    pitched = part not in music.drums
    thickness = sounding(notes, music.steps)
    others = music.notes(*given) if given else None
    out = []
    for index, bar in enumerate(music.bars):
        inside = starting(notes, bar)
        quarters = (bar.end - bar.step) / STEPS_PER_QUARTER
        onsets = np.unique(inside[:, 0])
        thick = thickness[bar.step : bar.end]
        silent = not (thick > 0).any()
        valence, energy, tension = heard.moods[index]
        ahead = heard.hits[np.searchsorted(heard.hits, bar.step) :]
        out.append(
            Conditions(
                density=len(onsets) / quarters,
                loudness=float(inside[:, 3].mean()) if len(inside) else None,
                register=float(inside[:, 2].mean()) if len(inside) and pitched else None,
                polyphony=float(thick[thick > 0].mean()) if not silent and pitched else None,
                harmonic_rhythm=changes(music.chords, bar) / quarters,
                valence=valence,
                energy=energy,
                tension=tension,
                phrase_position=_phrase_position(bar),
                bars_to_plot=None if bar.plot_left is None else bar.plot_left + 1.0,
                beats_to_hit=float(ahead[0] - bar.step) / STEPS_PER_QUARTER if len(ahead) else None,
                label=bar.label,
                accent=bool(len(ahead) and ahead[0] < bar.end),
                hold=len(onsets) <= 1 and bool((thick > 0).mean() >= HELD_SHARE),
                rest=silent,
                pickup=_is_pickup(onsets, bar),
                onsets=None if others is None else pattern(starting(others, bar)[:, 0] - bar.step),
            )
        )
    return tuple(out)


def starting(notes: Notes, bar: MeasuredBar) -> Notes:
    """The notes (N, 4) that start in a bar; `notes` are in order of time."""
    low, high = np.searchsorted(notes[:, 0], (bar.step, bar.end))
    return notes[low:high]


def sounding(notes: Notes, steps: int) -> npt.NDArray[np.int64]:
    """(steps,): how many notes sound at each step."""
    edges = np.zeros(steps + 1, np.int64)
    ends = np.minimum(notes[:, 0] + notes[:, 1], steps)
    np.add.at(edges, np.clip(notes[:, 0], 0, steps), 1)
    np.add.at(edges, np.clip(ends, 0, steps), -1)
    return np.cumsum(edges)[:steps]


def pattern(steps_in_bar: npt.NDArray[np.int64]) -> tuple[bool, ...]:
    """Where notes start, one flag a sixteenth; the nearest sixteenth, the bar's last one at most."""
    flags = [False] * SLOTS
    for step in np.unique(steps_in_bar):
        flags[min((int(step) + 1) // STEPS_PER_SLOT, SLOTS - 1)] = True
    return tuple(flags)


def changes(chords: Sequence[tuple[int, Chord | None]], bar: MeasuredBar) -> int:
    """How often the chord changes in a bar, its first step included; restatements do not count."""
    first = bisect_left(chords, bar.step, key=lambda event: event[0])
    count = 0
    before = chords[first - 1][1] if first else None
    for step, chord in chords[first:]:
        if step >= bar.end:
            break
        count += chord != before
        before = chord
    return count


def hits_of(music: Music) -> npt.NDArray[np.int64]:
    """Steps of the beats that stand out: many loud notes start together, and more than around them.

    The weight of a beat is the sum of the squared velocities of what starts within a step of it. A hit
    weighs `HIT_OVER_MEAN` times the mean of the sounding beats within `HIT_WINDOW_BEATS`, and most of all
    beats within two quarters.
    """
    notes = music.notes(*music.parts)
    beats = -(-music.steps // STEPS_PER_QUARTER) + 1
    weights = np.zeros(beats)
    on = (notes[:, 0] + 1) // STEPS_PER_QUARTER
    near = np.abs(notes[:, 0] - on * STEPS_PER_QUARTER) <= 1
    np.add.at(weights, np.clip(on[near], 0, beats - 1), (notes[near, 3] / 64.0) ** 2)
    wide = np.ones(2 * HIT_WINDOW_BEATS + 1)
    total = np.convolve(weights, wide, "same") if beats > len(wide) else np.full(beats, weights.sum())
    count = (
        np.convolve(weights > 0, wide, "same") if beats > len(wide) else np.full(beats, (weights > 0).sum())
    )
    mean = total / np.maximum(count, 1)
    padded = np.pad(weights, 2)
    highest = np.max([padded[at : at + beats] for at in range(5)], axis=0)
    found = np.flatnonzero((weights > HIT_OVER_MEAN * mean) & (weights >= highest) & (weights > 0))
    return (found * STEPS_PER_QUARTER).astype(np.int64)


def moods_of(music: Music) -> list[tuple[float, float, float] | tuple[None, None, None]]:
    """Valence, energy and tension of every bar, heard with its neighbours; `None` where nothing sounds."""
    notes = music.notes()
    everything = music.notes(*music.parts)
    out: list[tuple[float, float, float] | tuple[None, None, None]] = []
    rough = roughness(notes, music.steps)
    modes = mode_of_steps(music)
    for index in range(len(music.bars)):
        first = music.bars[max(0, index - NEAR_BARS)]
        last = music.bars[min(len(music.bars) - 1, index + NEAR_BARS)]
        low, high = np.searchsorted(notes[:, 0], (first.step, last.end))
        inside = notes[low:high]
        if not len(inside):
            out.append((None, None, None))
            continue
        low, high = np.searchsorted(everything[:, 0], (first.step, last.end))
        onsets = len(np.unique(everything[low:high, 0]))
        bpm = music.bars[index].bpm
        seconds = (last.end - first.step) / STEPS_PER_QUARTER * 60 / bpm
        heard = rough[first.step : last.end]
        out.append(
            mood(
                Cues(
                    mode=float(modes[first.step : last.end].mean()),
                    bpm=bpm,
                    onsets_per_s=onsets / seconds,
                    mean_pitch=float(np.average(inside[:, 2], weights=inside[:, 1])),
                    velocity=float(everything[low:high, 3].mean()),
                    roughness=float(heard[heard >= 0].mean()) if (heard >= 0).any() else 0.0,
                )
            )
        )
    return out


def roughness(notes: Notes, steps: int) -> Floats:
    """(steps,): mean roughness of the pairs of pitches that sound at each step; -1 for fewer than two."""
    out = np.full(steps, -1.0)
    edges = np.unique(np.clip(np.concatenate((notes[:, 0], notes[:, 0] + notes[:, 1], [steps])), 0, steps))
    alive: dict[int, int] = {}
    starts = sorted((int(start), int(pitch)) for start, _, pitch, _ in notes)
    ends = sorted((int(start + length), int(pitch)) for start, length, pitch, _ in notes)
    begun = ended = 0
    known: dict[tuple[int, ...], float] = {}
    for edge, following in zip(edges[:-1], edges[1:], strict=True):
        while ended < len(ends) and ends[ended][0] <= edge:
            alive[ends[ended][1]] = alive.get(ends[ended][1], 0) - 1
            ended += 1
        while begun < len(starts) and starts[begun][0] <= edge:
            alive[starts[begun][1]] = alive.get(starts[begun][1], 0) + 1
            begun += 1
        pitches = tuple(sorted(pitch for pitch, count in alive.items() if count > 0))
        if len(pitches) > 1:
            if pitches not in known:
                known[pitches] = dissonance.of_pitches(pitches)
            out[edge:following] = known[pitches]
    return out


def mode_of_steps(music: Music) -> Floats:
    """(steps,): 1 major, -1 minor, half from the chord that sounds and half from the key."""
    out = np.zeros(music.steps)
    for bar in music.bars:
        out[bar.step : bar.end] = {"major": 0.5, "minor": -0.5}.get(bar.mode, 0.0)
    for (start, chord), (end, _) in zip(music.chords, [*music.chords[1:], (music.steps, None)], strict=False):
        if chord is not None:
            out[max(0, start) : max(0, end)] += 0.5 * (chord.quality in MAJOR) - 0.5 * (
                chord.quality in MINOR
            )
    return out


def _phrase_position(bar: MeasuredBar) -> float | None:
    if bar.phrase_left is None or bar.phrase_bars is None:
        return None
    if bar.phrase_bars < 2:
        return 1.0
    return 1.0 - bar.phrase_left / (bar.phrase_bars - 1)


def _is_pickup(onsets: npt.NDArray[np.int64], bar: MeasuredBar) -> bool:
    """Whether all that starts in the bar starts in its last quarter note, after a silence."""
    return bool(len(onsets)) and bar.end - int(onsets[0]) <= STEPS_PER_QUARTER < bar.end - bar.step
