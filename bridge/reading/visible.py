"""Which picture a viewer sees at each frame, and where it changes.

Flattening would lose transitions and let a title hide the shot under it, so edit points are found here:
tracks are painted from the top down; what hides the picture takes the frames nobody took before, and
what only lies over it takes what then is left, so that a title card over black is a picture too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bridge.reading.kinds import Look
from bridge.reading.layout import Fade, Layer, Piece
from bridge.reading.retime import joined, speed_at_end, speed_at_start
from bridge.schema.timeline import EditKind, EditPoint

# A film laid on the timeline whole and cut up at its own cuts: from this many joins on, when at least
# this share of all joins are continuous, they are cuts and not through edits.
_FLAT_FILM_JOINS = 3
_FLAT_FILM_SHARE = 0.6


@dataclass(frozen=True)
class Stretch:
    """[start, end) whole frames that one piece is seen for."""

    start: int
    end: int
    piece: Piece
    layer: int


def paint(layers: list[Layer]) -> list[Stretch]:
    """What is seen, in order, from tracks in order (lowest first). Black and holes are left out."""
    free: list[tuple[int, int]] = [(-(10**12), 10**12)]
    seen: list[Stretch] = []
    for looks in ((Look.PICTURE, Look.BLACK), (Look.OVERLAY,)):
        for number in range(len(layers) - 1, -1, -1):
            pieces = [piece for piece in layers[number].pieces if piece.look in looks]
            free = _paint_layer(pieces, number, free, seen)
    return sorted((stretch for stretch in seen if stretch.piece.look is not Look.BLACK), key=_start)


def _start(stretch: Stretch) -> int:
    return stretch.start


def _paint_layer(
    pieces: list[Piece], number: int, free: list[tuple[int, int]], seen: list[Stretch]
) -> list[tuple[int, int]]:
    """Paint one layer's pieces into the free spans; both lists are in order and do not overlap."""
    if not pieces:
        return free
    left: list[tuple[int, int]] = []
    index = 0
    for low, high in free:
        cursor = low
        while index < len(pieces) and round(pieces[index].end) <= low:
            index += 1
        at = index
        while at < len(pieces) and round(pieces[at].start) < high:
            piece = pieces[at]
            start, end = max(round(piece.start), cursor), min(round(piece.end), high)
            if end > start:
                if start > cursor:
                    left.append((cursor, start))
                seen.append(Stretch(start, end, _part(piece, start, end), number))
                cursor = end
            at += 1
        index = max(index, at - 1)
        if cursor < high:
            left.append((cursor, high))
    return left


def _part(piece: Piece, start: int, end: int) -> Piece:
    """The piece's part that shows; whole-frame bounds within rounding of its own leave it as it is."""
    if start == round(piece.start) and end == round(piece.end):
        return piece
    low = piece.start if start == round(piece.start) else Fraction(start)
    high = piece.end if end == round(piece.end) else Fraction(end)
    return piece.part(low, high)


def is_continuous(first: Piece, second: Piece) -> bool:
    """Whether a join is a through edit: same media, same speed, and source time goes on."""
    if first.source is None or second.source is None or first.knots is None or second.knots is None:
        return False
    if first.source.key != second.source.key or not first.source.key:
        return False
    if speed_at_end(first.knots) != speed_at_start(second.knots):
        return False
    return abs(first.knots[-1].media_s - second.knots[0].media_s) * first.rate <= Fraction(1, 2)


def merge_through_edits(stretches: list[Stretch]) -> tuple[list[Stretch], int]:
    """Join what a viewer sees as one shot; also the number of joins kept because the film is flat.

    A through edit (same media, speed and running source time on both sides) is no cut. But a finished
    film cut up at its own cuts (as scene-cut detection leaves it) consists of nothing else: when at
    least 3 joins and 60 % of them all are continuous, they are taken for cuts.
    """
    joins = [
        (a, b) for a, b in zip(stretches, stretches[1:]) if a.end == b.start and a.piece.source is not None
    ]
    through = sum(
        is_continuous(a.piece, b.piece) and speed_at_start(b.piece.knots or ()) != 0 for a, b in joins
    )
    if through >= _FLAT_FILM_JOINS and through >= _FLAT_FILM_SHARE * len(joins):
        return stretches, through
    merged: list[Stretch] = []
    for stretch in stretches:
        last = merged[-1] if merged else None
        if last is not None and last.end == stretch.start and is_continuous(last.piece, stretch.piece):
            knots = joined(last.piece.knots or (), stretch.piece.knots or ())
            whole = Piece(
                last.piece.start,
                stretch.piece.end,
                last.piece.look,
                last.piece.name,
                last.piece.source,
                knots,
                last.piece.rate,
            )
            merged[-1] = Stretch(last.start, stretch.end, whole, last.layer)
        else:
            merged.append(stretch)
    return merged, 0


def visible_fades(stretches: list[Stretch], layers: list[Layer]) -> list[Fade]:
    """The fades on a join that is itself visible: a stretch of their own track starts or ends there."""
    bounds = {(stretch.layer, frame) for stretch in stretches for frame in (stretch.start, stretch.end)}
    return [
        fade
        for number, layer in enumerate(layers)
        for fade in layer.fades
        if (number, round(fade.cut)) in bounds
    ]


def edit_points(stretches: list[Stretch], fades: list[Fade]) -> list[EditPoint]:
    """Every visible change: ends of stretches, as transitions where a visible fade softens them."""
    starts = {stretch.start: stretch for stretch in stretches}
    ends = {stretch.end: stretch for stretch in stretches}
    found = {frame: EditPoint(frame, EditKind.CUT, frame, frame) for frame in (*starts, *ends)}
    for fade in fades:
        cut = round(fade.cut)
        before, after = ends.get(cut), starts.get(cut)
        if cut not in found or found[cut].kind is EditKind.TRANSITION:
            continue
        low = max(round(fade.start), before.start) if before else cut
        high = min(round(fade.end), after.end) if after else cut
        if high > low:
            found[cut] = EditPoint((low + high) // 2, EditKind.TRANSITION, low, high, fade.style)
    unique: dict[int, EditPoint] = {}
    for point in sorted(found.values(), key=lambda p: (p.frame, p.kind is EditKind.CUT)):
        unique.setdefault(point.frame, point)
    return list(unique.values())
