"""The picture in a REAPER project: a video item a shot, so that the music is heard against it.

An item plays its media forwards at one speed. A shot of several speeds is several items; where the
picture stands still or runs backwards, and where there is no file to name, an empty item says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bridge.schema.timeline import MediaSpan, Shot, Timeline
from bridge.writing.text import utf8


@dataclass(frozen=True)
class VideoItem:
    """One item: [start_s, end_s) from the cue's first frame, exact.

    `path` is empty where there is nothing to play, and `reason` then says why. `media_s` counts from the
    file's first frame; `speed` is media seconds a second, above 0.
    """

    name: str
    start_s: Fraction
    end_s: Fraction
    path: str = ""
    media_s: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    reason: str = ""


def video_items(timeline: Timeline) -> tuple[VideoItem, ...]:
    """Items of all shots, in order; neighbours that play on without a jump are one."""
    items: list[VideoItem] = []
    for shot in sorted(timeline.shots, key=lambda s: (s.start_frame, s.end_frame)):
        for item in _of_shot(shot, timeline):
            if items and _plays_on(items[-1], item):
                items[-1] = replace(items[-1], end_s=item.end_s)
            else:
                items.append(item)
    return tuple(items)


def _of_shot(shot: Shot, timeline: Timeline) -> Iterator[VideoItem]:
    start_s, end_s = timeline.cue_s(shot.start_frame), timeline.cue_s(shot.end_frame)
    name = utf8(shot.name)
    if shot.media is None:
        yield VideoItem(name, start_s, end_s, reason=shot.problem or "There is no file to play")
        return
    if shot.media.pattern_rate is not None:
        reason = f"REAPER does not play numbered images: {utf8(str(shot.media.path))}"
        yield VideoItem(name, start_s, end_s, reason=reason)
        return
    yield from _of_media(shot.media, name, start_s)


def _of_media(media: MediaSpan, name: str, start_s: Fraction) -> Iterator[VideoItem]:
    for before, after in zip(media.knots, media.knots[1:]):
        length_s = after.offset_s - before.offset_s
        if length_s <= 0:
            continue
        speed = (after.media_s - before.media_s) / length_s
        bounds = (start_s + before.offset_s, start_s + after.offset_s)
        if speed > 0:
            yield VideoItem(name, *bounds, utf8(str(media.path)), before.media_s, speed)
        else:
            reason = "The picture runs backwards here" if speed < 0 else "The picture stands still here"
            yield VideoItem(name, *bounds, reason=reason)


def _plays_on(before: VideoItem, after: VideoItem) -> bool:
    """Whether `after` goes on in the same file where `before` stops; a bare film is cut nowhere."""
    stops_s = before.media_s + (before.end_s - before.start_s) * before.speed
    same = before.path == after.path != "" and before.speed == after.speed
    return same and before.end_s == after.start_s and stops_s == after.media_s
