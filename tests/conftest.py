"""What every test may rely on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.daemon.options import Options
from bridge.daemon.server import Daemon
from tests.daemon.scorers import TextScorer


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Let child processes hear Ctrl-C and a closed terminal even when the tests run in the background.

    A shell starts background jobs with SIGINT ignored, and `nohup` SIGHUP; children inherit that, but not a
    handler of our own.
    """
    ends = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
    ignored = [end for end in ends if signal.getsignal(end) is signal.SIG_IGN]
    for end in ignored:
        signal.signal(end, signal.default_int_handler)
    yield
    for end in ignored:
        signal.signal(end, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is found in media is kept apart from the user's own."""
    folder = tmp_path_factory.mktemp("seen")
    os.environ["CUEBRIDGE_CACHE"] = str(folder)
    yield folder
    del os.environ["CUEBRIDGE_CACHE"]


@pytest.fixture
def scorer() -> TextScorer:
    return TextScorer()


@pytest.fixture
def daemon(home: Path, scorer: TextScorer) -> Iterator[Daemon]:
    running = Daemon(Options(), scorer)
    yield running
    running.close()
