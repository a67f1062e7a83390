from __future__ import annotations

from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.daemon.jobs import Request
from bridge.daemon.store import Store
from bridge.daemon.work import Worker
from bridge.errors import Cancelled
from bridge.progress import Progress
from tests.daemon.scorers import TextScorer


def test_a_job_can_be_stopped_while_it_looks_for_an_earlier_take(tmp_path: Path) -> None:
    job = Progress()

    class Stopped(TextScorer):
        def fingerprint(self, source: Path, settings: Settings, progress: Progress) -> str:
            progress.check()
            job.cancel()
            assert progress.cancelled
            progress.check()
            raise AssertionError("it went on")

    store = Store(tmp_path / "takes.sqlite3")
    source = tmp_path / "cut.otio"
    source.write_text("ok")
    with pytest.raises(Cancelled):
        Worker(Stopped(), store)(Request(str(source), Settings(), "s", "cut", reuse=True), job)
    assert store.page() == []
    store.close()
