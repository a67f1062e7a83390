"""Waiting for the command: Resolve is looked for meanwhile, and a silence is said."""

from __future__ import annotations

import io
import threading
import types
from typing import Any

import pytest

from plugins.resolve.tests.desk import source_of
from tests.fake_resolve import FakeResolve
from tests.fake_resolve.scenes import worked_in


@pytest.fixture
def names() -> dict[str, Any]:
    """What the script defines, without its run."""
    text = source_of("Score timeline")
    found: dict[str, Any] = {}
    exec(text[: text.rindex("# ---")], found)
    return found


class Silent:
    """A command that says nothing until it is ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.stdout = self

    def readline(self) -> bytes:
        self.ended.wait()
        return b""

    def poll(self) -> int | None:
        return 1 if self.ended.is_set() else None

    def wait(self) -> int:
        self.ended.wait()
        return 1

    def terminate(self) -> None:
        self.ended.set()

    def close(self) -> None:
        assert self.ended.is_set()


def follow(names: dict[str, Any], process: Any, is_alive: Any) -> Any:
    names["subprocess"] = types.SimpleNamespace(Popen=lambda *_, **__: process, DEVNULL=0, PIPE=0, STDOUT=0)
    names["_WAIT_S"] = 0.001
    return names["cuebridge"](["score"], is_alive)


def test_resolve_is_looked_for_while_the_command_is_silent(names: dict[str, Any]) -> None:
    process = Silent()
    with pytest.raises(names["Trouble"], match="Resolve is gone"):
        follow(names, process, lambda: False)
    assert process.ended.is_set()


def test_a_long_silence_is_said(names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    process, looks = Silent(), []

    def is_alive() -> bool:
        looks.append(1)
        return len(looks) < 30

    with pytest.raises(names["Trouble"], match="Resolve is gone"):
        follow(names, process, is_alive)
    assert capsys.readouterr().out.count("no word from the cuebridge command") == 2  # at 12 and 24 waits


def test_resolve_is_looked_for_between_events(names: dict[str, Any]) -> None:
    events = io.BytesIO(b'{"event": "progress", "stage": "composing"}\n{"event": "result", "take": 1}\n')
    process = types.SimpleNamespace(stdout=events, poll=lambda: 0, wait=lambda: 0, terminate=lambda: None)
    with pytest.raises(names["Trouble"], match="Resolve is gone"):
        follow(names, process, lambda: False)
    events = io.BytesIO(b'{"event": "result", "take": 1}\n')
    process.stdout = events
    assert follow(names, process, lambda: True) == {"event": "result", "take": 1}
    assert events.closed


def test_resolve_is_asked_every_few_seconds_and_not_oftener(names: dict[str, Any]) -> None:
    host, now = FakeResolve(state=worked_in()), [100.0]
    names["time"] = types.SimpleNamespace(time=lambda: now[0])
    is_there = names["watching"](host.resolve)
    host.gone = True
    now[0] += 4
    assert is_there()
    assert host.calls == []
    now[0] += 2
    assert not is_there()
    host.gone = False
    now[0] += 6
    assert is_there()
    host.fails = {len(host.calls) + 1: "raise"}
    now[0] += 6
    assert not is_there()
