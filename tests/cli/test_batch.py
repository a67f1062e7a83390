from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from bridge.daemon.server import Daemon
from tests.cli.conftest import Command, Ran, Run
from tests.daemon.scorers import STAGES, TextScorer


@pytest.fixture
def cuts(tmp_path: Path) -> Path:
    folder = tmp_path / "cuts"
    folder.mkdir()
    for name in ("a.otio", "b.xml", "c.mp4"):
        (folder / name).write_text("ok")
    (folder / "notes.txt").write_text("ok")
    (folder / ".hidden.otio").write_text("ok")
    return folder


def counts(ran: Ran) -> tuple[object, ...]:
    last = ran.events[-1]
    assert last["event"] == "batch"
    return tuple(last[state] for state in ("done", "skipped", "failed", "cancelled"))


def test_a_folder_is_scored_and_ends_with_a_table(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path
) -> None:
    ran = run("batch", cuts, "-o", tmp_path / "out")
    assert ran.code == 0
    rows = [line for line in ran.out.splitlines() if "│" in line]
    assert [row.split()[0] for row in rows] == ["a.otio", "b.xml", "c.mp4"]
    assert all("done" in row and "3 of 4" in row for row in rows)
    assert "3 inputs: 3 done" in ran.out
    assert len(list((tmp_path / "out").glob("*.mid"))) == 3


