"""A bare film as a timeline: its detected shots, at its own rate and start timecode."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from bridge import keeping
from bridge.config import Settings
from bridge.errors import MediaError, TimecodeError
from bridge.keeping import Key
from bridge.progress import Progress
from bridge.schema.picture import SAMPLE_STEP_S
from bridge.schema.timeline import EditKind, EditPoint, Knot, MediaSpan, Shot, Sound, Timeline
from bridge.seeing.features import HEIGHT, SCALE, WIDTH
from bridge.seeing.frames import SLACK, Film, Found, Rgb
from bridge.seeing.looks import Looks
from bridge.seeing.media import Media
from bridge.seeing.shots import ShotFinder
from bridge.timebase import can_drop, cue_bounds, mark_frame, parse_rate, timecode_to_frames

_STAGE = "reading"
_REPORT_EVERY = 50
_DEFAULT_RATE = Fraction(25)
_KINDS = (EditKind.CUT, EditKind.TRANSITION)
# Raise it with every change to what is found in a film.
_VERSION = 1
# Sound may run on for a little past the picture; missing more than this, and than this share, is said.
_SHORT_S, _SHORT_SHARE = Fraction(1), Fraction(1, 20)


def film_timeline(path: Path, settings: Settings, progress: Progress) -> Timeline:
    """A film as a timeline of its detected shots, edit points and all.

    One decoding pass finds the cuts and measures the picture, which `see` then need not do again; what was
    found is kept on disk, so that the next time nothing is decoded at all. Rate and start timecode are the
    container's. `settings.mark_in` and `mark_out` cut the cue as they do for timelines; Out is the first
    frame after it.

    Raises:
        MediaError: no such file, not readable, or no picture in it.
        TimelineError: marks outside the film.
        TimecodeError: a mark that is no timecode, or `settings.fps` that is no rate.
        Cancelled: the user asked to stop.
    """
    progress.report(_STAGE, 0, 1, path.name)
    with Film(path, WIDTH * SCALE, HEIGHT * SCALE) as film:
        found = film.found
        rate = found.rate or _DEFAULT_RATE
        warnings = _rate_warnings(settings.fps, rate, found)
        start = _start_timecode(found, rate)
        drop = ";" in found.timecode and can_drop(rate)
        mark_frame(settings.mark_in, "In", rate, start, drop)  # a faulty mark is said before a film is read
        key = _key(path, rate)
        known = _recalled(key)
        if known is None:
            known = _looked(path, film, rate, progress)
            if film.bad_packets:
                warnings.append(f"{path.name}: {film.bad_packets} broken packets were skipped")
            else:
                _keep(key, known)
    points, count = known.points, known.frames
    warnings += _cut_short(path, Fraction(count) / rate, found.length_s)
    cue_start, cue_end = cue_bounds(settings.mark_in, settings.mark_out, rate, start, drop, count, warnings)
    edits = tuple(_cut_edits(points, cue_start, cue_end))
    shots = _shots(path, rate, [0, *(point.frame for point in points), count], cue_start, cue_end)
    progress.report(_STAGE, 1, 1, path.name)
    timeline = Timeline(
        name=path.stem,
        rate=rate,
        drop_frame=drop,
        start_timecode_frames=start,
        duration_frames=count,
        cue_start_frame=cue_start,
        cue_end_frame=cue_end,
        shots=shots,
        edit_points=edits,
        sounds=(_sound(path, rate, cue_start, cue_end),),
        source=path,
        warnings=tuple(warnings),
    )
    return replace(timeline, fingerprint=_fingerprint(timeline))


@dataclass(frozen=True)
class _Known:
    """What one pass over a whole film finds: its edit points and its length, in frames of its rate."""

    points: tuple[EditPoint, ...]
    frames: int


def _looked(path: Path, film: Film, rate: Fraction, progress: Progress) -> _Known:
    pass_ = _Pass(path, rate)
    total = max(1, round(film.found.length_s * rate))
    for time, frame in film.frames():
        pass_.add(time, frame)
        if pass_.count % _REPORT_EVERY == 0:
            progress.report(_STAGE, min(pass_.count, total - 1), total, path.name)
        else:
            progress.check()
    return _Known(tuple(pass_.finish(path, not film.bad_packets, progress)), pass_.frames_long)


def _key(path: Path, rate: Fraction) -> Key:
    return Key("shots", _VERSION, Media(path).id, f"rate={rate}")


def _recalled(key: Key) -> _Known | None:
    found = keeping.recall(key)
    if found is None:
        return None
    points = (
        EditPoint(int(frame), _KINDS[int(kind)], int(start), int(end), str(style))
        for (kind, frame, start, end), style in zip(found["points"], found["styles"])
    )
    return _Known(tuple(points), int(found["frames"]))


def _keep(key: Key, known: _Known) -> None:
    rows = [[_KINDS.index(p.kind), p.frame, p.start_frame, p.end_frame] for p in known.points]
    arrays = {
        "points": np.array(rows, np.int64).reshape(len(rows), 4),
        "styles": np.array([point.style for point in known.points], np.str_),
        "frames": np.array(known.frames),
    }
    keeping.keep(key, arrays)


class _Pass:
    """One pass over a film: feeds the shot finder, and measures what is on screen five times a second."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        self._rate = rate
        self._finder = ShotFinder(rate)
        self._looks = Looks(Media(path))
        self._slack = SLACK / rate
        self._held: Rgb | None = None
        self._next_s = Fraction(0)
        self._numbers: list[int] = []
        self._time = Fraction(-1)
        self.count = 0
        self.frames_long = 0

    def add(self, time: Fraction, frame: Rgb) -> None:
        while self._held is not None and time > self._next_s + self._slack:
            self._sample(self._held)
        self._held = frame
        self.count += 1
        number = round(time * self._rate)
        if number < self.frames_long:
            # Between two frames of the film's own rate: telephones film faster at times. A stamp that stands
            # still is a broken one instead.
            if time > self._time:
                return
            number = self.frames_long
        self._time = time
        self._finder.add(frame)
        self._numbers.append(number)
        self.frames_long = number + 1

    def _sample(self, frame: Rgb) -> None:
        self._looks.follow(self._next_s, frame)
        self._next_s += SAMPLE_STEP_S

    def finish(self, path: Path, whole: bool, progress: Progress) -> list[EditPoint]:
        """The film's edit points on its own frames; what was measured is kept if the film is `whole`."""
        if self._held is None:
            raise MediaError("no frame of this film can be decoded", where=path.name)
        end = Fraction(self.frames_long) / self._rate
        while self._next_s < end:
            self._sample(self._held)
        self._looks.settle()
        if whole:
            self._looks.keep()
        points = self._finder.finish(progress.check)
        numbers = [*self._numbers, self.frames_long]
        return [
            replace(
                point,
                frame=numbers[point.frame],
                start_frame=numbers[point.start_frame],
                end_frame=numbers[point.end_frame],
            )
            for point in points
        ]


