"""Transition points (after Ourmuse): where the picture turns, how strongly, in scene, tone or pacing.

The seconds before an instant are held against the seconds after it, in the scales that plots are found with.
Scene is what is shown (its hues, what a semantic encoder sees, and how the edit gets there), tone how it
feels (valence, tension, light and colour), pacing how fast it goes (energy, motion, cuts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bridge.schema.cues import Plot, ShiftKind, TransitionPoint
from bridge.schema.timeline import EditKind, EditPoint, Timeline
from bridge.spotting.boundaries import COLUMNS, MIN_PLOT_S, describe_seconds
from bridge.spotting.edges import of_transition
from bridge.spotting.mood import Curve, SecondlyFeatures

# How far an axis must move to count as one scale of its own, beside those of `boundaries.describe_seconds`.
_AXIS_SCALES = {"valence": 0.12, "energy": 0.15, "tension": 0.12}
_ONE = 1.0
LISTED = 1 - math.exp(-_ONE)
"""Points inside plots are listed from this strength on: their columns differ by one scale on average."""
_A_NAT = 1 / 6  # of a scale: a fade says as much about the scene as half of one
# Hues weigh about two columns, meaning as many: the root of their mean square is over that number.
_BLOCK_COLUMNS = 2
_CLEAR = 0.6
_MOST_WORDS = 3
_TONE = ("valence", "tension", "brightness", "saturation", "warmth")
_PACING = ("energy", "motion", "cuts")
_WORDS = {
    "brightness": ("darker", "brighter"),
    "warmth": ("colder colours", "warmer colours"),
    "saturation": ("paler", "more colourful"),
    "motion": ("less movement", "more movement"),
    "cuts": ("fewer cuts", "more cuts"),
    "tension": ("more at ease", "tenser"),
    "valence": ("gloomier", "friendlier"),
    "energy": ("calmer", "livelier"),
}
_SAYS = {
    ShiftKind.SCENE: "the scene changes",
    ShiftKind.TONE: "the tone changes",
    ShiftKind.PACING: "the pace changes",
}


def find_shifts(
    timeline: Timeline, features: SecondlyFeatures, axes: tuple[Curve, Curve, Curve], plots: Sequence[Plot]
) -> tuple[TransitionPoint, ...]:
    """The transition points of a cue, rising: every start of a plot but the first, and strong edits between.

    Args:
        timeline: its edit points and the cue's place.
        features: what is seen, a value a second.
        axes: valence, energy and tension, a value a second.
        plots: the cue's plots.
    """
    named = dict(zip(("valence", "energy", "tension"), axes))
    scaled = [named[name] / scale for name, scale in _AXIS_SCALES.items()]
    matrix = np.concatenate([np.stack(scaled, axis=1), describe_seconds(features)], axis=1)
    blocks = 1 if features.semantic is None else 2
    points = {point.frame: point for point in timeline.edit_points}
    starts = [plot.start_frame for plot in plots[1:]]
    kept = {frame: _shift(timeline, matrix, blocks, points.get(frame) or frame) for frame in starts}
    between = (
        _shift(timeline, matrix, blocks, point)
        for frame, point in points.items()
        if timeline.cue_start_frame < frame < timeline.cue_end_frame and frame not in kept
    )
    apart = MIN_PLOT_S * timeline.rate
    ends = (timeline.cue_start_frame, timeline.cue_end_frame)
    for shift in sorted(between, key=lambda each: (-each.strength, each.frame)):
        if shift.strength < LISTED:
            break
        within = all(abs(shift.frame - frame) >= apart / 2 for frame in ends)
        if within and all(abs(shift.frame - frame) >= apart for frame in kept):
            kept[shift.frame] = shift
    return tuple(kept[frame] for frame in sorted(kept))


def _shift(timeline: Timeline, matrix: Curve, blocks: int, where: EditPoint | int) -> TransitionPoint:
    """The turn at an edit point or a frame.

    `matrix` holds the axes first, then the columns, then hues and, where `blocks` is 2, meaning.
    """
    frame = where if isinstance(where, int) else where.frame
    seconds = len(matrix)
    at = min(max(round(float(timeline.cue_s(frame))), 1), max(1, seconds - 1))
    reach = round(MIN_PLOT_S)
    before, after = matrix[max(0, at - reach) : at], matrix[min(at, seconds - 1) : at + reach]
    apart = after.mean(axis=0) - before.mean(axis=0)
    moved = dict(zip((*_AXIS_SCALES, *COLUMNS), apart))
    sizes = {
        ShiftKind.SCENE: float(np.linalg.norm(apart[len(moved) :])) / math.sqrt(_BLOCK_COLUMNS * blocks),
        ShiftKind.TONE: _root_mean_square([moved[name] for name in _TONE]),
        ShiftKind.PACING: _root_mean_square([moved[name] for name in _PACING]),
    }
    point = None if isinstance(where, int) else where
    if point is not None:
        sizes[ShiftKind.SCENE] += _A_NAT * of_transition(point)
    kind = max(sizes, key=lambda each: sizes[each])
    clear = sorted((name for name in _WORDS if abs(moved[name]) >= _CLEAR), key=lambda n: -abs(moved[n]))
    words = [_WORDS[name][int(moved[name] > 0)] for name in clear[:_MOST_WORDS]]
    says = _SAYS[kind] + (f": {', '.join(words)}" if words else "")
    return TransitionPoint(frame, kind, round(1 - math.exp(-sizes[kind]), 3), f"{says}, {how(point)}")


def how(point: EditPoint | None) -> str:
    """How the edit gets to the next picture, as an adverb: "at a cut"."""
    if point is None:
        return "within a shot"
    return "at a cut" if point.kind is EditKind.CUT else f"at a {point.style.lower() or 'transition'}"


def _root_mean_square(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
