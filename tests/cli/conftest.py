from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.cli import main

ROOT = Path(__file__).parents[2]
# Only a limit for a machine under heavy load.
PATIENCE_S = 60


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, object]]:
        """Standard output's lines; not warnings, which come of code edited while the tests run."""
        events = [json.loads(line) for line in self.out.splitlines()]
        return [event for event in events if event["event"] != "warning"]


Run = Callable[..., Ran]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("CUEBRIDGE_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The command in this process, with its signal handlers taken back afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ran(*words: object) -> Ran:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Ran(code, *capfd.readouterr())

    yield ran
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def text_daemon(home: Path) -> Iterator[subprocess.Popen[str]]:
    """The tests' daemon in a process that may be killed."""
    command = [sys.executable, "-m", "tests.daemon.text_daemon"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


class Command:
    """`python -m bridge` in a process of its own, read line by line."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.lines: list[str] = []

    def until(self, word: str) -> None:
        """Read up to a line with the word."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if word in line:
                return
        raise AssertionError(f"{word!r} never came: {self.lines}")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Exit code, and everything it said."""
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, "".join(self.lines) + out


@pytest.fixture
def command(home: Path) -> Iterator[type[Command]]:
    started: list[Command] = []

    class Kept(Command):
        def __init__(self, *words: object) -> None:
            super().__init__(*words)
            started.append(self)

    yield Kept
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A timeline that the text scorer scores."""
    path = tmp_path / "cut.otio"
    path.write_text("ok")
    return path


def names(folder: Path) -> list[str]:
    """What lies in a folder, in order; nothing where there is none."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
