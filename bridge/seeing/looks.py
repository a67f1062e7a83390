"""Colour, light and motion of one media at the instants a cue or a film's pass asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from bridge.inference.graph import released_graph
from bridge.schema.picture import Array
from bridge.seeing import features
from bridge.seeing.cache import Instant, Rows, nanoseconds
from bridge.seeing.features import CHROMA_BINS, HEIGHT, LOOKS, SCALE, WIDTH, Look
from bridge.seeing.frames import Rgb
from bridge.seeing.media import Media, Remarks, View, frames_at
from bridge.seeing.sampling import Sample

_VERSION = 1
_WIDTH = len(LOOKS) - 1 + CHROMA_BINS
_BATCH = 64


class Looks:
    """What is known of one media and what is added to it; not safe across threads.

    Args:
        media: the file.

    Raises:
        ModelError: a released graph is missing or broken.
    """

    def __init__(self, media: Media) -> None:
        self._media, media_id = media, media.id
        colour, motion = (str(released_graph(part).card["sha256"]) for part in ("colour", "motion"))
        self._rows = Rows("looks", _VERSION, media_id, colour, _WIDTH)
        self._motion = Rows("motion", _VERSION, media_id, motion, 1)
        self._frames: dict[int, Rgb] = {}
        self._fresh: list[int] = []
        self._pairs: list[Instant] = []
        self._last: int | None = None
        self.remarks = Remarks()

    def see(self, samples: Sequence[Sample], step: Callable[[], None]) -> None:
        """Look at what is not known yet; `step` is called for every frame looked at, and may raise to stop.

        Raises:
            MediaError: the media cannot be read; what was read of it is known.
        """
        pairs = self._motion.missing(_pair(each) for each in samples if each.other_s is not None)
        times = {
            nanoseconds(time): time
            for each in samples
            for time in (each.at_s, each.other_s)
            if time is not None
        }
        wanted = {(at,) for at in times if (at,) not in self._rows} | {(at,) for pair in pairs for at in pair}
        # An instant that is only compared with is looked at as well: it is decoded anyway.
        order = sorted(at for (at,) in wanted)
        if not order:
            return
        view = View(WIDTH * SCALE, HEIGHT * SCALE)
        try:
            given = [times[at] for at in order]
            # The frames first: what follows the last of them is said only when one more is asked for.
            for frame, at in zip(frames_at(self._media, given, view, self.remarks), order):
                step()
                if frame is not None:
                    self._add(at, frame)
        finally:
            self._measure()
            self._compare(pairs)
            self._frames.clear()

    def follow(self, at_s: Fraction, frame: Rgb) -> None:
        """The next of a film's samples (72, 128, 3), which come in order: each is compared with the last."""
        at = nanoseconds(at_s)
        if self._last is not None and (self._last, at) not in self._motion:
            self._pairs.append((self._last, at))
        self._add(at, frame)
        self._last = at
        if len(self._frames) > _BATCH:
            self.settle()

    def settle(self) -> None:
        """Measure what follows so far; the last frame stays, to be compared with the next."""
        self._measure()
        self._compare(self._pairs)
        self._pairs = []
        self._frames = {at: self._frames[at] for at in [self._last] if at is not None}

    def _add(self, at: int, frame: Rgb) -> None:
        self._frames[at] = features.shrink(frame)
        if (at,) not in self._rows:
            self._fresh.append(at)
        if len(self._fresh) == _BATCH:
            self._measure()

    def _measure(self) -> None:
        if self._fresh:
            look = features.look(np.stack([self._frames[at] for at in self._fresh]))
            numbers = [getattr(look, name) for name in LOOKS[:-1]]
            self._rows.add([(at,) for at in self._fresh], np.column_stack([*numbers, look.chroma]))
            self._fresh = []

    def _compare(self, pairs: Sequence[Instant]) -> None:
        both = [pair for pair in pairs if all(at in self._frames for at in pair)]
        for low in range(0, len(both), _BATCH):
            part = both[low : low + _BATCH]
            first, second = (np.stack([self._frames[pair[side]] for pair in part]) for side in (0, 1))
            self._motion.add(part, features.difference(first, second)[:, None])

    def shows(self, sample: Sample) -> bool:
        """Whether the media has a picture at a sample's instant."""
        return (nanoseconds(sample.at_s),) in self._rows

    def look(self, samples: Sequence[Sample]) -> Look:
        """Features of samples that are shown."""
        rows = self._rows.read([(nanoseconds(each.at_s),) for each in samples])
        numbers = {name: rows[:, column] for column, name in enumerate(LOOKS[:-1])}
        return Look(**numbers, chroma=rows[:, len(LOOKS) - 1 :])

    def motion(self, samples: Sequence[Sample]) -> Array:
        """(n,) motion of each sample, NaN where it has nothing to be compared with."""
        out = np.full(len(samples), np.nan, np.float32)
        known = [index for index, each in enumerate(samples) if _pair(each) in self._motion]
        out[known] = self._motion.read([_pair(samples[index]) for index in known])[:, 0]
        return out

    def keep(self) -> None:
        """Keep what is known, unless reading it again might say more than numbers."""
        if self.remarks.none:
            self._rows.save()
            self._motion.save()


def _pair(sample: Sample) -> Instant:
    """The two instants motion is measured between, in order; one alone where there is no other."""
    return tuple(sorted(nanoseconds(time) for time in (sample.at_s, sample.other_s) if time is not None))
