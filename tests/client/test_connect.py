"""Finding and starting daemons: real processes, each test in a state folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.client import Client, connect
from bridge.client.connect import _started
from bridge.daemon.options import Options
from bridge.daemon.server import Daemon
from bridge.errors import Cancelled, DaemonError, SettingsError
from bridge.wire.door import Door, door_path, read_door, write_door
from bridge.wire.flag import Flag
from tests.daemon.scorers import TextScorer

# Only a limit for a machine under heavy load; nothing here waits that long.
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    monkeypatch.setenv("CUEBRIDGE_HOME", str(folder))
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "30")
    known = len(_started)
    yield folder
    for child in _started[known:]:
        if child.poll() is None:
            child.kill()
        child.wait(PATIENCE_S)


def pid_of(client: Client) -> int:
    return client.describe(daemon_only=True).pid


def test_without_a_daemon_one_is_started_used_again_and_leaves_no_trace(home: Path) -> None:
    with connect() as first, connect() as second:
        pid = pid_of(first)
        assert pid_of(second) == pid != os.getpid()
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()}
    assert {"daemon.json", "daemon.lock", "daemon.log", "takes.sqlite3"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    child = _started[-1]
    child.terminate()
    assert child.wait(PATIENCE_S) == 0
    assert not door_path().exists()
    with pytest.raises(DaemonError, match="no daemon is running") as raised:
        connect(start=False)
    assert raised.value.exit_code == 3


def test_two_commands_at_once_share_one_daemon() -> None:
    pids: list[int] = []

    def ask() -> None:
        with connect() as client:
            pids.append(pid_of(client))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(pids) == 3
    assert len(set(pids)) == 1


def test_a_daemon_leaves_when_nobody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "0.5")
    connect().close()
    assert _started[-1].wait(PATIENCE_S) == 0
    assert read_door() is None


def test_a_killed_daemon_is_replaced() -> None:
    with connect() as client:
        pid = pid_of(client)
    os.kill(pid, signal.SIGKILL)
    _started[-1].wait(PATIENCE_S)
    assert read_door() is not None  # stale
    with connect() as client:
        assert pid_of(client) != pid


def test_a_stale_door_to_somebody_else_is_seen_through(home: Path) -> None:
    home.mkdir()
    with_other_token = Daemon(Options(), TextScorer())
    other = with_other_token.door
    with_other_token.close()
    write_door(Door(other.pid, other.address, "wrong", other.identity, True))
    with connect() as client:
        assert pid_of(client) != os.getpid()


def test_an_idle_daemon_with_other_settings_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect() as client:
        pid = pid_of(client)
    monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
    said: list[str] = []
    with connect(say=said.append) as client:
        assert pid_of(client) != pid
    assert said == []


def test_who_starts_none_takes_a_daemon_with_other_settings_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with connect() as client:
        pid = pid_of(client)
    monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
    said: list[str] = []
    with connect(start=False, say=said.append) as client:
        assert pid_of(client) == pid
    assert said == []


def test_a_daemon_started_by_hand_is_used_and_the_difference_said(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = Daemon(Options(), TextScorer())
    try:
        monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
        said: list[str] = []
        with connect(say=said.append) as client:
            assert pid_of(client) == os.getpid()
        (sentence,) = said
        assert "started by hand" in sentence
        assert "CUEBRIDGE_" in sentence
    finally:
        daemon.close()


def test_a_daemon_that_cannot_start_says_why(home: Path) -> None:
    home.mkdir()
    (home / "takes.sqlite3").write_bytes(b"nonsense " * 1000)
    with pytest.raises(DaemonError, match="does not start") as raised:
        connect()
    assert "takes.sqlite3" in str(raised.value)
    assert raised.value.where.endswith("daemon.log")


def test_a_state_folder_that_cannot_be_made_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(DaemonError, match="CUEBRIDGE_HOME"):
        connect()


def test_settings_that_make_no_sense_are_the_users_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "soon")
    with pytest.raises(SettingsError):
        connect()


def test_waiting_for_a_daemon_can_be_stopped() -> None:
    stop = Flag()
    stop.set()
    with pytest.raises(Cancelled):
        connect(stop=stop)


def test_serving_by_hand_makes_an_idle_daemon_give_way_and_tidies_up() -> None:
    with connect() as client:
        auto = pid_of(client)
    command = [sys.executable, "-m", "bridge", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as served:
        assert served.stdout is not None
        assert "Listening on 127.0.0.1:" in served.stdout.readline()
        with connect() as client:
            assert pid_of(client) == served.pid != auto
        again = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
        assert again.returncode == 2
        assert "running already" in again.stderr
        os.kill(served.pid, signal.SIGINT)
        assert served.wait(PATIENCE_S) == 0
    assert not door_path().exists()


def test_a_door_that_was_tidied_away_is_put_back() -> None:
    with connect() as client:
        pid = pid_of(client)
    door_path().unlink()
    until_s = time.monotonic() + PATIENCE_S
    while read_door() is None:
        assert time.monotonic() < until_s
        time.sleep(0.02)
    with connect() as client:
        assert pid_of(client) == pid
