"""Every error a user can meet, as one tree.

    CuebridgeError                  exit 1: the fault is ours, unless a child says otherwise
    ├── InputError                  exit 2: the file or the arguments are at fault
    │   ├── TimelineError           a timeline that cannot be read or scored
    │   ├── MediaError              a film or clip that cannot be read
    │   ├── TimecodeError           a timecode or frame rate that makes no sense
    │   ├── CueSheetError           an edited cue sheet that breaks its schema
    │   ├── SettingsError           an option outside its range, or two that clash
    │   └── OutputError             a folder that cannot be written
    ├── ModelError                  exit 1: a model is missing, or is not the one its card describes
    ├── DaemonError                 exit 3: the daemon cannot be reached or answered nonsense
    │   └── NotFoundError           the daemon holds no such job or take (exit 2)
    └── Cancelled                   exit 130: the user asked to stop

Each message says what is wrong, where, and what to do; `where` and `remedy` keep the last two apart so
that a front end can lay them out.
"""

from __future__ import annotations


class CuebridgeError(Exception):
    """Base of all errors meant for a user.

    Args:
        what: one sentence without a full stop: what is wrong.
        where: a path, clip name or timecode; empty when there is no place to name.
        remedy: what the user can do about it; empty when there is nothing.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.remedy}" if self.remedy else text


class InputError(CuebridgeError):
    """The file or the arguments are at fault."""

    exit_code = 2


class TimelineError(InputError):
    """A timeline that cannot be read or scored."""


class MediaError(InputError):
    """A film or clip that cannot be read."""


class TimecodeError(InputError):
    """A timecode or frame rate that makes no sense."""


class CueSheetError(InputError):
    """An edited cue sheet that breaks its schema."""


class SettingsError(InputError):
    """An option outside its range, or two that clash."""


class OutputError(InputError):
    """A folder or file that cannot be written."""


class ModelError(CuebridgeError):
    """A model is missing, or is not the one its card describes."""


class DaemonError(CuebridgeError):
    """The daemon cannot be reached, or what it answered cannot be used."""

    exit_code = 3


class NotFoundError(DaemonError):
    """The daemon holds no such job or take."""

    exit_code = 2


class Cancelled(CuebridgeError):
    """The user asked to stop."""

    exit_code = 130

    def __init__(self, what: str = "cancelled", *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
