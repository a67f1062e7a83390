"""A cue's pictures, measured five times a second: the room's main door."""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.config import Settings
from bridge.errors import MediaError, TimecodeError
from bridge.progress import Progress
from bridge.schema.picture import SAMPLE_STEP_S, Array, Picture
from bridge.schema.timeline import Knot, Timeline
from bridge.seeing import cache, features
from bridge.seeing.features import CHROMA_BINS, HEIGHT, NEUTRAL, SCALE, WIDTH, Frames, Look
from bridge.seeing.frames import SLACK, Film, Rgb
from bridge.seeing.rhythm import cut_rate
from bridge.timebase import timecode_to_frames

_STAGE = "seeing"
# Samples held in memory at once: ten minutes of cue, 21 MB of frames.
_CHUNK = 3000
_REPORT_EVERY = 20


def see(timeline: Timeline, settings: Settings, progress: Progress) -> Picture:
    """Features of a timeline's cue, every 0.2 s from its first frame.

    Each shot's media is read at the source time its map gives, retimes included. Motion is the mean
    absolute RGB difference to the sample before *within the shot* (V-MusProd's measure, every 0.2 s); a
    shot's first sample takes the change to its second, and a shot with one sample the value between its
    neighbours. Where there is no shot, the screen is black. Media that cannot be read is named once in
    `problems`, and its samples are marked unseen.

    Raises:
        Cancelled: the user asked to stop.
    """
    count = max(1, math.ceil(Fraction(timeline.cue_frames) / timeline.rate / SAMPLE_STEP_S))
    view = _View(timeline, count, progress)
    for low in range(0, count, _CHUNK):
        view.read(low, min(low + _CHUNK, count))
    times = [float(SAMPLE_STEP_S * index) for index in range(count)]
    edits = [float(timeline.cue_s(point.frame)) for point in timeline.edit_points]
    rate = cut_rate(edits, times, float(timeline.cue_s(timeline.cue_end_frame)))
    progress.report(_STAGE, count, count)
    return view.picture(rate)


class _View:
    """The arrays being filled, and what went wrong on the way."""

    def __init__(self, timeline: Timeline, count: int, progress: Progress) -> None:
        self._timeline, self._count, self._progress = timeline, count, progress
        self._done = 0
        self._problems: dict[str, None] = {}
        self._seen = np.zeros(count, np.bool_)
        self._values = {name: np.full(count, value, np.float32) for name, value in NEUTRAL.items()}
        self._chroma = np.full((count, CHROMA_BINS), 1 / CHROMA_BINS, np.float32)
        # NaN: not known from the sample itself, to be filled from its neighbours.
        self._values["motion"][:] = np.nan
        self._shots = self._shot_of_samples()
        self._last: Rgb | None = None

    def _shot_of_samples(self) -> npt.NDArray[np.int64]:
        """For each sample the number of its shot, −1 where no shot is on screen."""
        timeline = self._timeline
        starts = [shot.start_frame for shot in timeline.shots]
        found = np.full(self._count, -1, np.int64)
        for index in range(self._count):
            frame = self._frame(index)
            at = bisect.bisect_right(starts, frame) - 1
            if at >= 0 and frame < timeline.shots[at].end_frame:
                found[index] = at
        return found

    def _frame(self, index: int) -> Fraction:
        return self._timeline.cue_start_frame + index * SAMPLE_STEP_S * self._timeline.rate

    def read(self, low: int, high: int) -> None:
        """Measure samples low to high − 1."""
        wanted: dict[tuple[Path, Fraction | None, int], list[tuple[Fraction, int]]] = defaultdict(list)
        for index in range(low, high):
            number = int(self._shots[index])
            if number < 0:
                self._black(index)
                continue
            shot = self._timeline.shots[number]
            if shot.media is None:
                self._problems[shot.problem or f"{shot.name or shot.id} has no media"] = None
                self._step(shot.name)
                continue
            offset = (self._frame(index) - shot.start_frame) / self._timeline.rate
            key = (shot.media.path, shot.media.pattern_rate, shot.media.first_number)
            wanted[key].append((media_time(shot.media.knots, offset), index))
        frames = np.zeros((high - low, HEIGHT, WIDTH, 3), np.uint8)
        read = np.zeros(high - low, np.bool_)
        for (path, pattern_rate, first), times in wanted.items():
            times.sort()
            if pattern_rate is None and self._from_cache(path, times):
                continue
            try:
                for index, frame in self._frames(path, pattern_rate, first, times):
                    self._step(path.name)
                    if frame is not None:
                        frames[index - low], read[index - low] = features.shrink(frame), True
            except MediaError as error:
                self._problems[f"{path.name}: {error.what}"] = None
        self._measure(low, frames, read)

    def _from_cache(self, path: Path, times: list[tuple[Fraction, int]]) -> bool:
        """Take a film's samples from the pass that found its shots, when it took them all."""
        film = cache.recall(path)
        if film is None:
            return False
        places = [film.index(time) for time, _ in times]
        if any(place is None for place in places):
            return False
        at = np.array([place for place in places if place is not None], np.int64)
        to = np.array([index for _, index in times], np.int64)
        self._put(to, film.look, at)
        follows = (np.diff(at) == 1) & (np.diff(to) == 1) & (self._shots[to[1:]] == self._shots[to[:-1]])
        self._values["motion"][to[1:][follows]] = film.motion[at[1:][follows]]
        for _ in times:
            self._step(path.name)
        return True

    def _frames(
        self, path: Path, pattern_rate: Fraction | None, first: int, times: list[tuple[Fraction, int]]
    ) -> Iterator[tuple[int, Rgb | None]]:
        if pattern_rate is not None:
            yield from _sequence_frames(path, pattern_rate, first, times)
            return
        with Film(path, WIDTH * SCALE, HEIGHT * SCALE) as film:
            found = film.found
            shift = _timecode_shift(found.timecode, found.rate, found.length_s, times)
            missing: Fraction | None = None
            for (time, index), frame in zip(times, film.at([time - shift for time, _ in times])):
                if frame is None:
                    missing = time if missing is None else max(missing, time)
                yield index, frame
            if missing is not None:
                self._problems[
                    f"{path.name} is {float(found.length_s):.1f} s long, but the timeline uses it up to "
                    f"{float(missing):.1f} s"
                ] = None
            if film.bad_packets:
                self._problems[f"{path.name}: {film.bad_packets} broken packets were skipped"] = None

    def _measure(self, low: int, frames: Frames, read: npt.NDArray[np.bool_]) -> None:
        places = np.flatnonzero(read)
        for start in range(0, len(places), 256):
            part = places[start : start + 256]
            self._put(part + low, features.look(frames[part]), np.arange(len(part)))
            self._progress.check()
        pairs = np.flatnonzero(read[1:] & read[:-1]) + 1
        pairs = pairs[self._shots[pairs + low] == self._shots[pairs + low - 1]]
        if len(pairs):
            self._values["motion"][pairs + low] = features.difference(frames[pairs], frames[pairs - 1])
        if low and read[0] and self._last is not None and self._shots[low] == self._shots[low - 1]:
            self._values["motion"][low] = features.difference(frames[:1], self._last[None])[0]
        self._last = frames[-1].copy() if read[-1] else None

    def _put(self, to: npt.NDArray[np.int64], look: Look, at: npt.NDArray[np.int64]) -> None:
        self._seen[to] = True
        for name in ("brightness", "saturation", "warmth", "contrast"):
            self._values[name][to] = getattr(look, name)[at]
        self._chroma[to] = look.chroma[at]

    def _black(self, index: int) -> None:
        """No shot: the screen is black, which is seen and not unknown."""
        self._seen[index] = True
        for name in NEUTRAL:
            self._values[name][index] = 0
        self._step("")

    def _step(self, note: str) -> None:
        self._done += 1
        if self._done % _REPORT_EVERY == 0:
            self._progress.report(_STAGE, self._done, self._count, note)
        else:
            self._progress.check()

    def picture(self, rate: Array) -> Picture:
        """What was seen."""
        self._values["motion"] = settled_motion(self._values["motion"], self._shots, self._seen)
        return Picture(
            seen=self._seen,
            motion=self._values["motion"],
            brightness=self._values["brightness"],
            saturation=self._values["saturation"],
            warmth=self._values["warmth"],
            contrast=self._values["contrast"],
            chroma=self._chroma,
            cut_rate=rate,
            problems=tuple(self._problems),
        )


