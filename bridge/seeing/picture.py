"""A cue's pictures, measured five times a second: the room's main door."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bridge.config import Settings
from bridge.errors import MediaError
from bridge.progress import Progress
from bridge.schema.picture import SAMPLE_STEP_S, Array, Picture
from bridge.schema.timeline import Timeline
from bridge.seeing.features import CHROMA_BINS, LOOKS, NEUTRAL, Look
from bridge.seeing.looks import Looks
from bridge.seeing.media import Media
from bridge.seeing.rhythm import cut_rate
from bridge.seeing.sampling import Sample, sample, shot_of_samples
from bridge.seeing.semantic import understood

_STAGE = "seeing"
# Samples measured at once: ten minutes of cue, 21 MB of frames.
_CHUNK = 3000
_REPORT_EVERY = 20


def see(timeline: Timeline, settings: Settings, progress: Progress) -> Picture:
    """Features of a timeline's cue, every 0.2 s from its first frame.

    Each shot's media is read at the source time its map gives, retimes included (`sampling.sample` says
    when exactly). Motion is the mean absolute RGB difference to the sample before *within the shot*
    (V-MusProd's measure, every 0.2 s); a shot's first sample takes the change to its second, and a shot with
    one sample the value between its neighbours. Where there is no shot, the screen is black. Media that
    cannot be read is named once in `problems`, and its samples are marked unseen.

    Where a semantic encoder is installed, or `settings.encoder` names one, the picture also has what it means
    and feels like (`semantic.understood`). What was measured of a media before is not looked at again.

    Raises:
        SettingsError: `settings.encoder` is no encoder.
        ModelError: a graph that measures is missing or broken.
        Cancelled: the user asked to stop.
    """
    count = max(1, math.ceil(Fraction(timeline.cue_frames) / timeline.rate / SAMPLE_STEP_S))
    view = _View(timeline, count, progress)
    try:
        for low in range(0, count, _CHUNK):
            view.read(low, min(low + _CHUNK, count))
    finally:
        view.keep()
    times = [float(SAMPLE_STEP_S * index) for index in range(count)]
    edits = [float(timeline.cue_s(point.frame)) for point in timeline.edit_points]
    rate = cut_rate(edits, times, float(timeline.cue_s(timeline.cue_end_frame)))
    progress.report(_STAGE, count, count)
    return understood(timeline, view.picture(rate), settings, progress)


class _View:
    """The arrays being filled, and what went wrong on the way."""

    def __init__(self, timeline: Timeline, count: int, progress: Progress) -> None:
        self._timeline, self._count, self._progress = timeline, count, progress
        self._done = 0
        self._problems: dict[str, None] = {}
        self._looks: dict[Media, Looks] = {}
        self._seen = np.zeros(count, np.bool_)
        self._values = {name: np.full(count, value, np.float32) for name, value in NEUTRAL.items()}
        self._chroma = np.full((count, CHROMA_BINS), 1 / CHROMA_BINS, np.float32)
        # NaN: not known from the sample itself, to be filled from its neighbours.
        self._values["motion"][:] = np.nan
        self._shots = shot_of_samples(timeline, count)

    def read(self, low: int, high: int) -> None:
        """Measure samples low to high − 1."""
        wanted: dict[Media, list[tuple[int, Sample]]] = defaultdict(list)
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
            looked = sample(self._timeline, shot, shot.media.knots, index)
            wanted[Media.of(shot.media)].append((index, looked))
        for media, samples in wanted.items():
            self._measure(media, samples)

    def _measure(self, media: Media, samples: Sequence[tuple[int, Sample]]) -> None:
        looks = self._looks.get(media)
        if looks is None:
            looks = self._looks[media] = Looks(media)
        name = media.path.name
        told = self._done

        def step() -> None:
            # What is decoded again for a difference has been counted before.
            if self._done < told + len(samples):
                self._step(name)
            self._progress.check()

        try:
            looks.see([each for _, each in samples], step)
        except MediaError as error:
            self._problems[f"{name}: {error.what}"] = None
        self._problems.update(dict.fromkeys(looks.remarks.problems))
        while self._done < told + len(samples):
            self._step(name)
        known = [(index, each) for index, each in samples if looks.shows(each)]
        at = np.array([index for index, _ in known], np.int64)
        self._put(at, looks.look([each for _, each in known]))
        self._values["motion"][at] = looks.motion([each for _, each in known])

    def _put(self, at: npt.NDArray[np.int64], look: Look) -> None:
        self._seen[at] = True
        for name in LOOKS[:-1]:
            self._values[name][at] = getattr(look, name)
        self._chroma[at] = look.chroma

    def keep(self) -> None:
        """Keep what was measured."""
        for looks in self._looks.values():
            looks.keep()

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
