"""A result's files in the user's folder: named, never overwritten, and there completely or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bridge.errors import OutputError
from bridge.wire.naming import take_stem

_NUMBERED = re.compile(r"\.v(\d{3,})\.")


class Shelf:
    """Where the takes of one name lie: `NAME.mid` and its like for take 1, `NAME.v002.*` from then on.

    Args:
        folder: the output folder, absolute; made by `prepare` when it is not there.
        name: NAME.
        suffixes: the suffixes a take may have, without a leading dot.
    """

    def __init__(self, folder: Path, name: str, suffixes: Iterable[str]) -> None:
        self.folder = folder
        self.name = name
        self._suffixes = tuple(suffixes)
        self._made: list[Path] = []

    def prepare(self) -> None:
        """Make the folder and make sure that it can be written.

        Raises:
            OutputError: it cannot.
        """
        try:
            missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
            for path in reversed(missing):
                path.mkdir(exist_ok=True)
                self._made.append(path)
            probe = self._beside("probe")
            probe.touch(exist_ok=False)
            probe.unlink()
        except OSError as error:
            self.abandon()
            raise _unwritable(self.folder, error) from None

    def abandon(self) -> None:
        """Remove the folders that `prepare` made, as far as they are still empty."""
        for path in reversed(self._made):
            with contextlib.suppress(OSError):
                path.rmdir()
        self._made.clear()

    def path(self, number: int, suffix: str) -> Path:
        """Where a file of a take belongs."""
        return self.folder / f"{take_stem(self.name, number)}.{suffix}"

    def first_free(self) -> int:
        """The first number above every take that has a file here."""
        numbers = [0]
        for path in self.folder.glob("*"):
            if not path.name.startswith(f"{self.name}."):
                continue
            rest = path.name[len(self.name) :]
            if rest[1:] in self._suffixes:
                numbers.append(1)
            match = _NUMBERED.match(rest)
            if match and rest[match.end() :] in self._suffixes:
                numbers.append(int(match[1]))
        return max(numbers) + 1

    def missing(self, number: int, suffixes: Iterable[str]) -> list[str]:
        """The suffixes whose files a take lacks here."""
        return [suffix for suffix in suffixes if not self.path(number, suffix).exists()]

    def write(
        self, number: int, files: Mapping[str, bytes], last_check: Callable[[], None] = lambda: None
    ) -> dict[str, Path]:
        """Write a take's files, all beside their places first, then all into them.

        Args:
            number: the take's.
            files: bytes by suffix.
            last_check: called when everything is on disk and nothing is in place; may raise.

        Raises:
            OutputError: one cannot be written, or a file of that name has appeared. None is left then.
        """
        beside = {suffix: self._beside(suffix) for suffix in files}
        placed: dict[str, Path] = {}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)  # another scoring may have tidied it away
            for suffix, data in files.items():
                with beside[suffix].open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            last_check()
            for suffix, path in beside.items():
                place = self.path(number, suffix)
                _into_place(path, place)
                placed[suffix] = place
        except BaseException as error:
            for path in placed.values():
                path.unlink(missing_ok=True)
            if isinstance(error, FileExistsError):
                raise OutputError(
                    "a file of that name has just appeared there",
                    where=str(error.filename2 or error.filename),
                    remedy="Run the command again; the next result gets the next number",
                ) from None
            if isinstance(error, OSError):
                raise _unwritable(self.folder, error) from None
            raise
        finally:
            for path in beside.values():
                path.unlink(missing_ok=True)
        return placed

    def _beside(self, suffix: str) -> Path:
        return self.folder / f".{self.name[:80]}.{secrets.token_hex(4)}.{suffix}.part"


def _into_place(path: Path, place: Path) -> None:
    """Rename without overwriting.

    Raises:
        FileExistsError: the place is taken.
    """
    if os.name == "nt":
        path.rename(place)  # refuses by itself
        return
    try:
        os.link(path, place)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links (exFAT, some shares): look, then rename.
        if place.exists():
            raise FileExistsError(17, "exists", str(place)) from None
        path.rename(place)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the folder cannot be written ({error.strerror or error})",
        where=str(folder),
        remedy="Choose another with -o, or make room or permission there",
    )
