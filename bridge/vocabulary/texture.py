"""Texture of a part: what it does within two bars, measured from its notes alone.

One labeller for training, composing and evaluating. It knows nothing of harmony, instrument or dynamics:
only when notes begin, how long they sound and how they move. The order of the questions matters, for a
repeated pitch in quarters is a pulse before it is a chorale.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

TEXTURES = (
    "silent",
    "sparse",
    "drone",
    "pad",
    "chorale",
    "line",
    "figure",
    "ostinato",
    "pulse",
    "run",
    "tremolo",
)
"""All labels, from nothing to the busiest."""

WINDOW_BARS = 2

# A pitch struck so often a quarter is a tremolo: sixteenths are four, sextuplets six.
_TREMOLO_A_QUARTER = 6.0
# Long notes: an attack every two quarters at most, sounding seven tenths of the time at least.
_HELD_ATTACKS_A_QUARTER, _HELD_SHARE = 0.5, 0.7
# A note a quarter at most, sounding three quarters of the time.
_CHORALE_ATTACKS_A_QUARTER, _CHORALE_SHARE = 1.05, 0.75
_PULSE_ATTACKS_A_QUARTER, _PULSE_REPEATED, _PULSE_EVEN, _PULSE_LEAST = 0.75, 0.8, 0.8, 4
_RUN_ATTACKS_A_QUARTER = 3.0
_SPARSE_ATTACKS_A_QUARTER, _SPARSE_SHARE = 0.35, 0.2
_REPEATED_ATTACKS_A_BAR = 4
_SAME_BEATS = 1 / 24


class Sounded(NamedTuple):
    """One note as the labeller hears it: onset and end in quarter notes on any clock, MIDI pitch.

    `tremolo` marks a note written with tremolo strokes, which a score writes as one long note.
    """

    onset_beats: float
    end_beats: float
    pitch: int
    tremolo: bool = False


def texture(notes: Iterable[Sounded], start_beats: float, middle_beats: float, end_beats: float) -> str:
    """The label, one of `TEXTURES`, of a part's notes in [start, end).

    Args:
        notes: notes of one part, in any order; those outside the window are ignored, those that ring into
            it count for what sounds there, not as attacks.
        start_beats: where the window begins.
        middle_beats: where its second bar begins; equal to `end_beats` for a lone bar.
        end_beats: past its end.
    """
    length = end_beats - start_beats
    # A note a hair before a bar line is the bar's: scores rounded from ticks have such.
    first, past = start_beats - _SAME_BEATS / 2, end_beats - _SAME_BEATS / 2
    inside = sorted(n for n in notes if n.end_beats > start_beats and n.onset_beats < past)
    if length <= 0 or not inside:
        return "silent"
    attacks = _attacks([n for n in inside if n.onset_beats >= first])
    rate = len(attacks) / length
    sounding = _covered(inside, start_beats, end_beats) / length
    if _is_tremolo(inside, attacks, rate):
        return "tremolo"
    if rate <= _HELD_ATTACKS_A_QUARTER and sounding >= _HELD_SHARE:
        return "drone" if len({n.pitch for n in inside}) == 1 else "pad"
    if rate >= _PULSE_ATTACKS_A_QUARTER and _is_pulse(attacks):
        return "pulse"
    if not attacks or (rate <= _SPARSE_ATTACKS_A_QUARTER and sounding <= _SPARSE_SHARE):
        return "sparse"
    repeats = _repeats(attacks, start_beats, middle_beats)
    if repeats:
        return repeats
    if rate >= _RUN_ATTACKS_A_QUARTER:
        return "run"
    if rate <= _CHORALE_ATTACKS_A_QUARTER and sounding >= _CHORALE_SHARE:
        return "chorale"
    return "line"


def textures(notes: Sequence[Sounded], bars_beats: Sequence[float]) -> tuple[str, ...]:
    """Labels of a part in windows of two bars, from the first bar on; an odd last bar is one of its own.

    Args:
        notes: all notes of the part, rising in onset.
        bars_beats: where each bar begins, and past the last one's end.
    """
    out = []
    longest = max((n.end_beats - n.onset_beats for n in notes), default=0.0)
    onsets = [n.onset_beats for n in notes]
    for first in range(0, len(bars_beats) - 1, WINDOW_BARS):
        last = min(first + WINDOW_BARS, len(bars_beats) - 1)
        start, end = bars_beats[first], bars_beats[last]
        near = notes[bisect_left(onsets, start - longest) : bisect_left(onsets, end)]
        out.append(texture(near, start, bars_beats[min(first + 1, last)], end))
    return tuple(out)


Attack = tuple[float, tuple[int, ...]]


def _attacks(notes: Sequence[Sounded]) -> list[Attack]:
    """Onsets with the pitches struck there, lowest first; notes a 24th of a quarter apart are together."""
    out: list[tuple[float, list[int]]] = []
    for note in notes:
        if out and note.onset_beats - out[-1][0] < _SAME_BEATS:
            out[-1][1].append(note.pitch)
        else:
            out.append((note.onset_beats, [note.pitch]))
    return [(onset, tuple(sorted(pitches))) for onset, pitches in out]


def _covered(notes: Sequence[Sounded], start: float, end: float) -> float:
    """Quarters of [start, end) in which something sounds."""
    total, until = 0.0, start
    for note in notes:
        low, high = max(note.onset_beats, until), min(note.end_beats, end)
        if high > low:
            total += high - low
            until = high
    return total


def _is_tremolo(inside: Sequence[Sounded], attacks: Sequence[Attack], rate: float) -> bool:
    if 2 * sum(n.tremolo for n in inside) >= len(inside):
        return True
    pairs = len(attacks) - 1
    alike = sum(a[1] == b[1] for a, b in zip(attacks, attacks[1:]))
    return rate >= _TREMOLO_A_QUARTER and alike >= _PULSE_REPEATED * pairs


def _is_pulse(attacks: Sequence[Attack]) -> bool:
    """Even, and struck again and again at one pitch or chord."""
    if len(attacks) < _PULSE_LEAST:
        return False
    gaps = [b[0] - a[0] for a, b in zip(attacks, attacks[1:])]
    usual = sorted(gaps)[len(gaps) // 2]
    even = sum(abs(gap - usual) < _SAME_BEATS for gap in gaps)
    alike = sum(a[1] == b[1] for a, b in zip(attacks, attacks[1:]))
    return even >= _PULSE_EVEN * len(gaps) and alike >= _PULSE_REPEATED * len(gaps)


def _repeats(attacks: Sequence[Attack], start: float, middle: float) -> str:
    """Ostinato when both bars have one rhythm and the same intervals, figure when only the direction is."""
    first = [a for a in attacks if a[0] < middle - _SAME_BEATS / 2]
    second = [a for a in attacks if a[0] >= middle - _SAME_BEATS / 2]
    if len(first) < _REPEATED_ATTACKS_A_BAR or len(first) != len(second):
        return ""
    if any(
        abs((a[0] - start) - (b[0] - middle)) >= _SAME_BEATS or len(a[1]) != len(b[1])
        for a, b in zip(first, second)
    ):
        return ""
    moves = [[_shape(a, b) for a, b in zip(bar, bar[1:])] for bar in (first, second)]
    if moves[0] == moves[1] and any(len(set(a)) for a in moves):
        return "ostinato"
    turns = [[(m[0] > 0) - (m[0] < 0) for m in bar] for bar in moves]
    return "figure" if turns[0] == turns[1] else ""


def _shape(one: Attack, other: Attack) -> tuple[int, ...]:
    """Intervals from one attack to the next, and within the next."""
    return (other[1][0] - one[1][0], *(pitch - other[1][0] for pitch in other[1][1:]))
