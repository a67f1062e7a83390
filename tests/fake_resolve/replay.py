"""A Resolve that answers as a recorded one did: a script runs against a trace that a user has sent back.

A trace is a row of JSON a line, [what, object, name, ...], as `plugins/resolve/cuebridge_resolve/host.py`
writes them. It holds no files: what Export writes is given beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Diverged(BaseException):
    """The script asked something else than it did when the trace was made. No `except Exception` hides it."""


class Replay:
    """One trace. `resolve` is the object that scripts begin with; `left` are the rows nobody asked for yet.

    Args:
        trace: the file.
        exported: what an export that succeeded writes.
        moved: texts of the trace and what they are here, such as the folder of scores.
    """

    def __init__(self, trace: Path, exported: bytes = b"{}", moved: dict[str, str] | None = None) -> None:
        self.exported = exported
        self._first: Diverged | None = None
        self._moved = moved or {}
        self._objects: dict[str, Recorded] = {}
        self.left = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
        self.resolve = self.object(self.left[0][1])

    def object(self, name: str) -> Recorded:
        """The object of a name, one a name."""
        return self._objects.setdefault(name, Recorded(self, name))

    def next(self, thing: str, name: str) -> list[Any]:
        """The next row, about this.

        Raises:
            Diverged: it is about something else, or the trace is at its end.
        """
        row = self.left.pop(0) if self.left else ["the end of the trace", "", ""]
        if row[1:3] != [thing, name]:
            raise self.diverged(f"{thing}.{name} was asked for; the trace has {row[:3]}")
        return row

    def diverged(self, what: str) -> Diverged:
        """The first divergence, whatever a script does once it has met one."""
        self._first = self._first or Diverged(what)
        return self._first

    def value(self, plain: Any) -> Any:
        """A value as the script saw it."""
        if isinstance(plain, dict):
            if "object" in plain:
                return self.object(plain["object"])
            return {self.value(key): self.value(each) for key, each in plain["pairs"]}
        if isinstance(plain, list):
            return [self.value(each) for each in plain]
        if isinstance(plain, str):
            for there, here in self._moved.items():
                plain = plain.replace(there, here)
        return plain


class Recorded:
    """One object of the trace."""

    def __init__(self, replay: Replay, name: str) -> None:
        self._replay, self._name = replay, name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # A script asks for an attribute, and for most calls what it gets: the next row says which it was.
        replay = self._replay
        row = replay.left[0] if replay.left else ["", "", ""]
        if row[0] in ("can", "constant", "lacks"):
            row = replay.next(self._name, name)
            if row[0] == "lacks":
                return None
            return replay.value(row[3]) if row[0] == "constant" else (True if row[3] else None)
        return lambda *arguments: self._answer(name, arguments)

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        row = self._replay.next(self._name, name)
        asked = self._replay.value(row[3])
        if list(arguments) != asked:
            raise self._replay.diverged(
                f"{self._name}.{name} was given {list(arguments)}; in the trace {asked}"
            )
        if row[0] == "raised":
            raise RuntimeError(row[4])
        if name == "Export" and row[4]:
            Path(arguments[0]).write_bytes(self._replay.exported)
        return self._replay.value(row[4])
