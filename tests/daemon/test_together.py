"""Two clients at once, the product's own line with small models: the takes of one after the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.client import Client, Finished
from bridge.composing import load_models
from bridge.config import Settings
from bridge.daemon.options import Options
from bridge.daemon.scorer import Line
from bridge.daemon.server import Daemon
from bridge.inference import scheduler
from bridge.inference.desk import Batch
from tests.inference.test_scheduler import until
from tests.make_models import write_models

EDL = """TITLE: cut
FCM: NON-DROP FRAME

001  ONE      V     C        00:00:00:00 00:00:09:00 01:00:00:00 01:00:09:00
002  TWO      V     C        00:00:00:00 00:00:11:12 01:00:09:00 01:00:20:12
003  THREE    V     C        00:00:00:00 00:00:08:00 01:00:20:12 01:00:28:12
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_models(tmp_path / "models")
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(root))
    return root


@pytest.fixture
def line(home: Path, models: Path) -> Iterator[Client]:
    daemon = Daemon(Options(workers=2), Line())
    with Client(daemon.door.address, daemon.door.token) as client:
        yield client
    daemon.close()


def finish(client: Client, job_id: str) -> Finished:
    *_, last = client.watch(job_id)
    assert isinstance(last, Finished)
    return last


def test_two_clients_at_once_get_the_takes_of_one_after_the_other(
    line: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "cut.edl"
    source.write_text(EDL)
    settings = {name: Settings(seed=seed, fps="24") for seed, name in enumerate(("one", "other"))}

    def asked(name: str, shelf: str) -> str:
        return line.start_score(source, settings[name], shelf=shelf, name=name).job_id

    def files(end: Finished) -> dict[str, bytes]:
        return {suffix: line.export(end.take.take_id, suffix) for suffix in end.take.suffixes}

    apart = {name: files(finish(line, asked(name, "apart"))) for name in settings}

    monkeypatch.setattr(scheduler, "processors", lambda: 1)
    busiest, passes = 0, Batch.step
    together = threading.Event()

    def step(batch: Batch) -> object:
        # Jobs read and look at their own pace: the first to decode waits for the other.
        nonlocal busiest
        found = scheduler.scheduler_of(batch.decoder)
        until(lambda: together.is_set() or found.callers == 2)
        together.set()
        busiest = max(busiest, found.callers)
        return passes(batch)

    monkeypatch.setattr(Batch, "step", step)
    jobs = {name: asked(name, "together") for name in settings}
    assert {name: files(finish(line, job)) for name, job in jobs.items()} == apart
    assert busiest == 2
    assert apart["one"]["mid"] != apart["other"]["mid"]


def test_jobs_of_a_process_share_a_model_until_the_last_has_gone(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = load_models(), load_models()
    assert one.chords is other.chords
    assert one.melody is other.melody
    monkeypatch.setenv("CUEBRIDGE_THREADS", "2")
    assert load_models().chords is not one.chords, "more threads may give other bits"
    monkeypatch.delenv("CUEBRIDGE_THREADS")
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path / "others", seed=9)))
    assert load_models().chords is not one.chords
