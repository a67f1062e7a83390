"""Stills: pictures of a brief, looked at as frames of a film are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bridge.errors import MediaError
from bridge.progress import Progress
from bridge.schema.stills import Stills
from bridge.seeing.features import HEIGHT, SCALE, WIDTH, look, shrink
from bridge.seeing.frames import Film

_STAGE = "stills"


def look_at_stills(paths: Sequence[Path], progress: Progress) -> Stills:
    """Light and colour of stills; of a film, its first picture.

    Raises:
        MediaError: one cannot be read.
        ModelError: the graph that measures is missing or broken.
        Cancelled: somebody asked to stop.
    """
    frames = []
    for done, path in enumerate(paths):
        progress.report(_STAGE, done, len(paths), path.name)
        with Film(path, WIDTH * SCALE, HEIGHT * SCALE) as film:
            first = next(iter(film.frames()), None)
        if first is None:
            raise MediaError("it holds no picture", where=str(path), remedy="Check --still")
        frames.append(shrink(first[1]))
    if not frames:
        return Stills()
    seen = look(np.stack(frames))
    progress.report(_STAGE, len(paths), len(paths))
    return Stills(
        names=tuple(path.name for path in paths),
        **{
            name: tuple(round(float(value), 6) for value in getattr(seen, name))
            for name in ("brightness", "saturation", "warmth", "contrast")
        },
    )
