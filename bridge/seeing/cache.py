"""What was measured of one media file, row by row, so that no frame is looked at twice.

A row stands for an instant of the media, or for a pair of them, on the media's own clock: an edit that moves,
trims or repeats a shot finds its rows again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from importlib import metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.config import inference_threads, provider
from bridge.inference.session import runtime_version
from bridge.keeping import Key, keep, media_id, recall

Instant = tuple[int, ...]
"""Nanoseconds of the media: (at,) or (before, at)."""
Floats = npt.NDArray[np.float32]


class Rows:
    """Numbers by instant, those kept before and those added now; `save` keeps them all.

    Args:
        kind: as in `keeping.Key`.
        version: as in `keeping.Key`.
        media: the media's id, '' to keep nothing.
        made_by: what computes the numbers, such as the hash of a model.
        width: numbers a row.
    """

    def __init__(self, kind: str, version: int, media: str, made_by: str, width: int) -> None:
        self._key = Key(kind, version, media, f"{made_by} {_environment()}")
        self._width = width
        self._rows: dict[Instant, Floats] = {}
        self._fresh = False
        found = recall(self._key) or {}
        at, values = found.get("at"), found.get("values")
        if at is not None and values is not None and values.shape == (len(at), width):
            self._rows = dict(zip(map(tuple, at.tolist()), values))

    def __contains__(self, instant: Instant) -> bool:
        return instant in self._rows

    def missing(self, instants: Iterable[Instant]) -> list[Instant]:
        """Those without a row, once each, in order of time."""
        return sorted({instant for instant in instants if instant not in self._rows})

    def add(self, instants: Sequence[Instant], values: Floats) -> None:
        """Rows (n, width) for n instants."""
        self._rows.update(zip(instants, values))
        self._fresh = self._fresh or bool(len(instants))

    def read(self, instants: Sequence[Instant]) -> Floats:
        """(n, width) rows of n instants that have one."""
        if not instants:
            return np.zeros((0, self._width), np.float32)
        return np.stack([self._rows[instant] for instant in instants])

    def save(self) -> None:
        """Keep all rows, if any was added."""
        if self._fresh:
            at = sorted(self._rows)
            keep(self._key, {"at": np.array(at, np.int64), "values": self.read(at)})
            self._fresh = False


def nanoseconds(time: Fraction) -> int:
    """The name of an instant; two within one nanosecond show the same frame."""
    return round(time * 1_000_000_000)


def sequence_id(pattern: Path) -> str:
    """What stands for the frames of a numbered image sequence: their names, lengths and times of change.

    They are too many to read, and render machines write them anew rather than in place. '' without a frame.
    """
    prefix = pattern.name.partition("%")[0]
    digest, count = hashlib.sha256(str(pattern.parent).encode()), 0
    try:
        with os.scandir(pattern.parent) as entries:
            for name, entry in sorted((each.name, each) for each in entries if each.name.startswith(prefix)):
                status = entry.stat()
                digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
                count += 1
    except OSError:
        return ""
    return digest.hexdigest() if count else ""


def id_of(path: Path, *, sequence: bool) -> str:
    """The id of a film or still, or of a sequence by its pattern."""
    return sequence_id(path) if sequence else media_id(path)


def _environment() -> str:
    """What else may move the last bit of a number: decoder, runtime, where and on how many threads it ran."""
    return f"{metadata.version('av')} {runtime_version()} {provider()} {inference_threads()}"
