"""`takes`, `fetch` and `--reaper-lines`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.daemon.server import Daemon
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes
from tests.cli.conftest import Run
from tests.daemon.scorers import Scored, TextScorer
from tests.writing.make import make_cues, make_form, make_performance


@pytest.fixture
def source(tmp_path: Path, scorer: TextScorer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source whose score has a real MIDI file and cue sheet."""
    cues = make_cues()
    form = make_form(cues)
    plain = scorer.score

    def score(*arguments: object) -> Scored:
        scored = plain(*arguments)  # type: ignore[arg-type]
        scored.files["mid"] = midi_bytes(make_performance(form), form, cues, "n")
        scored.files["cues.json"] = cues_json(cues, form, "n")
        scored.summary["plain"] = arguments[1].is_plain  # type: ignore[attr-defined]
        return scored

    monkeypatch.setattr(scorer, "score", score)
    path = tmp_path / "cut ä.otio"
    path.write_text("ok")
    return path


def test_takes_are_listed_the_newest_first(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    assert run("takes").out == "There are no takes yet\n"
    for _ in range(3):
        run("score", source, "-o", tmp_path / "out")
    events = run("takes", "--json").events
    assert [(event["event"], event["take"]) for event in events] == [("take", 3), ("take", 2), ("take", 1)]
    assert events[0]["source"] == str(source)
    assert len(run("takes", "--limit", 2, "--name", source.stem).out.splitlines()) == 2
    assert run("takes", "--name", "other", "--json").events == [{"event": "nothing"}]
    assert run("takes", "--limit", 0).code == 2


def test_fetch_writes_what_is_missing_and_leaves_the_rest(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    run("score", source, "-o", out)
    assert run("fetch", "latest", "-o", other).code == 0
    assert {p.name: p.read_bytes() for p in other.iterdir()} == {
        p.name: p.read_bytes() for p in out.iterdir()
    }
    (other / f"{source.stem}.mid").write_text("mine")
    (other / f"{source.stem}.png").unlink()
    assert run("fetch", "latest", "-o", other).code == 0
    assert (other / f"{source.stem}.mid").read_text() == "mine"
    assert (other / f"{source.stem}.png").exists()


def test_fetch_says_what_it_cannot_do(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    assert "no takes yet" in run("fetch", "latest", "-o", tmp_path).err
    run("score", source, "-o", tmp_path / "out")
    assert "nothing is asked for" in run("fetch", "latest").err
    assert run("fetch", "nobody", "-o", tmp_path).code == 2
    (tmp_path / "file").write_text("")
    ran = run("fetch", "latest", "--reaper-lines", tmp_path / "file" / "x")
    assert (ran.code, "cannot be written" in ran.err) == (2, True)


def test_score_and_fetch_write_the_same_rows(run: Run, daemon: Daemon, source: Path, tmp_path: Path) -> None:
    assert run("score", source, "-o", tmp_path / "out", "--reaper-lines", tmp_path / "a.rows").code == 0
    assert run("fetch", "latest", "--reaper-lines", tmp_path / "b.rows").code == 0
    rows = (tmp_path / "a.rows").read_bytes()
    assert rows == (tmp_path / "b.rows").read_bytes()
    assert rows.startswith(b"cuebridge-score\t1\ntake\t")
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_rows_say_how_to_compose_again_where_that_is_all(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    """A hit window is part of a score that no row tells: composed without it, it would be another."""
    words = ("score", source, "-o", tmp_path / "out", "--reaper-lines", tmp_path / "a.rows", "--seed", 3)
    for more, told in (((), True), (("--tempo", 90), True), (("--hit-window", 2), False)):
        assert run(*words, *more).code == 0
        assert (b"\t24000/1001\t3\ta brief\n" in (tmp_path / "a.rows").read_bytes()) is told
