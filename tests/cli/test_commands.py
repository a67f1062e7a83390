"""`cancel`, `describe`, `doctor`, `--version`, terminals and crashes."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import __version__
from bridge.cli import doctor
from bridge.cli.bars import Bars
from bridge.client import Client, connect
from bridge.client.connect import _started
from bridge.config import Settings
from bridge.daemon.server import Daemon
from bridge.errors import Cancelled, ModelError
from bridge.progress import Step
from tests.cli.conftest import ROOT, Run
from tests.daemon.scorers import TextScorer


@pytest.fixture
def client(daemon: Daemon) -> Iterator[Client]:
    with connect(start=False) as connected:
        yield connected


def started(client: Client, folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_text("wait")
    return [client.start_score(folder / name, Settings()).job_id for name in names]


def test_version(run: Run) -> None:
    ran = run("--version")
    assert (ran.code, ran.out) == (0, f"cuebridge {__version__}\n")


def test_help_lists_the_exit_codes(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert "130 cancelled" in ran.out


def test_saying_the_version_loads_no_heavy_library() -> None:
    code = (
        "import sys, bridge.cli; bridge.cli.main(['--version']);"
        "heavy = {'grpc', 'rich', 'numpy', 'onnxruntime', 'av', 'mido', 'opentimelineio'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_cancel_takes_the_only_job(run: Run, client: Client, tmp_path: Path) -> None:
    (job,) = started(client, tmp_path, "a.otio")
    assert f"Cancelled {job}" in run("cancel").out
    with pytest.raises(Cancelled):
        list(client.watch(job))
    assert run("cancel").out == "Nothing to cancel\n"


def test_cancel_asks_which_of_several(run: Run, client: Client, tmp_path: Path) -> None:
    jobs = started(client, tmp_path, "a.otio", "b.otio", "c.otio")
    ran = run("cancel")
    assert ran.code == 2
    assert all(job in ran.err for job in jobs)
    assert run("cancel", jobs[1]).code == 0
    (event,) = run("cancel", "--all", "--json").events
    assert {job["job"] for job in event["jobs"]} == {jobs[0], jobs[2]}  # type: ignore[attr-defined,index]
    assert run("cancel", "nothing").code == 2


def test_cancel_without_a_daemon_exits_3(run: Run) -> None:
    ran = run("cancel", "--all")
    assert ran.code == 3
    assert "no daemon is running" in ran.err


def test_describe_names_calls_formats_and_jobs(run: Run, client: Client, tmp_path: Path) -> None:
    (job,) = started(client, tmp_path, "a.otio")
    ran = run("describe")
    assert ran.code == 0
    assert all(word in ran.out for word in ("StartScore", "cues.json", job, "a.otio", ".mp4"))
    (event,) = run("describe", "--json").events
    assert event["version"] == __version__
    assert event["details"]["reads"] == [".otio", ".xml", ".edl", ".mp4"]  # type: ignore[index]


def test_doctor_finds_the_daemon_it_starts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "0.5")
    checks = {event["name"]: event for event in run("doctor", "--json").events}
    assert set(checks) == {
        "python",
        "cuebridge",
        "libraries",
        "onnxruntime",
        "models",
        "encoder",
        "audio",
        "state",
        "disk",
        "resolve",
        "daemon",
    }
    assert checks["daemon"]["ok"]
    assert _started[-1].wait(60) == 0


def test_doctor_says_what_is_wrong(
    run: Run, daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise ModelError("there is no model for melody", where="/models", remedy="Put it back")

    monkeypatch.setattr("bridge.inference.card.find_models", refused)
    monkeypatch.setattr(
        "bridge.inference.session.runtime_packages", lambda: ("onnxruntime", "onnxruntime-gpu")
    )
    ran = run("doctor")
    assert ran.code == 1
    assert "FAIL  models       /models: there is no model for melody" in ran.out
    assert "Put it back" in ran.out
    assert "overwrite each other" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_doctor_misses_a_library(run: Run, daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "av":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    checks = {event["name"]: event for event in run("doctor", "--json").events}
    assert (checks["libraries"]["ok"], checks["libraries"]["found"]) == (False, "av missing")


def test_doctor_finds_nothing_wrong_here(run: Run, daemon: Daemon) -> None:
    ran = run("doctor", "--json")
    assert [event for event in ran.events if not event["ok"]] == []
    assert ran.code == 0
    libraries = str(next(event["found"] for event in ran.events if event["name"] == "libraries"))
    assert [found.split()[0] for found in libraries.split(", ")] == declared()


@pytest.mark.parametrize("installed", [True, False])
def test_doctor_looks_for_every_library_that_is_declared(
    monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    def requires(name: str) -> list[str]:
        if not installed:
            raise importlib.metadata.PackageNotFoundError(name)
        return [*(f"{each}<9,>=1" for each in declared()), "torch>=2.6; extra == 'train'"]

    monkeypatch.setattr("importlib.metadata.requires", requires)
    assert doctor._needed() == declared()


def declared() -> list[str]:
    """The names in pyproject.toml's own list (Python 3.10 has no tomllib)."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.partition("\ndependencies = [\n")[2].partition("\n]\n")[0]
    names = re.findall(r'^    "([\w-]+)', block, re.MULTILINE)
    assert len(names) > 10
    return sorted(names)


def test_a_fault_of_ours_goes_to_a_file_and_is_named(
    run: Run, daemon: Daemon, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.otio").write_text("ok")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("in the client")

    monkeypatch.setattr("bridge.cli.scoring.score", broken)
    ran = run("score", "a.otio", "-o", "out")
    assert ran.code == 1
    (log,) = home.glob("crash-*.log")
    assert log.stat().st_mode & 0o777 == 0o600
    assert str(log) in ran.err
    assert "Traceback" not in ran.err
    assert "ZeroDivisionError: in the client" in log.read_text()


def test_bars_show_stages_and_end_clean(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    bars = Bars(brief=False)
    for done in range(3):
        bars.step(Path("/x/cut [1].otio"), Step("seeing", done, 2))
    bars.failed(Cancelled(where="/x/cut [1].otio"), Path("/x/cut [1].otio"))
    bars.close()
    err = capsys.readouterr().err
    assert "seeing" in err
    assert "cut [1].otio" in err
    assert "/x/cut [1].otio: cancelled" in err


def test_a_terminal_gets_bars(daemon: Daemon, tmp_path: Path, scorer: TextScorer) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    (tmp_path / "cut.otio").write_text("ok")
    scorer.gate.set()
    import os

    leader, follower = pty.openpty()
    words = [sys.executable, "-m", "bridge", "score", "cut.otio", "-o", "out"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "TERM": "xterm", "COLUMNS": "100"}
    ran = subprocess.run(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=follower, env=environment, timeout=60, check=False
    )
    os.close(follower)
    drawn = os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert ran.returncode == 0
    assert b"cut.mid" in ran.stdout
    assert "\x1b[" in drawn
    assert "Traceback" not in drawn
