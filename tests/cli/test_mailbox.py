"""`mailbox`: requests and answers as files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bridge.cli import mailbox
from bridge.daemon.server import Daemon
from bridge.rows import fields_of, row
from tests.cli.conftest import Command, Run
from tests.daemon.scorers import TextScorer

Row = tuple[str, dict[str, str]]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "my jobs ü"
    folder.mkdir()
    return folder / "job 1"


def ask(box: Path, *words: object) -> None:
    Path(f"{box}.request").write_text("".join(row(word) for word in words), encoding="utf-8")


def answer(box: Path) -> list[Row]:
    lines = Path(f"{box}.answer").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    split = [fields_of(line) for line in lines]
    return [(kind, dict(f.split("=", 1) for f in fields)) for kind, *fields in split]  # type: ignore[misc]


def test_a_command_is_answered_in_rows(run: Run, daemon: Daemon, box: Path, tmp_path: Path) -> None:
    source = tmp_path / "cut\\ ä.otio"
    source.write_text("ok")
    ask(box, "score", source, "-o", tmp_path / "out", "--brief", "two\nlines")
    ran = run("mailbox", box)
    assert (ran.code, ran.out) == (0, "")
    rows = answer(box)
    assert rows[0][0] == "begin"
    assert rows[-1] == ("end", {"exit_code": "0"})
    result = dict(rows)["result"]
    assert result["source"] == str(source)
    assert Path(result["files.mid"]).read_bytes().endswith(b"two\nlines")
    assert {"stage", "done", "total"} <= dict(rows)["progress"].keys()


def test_describe_names_what_is_offered(run: Run, daemon: Daemon, box: Path) -> None:
    ask(box, "describe")
    run("mailbox", box)
    fields = dict(answer(box))["describe"]
    offers = [value for key, value in fields.items() if key.startswith("offers.")]
    assert {"Describe", "ListScores"} <= set(offers)


@pytest.mark.parametrize(
    "words", [["score", "missing.otio", "-o", "out"], ["nonsense"], [], ["mailbox", "x"], ["serve"]], ids=str
)
def test_a_fault_is_answered_with_what_to_do(run: Run, home: Path, box: Path, words: list[str]) -> None:
    ask(box, *words)
    assert run("mailbox", box).code == 2
    rows = answer(box)
    assert [kind for kind, _ in rows] == ["begin", "error", "end"]
    assert dict(rows)["error"]["remedy"]
    assert dict(rows)["end"] == {"exit_code": "2"}


def test_a_request_that_cannot_be_read_is_answered(run: Run, home: Path, box: Path) -> None:
    assert run("mailbox", box).code == 2
    assert "request cannot be read" in dict(answer(box))["error"]["message"]


def test_an_answer_is_never_overwritten(run: Run, home: Path, box: Path) -> None:
    ask(box, "describe")
    Path(f"{box}.answer").write_text("mine")
    ran = run("mailbox", box)
    assert (ran.code, "cannot be written" in ran.err) == (2, True)
    assert Path(f"{box}.answer").read_text() == "mine"


def test_a_cancel_file_cancels(
    command: type[Command], daemon: Daemon, scorer: TextScorer, box: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.otio").write_text("wait")
    ask(box, "score", tmp_path / "a.otio", "-o", tmp_path / "out")
    ran = command("mailbox", box)
    assert scorer.started.wait(60)
    Path(f"{box}.cancel").touch()
    code, _ = ran.end()
    assert code == 130
    assert dict(answer(box))["error"]["kind"] == "Cancelled"
    assert not (tmp_path / "out").exists()


def test_a_command_that_runs_says_so(
    command: type[Command], daemon: Daemon, scorer: TextScorer, box: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Else a host could not tell it from one that was killed."""
    monkeypatch.setattr(mailbox, "ALIVE_S", 0.0)
    (tmp_path / "a.otio").write_text("wait")
    ask(box, "score", tmp_path / "a.otio", "-o", tmp_path / "out")
    ran = command("mailbox", box)
    assert scorer.started.wait(60)
    until_s = time.monotonic() + 60
    while "alive" not in dict(answer(box)):  # the command itself says nothing while it waits
        assert time.monotonic() < until_s
        time.sleep(0.01)
    Path(f"{box}.cancel").touch()
    ran.end()
    kinds = [kind for kind, _ in answer(box)]
    assert (kinds[0], kinds[-1]) == ("begin", "end")
