"""Timelines and pictures built by hand, for spotting alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from bridge.schema.picture import Picture
from bridge.schema.timeline import EditKind, EditPoint, Marker, Shot, Timeline

RATE = Fraction(24)


def timeline(
    length_s: float,
    cuts_s: Sequence[float] = (),
    markers: Sequence[Marker] = (),
    transitions: Sequence[EditPoint] = (),
    start_frame: int = 0,
) -> Timeline:
    end = start_frame + round(length_s * 24)
    cuts = [start_frame + round(t * 24) for t in cuts_s]
    bounds = [start_frame, *cuts, end]
    points = [EditPoint(f, EditKind.CUT, f, f) for f in cuts] + list(transitions)
    return Timeline(
        name="test",
        rate=RATE,
        drop_frame=False,
        start_timecode_frames=86400,
        duration_frames=end,
        cue_start_frame=start_frame,
        cue_end_frame=end,
        shots=tuple(Shot(f"s{i}", "", a, b) for i, (a, b) in enumerate(zip(bounds, bounds[1:]))),
        edit_points=tuple(sorted(points, key=lambda p: p.frame)),
        markers=tuple(markers),
    )


def picture(
    source: Timeline,
    stretches: Sequence[tuple[float, dict[str, float]]] = (),
    seen: bool = True,
) -> Picture:
    """Constant features, replaced from each stretch's second on by its values."""
    n = math.ceil(source.cue_s(source.cue_end_frame) * 5)
    base = {"motion": 0.02, "brightness": 0.45, "saturation": 0.3, "warmth": 0.0, "contrast": 0.3}
    arrays = {name: np.full(n, value, dtype=np.float32) for name, value in base.items()}
    for start_s, values in stretches:
        for name, value in values.items():
            arrays[name][int(start_s * 5) :] = value
    rate = np.zeros(n, dtype=np.float32)
    for point in source.edit_points:
        at = int(source.cue_s(point.frame) * 5)
        rate[max(0, at - 20) : at + 20] += 1 / 8
    return Picture(
        seen=np.full(n, seen),
        chroma=np.full((n, 64), 1 / 64, dtype=np.float32),
        cut_rate=rate,
        **arrays,
    )
