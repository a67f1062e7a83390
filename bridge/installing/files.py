"""Files in other programs' folders: replaced whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from bridge.errors import OutputError


def read(path: Path) -> bytes | None:
    """A file's bytes; None when there is none.

    Raises:
        OutputError: it is there and cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"it cannot be read ({error.strerror or error})", where=str(path)) from None


def replace(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it into it; mode and links are kept. Equal bytes stay.

    Raises:
        OutputError: it cannot be written.
    """
    if read(path) == data:
        return
    path = Path(os.path.realpath(path))  # a link stays a link
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def remove(path: Path, up_to: Path) -> None:
    """Remove a file, and the folders above it that are empty then, but not `up_to`.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    for folder in path.parents:
        if folder == up_to or not folder.is_relative_to(up_to):
            break
        with contextlib.suppress(OSError):  # not empty: somebody else's
            folder.rmdir()


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"it cannot be written ({error.strerror or error})",
        where=str(path),
        remedy="Close what uses it, or give yourself permission there",
    )