def test_a_bad_file_does_not_stop_the_others(run: Run, daemon: Daemon, cuts: Path, tmp_path: Path) -> None:
    (cuts / "b.xml").write_text("bad")
    ran = run("batch", cuts, tmp_path / "missing.edl", "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    assert counts(ran) == (2, 0, 2, 0)
    errors = {event["source"]: event["what"] for event in ran.events if event["event"] == "error"}
    assert errors == {
        str(cuts / "b.xml"): "it is not a timeline",
        str(tmp_path / "missing.edl"): "there is no such file",
    }
    told = run("batch", cuts, "-o", tmp_path / "out")
    assert "2 skipped, 1 failed" in told.out.replace("0 done, ", "")
    assert "it is not a timeline" in told.out


def test_a_folder_that_cannot_be_read_is_one_failed_row(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    refuse(monkeypatch, "iterdir", locked)  # modes would not stop a test that root runs
    ran = run("batch", locked, cuts, "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    assert counts(ran) == (3, 0, 1, 0)
    (error,) = (event for event in ran.events if event["event"] == "error")
    assert (error["source"], error["kind"]) == (str(locked), "InputError")
    assert error["what"] == "the folder cannot be read (Permission denied)"


def test_a_file_that_cannot_be_looked_at_is_one_failed_row(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "stat", cuts / "b.xml")
    for words in ([cuts], [f"{cuts}/*.otio", f"{cuts}/*.xml", f"{cuts}/*.mp4"]):
        ran = run("batch", *words, "-o", tmp_path / str(len(words)), "--json")
        assert ran.code == 1
        assert counts(ran) == (2, 0, 1, 0)
        (error,) = (event for event in ran.events if event["event"] == "error")
        assert error["source"] == str(cuts / "b.xml")
        assert error["what"] == "it cannot be read (Permission denied)"


def refuse(monkeypatch: pytest.MonkeyPatch, call: str, place: Path) -> None:
    """Make a method of `Path` say that one place is not ours to see."""
    real = getattr(Path, call)

    def refused(self: Path, **options: bool) -> object:
        if self == place:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, **options)

    monkeypatch.setattr(Path, call, refused)


def test_what_is_done_is_skipped_unless_asked_again(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    out = tmp_path / "out"
    assert counts(run("batch", cuts, "-o", out, "--json")) == (3, 0, 0, 0)
    assert counts(run("batch", cuts, "-o", out, "--json")) == (0, 3, 0, 0)
    assert len(scorer.scored) == 3
    (cuts / "a.otio").write_text("ok but recut")
    assert counts(run("batch", cuts, "-o", out, "--json")) == (1, 2, 0, 0)
    assert (out / "a.v002.mid").exists()
    assert counts(run("batch", cuts, "-o", out, "--json", "--seed", 1)) == (3, 0, 0, 0)
    assert counts(run("batch", cuts, "-o", out, "--json", "--again")) == (3, 0, 0, 0)
    assert counts(run("batch", cuts, "-o", tmp_path / "other", "--json")) == (3, 0, 0, 0)
    assert (tmp_path / "other" / "a.mid").exists()


def test_progress_never_runs_back(run: Run, daemon: Daemon, cuts: Path, tmp_path: Path) -> None:
    for path in cuts.glob("[bc].*"):
        path.unlink()
    first, second = (run("batch", cuts, "-o", tmp_path / "out", "--json") for _ in range(2))
    steps = [(event["stage"], event["done"]) for event in first.events if event["event"] == "progress"]
    stages = [stage for stage, _ in steps]
    # a slow watcher misses steps, so each stage is there at least once and in its place
    assert list(dict.fromkeys(stages)) == ["checking", *STAGES]
    order = {stage: number for number, stage in enumerate(["checking", *STAGES])}
    assert steps == sorted(steps, key=lambda step: (order[str(step[0])], step[1]))
    assert {event["stage"] for event in second.events if event["event"] == "progress"} == {"checking"}


def test_files_that_are_gone_are_written_again_without_scoring(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    out = tmp_path / "out"
    run("batch", cuts, "-o", out)
    (out / "a.mid").unlink()
    (out / "b.mid").write_text("edited by hand")
    (out / "b.png").unlink()
    ran = run("batch", cuts, "-o", out, "--json")
    assert counts(ran) == (2, 1, 0, 0)
    assert (out / "a.mid").read_bytes().startswith(b"mid:")
    assert (out / "b.mid").read_text() == "edited by hand"
    assert (out / "b.png").exists()
    assert len(scorer.scored) == 3


def test_two_inputs_with_one_stem_stop_it_before_it_starts(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    (cuts / "a.edl").write_text("ok")
    ran = run("batch", cuts, "-o", tmp_path / "out")
    assert ran.code == 2
    assert str(cuts / "a.otio") in ran.err
    assert str(cuts / "a.edl") in ran.err
    assert scorer.scored == []
    assert not (tmp_path / "out").exists()


def test_stems_that_a_disk_may_not_tell_apart_stop_it_too(run: Run, daemon: Daemon, tmp_path: Path) -> None:
    for name in ("cut.otio", "Cut.xml"):
        (tmp_path / name).write_text("ok")
    assert run("batch", tmp_path / "cut.otio", tmp_path / "Cut.xml", "-o", "out").code == 2


def test_globs_folders_and_names_meet_once(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, scorer: TextScorer
) -> None:
    deep = cuts / "deep" / "er"
    deep.mkdir(parents=True)
    (deep / "d.otio").write_text("ok")
    words = [cuts / "a.otio", cuts, f"{cuts}/**/*.otio", "cuts/../cuts/c.mp4"]
    ran = run("batch", *words, "-o", tmp_path / "out", "--json")
    assert counts(ran) == (4, 0, 0, 0)
    assert sorted(scorer.scored) == ["a.otio", "b.xml", "c.mp4", "d.otio"]


def test_results_in_the_folder_are_not_inputs(run: Run, daemon: Daemon, cuts: Path) -> None:
    assert counts(run("batch", cuts, "-o", cuts, "--json")) == (3, 0, 0, 0)
    assert (cuts / "b.otio").exists()  # written for b.xml
    assert counts(run("batch", cuts, "-o", cuts, "--json")) == (0, 3, 0, 0)


def test_jobs_run_side_by_side(
    run: Run, daemon: Daemon, cuts: Path, tmp_path: Path, scorer: TextScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (os.cpu_count() or 1) < 2:
        pytest.skip("needs two cores: the daemon runs no more jobs at once than there are")
    for path in cuts.iterdir():
        path.write_text("wait")
    # the gate opens when two are inside, so this ends only if they run side by side
    inside = scorer._wait

    def wait(source: Path, progress: object) -> None:
        if scorer.at_once >= 2:
            scorer.gate.set()
        inside(source, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(scorer, "_wait", wait)
    assert counts(run("batch", cuts, "-o", tmp_path / "out", "--jobs", 2, "--json")) == (3, 0, 0, 0)
    assert scorer.most_at_once == 2


def test_ctrl_c_cancels_all_of_it(command: type[Command], daemon: Daemon, cuts: Path, tmp_path: Path) -> None:
    (cuts / "b.xml").write_text("wait")
    batch = command("batch", cuts, "-o", tmp_path / "out", "--json")
    batch.until('"result"')
    batch.until('"seeing"')
    batch.signal(signal.SIGINT)
    code, said = batch.end()
    assert code == 130
    assert "Traceback" not in said
    last = json.loads(said.splitlines()[-1])
    assert (last["done"], last["cancelled"], last["exit_code"]) == (1, 2, 130)
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [
        ".csv",
        ".json",
        ".md",
        ".mid",
        ".otio",
        ".png",
        ".rpp",
    ]
    assert daemon.jobs.active() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_daemon_that_ends_during_one_file_costs_that_file(
    command: type[Command],
    text_daemon: subprocess.Popen[str],
    cuts: Path,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    (cuts / "a.otio").write_text("wait")
    (cuts / "b.xml").unlink()
    (cuts / "c.mp4").unlink()
    (cuts / "d.edl").write_text("not an edit")
    batch = command("batch", cuts, "-o", tmp_path / "out", "--json")
    batch.until('"seeing"')
    text_daemon.send_signal(number)
    text_daemon.wait()
    code, said = batch.end()
    events = [json.loads(line) for line in said.splitlines()]
    errors = [event for event in events if event["event"] == "error"]
    # the second file met a fresh daemon, the product's own, which finds fault with the file alone
    assert errors[0]["kind"] == "DaemonError"
    assert errors[1]["kind"] != "DaemonError"
    assert code == 1
    assert events[-1]["failed"] == 2
    end_fresh_daemon()


def end_fresh_daemon() -> None:
    from bridge.client import connect

    with connect(start=False) as client:
        os.kill(client.describe(daemon_only=True).pid, signal.SIGTERM)
