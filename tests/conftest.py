"""What every test may rely on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.daemon.options import Options
from bridge.daemon.server import Daemon
from tests.daemon.scorers import TextScorer


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Let child processes hear Ctrl-C even when the tests run in the background.

    A shell starts background jobs with SIGINT ignored and children inherit that; a handler of our own, they
    do not.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def scorer() -> TextScorer:
    return TextScorer()


@pytest.fixture
def daemon(home: Path, scorer: TextScorer) -> Iterator[Daemon]:
    running = Daemon(Options(), scorer)
    yield running
    running.close()
