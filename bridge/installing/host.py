"""What every program that we install something into has in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Place:
    """One installation of the program, by the folder that its user's files live in."""

    folder: Path
    portable: bool = False


@dataclass(frozen=True)
class Standing:
    """How it stands in one place.

    `version` is ours that is installed there, "" for none. `faults` are sentences about what is not as it
    was installed; `registered` says how the program learns of it.
    """

    place: Place
    version: str = ""
    registered: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """How to install: what only some programs have is refused by the others.

    `startup`: have the program learn of it when it starts, instead of by its settings (REAPER). `record`:
    have every run write a trace of its calls (Resolve).
    """

    startup: bool = False
    record: bool = False


class Host(Protocol):
    """One program."""

    def places(self, to: Path | None, everywhere: bool, all_users: bool = False) -> tuple[Place, ...]:
        """Where it is installed: the usual place, or `to`, or with `everywhere` all that are found.

        With `all_users` the usual place is that of all users of the machine.

        Raises:
            InputError: none is there, or the program has no such place.
        """

    def install(self, place: Place, wish: Wish) -> tuple[str, ...]:
        """Put everything there; a second time changes nothing. Sentences for the user.

        Raises:
            OutputError: a file cannot be written, or holds what we must not touch.
            InputError: the program is running and would undo it, or has not what is wished for.
        """

    def uninstall(self, place: Place) -> tuple[str, ...]:
        """Take everything out that `install` put there, and nothing else. Sentences for the user.

        Raises:
            OutputError, InputError: as for `install`.
        """

    def status(self, place: Place) -> Standing:
        """How it stands."""