def _rate_warnings(fps: str, rate: Fraction, found: Found) -> list[str]:
    warnings = []
    if found.rate is None:
        warnings.append(f"the film does not say its frame rate; {float(rate):g} is assumed")
    if fps.strip() and parse_rate(fps) != rate:
        warnings.append(f"the film runs at {float(rate):.6g} frames a second; --fps {fps} is ignored")
    return warnings


def _cut_short(path: Path, length_s: Fraction, said_s: Fraction) -> list[str]:
    """A warning where a film has clearly less picture than it says."""
    if said_s - length_s < max(_SHORT_S, _SHORT_SHARE * said_s):
        return []
    return [
        f"{path.name}: the picture ends after {float(length_s):.1f} s, though the file says "
        f"{float(said_s):.1f} s; it may have been cut short"
    ]


def _start_timecode(found: Found, rate: Fraction) -> int:
    try:
        return timecode_to_frames(found.timecode, rate) if found.timecode else 0
    except TimecodeError:
        return 0


def _cut_edits(points: Sequence[EditPoint], start: int, end: int) -> list[EditPoint]:
    kept = []
    for point in points:
        if point.kind is EditKind.CUT and start < point.frame < end:
            kept.append(point)
        elif point.kind is EditKind.TRANSITION and start <= point.frame < end:
            kept.append(
                replace(point, start_frame=max(point.start_frame, start), end_frame=min(point.end_frame, end))
            )
    return kept


def _shots(path: Path, rate: Fraction, bounds: list[int], cue_start: int, cue_end: int) -> tuple[Shot, ...]:
    edges = sorted({min(max(bound, cue_start), cue_end) for bound in bounds})
    shots: list[Shot] = []
    for low, high in zip(edges, edges[1:]):
        knots = (Knot(Fraction(0), low / rate), Knot((high - low) / rate, high / rate))
        number = len(shots) + 1
        shots.append(Shot(f"s{number:04d}", f"shot {number}", low, high, MediaSpan(path, knots)))
    return tuple(shots)


def _sound(path: Path, rate: Fraction, start: int, end: int) -> Sound:
    """The film's own sound, under the whole cue."""
    knots = (Knot(Fraction(0), start / rate), Knot((end - start) / rate, end / rate))
    return Sound("", start, end, MediaSpan(path, knots))


def _fingerprint(timeline: Timeline) -> str:
    content = [
        "film",
        timeline.source.name,
        str(timeline.rate),
        timeline.cue_start_frame,
        timeline.cue_end_frame,
        [
            [point.frame, point.kind.value, point.start_frame, point.end_frame]
            for point in timeline.edit_points
        ],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
