"""What is kept of media: found again, bounded, safe to damage, and never another file's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge import config
from bridge.errors import SettingsError
from bridge.keeping import Key, keep, media_id, recall, remember

KEY = Key("looks", 1, "content", "rate=24")
ARRAYS = {"at": np.arange(5), "names": np.array(["cut", "Dissolve"]), "light": np.zeros((2, 3), np.float32)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_CACHE", str(tmp_path / "seen"))
    return tmp_path / "seen"


def test_what_is_kept_is_found_again(folder: Path) -> None:
    assert recall(KEY) is None
    keep(KEY, ARRAYS)
    found = recall(KEY)
    assert found is not None and found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array)
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


@pytest.mark.parametrize(
    "other", [{"kind": "cuts"}, {"version": 2}, {"media": "another"}, {"about": "rate=25"}], ids=str
)
def test_every_part_of_a_key_counts(other: dict[str, str]) -> None:
    keep(KEY, ARRAYS)
    assert recall(replace(KEY, **other)) is None


def test_remembering_computes_once_and_lets_errors_through() -> None:
    calls = []

    def compute() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"x": np.ones(2)}

    for _ in range(3):
        assert remember(KEY, compute)["x"].tolist() == [1, 1]
    assert len(calls) == 1
    with pytest.raises(ZeroDivisionError):
        remember(replace(KEY, about="broken"), lambda: {"x": np.array(1 // 0)})
    assert recall(replace(KEY, about="broken")) is None


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "pickle"])
def test_a_damaged_entry_is_as_if_it_were_not_there(folder: Path, damage: str) -> None:
    keep(KEY, ARRAYS)
    (path,) = folder.iterdir()
    content = path.read_bytes()
    if damage == "pickle":
        with path.open("wb") as file:
            np.savez(file, at=np.array([{"a": 1}], object))
    else:
        flipped = bytearray(content)
        flipped[len(content) // 3] ^= 0xFF
        path.write_bytes(
            {"empty": b"", "cut": content[: len(content) // 2], "flipped": bytes(flipped), "text": b"hello"}[
                damage
            ]
        )
    assert recall(KEY) is None
    assert not path.exists()
    assert remember(KEY, lambda: ARRAYS)["at"].tolist() == [0, 1, 2, 3, 4]
    assert recall(KEY) is not None


def test_what_was_used_longest_ago_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_CACHE_MB", "1")
    block = {"x": np.zeros(300 << 10, np.uint8)}
    keys = [replace(KEY, about=str(number)) for number in range(4)]
    for age, key in zip((300, 200, 100), keys):
        keep(key, block)
        newest = max(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (time.time() - age,) * 2)
    assert recall(keys[0]) is not None  # and is now the one used last
    keep(keys[3], block)
    assert [recall(key) is not None for key in keys] == [True, False, True, True]
    assert sum(path.stat().st_size for path in folder.iterdir()) <= config.cache_bytes()


def test_a_folder_of_no_size_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_CACHE_MB", "0")
    keep(KEY, ARRAYS)
    assert recall(KEY) is None and not folder.exists()
    monkeypatch.setenv("CUEBRIDGE_CACHE_MB", "many")
    with pytest.raises(SettingsError, match="CUEBRIDGE_CACHE_MB"):
        recall(KEY)


def test_media_without_an_id_is_never_kept(folder: Path, tmp_path: Path) -> None:
    assert media_id(tmp_path / "none.mov") == ""
    keep(replace(KEY, media=""), ARRAYS)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CUEBRIDGE_CACHE", str(tmp_path / "file"))
    keep(KEY, ARRAYS)
    assert recall(KEY) is None
    assert (tmp_path / "file").read_text() == "in the way"


def test_halves_of_dead_processes_are_swept(folder: Path) -> None:
    folder.mkdir()
    old, new = folder / ".old.part", folder / ".new.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    keep(KEY, ARRAYS)
    assert not old.exists() and new.exists()


def test_an_id_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    first = tmp_path / "a.mov"
    first.write_bytes(os.urandom(2 << 20))
    known = media_id(first)
    assert known and known == media_id(first)
    moved = first.rename(tmp_path / "b.mov")
    assert media_id(moved) == known
    times = moved.stat()
    for place in (0, ((2 << 20) - (1 << 16)) // 7 + 5, (2 << 20) - 1):
        content = bytearray(moved.read_bytes())
        content[place] ^= 1
        changed = tmp_path / f"{place}.mov"
        changed.write_bytes(content)
        os.utime(changed, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert media_id(changed) != known, place
    os.utime(moved, (1, 1))
    assert media_id(moved) != known
    (tmp_path / "empty.mov").write_bytes(b"")
    assert media_id(tmp_path / "empty.mov")


def test_two_processes_may_write_one_entry_at_once(folder: Path) -> None:
    code = (
        "import numpy as np\n"
        "from bridge.keeping import Key, keep, recall\n"
        f"key = {KEY!r}\n"
        "for _ in range(40):\n"
        "    keep(key, {'x': np.full(50_000, 7)})\n"
        "    found = recall(key)\n"
        "    assert found is None or (found['x'] == 7).all()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    found = recall(KEY)
    assert found is not None and (found["x"] == 7).all()
    assert [path.suffix for path in folder.iterdir()] == [".npz"]
