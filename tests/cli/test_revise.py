"""`cuebridge revise`: takes and files, where results go, Ctrl-C, and what is said of mistakes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bridge.daemon.server import Daemon
from tests.cli.conftest import Command, Run
from tests.daemon.scorers import TextScorer


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "cut ä.otio"
    path.write_text("ok")
    return path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("named", ["latest", "id", "path", "sheet"])
def test_the_new_take_lies_beside_the_old(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path, named: str
) -> None:
    out = tmp_path / "out"
    (first,) = [e for e in run("score", source, "-o", out, "--json").events if e["event"] == "result"]
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    what = {
        "latest": "latest",
        "id": first["take_id"],
        "path": out / "cut ä.mid",
        "sheet": out / "cut ä.cues.json",
    }[named]
    ran = run("revise", what, "--plots", "2, 4", "--brief", "calm", "--seed", 7, "--lock", "melody", "--json")
    assert ran.code == 0
    (told,) = [event for event in ran.events if event["event"] == "result"]
    assert told["take"] == 2
    assert told["summary"]["revision"]["plots"] == ["2", "4"]  # type: ignore[index]
    assert (out / "cut ä.v002.mid").read_bytes().endswith("of cut ä plots 2,4".encode())
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.name in before} == before
    third = run("revise", out / "cut ä.v002.mid", "--plots", "1", "-o", tmp_path / "other")
    assert third.code == 0
    assert "cut ä.mid" in names(tmp_path / "other")
    listed = run("takes").out.splitlines()
    assert "of cut ä.v002: 1 anew" in listed[0]
    assert "of cut ä: 2, 4 anew" in listed[1]


def test_a_score_whose_files_were_deleted_is_revised_from_its_take(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run("score", source, "-o", out)
    for path in out.iterdir():
        path.unlink()
    out.rmdir()
    lost = run("revise", out / "cut ä.mid", "--plots", "1")
    assert (lost.code, "by its take" in lost.err) == (2, True)
    assert run("revise", "latest", "--plots", "1").code == 0
    assert not out.exists()  # nobody asked for the folder again
    assert run("fetch", "latest", "-o", tmp_path / "again").code == 0
    assert "cut ä.v002.mid" in names(tmp_path / "again")


def test_mistakes_are_said_before_anything_is_made(run: Run, home: Path, tmp_path: Path) -> None:
    assert "no take" in run("revise", "nobody", "--plots", "1").err
    assert run("revise", tmp_path / "no.mid", "--plots", "1").code == 2
    assert "--plots" in run("revise", "latest").err
    assert "no plot is named" in run("revise", "latest", "--plots", ",").err
    assert "out of range" in run("revise", "latest", "--plots", "1", "--seed", -1).err
    assert "Check --markers" in run("revise", "latest", "--plots", "1", "--markers", tmp_path / "none").err
    (tmp_path / "a.mid").write_bytes(b"")
    (tmp_path / "a.cues.json").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in run("revise", tmp_path / "a.mid", "--plots", "1").err


def test_ctrl_c_leaves_nothing(
    command: type[Command], run: Run, source: Path, tmp_path: Path, text_daemon: object
) -> None:
    out = tmp_path / "out"
    assert run("score", source, "-o", out).code == 0
    before = names(out)
    source.write_text("wait")
    started = command("revise", "latest", "--plots", "1")
    started.until("seeing")
    started.signal(signal.SIGINT)
    code, _ = started.end()
    assert code == 130
    assert names(out) == before
    assert len(run("takes", "--json").events) == 1


def test_two_at_once_give_two_takes(
    run: Run, daemon: Daemon, scorer: TextScorer, source: Path, tmp_path: Path, command: type[Command]
) -> None:
    out = tmp_path / "out"
    run("score", source, "-o", out)
    both = [command("revise", "latest", "--plots", plot) for plot in ("1", "2")]
    assert [each.end()[0] for each in both] == [0, 0]
    assert {"cut ä.v002.mid", "cut ä.v003.mid"} <= names(out)
