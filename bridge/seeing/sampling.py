"""Which instants of its media each sample of a cue shows."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from bridge.schema.picture import SAMPLE_STEP_S
from bridge.schema.timeline import Knot, Shot, Timeline


@dataclass(frozen=True)
class Sample:
    """What one sample looks at: seconds of its shot's media, and the instant it is compared with for motion.

    `other_s` is None where the shot shows no other instant, or its first one alone is known.
    """

    at_s: Fraction
    other_s: Fraction | None


def shot_of_samples(timeline: Timeline, count: int) -> npt.NDArray[np.int64]:
    """For each sample the number of its shot, −1 where no shot is on screen."""
    starts = [shot.start_frame for shot in timeline.shots]
    found = np.full(count, -1, np.int64)
    for index in range(count):
        frame = sample_frame(timeline, index)
        at = bisect.bisect_right(starts, frame) - 1
        if at >= 0 and frame < timeline.shots[at].end_frame:
            found[index] = at
    return found


def sample_frame(timeline: Timeline, index: int) -> Fraction:
    """The timeline frame, fraction included, that sample `index` falls on."""
    return timeline.cue_start_frame + index * SAMPLE_STEP_S * timeline.rate


def sample(timeline: Timeline, shot: Shot, knots: tuple[Knot, ...], index: int) -> Sample:
    """What a shot shows of its media, by the media's time map, at a sample.

    At its own speed a shot is looked at on the media's clock, every 0.2 s from the media's start, at the
    instant next to the sample's that the shot shows: the same instants wherever an edit puts the shot, so
    that they need not be looked at again, and a shot that only moved sounds as it did. Retimed shots are
    looked at exactly where the samples fall.
    """
    offset_s = (sample_frame(timeline, index) - shot.start_frame) / timeline.rate
    places = _places(timeline, shot, knots)
    if places is not None:
        place = _nearest(media_time(knots, offset_s), places)
        # The shot's first instant takes the change to its second.
        other = place - 1 if place > places.start else place + 1
        return Sample(place * SAMPLE_STEP_S, other * SAMPLE_STEP_S if other in places else None)
    earlier_s = offset_s - SAMPLE_STEP_S
    # The cue may begin within the shot: what lies before it is no picture of the cue.
    seen_before = earlier_s >= 0 and index > 0
    return Sample(media_time(knots, offset_s), media_time(knots, earlier_s) if seen_before else None)


def settled_time(timeline: Timeline, shot: Shot, knots: tuple[Knot, ...], offset_s: Fraction) -> Fraction:
    """The instant of the media that stands for an offset into a shot, as `sample` chooses it."""
    places = _places(timeline, shot, knots)
    at_s = media_time(knots, offset_s)
    return at_s if places is None else _nearest(at_s, places) * SAMPLE_STEP_S


def _places(timeline: Timeline, shot: Shot, knots: tuple[Knot, ...]) -> range | None:
    """Numbers of the 0.2 s steps of the media that a shot at its own speed shows; None without any."""
    if not _own_speed(knots):
        return None
    first_s = media_time(knots, Fraction(0))
    found = range(
        math.ceil(first_s / SAMPLE_STEP_S),
        math.ceil((first_s + shot_s(timeline, shot)) / SAMPLE_STEP_S),
    )
    return found or None


def _nearest(at_s: Fraction, places: range) -> int:
    return min(max(math.floor(at_s / SAMPLE_STEP_S + Fraction(1, 2)), places.start), places.stop - 1)


def shot_s(timeline: Timeline, shot: Shot) -> Fraction:
    """How long a shot is on screen, in seconds."""
    return (shot.end_frame - shot.start_frame) / timeline.rate


def media_time(knots: tuple[Knot, ...], offset_s: Fraction) -> Fraction:
    """Seconds of the media on screen at an offset into a shot; the ends hold."""
    if offset_s <= knots[0].offset_s:
        return knots[0].media_s
    for left, right in zip(knots, knots[1:]):
        if offset_s <= right.offset_s:
            share = (offset_s - left.offset_s) / (right.offset_s - left.offset_s)
            return left.media_s + (right.media_s - left.media_s) * share
    return knots[-1].media_s


def _own_speed(knots: tuple[Knot, ...]) -> bool:
    return len(knots) > 1 and all(
        right.media_s - left.media_s == right.offset_s - left.offset_s
        for left, right in zip(knots, knots[1:])
    )
