"""Stretches of visible picture to shots, with their media maps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bridge.reading.retime import cut
from bridge.reading.visible import Stretch
from bridge.schema.timeline import EditKind, EditPoint, MediaSpan, Shot


def shots_of(stretches: list[Stretch], points: list[EditPoint], rate: Fraction) -> list[Shot]:
    """Shots in order. Two shots that a transition joins meet in its middle, where its edit point is, so a
    shot's media may run a little past the clip's own ends: into its handles.
    """
    middles: dict[tuple[int, int], int] = {}
    for point in points:
        if point.kind is EditKind.TRANSITION:
            middles[point.start_frame, point.end_frame] = point.frame
    ends = {stretch.end for stretch in stretches}
    starts = {stretch.start for stretch in stretches}
    moved: dict[int, int] = {}
    for (low, high), middle in middles.items():
        joins = [frame for frame in range(low, high + 1) if frame in ends and frame in starts]
        if len(joins) == 1:
            moved[joins[0]] = middle
    shots: list[Shot] = []
    for stretch in stretches:
        start, end = moved.get(stretch.start, stretch.start), moved.get(stretch.end, stretch.end)
        if end > start:
            shots.append(_shot(stretch, start, end, rate, len(shots) + 1))
    return shots


def _shot(stretch: Stretch, start: int, end: int, rate: Fraction, number: int) -> Shot:
    piece = stretch.piece
    media: MediaSpan | None = None
    problem = f"{piece.name or 'a shot'} names no media file"
    if piece.source is not None:
        problem = piece.source.problem
        if piece.source.span is not None and piece.knots is not None:
            low, high = (start - piece.start) / rate, (end - piece.start) / rate
            knots = piece.knots
            if low != 0 or high != knots[-1].offset_s:
                knots = cut(knots, low, high)
            media = replace(piece.source.span, knots=knots)
    name = piece.name or (media.path.name if media is not None else "")
    return Shot(f"s{number:04d}", name, start, end, media, "" if media is not None else problem)
