"""Opening a film or a sound: which other files it may name, and what to say where it cannot be read.

Pictures and sound are decoded in rooms of their own, `seeing` and `hearing`; both come in by this door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame

from bridge.errors import MediaError

FrameT = TypeVar("FrameT", VideoFrame, AudioFrame)
Spoilt = Callable[[], bool]
MAX_BAD_PACKETS = 200
"""Broken packets that are skipped in a stream before it is taken to end there."""

# A film can name other files to read (playlists); none is followed off this machine.
_OPTIONS = {"protocol_whitelist": "file"}


def open_container(path: Path, kind: str = "film") -> InputContainer:
    """A file's container, open; who opens it closes it.

    Args:
        path: a file PyAV can read.
        kind: what it is read as, for the message where it is not: "film" or "sound".

    Raises:
        MediaError: no such file, or not readable.
    """
    try:
        return av.open(str(path.absolute()), options=dict(_OPTIONS))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, error, kind) from None


def picture_of(container: InputContainer) -> av.VideoStream | None:
    """The first film in it that is no cover picture, as editors and players take it; None without any."""
    videos = container.streams.video
    films = [each for each in videos if not each.disposition & Disposition.attached_pic] or videos
    return films[0] if films else None


def length_s(container: InputContainer) -> Fraction:
    """How long a container says it is, in seconds; 0 where it does not."""
    return Fraction(container.duration, av.time_base) if container.duration else Fraction(0)


def decoded(
    container: InputContainer, stream: av.VideoStream | av.AudioStream, kind: type[FrameT], spoilt: Spoilt
) -> Iterator[FrameT]:
    """A stream's frames from where its container stands; broken packets are skipped.

    Args:
        container: what is read on.
        stream: which of its streams.
        kind: the frames wanted; others are left out.
        spoilt: told of every broken packet; answers whether to go on.
    """
    try:
        for packet in container.demux(stream):
            try:
                made = packet.decode()
            except av.FFmpegError:
                if not spoilt():
                    return
                continue
            yield from (frame for frame in made if isinstance(frame, kind))
    except av.FFmpegError:
        spoilt()


def _unreadable(path: Path, error: Exception, kind: str) -> MediaError:
    if isinstance(error, FileNotFoundError):
        return MediaError("there is no such file", where=str(path), remedy="Check the path")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(f"this file cannot be read as a {kind} ({reason})", where=path.name)
