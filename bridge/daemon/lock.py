"""One daemon a user: a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bridge.errors import DaemonError


class AlreadyRunningError(DaemonError):
    """Another daemon of this user holds the lock."""

    exit_code = 2  # one was asked for where there is one


class Lock:
    """An exclusive lock on a file, held until `release` or the end of the process.

    Raises:
        AlreadyRunningError: another process holds it.
        DaemonError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DaemonError(
                f"the daemon's lock cannot be made ({error.strerror})",
                where=str(path),
                remedy="Make the folder writable, or set CUEBRIDGE_HOME to another",
            ) from None
        try:
            _take(self._file)
        except OSError:
            os.close(self._file)
            raise AlreadyRunningError(
                "a daemon of this user is running already",
                where=str(path),
                remedy="Use it, or end it first; `cuebridge describe` names its process",
            ) from None

    def release(self) -> None:
        """Let the lock go. The file stays: removing it would let two daemons lock two files."""
        os.close(self._file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
