from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.client import Client
from bridge.daemon.server import Daemon


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("CUEBRIDGE_HOME", str(folder))
    return folder


@pytest.fixture
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.door.address, daemon.door.token) as connected:
        yield connected
