"""Stills: pictures of a brief, looked at as frames of a film are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bridge.errors import MediaError
from bridge.inference.encoder import load_encoder
from bridge.progress import Progress
from bridge.schema.stills import Shares, Stills
from bridge.seeing.features import HEIGHT, SCALE, WIDTH, look, shrink
from bridge.seeing.frames import Film
from bridge.seeing.semantic import squares

_STAGE, _MEANING = "stills", "meaning of stills"
_LIGHT = ("brightness", "saturation", "warmth", "contrast")


def look_at_stills(paths: Sequence[Path], progress: Progress, encoder: str = "") -> Stills:
    """Light and colour of stills, and their emotion by an encoder that has words; of a film, its first
    picture.

    Args:
        paths: the stills.
        progress: is told of each.
        encoder: as in `Settings.encoder`.

    Raises:
        MediaError: one cannot be read.
        SettingsError: the encoder asked for is not there, or is none.
        ModelError: the graph that measures, or the encoder that was added, is missing or broken.
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
    light: dict[str, Any] = {name: _rounded(getattr(seen, name)) for name in _LIGHT}
    return Stills(tuple(path.name for path in paths), **light, **_felt(paths, progress, encoder))


def _felt(paths: Sequence[Path], progress: Progress, asked: str) -> dict[str, Any]:
    """The fields of `Stills` that an encoder with words fills; nothing without one."""
    encoder = load_encoder(asked)
    if encoder is None or not encoder.card.emotions:
        return {}
    rows = []
    for done, path in enumerate(paths):
        progress.report(_MEANING, done, len(paths), path.name)
        rows.append(encoder.embed_images(squares(path, [Fraction(0)], encoder.card.side)))
    progress.report(_MEANING, len(paths), len(paths))
    seen = np.concatenate(rows)
    emotions, feelings = encoder.emotions(seen), encoder.feelings(seen)
    if emotions is None or feelings is None:
        return {}
    return {
        "emotion": _shares(emotions),
        "emotion_names": encoder.card.emotions,
        "feeling": _shares(feelings),
        "feeling_names": encoder.card.feelings,
    }


def _shares(rows: Any) -> Shares:
    return tuple(_rounded(row) for row in rows)


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)