def media_time(knots: tuple[Knot, ...], offset_s: Fraction) -> Fraction:
    """Seconds of the media on screen at an offset into a shot; the ends hold."""
    if offset_s <= knots[0].offset_s:
        return knots[0].media_s
    for left, right in zip(knots, knots[1:]):
        if offset_s <= right.offset_s:
            share = (offset_s - left.offset_s) / (right.offset_s - left.offset_s)
            return left.media_s + (right.media_s - left.media_s) * share
    return knots[-1].media_s


def settled_motion(motion: Array, shots: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]) -> Array:
    """Motion without holes: a shot's first sample takes its second's; what is still unknown but seen lies
    between its known neighbours; the unseen is 0.
    """
    filled = motion.copy()
    for index in np.flatnonzero(np.isnan(motion[:-1])):
        if shots[index] == shots[index + 1] and not np.isnan(motion[index + 1]):
            filled[index] = motion[index + 1]
    known = np.flatnonzero(~np.isnan(filled) & seen)
    holes = np.flatnonzero(np.isnan(filled) & seen)
    if len(holes):
        filled[holes] = np.interp(holes, known, filled[known]) if len(known) else 0
    filled[~seen] = NEUTRAL["motion"]
    return filled.astype(np.float32)


def _timecode_shift(
    timecode: str, rate: Fraction | None, length_s: Fraction, times: list[tuple[Fraction, int]]
) -> Fraction:
    """Seconds to take off every time when a timeline counts its media by timecode without saying where
    that begins (EDLs do): only when all times lie past the end and the film's own timecode brings them back.
    """
    if not timecode or rate is None or not length_s or times[0][0] <= length_s:
        return Fraction(0)
    try:
        start = timecode_to_frames(timecode, rate) / rate
    except TimecodeError:
        return Fraction(0)
    return start if 0 <= times[0][0] - start <= length_s else Fraction(0)


def _sequence_frames(
    pattern: Path, rate: Fraction, first: int, times: list[tuple[Fraction, int]]
) -> Iterator[tuple[int, Rgb | None]]:
    """Frames of a numbered image sequence; one missing in it shows the one before, as players do."""
    shown: tuple[int, Rgb] | None = None
    for time, index in times:
        number = first + max(0, math.floor(time * rate + SLACK))
        if shown is None or shown[0] != number:
            path = Path(str(pattern) % number)
            if path.is_file():
                with Film(path, WIDTH * SCALE, HEIGHT * SCALE) as still:
                    frame = next(still.at([Fraction(0)]), None)
                shown = (number, frame) if frame is not None else shown
            elif shown is None or number - shown[0] > 10:
                raise MediaError(f"frame {number} of the image sequence is missing", where=path.name)
        yield index, shown[1] if shown is not None else None
