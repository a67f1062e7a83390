"""What was seen of whole films, kept so that a film scored on its own is decoded once.

Finding the shots of a bare film needs every frame; measuring them needs five a second of the same
frames. The first pass leaves its measurements here for the second. Only numbers are kept (about 300 bytes
a sample), and only for a few films.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bridge.schema.picture import Array
from bridge.seeing.features import Look

_MOST_FILMS = 4
_lock = threading.Lock()
_films: OrderedDict[tuple[str, int, int], FilmLook] = OrderedDict()


@dataclass(frozen=True)
class FilmLook:
    """Features of a film at first_s + k × step_s; `motion[k]` is the change since sample k − 1."""

    first_s: Fraction
    step_s: Fraction
    look: Look
    motion: Array

    def index(self, media_s: Fraction) -> int | None:
        """The sample taken exactly at a time, None when there is none."""
        place = (media_s - self.first_s) / self.step_s
        if place.denominator != 1 or not 0 <= place < len(self.motion):
            return None
        return int(place)


def _key(path: Path) -> tuple[str, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return str(path.resolve()), stat.st_mtime_ns, stat.st_size


def keep(path: Path, seen: FilmLook) -> None:
    """Remember what was seen of a film; forgets the film used longest ago."""
    key = _key(path)
    if key is None:
        return
    with _lock:
        _films[key] = seen
        _films.move_to_end(key)
        while len(_films) > _MOST_FILMS:
            _films.popitem(last=False)


def recall(path: Path) -> FilmLook | None:
    """What was seen of a film, None when nothing was or the file has changed since."""
    key = _key(path)
    with _lock:
        seen = _films.get(key) if key is not None else None
        if seen is not None and key is not None:
            _films.move_to_end(key)
    return seen
