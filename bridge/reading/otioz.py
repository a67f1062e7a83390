"""OTIO's zip bundle: a timeline with its media in one file.

The media are unpacked into the state folder, because a decoder wants files; what nobody has used for a day
is thrown away again when the next bundle is read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from bridge import config
from bridge.errors import TimelineError

_CONTENT, _MEDIA, _DONE = "content.otio", "media", ".done"
_BLOCK_BYTES = 1 << 20
_KEEP_S = 24 * 3600
_SPARE_BYTES = 1 << 30
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def unpack(path: Path, most_bytes: int, check: Callable[[], None]) -> tuple[bytes, Path, list[str]]:
    """(the timeline's JSON, the folder its media paths count from, warnings).

    Args:
        path: the bundle.
        most_bytes: the largest timeline there is.
        check: called for every megabyte; may raise to stop, which leaves nothing half unpacked.

    Raises:
        TimelineError: it is no bundle, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            if _CONTENT not in names:
                raise TimelineError(
                    f"this is no bundle of OTIO's: there is no {_CONTENT} in it", remedy="Export it again"
                )
            if packed.getinfo(_CONTENT).file_size > most_bytes:
                raise TimelineError(f"its {_CONTENT} is larger than any timeline ({most_bytes >> 20} MiB)")
            content = packed.read(_CONTENT)
            folder, warnings = _media(path, packed, check)
    except FileNotFoundError:
        raise TimelineError("there is no such file", where=str(path), remedy="Check the path") from None
    except _DAMAGED as error:
        raise TimelineError(f"the bundle cannot be read ({error})", remedy="Export it again") from None
    return content, folder, warnings


def _media(path: Path, packed: zipfile.ZipFile, check: Callable[[], None]) -> tuple[Path, list[str]]:
    """Where a bundle's media lie, unpacked now or before."""
    status = path.stat()
    key = hashlib.sha256(f"{path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}".encode()).hexdigest()[
        :24
    ]
    shelf = config.unpacked_dir()
    folder = shelf / key
    if (folder / _DONE).exists():
        os.utime(folder / _DONE)
        return folder, []
    members = [each for each in packed.infolist() if _belongs(each)]
    needed = sum(each.file_size for each in members)
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(shelf)
    free = shutil.disk_usage(shelf).free
    if needed + _SPARE_BYTES > free:
        return path.parent, [
            f"the bundle's media ({needed / 2**30:.1f} GiB) do not fit into {shelf}; "
            "its shots are scored from the edit alone"
        ]
    beside = shelf / f"{key}.{os.getpid()}.part"
    try:
        for member in members:
            _copy(packed, member, beside / _MEDIA / PurePosixPath(member.filename).name, check)
        beside.mkdir(exist_ok=True)
        (beside / _DONE).touch()
        if not folder.exists():
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder, []


def _belongs(member: zipfile.ZipInfo) -> bool:
    """A file directly in the folder of media; no path that leads elsewhere."""
    path = PurePosixPath(member.filename)
    return path.parts[:-1] == (_MEDIA,) and path.name not in ("", ".", "..") and not member.is_dir()


def _copy(packed: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path, check: Callable[[], None]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size  # more than it announces is not taken
    with packed.open(member) as source, place.open("xb") as file:
        while left > 0 and (block := source.read(min(_BLOCK_BYTES, left))):
            check()
            left -= len(block)
            file.write(block)


def _tidy(shelf: Path) -> None:
    """Throw away what has not been used for a day."""
    for folder in shelf.iterdir():
        used = folder / _DONE
        stamp = used if used.exists() else folder
        if time.time() - stamp.stat().st_mtime > _KEEP_S:
            shutil.rmtree(folder, ignore_errors=True)
