"""`cuebridge mailbox PATH`: a command line that comes in a file and is answered in another.

For hosts whose scripts can start a process but neither read its output nor stop it (REAPER's Lua). PATH is
a stem beside which lie:

    PATH.request   UTF-8, one argument a line, as after `cuebridge`; escapes as in `bridge/rows.py`
    PATH.answer    written here: the events of `--json` as rows, each flushed whole. A row is the event's
                   name and then KEY=VALUE fields. The first is `begin`, the last `end` with the exit code;
                   `alive` comes every few seconds between, so that a command that was killed is found out
    PATH.cancel    when it appears the command is cancelled, as by Ctrl-C
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from bridge.cli.report import Events
from bridge.errors import InputError, OutputError
from bridge.rows import fields_of, flat, row
from bridge.wire.flag import Flag

LOOK_S = 0.1
# A tenth of the silence after which REAPER's side takes the command for dead (plugins/reaper, job.lua).
ALIVE_S = 3.0
# Far above any command line; a file that is longer is something else.
MAX_REQUEST_BYTES = 1 << 20


class Rows(Events):
    """Tells events as rows of a file; see `report.Events` for which there are."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._writing = threading.Lock()

    def _event(self, event: str, **fields: object) -> None:
        pairs = [f"{key}={value}" for name, inner in fields.items() for key, value in flat(name, inner)]
        with self._writing:
            self._stream.write(row(event, *pairs))
            self._stream.flush()


def run(path: Path, stop: Flag, command: Callable[[list[str], Rows], int]) -> int:
    """Run the requested command and answer it; the command's exit code.

    A request that cannot be read is answered as well: nobody looks at this process's own output.

    Raises:
        OutputError: the answer cannot be written.
    """
    with _answer(Path(f"{path}.answer")) as stream:
        rows = Rows(stream)
        rows.tell("begin", {"pid": os.getpid()}, [])
        with _watching(Path(f"{path}.cancel"), stop, rows):
            try:
                words = _request(Path(f"{path}.request"))
            except InputError as error:
                rows.failed(error)
                code = error.exit_code
            else:
                code = command(words, rows)
        rows.tell("end", {"exit_code": code}, [])
        return code


def _answer(path: Path) -> TextIO:
    try:
        return path.open("x", encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise OutputError(
            f"it cannot be written ({error.strerror})", where=str(path), remedy="Use a new name"
        ) from None


def _request(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_REQUEST_BYTES + 1).decode("utf-8")
        words = [fields_of(line)[0] for line in text.split("\n") if line]
    except (OSError, ValueError) as error:
        raise InputError(
            f"the request cannot be read ({error})", where=str(path), remedy="See `cuebridge mailbox --help`"
        ) from None
    if len(text) > MAX_REQUEST_BYTES or not words or words[0] in ("mailbox", "serve"):
        raise InputError("it holds no command to answer", where=str(path), remedy="Write one argument a line")
    return words


@contextmanager
def _watching(path: Path, stop: Flag, rows: Rows) -> Iterator[None]:
    """While inside, tell that the command lives, and set `stop` once the file is there."""
    over = threading.Event()

    def look() -> None:
        told_s = time.monotonic()
        while not over.wait(LOOK_S):
            if not stop.is_set() and path.exists():
                stop.set()
            if time.monotonic() - told_s >= ALIVE_S:
                told_s = time.monotonic()
                with suppress(OSError):  # a full disk is met again, and told, by the command's own rows
                    rows.tell("alive", {}, [])

    watcher = threading.Thread(target=look, name="mailbox", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
