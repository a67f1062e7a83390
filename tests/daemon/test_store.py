from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.daemon.store import MIGRATIONS, Draft, Store
from bridge.errors import DaemonError, NotFoundError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "takes.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path)
    yield opened
    opened.close()


def draft(name: str = "cut", shelf: str = "s", fingerprint: str = "f") -> Draft:
    files = {"mid": b"\0\1", "cues.json": b"{}"}
    return Draft(shelf, name, f"/{name}", name, fingerprint, {"seed": 1}, {"met": 2}, lambda stem: files)


def test_takes_survive_closing(path: Path) -> None:
    first = Store(path)
    take = first.add(draft())
    first.close()
    again = Store(path)
    assert again.get(take.take_id) == take
    assert again.file(take.take_id, "mid") == b"\0\1"
    assert again.get(take.take_id).suffixes == ("mid", "cues.json")
    again.close()


def test_the_schema_has_a_version_and_a_newer_one_is_refused(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(DaemonError, match="Update Cuebridge"):
        Store(path)


def test_an_older_schema_is_brought_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Store(path)
    take = old.add(draft())
    old.close()
    monkeypatch.setattr("bridge.daemon.store.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE later (x)"))
    new = Store(path)
    assert new.get(take.take_id) == take
    new.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        assert db.execute("SELECT * FROM later").fetchall() == []
    db.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(path).close()
    broken = "CREATE TABLE half (x); CREATE TABLE takes (x)"
    monkeypatch.setattr("bridge.daemon.store.MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(DaemonError):
        Store(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall() == []
    db.close()


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_bytes(b"nonsense " * 1000)
    with pytest.raises(DaemonError, match=r"takes\.sqlite3"):
        Store(path)


def test_takes_are_for_their_owner_also_where_they_were_not(path: Path) -> None:
    path.touch(0o644)
    path.chmod(0o644)
    store = Store(path)
    store.add(draft())
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.glob("takes.sqlite3*")}
    assert modes == dict.fromkeys(["takes.sqlite3", "takes.sqlite3-wal", "takes.sqlite3-shm"], 0o600)
    store.close()


def test_a_place_that_cannot_hold_takes_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DaemonError, match=r"takes\.sqlite3.*directory"):
        Store(path)


def test_a_take_that_cannot_be_stored_whole_is_not_stored(store: Store) -> None:
    def fails(stem: str) -> dict[str, bytes]:
        raise ZeroDivisionError

    broken = Draft("s", "cut", "/cut", "cut", "f", {}, {}, fails)
    with pytest.raises(ZeroDivisionError):
        store.add(broken)
    assert store.page() == []
    assert store.add(draft()).number == 1


def test_a_number_taken_over_is_not_found_again(store: Store) -> None:
    store.add(draft(fingerprint="old"))
    found = store.find("s", "cut", "old")
    assert found is not None
    # the folder was emptied, so the next result is take 1 again
    store.add(draft(fingerprint="new"), at_least=1, after_row=store.newest_row())
    assert store.find("s", "cut", "old") is None
    assert store.get(found.take_id) == found


def test_pages_go_from_the_newest(store: Store) -> None:
    takes = [store.add(draft(name=f"n{n}")) for n in range(5)]
    first = store.page(size=2)
    assert first == [takes[4], takes[3]]
    assert store.page(size=10, before_row=first[-1].row) == [takes[2], takes[1], takes[0]]
    assert store.page(name="n1") == [takes[1]]
    assert store.page(shelf="other") == []


def test_what_is_not_there_is_said(store: Store) -> None:
    take = store.add(draft())
    with pytest.raises(NotFoundError, match="no take x"):
        store.get("x")
    with pytest.raises(NotFoundError, match=r"It has mid, cues\.json"):
        store.file(take.take_id, "png")
