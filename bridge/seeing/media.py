"""The frames of one media file at given instants: films, stills and numbered image sequences alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from bridge.errors import MediaError, TimecodeError
from bridge.schema.timeline import MediaSpan
from bridge.seeing.cache import id_of
from bridge.seeing.frames import SLACK, Film, Rgb
from bridge.timebase import timecode_to_frames

# Frames of an image sequence that may be missing in a row before it counts as gone.
_MOST_MISSING = 10


@dataclass(frozen=True)
class Media:
    """One file, or the pattern of a numbered image sequence with its rate and first number."""

    path: Path
    pattern_rate: Fraction | None = None
    first_number: int = 0

    @classmethod
    def of(cls, span: MediaSpan) -> Media:
        """The media of a shot."""
        return cls(span.path, span.pattern_rate, span.first_number)

    @property
    def id(self) -> str:
        """What stands for its content, '' where it cannot be read."""
        return id_of(self.path, sequence=self.pattern_rate is not None)


@dataclass(frozen=True)
class View:
    """The shape frames are wanted in; `crop` as `Film` takes it."""

    width: int
    height: int
    crop: bool = False


@dataclass
class Remarks:
    """What was found about a media while it was read.

    Attributes:
        problems: sentences about what could not be read.
        guessed: which clock the times are on was guessed from all of them.
    """

    problems: list[str] = field(default_factory=list)
    guessed: bool = False

    @property
    def none(self) -> bool:
        """Whether reading it again would say and show the same, for other times as well."""
        return not self.problems and not self.guessed


def frames_at(
    media: Media, times_s: Sequence[Fraction], view: View, remarks: Remarks
) -> Iterator[Rgb | None]:
    """The picture on screen at each time, as `view` shapes it; None past the media's end.

    Args:
        media: what to open.
        times_s: rising.
        view: size and fit.
        remarks: what is found on the way is added.

    Raises:
        MediaError: not readable, or frames of a sequence are missing.
    """
    if media.pattern_rate is not None:
        yield from _sequence_frames(media, media.pattern_rate, times_s, view)
        return
    name = media.path.name
    with Film(media.path, view.width, view.height, crop=view.crop) as film:
        found = film.found
        shift = _timecode_shift(found.timecode, found.rate, found.length_s, times_s)
        remarks.guessed = remarks.guessed or bool(shift)
        missing: Fraction | None = None
        for time, frame in zip(times_s, film.at([time - shift for time in times_s])):
            if frame is None:
                missing = time if missing is None else max(missing, time)
            yield frame
        if missing is not None:
            remarks.problems.append(
                f"{name} is {float(found.length_s):.1f} s long, but the timeline uses it up to "
                f"{float(missing):.1f} s"
            )
        if film.bad_packets:
            remarks.problems.append(f"{name}: {film.bad_packets} broken packets were skipped")


def _timecode_shift(
    timecode: str, rate: Fraction | None, length_s: Fraction, times_s: Sequence[Fraction]
) -> Fraction:
    """Seconds to take off every time when a timeline counts its media by timecode without saying where
    that begins (EDLs do): only when all times lie past the end and the film's own timecode brings them back.
    """
    if not timecode or rate is None or not length_s or times_s[0] <= length_s:
        return Fraction(0)
    try:
        start = timecode_to_frames(timecode, rate) / rate
    except TimecodeError:
        return Fraction(0)
    return start if 0 <= times_s[0] - start <= length_s else Fraction(0)


def _sequence_frames(
    media: Media, rate: Fraction, times_s: Sequence[Fraction], view: View
) -> Iterator[Rgb | None]:
    """Frames of a numbered image sequence; one missing in it shows the one before, as players do."""
    shown: tuple[int, Rgb] | None = None
    for time in times_s:
        number = media.first_number + max(0, math.floor(time * rate + SLACK))
        if shown is None or shown[0] != number:
            path = Path(str(media.path) % number)
            if path.is_file():
                with Film(path, view.width, view.height, crop=view.crop) as still:
                    frame = next(still.at([Fraction(0)]), None)
                shown = (number, frame) if frame is not None else shown
            elif shown is None or number - shown[0] > _MOST_MISSING:
                raise MediaError(f"frame {number} of the image sequence is missing", where=media.path.name)
        yield shown[1] if shown is not None else None
