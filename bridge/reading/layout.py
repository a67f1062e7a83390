"""Tracks laid out: every clip on exact timeline frames, every transition on the join it softens.

Positions are sums of durations kept as exact fractions and rounded only at the end, because other
programs mix rates on one track; OTIO's own range calls would cost the square of the number of clips.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from bridge.reading.kinds import Look
from bridge.reading.retime import Knots, cut
from bridge.schema.timeline import GainPoint, MediaSpan


@dataclass(frozen=True)
class Source:
    """What a clip plays: a name that tells media apart, and the file when it is on this machine.

    `span` has no knots of its own yet: those of the shot are put in when shots are made.
    """

    key: str
    span: MediaSpan | None = None
    problem: str = ""


@dataclass(frozen=True)
class Mixing:
    """How loud a clip on a sound track is, and which of its media's channels it plays; as in `Sound`."""

    gain: tuple[GainPoint, ...] = ()
    fade_in_s: Fraction = Fraction(0)
    fade_out_s: Fraction = Fraction(0)
    channels: tuple[tuple[int, int], ...] = ()

    def part(self, start_s: Fraction, end_s: Fraction, length_s: Fraction) -> Mixing:
        """That of [start_s, end_s) of a clip of some length; a fade stays only at an end that does."""
        return Mixing(
            tuple(replace(point, offset_s=point.offset_s - start_s) for point in self.gain),
            self.fade_in_s if start_s <= 0 else Fraction(0),
            self.fade_out_s if end_s >= length_s else Fraction(0),
            self.channels,
        )


@dataclass(frozen=True)
class Piece:
    """One clip on a track, [start, end) in timeline frames. `knots` may be None when time is unknown.

    `mixing` is set for a clip on a sound track.
    """

    start: Fraction
    end: Fraction
    look: Look
    name: str = ""
    source: Source | None = None
    knots: Knots | None = None
    rate: Fraction = Fraction(24)
    mixing: Mixing | None = None

    def part(self, start: Fraction, end: Fraction) -> Piece:
        """What is left when only [start, end) of it shows."""
        if start == self.start and end == self.end:
            return self
        knots, mixing = self.knots, self.mixing
        low, high = (start - self.start) / self.rate, (end - self.start) / self.rate
        if knots is not None:
            knots = cut(knots, low, high)
        if mixing is not None:
            mixing = mixing.part(low, high, (self.end - self.start) / self.rate)
        return replace(self, start=start, end=end, knots=knots, mixing=mixing)

    def moved(self, by: Fraction) -> Piece:
        """The same, `by` frames later."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True)
class Fade:
    """A transition on a track, [start, end) in timeline frames, softening the join at `cut`."""

    start: Fraction
    end: Fraction
    cut: Fraction
    style: str

    def moved(self, by: Fraction) -> Fade:
        """The same, `by` frames later."""
        return replace(self, start=self.start + by, end=self.end + by, cut=self.cut + by)


@dataclass(frozen=True)
class Mark:
    """A marker as written, on timeline frames."""

    start: Fraction
    length: Fraction
    name: str = ""
    note: str = ""
    color: str = ""

    def moved(self, by: Fraction) -> Mark:
        """The same, `by` frames later."""
        return replace(self, start=self.start + by)


@dataclass
class Layer:
    """One track, laid out: pieces in order and not overlapping, fades between them, markers on them.

    `length` counts gaps as well, also those at its end.
    """

    pieces: list[Piece] = field(default_factory=list)
    fades: list[Fade] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    length: Fraction = Fraction(0)

    def moved(self, by: Fraction) -> Layer:
        """The same, `by` frames later."""
        return Layer(
            [piece.moved(by) for piece in self.pieces],
            [fade.moved(by) for fade in self.fades],
            [mark.moved(by) for mark in self.marks],
            self.length + by,
        )

    def cropped(self, start: Fraction, end: Fraction) -> Layer:
        """What lies within [start, end)."""
        pieces = [
            piece.part(max(piece.start, start), min(piece.end, end))
            for piece in self.pieces
            if piece.end > start and piece.start < end
        ]
        fades = [
            replace(fade, start=max(fade.start, start), end=min(fade.end, end))
            for fade in self.fades
            if start <= fade.cut <= end and fade.end > start and fade.start < end
        ]
        marks = [mark for mark in self.marks if start <= mark.start < end]
        return Layer(pieces, fades, marks, min(self.length, end))

    @property
    def end(self) -> Fraction:
        """Where its last piece ends."""
        return self.pieces[-1].end if self.pieces else Fraction(0)
