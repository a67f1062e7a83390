from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.client import Client, connect
from bridge.daemon.server import Daemon
from tests.cli.conftest import ROOT, Command, Run, names
from tests.daemon.scorers import STAGES, TextScorer

SUFFIXES = ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md")


def test_a_score_lies_in_the_folder_and_is_told(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    ran = run("score", source, "-o", tmp_path / "new" / "out", "--seed", 7, "--brief", "slow and sad")
    assert ran.code == 0
    assert names(tmp_path / "new" / "out") == sorted(f"cut.{suffix}" for suffix in SUFFIXES)
    assert (tmp_path / "new" / "out" / "cut.mid").read_bytes() == b"mid:cut.otio 7 slow and sad"
    assert "3 of 4 hits met" in ran.out
    assert str(tmp_path / "new" / "out" / "cut.mid") in ran.out
    stages = [
        line.removeprefix("cut.otio: ") for line in ran.err.splitlines() if line.startswith("cut.otio: ")
    ]
    assert [stage for stage in stages if stage in STAGES] == list(STAGES)


def test_relative_paths_are_the_callers(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    assert run("score", "cut.otio", "-o", "out").code == 0
    assert (tmp_path / "out" / "cut.mid").exists()


def test_nothing_is_overwritten(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        assert run("score", source, "-o", out).code == 0
    (out / "cut.v005.png").write_text("mine")
    assert run("score", source, "-o", out).code == 0
    numbers = {name.split(".")[1] for name in names(out) if name.startswith("cut.v")}
    assert numbers == {"v002", "v005", "v006"}
    assert (out / "cut.v005.png").read_text() == "mine"
    assert (out / "cut.v006.otio").read_bytes().endswith(b"@cut.v006")


def test_an_emptied_folder_starts_again_at_take_one(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        assert run("score", source, "-o", out).code == 0
        assert names(out) == sorted(f"cut.{suffix}" for suffix in SUFFIXES)
        for path in out.iterdir():
            path.unlink()


def test_a_source_in_the_output_folder_is_left_alone(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    assert run("score", source, "-o", tmp_path).code == 0
    assert source.read_text() == "ok"
    assert (tmp_path / "cut.v002.otio").exists()


def test_json_gives_one_event_a_line(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    ran = run("score", source, "-o", tmp_path / "out", "--json")
    assert ran.code == 0
    assert ran.err == ""
    *progress, result = ran.events
    assert {event["event"] for event in progress} <= {"progress", "queued"}
    assert all(event["source"] == str(source) for event in ran.events)
    stages = [event["stage"] for event in progress if event["event"] == "progress"]
    assert list(dict.fromkeys(stages)) == list(STAGES)
    assert result["event"] == "result"
    assert (result["take"], result["reused"], result["timeline"]) == (1, False, "cut")
    assert result["files"] == {suffix: str(tmp_path / "out" / f"cut.{suffix}") for suffix in SUFFIXES}
    assert result["summary"] == {"hits": 4, "met": 3, "seed": 0, "bpm": 90.5}


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [("bad", 2, "TimelineError"), ("model", 1, "ModelError"), ("crash", 1, "CuebridgeError")],
)
def test_a_failure_has_its_exit_code_and_leaves_nothing(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path, text: str, code: int, kind: str
) -> None:
    source.write_text(text)
    told = run("score", source, "-o", tmp_path / "out")
    assert told.code == code
    assert told.out == ""
    assert "Traceback" not in told.err
    event = run("score", source, "-o", tmp_path / "out", "--json").events[-1]
    assert (event["event"], event["kind"], event["exit_code"]) == ("error", kind, code)
    assert event["what"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["score"],
        ["score", "cut.otio"],
        ["score", "missing.otio", "-o", "out"],
        ["score", "~nobody-of-that-name/cut.otio", "-o", "out"],
        ["score", ".", "-o", "out"],
        ["score", "cut.otio", "-o", "out", "--seed", "x"],
        ["score", "cut.otio", "-o", "out", "--seed", "-1"],
        ["score", "cut.otio", "-o", "out", "--cues", "missing.json"],
        ["score", "cut.otio", "-o", "out", "--cues", "empty.json"],
        ["score", "cut.otio", "-o", "cut.otio"],
        ["score", "cut.otio", "-o", "cut.otio/below"],
        ["score", "cut.otio", "-o", "out", "--sede", "1"],
        ["score", "/dev/null", "-o", "out"],
        ["score", "x" * 300 + ".otio", "-o", "out"],
        ["score", "cut.otio", "-o", "x" * 300],
        ["batch", "cut.otio", "-o", "out", "--jobs", "0"],
        ["batch", "none*.otio", "-o", "out"],
        ["batch", "~nobody-of-that-name/*.otio", "-o", "out"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--idle", "0"],
        ["serve", "--port", "99999"],
        ["hum"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_wrong_arguments_exit_2_with_a_sentence_and_start_no_daemon(
    run: Run, home: Path, source: Path, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "empty.json").write_text("")
    ran = run(*words)
    assert ran.code == 2
    assert ran.err.startswith("cuebridge: ")
    assert "Traceback" not in ran.err
    assert not (home / "daemon.json").exists()
    assert not (tmp_path / "out").exists()
    assert run(*words, "--json").events[-1]["exit_code"] == 2


@pytest.mark.parametrize(
    ("words", "kind", "what"),
    [
        (["--brief", "caf\udce9"], "SettingsError", "--brief has bytes that are not UTF-8"),
        (["--in", "caf\udce9"], "SettingsError", "--in has bytes that are not UTF-8"),
        (["-o", "caf\udce9"], "OutputError", "the output folder's path has bytes that are not UTF-8"),
    ],
)
def test_text_that_is_not_utf_8_is_the_users_to_mend(
    run: Run, home: Path, source: Path, tmp_path: Path, words: list[str], kind: str, what: str
) -> None:
    for name in ("score", "batch"):
        ran = run(name, source, "-o", "out", *words, "--json")
        assert (ran.code, len(ran.events)) == (2, 1)
        assert (ran.events[0]["kind"], ran.events[0]["what"]) == (kind, what)
        assert "caf" in str(ran.events[0]["where"])
        assert "cut.otio" not in str(ran.events[0]["message"])
    assert not home.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.otio"]


def test_a_name_that_is_not_utf_8_is_the_users_to_mend(run: Run, daemon: Daemon, source: Path) -> None:
    odd = source.with_name("caf\udce9.otio")
    odd.write_text("ok")
    ran = run("score", odd, "-o", "out", "--json")
    assert ran.code == 2
    assert ran.events[-1]["what"] == "the source's path has bytes that are not UTF-8"


def test_a_daemon_that_cannot_be_had_exits_3(run: Run, home: Path, source: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "takes.sqlite3").write_bytes(b"nonsense " * 1000)
    ran = run("score", source, "-o", tmp_path / "out")
    assert ran.code == 3
    assert "takes.sqlite3" in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_the_job(
    command: type[Command], daemon: Daemon, source: Path, tmp_path: Path, number: signal.Signals
) -> None:
    source.write_text("wait")
    scoring = command("score", source, "-o", tmp_path / "out")
    scoring.until("seeing")
    scoring.signal(number)
    code, said = scoring.end()
    assert code == 130
    assert "cancelled" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
    with connect(start=False) as client:
        assert client.describe().jobs == ()
        assert list(client.list_scores()) == []


def test_ctrl_c_cancels_a_job_that_waits(
    command: type[Command], daemon: Daemon, source: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    source.write_text("wait")
    first = command("score", source, "-o", tmp_path / "a")
    first.until("seeing")
    second = command("score", source, "-o", tmp_path / "b", "--json")
    second.until("queued")
    second.signal(signal.SIGINT)
    assert second.end()[0] == 130
    scorer.gate.set()
    assert first.end()[0] == 0
    assert names(tmp_path / "b") == []
    assert len(names(tmp_path / "a")) == len(SUFFIXES)


def test_a_second_ctrl_c_leaves_at_once(
    command: type[Command], daemon: Daemon, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a scorer that does not notice that it is cancelled until the gate opens
    monkeypatch.setattr("bridge.progress.Progress.check", lambda self: None)
    source.write_text("wait")
    scoring = command("score", source, "-o", tmp_path / "out")
    scoring.until("seeing")
    scoring.signal(signal.SIGINT)
    with connect(start=False) as client:
        job = wait_for_cancel(client, daemon)
    assert scoring.process.poll() is None, f"{job} has not ended, so neither has the command"
    scoring.signal(signal.SIGINT)
    assert scoring.end()[0] == 130
    daemon.jobs.cancel_all()
    monkeypatch.undo()


def wait_for_cancel(client: Client, daemon: Daemon) -> str:
    """Wait until the first job has been asked to stop."""
    (job,) = client.describe().jobs
    running = daemon.jobs._running[job.job_id][0]
    running.progress._cancelled.wait(60)
    return job.job_id


def test_two_commands_at_once_get_two_takes(
    command: type[Command], daemon: Daemon, source: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    source.write_text("wait")
    both = [command("score", source, "-o", tmp_path / "out", "--json") for _ in range(2)]
    for each in both:
        each.until('"event"')
    scorer.gate.set()
    assert [each.end()[0] for each in both] == [0, 0]
    assert len(names(tmp_path / "out")) == 2 * len(SUFFIXES)
    assert (tmp_path / "out" / "cut.v002.mid").exists()


def test_a_daemon_killed_during_a_job_exits_3_and_the_next_command_finds_another(
    command: type[Command], text_daemon: subprocess.Popen[str], source: Path, tmp_path: Path
) -> None:
    source.write_text("wait")
    scoring = command("score", source, "-o", tmp_path / "out")
    scoring.until("seeing")
    os.kill(text_daemon.pid, signal.SIGKILL)
    code, said = scoring.end()
    assert code == 3
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()
    text_daemon.wait()
    doctor = command("doctor", "--json")
    doctor.until('"daemon", "ok": true')
    with connect(start=False) as client:
        os.kill(client.describe(daemon_only=True).pid, signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_daemon_told_to_leave_is_not_the_users_wish(
    command: type[Command],
    text_daemon: subprocess.Popen[str],
    source: Path,
    tmp_path: Path,
    home: Path,
    number: signal.Signals,
) -> None:
    source.write_text("wait")
    scoring = command("score", source, "-o", tmp_path / "out")
    scoring.until("seeing")
    os.kill(text_daemon.pid, number)
    code, said = scoring.end()
    assert code == 3
    assert "the daemon is leaving" in said
    assert "Run the command again" in said
    assert "cancelled" not in said
    assert "Traceback" not in said
    assert text_daemon.wait(60) == 0
    assert not (home / "daemon.json").exists()


def test_a_job_outlives_its_watcher(
    command: type[Command], daemon: Daemon, source: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    source.write_text("wait")
    scoring = command("score", source, "-o", tmp_path / "out")
    scoring.until("seeing")
    scoring.process.kill()
    scoring.end()
    with connect(start=False) as client:
        (job,) = client.describe().jobs
        scorer.gate.set()
        list(client.watch(job.job_id))
        assert len(list(client.list_scores())) == 1


def test_a_reader_that_goes_does_not_stop_the_work(daemon: Daemon, source: Path, tmp_path: Path) -> None:
    source.write_text("wait")
    words = [sys.executable, "-m", "bridge", "score", str(source), "-o", str(tmp_path / "out"), "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as scoring:
        assert scoring.stdout is not None
        scoring.stdout.readline()
        scoring.stdout.close()
        source.with_suffix(".go").touch()
        assert scoring.wait(60) == 0
    assert len(names(tmp_path / "out")) == len(SUFFIXES)


def test_markers_come_in_a_file(
    run: Run, daemon: Daemon, scorer: TextScorer, source: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "märkte.json"
    marks.write_text('{"markers": [{"frame": 3, "name": "must"}]}', encoding="utf-8")
    assert run("score", source, "-o", tmp_path / "out", "--markers", marks).code == 0
    assert scorer.settings is not None
    assert scorer.settings.markers_text == marks.read_text(encoding="utf-8")
    assert run("score", source, "-o", tmp_path / "out", "--markers", tmp_path / "none").code == 2
