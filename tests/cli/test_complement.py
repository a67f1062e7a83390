"""`cuebridge complement`: where the result goes, what it leaves alone, and what is said of mistakes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from bridge.client import Client, Finished
from bridge.config import Complement, Settings
from bridge.daemon.server import Daemon
from bridge.errors import InputError
from tests.cli.conftest import Command, Run


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "mine ä.mid"
    path.write_text("ok")  # what composes here is a stand-in that reads text
    return path


def test_the_result_lies_beside_what_was_given(run: Run, daemon: Daemon, given: Path, tmp_path: Path) -> None:
    ran = run("complement", given, "--parts", "piano, guitar", "--seed", 3, "--json")
    assert ran.code == 0
    place = tmp_path / "mine ä.complement.mid"
    assert place.read_bytes() == b"ok with piano,guitar"
    assert given.read_text() == "ok"
    assert run("complement", given, "--parts", "bass").code == 0
    assert (tmp_path / "mine ä.complement.v002.mid").read_bytes() == b"ok with bass"
    assert place.read_bytes() == b"ok with piano,guitar"
    out = tmp_path / "out"
    assert run("complement", given, "--parts", "pad", "-o", out, "--name", "other").code == 0
    assert (out / "other.mid").read_bytes() == b"ok with pad"
    assert [line.split("  ")[2] for line in run("takes").out.splitlines()] == [
        "other take 1", "mine ä.complement take 2", "mine ä.complement take 1",
    ]  # fmt: skip


def test_the_timeline_is_what_it_is_for(run: Run, daemon: Daemon, given: Path, tmp_path: Path) -> None:
    timeline = tmp_path / "cut.otio"
    timeline.write_text("bad")
    ran = run("complement", given, "--timeline", timeline, "--parts", "piano", "--in", "5", "--out", "90")
    assert (ran.code, "not a timeline" in ran.err) == (2, True)


def test_mistakes_are_said_before_anything_is_made(run: Run, home: Path, given: Path, tmp_path: Path) -> None:
    for words, said in (
        ((tmp_path / "no.mid", "--parts", "piano"), "cannot be read"),
        ((given,), "--parts"),
        ((given, "--parts", " , "), "no part is asked for"),
        ((given, "--parts", "piano", "--timeline", tmp_path / "no.otio"), "no such file"),
        ((given, "--parts", "piano", "--seed", -1), "out of range"),
        ((given, "--parts", "piano", "-o", given), "cannot be written"),
    ):
        ran = run("complement", *words)
        assert (ran.code, said in ran.err) == (2, True), ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if path != home) == [given.name]


def test_ctrl_c_leaves_nothing(
    command: type[Command], text_daemon: object, given: Path, tmp_path: Path
) -> None:
    given.write_text("wait")
    before = sorted(path.name for path in tmp_path.iterdir())
    started = command("complement", given, "--parts", "piano")
    started.until("seeing")
    started.signal(signal.SIGINT)
    assert started.end()[0] == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_two_clients_at_once_get_a_take_each(daemon: Daemon, given: Path) -> None:
    asked = Complement(given, b"abc", ("piano",))
    with Client(daemon.door.address, daemon.door.token) as one:
        with Client(daemon.door.address, daemon.door.token) as other:
            jobs = [client.complement(asked, Settings(seed=7), shelf="s") for client in (one, other)]
            ends = [list(client.watch(job.job_id))[-1] for client, job in zip((one, other), jobs)]
        takes = [end.take for end in ends if isinstance(end, Finished)]
        assert sorted(take.number for take in takes) == [1, 2]
        assert {take.name for take in takes} == {given.stem}
        assert takes[0].suffixes == ("cues.json", "cues.csv", "mid")
        with pytest.raises(InputError, match="absolute"):
            one.complement(Complement(Path("a.mid"), b"", ("piano",)), Settings())
