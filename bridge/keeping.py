"""What was found in media, kept on disk so that a second take or a changed edit need not look again.

Entries are arrays under a key of the media's content, the kind of finding and all that it depends on; what
is kept must follow from its key alone, so that a score is the same with it or without. The folder may be
emptied at any time. Two processes may share it: an entry is written beside and renamed, and of two that
write one key the last stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bridge import config

Arrays = Mapping[str, npt.NDArray[Any]]

_BLOCK_BYTES = 1 << 16
_BLOCKS = 8
_STALE_PART_S = 3600.0
# What a damaged zip of arrays can raise.
_DAMAGE = (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Key:
    """What an entry stands for.

    Attributes:
        kind: the finding; letters, digits and hyphens, as it begins the file's name.
        version: raised whenever the code that finds gives another answer.
        media: `media_id`, of one file or several joined; empty: the entry is never kept.
        about: everything else it depends on (settings, hashes of models), as text.
    """

    kind: str
    version: int
    media: str
    about: str = ""


def media_id(path: Path) -> str:
    """What stands for a file's content: its length, time of change, and eight blocks of 64 KiB.

    Reading it all would cost more than what is saved: an hour of camera files is a terabyte. Any ordinary
    write changes length or time; the blocks, spread from the first byte to the last, tell files apart that
    were restored or copied with another's times, and indexes of films lie at their ends. The path is no
    part of it, so media may move. '' where the file cannot be read.
    """
    try:
        status = path.stat()
        digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
        last = max(0, status.st_size - _BLOCK_BYTES)
        with path.open("rb") as file:
            for place in sorted({last * block // (_BLOCKS - 1) for block in range(_BLOCKS)}):
                file.seek(place)
                digest.update(file.read(_BLOCK_BYTES))
    except OSError:
        return ""
    return digest.hexdigest()


def recall(key: Key) -> dict[str, npt.NDArray[Any]] | None:
    """What was kept; None where nothing was, or it is damaged."""
    path = _path(key)
    if path is None:
        return None
    try:
        # Opened here: numpy leaves a file that is no archive open, and Windows could not delete it then.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as entry:
            found = {name: entry[name] for name in entry.files}
    except FileNotFoundError:
        return None
    except _DAMAGE:
        with contextlib.suppress(OSError):
            path.unlink()
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the folder forgets what was used longest ago
    return found


def keep(key: Key, arrays: Arrays) -> None:
    """Keep plain arrays; a disk that is full or may not be written only keeps nothing."""
    path = _path(key)
    if path is None:
        return
    beside = path.with_name(f".{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with beside.open("xb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    _forget(path.parent)


def remember(key: Key, compute: Callable[[], Arrays]) -> dict[str, npt.NDArray[Any]]:
    """What was kept, else what is computed now, which is kept; an error of `compute` goes through."""
    found = recall(key)
    if found is None:
        found = dict(compute())
        keep(key, found)
    return found


def _path(key: Key) -> Path | None:
    if not key.media or not config.cache_bytes():
        return None
    text = f"{key.kind}\n{key.version}\n{key.media}\n{key.about}"
    return config.cache_dir() / f"{key.kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}.npz"


def _forget(folder: Path) -> None:
    """Delete what was used longest ago until the rest fits, and what a killed process left half-written."""
    now, entries = time.time(), []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):  # another process may have deleted it
                status = path.stat()
                if path.suffix == ".npz":
                    entries.append((status.st_mtime_ns, status.st_size, path))
                elif path.suffix == ".part" and now - status.st_mtime > _STALE_PART_S:
                    path.unlink()
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= config.cache_bytes():
            return
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            total -= size
