from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.wire import door
from bridge.wire.flag import Flag
from bridge.wire.identity import identity
from bridge.wire.naming import take_stem

DOOR = door.Door(pid=5, address="127.0.0.1:1", token="t", identity="i", leaves_when_idle=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path))
    return tmp_path


def test_a_door_is_read_as_it_was_written(home: Path) -> None:
    assert door.read_door() is None
    door.write_door(DOOR)
    assert door.read_door() == DOOR
    assert [path.name for path in home.iterdir()] == ["daemon.json"]  # nothing is left beside it
    assert os.name == "nt" or door.door_path().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"port": 1, "pid": 1}', "\xff"])
def test_a_broken_door_is_no_door(text: str) -> None:
    door.door_path().write_bytes(text.encode("latin-1"))
    assert door.read_door() is None


def test_only_its_own_door_is_removed() -> None:
    door.write_door(DOOR)
    door.remove_door(door.Door(6, "127.0.0.1:1", "t", "i", True))
    assert door.read_door() == DOOR
    door.remove_door(DOOR)
    assert door.read_door() is None


def test_identity_follows_models_and_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = [identity()]
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(tmp_path))
    words.append(identity())
    (tmp_path / "chords-v1").mkdir()
    (tmp_path / "chords-v1" / "model.onnx").write_bytes(b"x")
    words.append(identity())
    (tmp_path / "chords-v1" / "model.onnx").write_bytes(b"xx")
    words.append(identity())
    monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
    words.append(identity())
    assert len(set(words)) == len(words)
    assert identity() == words[-1]


def test_takes_are_called_by_their_numbers() -> None:
    assert [take_stem("cut", n) for n in (1, 2, 1000)] == ["cut", "cut.v002", "cut.v1000"]


def test_a_flag_is_seen_while_it_is_waited_for() -> None:
    flag = Flag()
    assert not flag.wait(0.0)
    flag.set()
    assert flag.wait(60)
