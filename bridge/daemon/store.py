"""Takes on disk: SQLite with a versioned schema. Takes are added, never changed or removed."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import DaemonError, NotFoundError
from bridge.wire.naming import take_stem
from bridge.wire.private import private

# Entry i brings a database from version i to i + 1; entries are never edited once released.
MIGRATIONS = (
    """
    CREATE TABLE takes (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        take_id TEXT NOT NULL UNIQUE,
        shelf TEXT NOT NULL,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        source TEXT NOT NULL,
        timeline_name TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        settings_json TEXT NOT NULL,
        summary_json TEXT NOT NULL,
        created_ms INTEGER NOT NULL
    );
    CREATE INDEX takes_on_shelf ON takes (shelf, name, number);
    CREATE TABLE files (
        row INTEGER NOT NULL REFERENCES takes (row),
        suffix TEXT NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (row, suffix)
    );
    """,
)
_COLUMNS = "row, take_id, shelf, name, number, source, timeline_name, fingerprint, created_ms, summary_json"


@dataclass(frozen=True)
class Draft:
    """A take before it has a number.

    `summary` and `settings` hold plain JSON values. `files` gives bytes by suffix for files that are
    called by its argument, since one file may name another.
    """

    shelf: str
    name: str
    source: str
    timeline_name: str
    fingerprint: str
    settings: Mapping[str, object]
    summary: Mapping[str, object]
    files: Callable[[str], Mapping[str, bytes]]


@dataclass(frozen=True)
class Take:
    """A stored take without its files' bytes. `row` rises with time; `suffixes` name its files."""

    row: int
    take_id: str
    shelf: str
    name: str
    number: int
    source: str
    timeline_name: str
    fingerprint: str
    created_ms: int
    summary_json: str
    suffixes: tuple[str, ...] = ()


class Store:
    """All takes of one user, in one file. Thread-safe.

    Raises:
        DaemonError: the file cannot be used, or a newer Cuebridge has written it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        with self._explained():
            # SQLite makes its own side files with the mode of this one.
            with open(path, "ab", opener=private):
                pass
            # One connection behind one lock: takes are few, and SQLite has one writer anyway.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            try:
                self._migrate()
            except BaseException:
                self._db.close()
                raise

    def _migrate(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise DaemonError(
                f"its schema is version {version} and this Cuebridge knows {len(MIGRATIONS)}",
                where=str(self._path),
                remedy="Update Cuebridge, or set CUEBRIDGE_HOME to another folder",
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            # The script and its version land together or not at all.
            self._db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")

    def close(self) -> None:
        """Close the file; nothing may be called after it."""
        with self._lock:
            self._db.close()

    def newest_row(self) -> int:
        """Row of the newest take, 0 when there is none."""
        return int(self._rows("SELECT COALESCE(MAX(row), 0) FROM takes")[0][0])

    def add(self, draft: Draft, *, at_least: int = 0, after_row: int = 0) -> Take:
        """Store a take and number it.

        Args:
            draft: the take.
            at_least: 0: the number after all others of this name on this shelf. Above 0: the first
                number free on a shelf that its owner can see; only takes past `after_row` count.
            after_row: `newest_row` when the owner looked.
        """
        row_floor = after_row if at_least else 0
        with self._lock, self._transaction():
            taken = self._rows(
                "SELECT COALESCE(MAX(number), 0) FROM takes WHERE shelf = ? AND name = ? AND row > ?",
                draft.shelf, draft.name, row_floor,
            )[0][0]  # fmt: skip
            number = max(at_least, taken + 1)
            cursor = self._db.execute(
                "INSERT INTO takes (take_id, shelf, name, number, source, timeline_name, fingerprint,"
                " settings_json, summary_json, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    secrets.token_hex(8),
                    draft.shelf,
                    draft.name,
                    number,
                    draft.source,
                    draft.timeline_name,
                    draft.fingerprint,
                    json.dumps(draft.settings, sort_keys=True),
                    json.dumps(draft.summary),
                    time.time_ns() // 1_000_000,
                ),
            )
            row = cursor.lastrowid
            for suffix, data in draft.files(take_stem(draft.name, number)).items():
                self._db.execute("INSERT INTO files VALUES (?, ?, ?)", (row, suffix, data))
            return self._takes("WHERE row = ?", row)[0]

    def get(self, take_id: str) -> Take:
        """One take.

        Raises:
            NotFoundError: there is none of that name.
        """
        found = self._takes("WHERE take_id = ?", take_id)
        if not found:
            raise NotFoundError(f"there is no take {take_id}", remedy="ListScores names those there are")
        return found[0]

    def find(self, shelf: str, name: str, fingerprint: str) -> Take | None:
        """The newest take of that fingerprint whose number no later take on the shelf has taken over."""
        found = self._takes(
            "WHERE shelf = ? AND name = ? AND fingerprint = ? AND NOT EXISTS (SELECT 1 FROM takes AS later"
            " WHERE later.shelf = takes.shelf AND later.name = takes.name"
            " AND later.number = takes.number AND later.row > takes.row) ORDER BY row DESC LIMIT 1",
            shelf, name, fingerprint,
        )  # fmt: skip
        return found[0] if found else None

    def holding(self, files: Mapping[str, bytes]) -> Take | None:
        """The newest take with one of some files, by suffix; None when no take has any of them."""
        for suffix, data in files.items():
            found = self._takes(
                "WHERE row IN (SELECT row FROM files WHERE suffix = ? AND bytes = ?)"
                " ORDER BY row DESC LIMIT 1",
                suffix, data,
            )  # fmt: skip
            if found:
                return found[0]
        return None

    def page(self, *, shelf: str = "", name: str = "", before_row: int = 0, size: int = 100) -> list[Take]:
        """Up to `size` takes, the newest first, older than `before_row` when that is not 0."""
        return self._takes(
            "WHERE (? = '' OR shelf = ?) AND (? = '' OR name = ?) AND (? = 0 OR row < ?)"
            " ORDER BY row DESC LIMIT ?",
            shelf, shelf, name, name, before_row, before_row, size,
        )  # fmt: skip

    def file(self, take_id: str, suffix: str) -> bytes:
        """The bytes of one file.

        Raises:
            NotFoundError: there is no such take, or it has no such file.
        """
        take = self.get(take_id)
        found = self._rows("SELECT bytes FROM files WHERE row = ? AND suffix = ?", take.row, suffix)
        if not found:
            raise NotFoundError(
                f"take {take_id} has no .{suffix}", remedy=f"It has {', '.join(take.suffixes) or 'no files'}"
            )
        return bytes(found[0][0])

    def _takes(self, condition: str, *values: object) -> list[Take]:
        with self._lock:
            rows = self._rows(f"SELECT {_COLUMNS} FROM takes {condition}", *values)  # noqa: S608 (constants)
            found = [(*row, self._suffixes(row[0])) for row in rows]
            return [Take(*values) for values in found]

    def _suffixes(self, row: int) -> tuple[str, ...]:
        return tuple(s for (s,) in self._rows("SELECT suffix FROM files WHERE row = ? ORDER BY rowid", row))

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, self._explained(), closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise DaemonError(
                f"the file of takes cannot be used ({error})",
                where=str(self._path),
                remedy="Free some disk, or move the file away; a new one is then made",
            ) from error
