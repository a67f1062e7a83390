"""Opening a film or a sound: which other files it may name, and what to say where it cannot be read.

Pictures and sound are decoded in rooms of their own, `seeing` and `hearing`; both come in by this door.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition

from bridge.errors import MediaError

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


def _unreadable(path: Path, error: Exception, kind: str) -> MediaError:
    if isinstance(error, FileNotFoundError):
        return MediaError("there is no such file", where=str(path), remedy="Check the path")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(f"this file cannot be read as a {kind} ({reason})", where=path.name)
