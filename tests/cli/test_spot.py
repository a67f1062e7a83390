"""`cuebridge spot`, and the options that say what the music is for."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import pytest

from bridge.client.connect import _started
from bridge.daemon.server import Daemon
from tests.cli.conftest import PATIENCE_S, Command, Run, names
from tests.daemon.scorers import TextScorer
from tests.make_media import make_demo_timeline


def test_what_is_asked_arrives_and_nothing_is_composed(
    run: Run, daemon: Daemon, scorer: TextScorer, source: Path, tmp_path: Path
) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(b"x")
    ran = run(
        "spot", source, "-o", "out", "--brief", "dark", "--audience", "children", "--brand", "bold",
        "--style", "techno", "--instruments", "no drums", "--no-music", "1-20", "--no-music", "30-40",
        "--still", "still.png",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert names(tmp_path / "out") == ["cut.brief.md", "cut.cues.csv", "cut.cues.json", "cut.png"]
    assert scorer.settings is not None
    about = scorer.settings.about
    assert scorer.settings.only_spot and scorer.settings.brief == "dark"
    assert (about.audience, about.brand, about.style, about.instruments) == (
        "children", "bold", "techno", "no drums",
    )  # fmt: skip
    assert about.no_music == ("1-20", "30-40") and about.stills == (str(still),)
    assert run("spot", source, "-o", "out").code == 0
    assert "cut.v002.brief.md" in names(tmp_path / "out")
    assert run("score", source, "-o", "out").code == 0
    assert "cut.v003.mid" in names(tmp_path / "out")


def test_a_brief_may_come_from_a_file(
    run: Run, daemon: Daemon, scorer: TextScorer, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.txt").write_text("slow and sad\n", encoding="utf-8")
    assert run("score", source, "-o", "out", "--brief", "@words.txt").code == 0
    assert scorer.settings is not None and scorer.settings.brief == "slow and sad"
    (tmp_path / "b.md").write_text("# B\n<!-- cuebridge brief 1 -->\n- brief: slow\n", encoding="utf-8")
    assert run("score", source, "-o", "out", "--brief", "@b.md").code == 0
    assert scorer.settings.brief == "" and "- brief: slow" in scorer.settings.brief_document
    (tmp_path / "b.md").write_text("# Brief: B\n\n- brief: sad\n", encoding="utf-8")
    assert run("score", source, "-o", "out", "--brief", "@b.md").code == 0
    assert scorer.settings.brief == "" and "- brief: sad" in scorer.settings.brief_document


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--brief", "@nowhere.md"], "cannot be read"),
        (["--brief", "@bytes.txt"], "not UTF-8"),
        (["--still", "nowhere.png"], "there is no such still"),
        (["--no-music", "soon"], "not a span"),
        (["--audience", "x" * 20_001], "too long"),
    ],
)
def test_what_cannot_be_used_is_named_before_any_work(
    run: Run, source: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    ran = run("spot", source, "-o", "out", *words)
    assert ran.code == 2 and said in ran.err
    assert not (tmp_path / "out").exists()


def test_errors_and_cancelling_end_as_those_of_score(
    run: Run, daemon: Daemon, command: type[Command], tmp_path: Path
) -> None:
    (tmp_path / "bad.otio").write_text("bad")
    assert run("spot", tmp_path / "bad.otio", "-o", "out").code == 2
    assert run("spot", tmp_path / "none.otio", "-o", "out").code == 2
    (tmp_path / "long.otio").write_text("wait")
    going = command("spot", tmp_path / "long.otio", "-o", tmp_path / "out")
    going.until("seeing")
    going.signal(signal.SIGINT)
    assert going.end()[0] == 130
    assert names(tmp_path / "out") == []


def test_a_timeline_is_spotted_and_its_sheet_and_brief_are_handed_back(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "30")
    known = len(_started)
    try:
        _spotted_and_handed_back(run, make_demo_timeline(tmp_path / "media", (160, 90)), tmp_path)
    finally:
        for child in _started[known:]:
            child.terminate()
            child.wait(PATIENCE_S)


def _spotted_and_handed_back(run: Run, demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("spot", demo, "-o", out, "--brief", "calm, no drums")
    assert ran.code == 0, ran.err
    assert names(out) == ["demo.brief.md", "demo.cues.csv", "demo.cues.json", "demo.png"]
    sheet = json.loads((out / "demo.cues.json").read_text(encoding="utf-8"))
    assert sheet["instruments"] == {"drums": "no"}
    brief = (out / "demo.brief.md").read_text(encoding="utf-8")
    assert brief.count("\nSeen: ") == len(sheet["plots"])
    assert (out / "demo.png").read_bytes().startswith(b"\x89PNG")

    for words in (("--cues", out / "demo.cues.json"), ("--brief", f"@{out / 'demo.brief.md'}")):
        ran = run("score", demo, "-o", tmp_path / "scored", *words, "--json")
        assert ran.code == 0, ran.err
        result = ran.events[-1]
        files = result["files"]
        assert isinstance(files, dict)
        scored = json.loads(Path(files["cues.json"]).read_text(encoding="utf-8"))
        for name in ("hits", "brief", "instruments", "tempo"):
            assert scored[name] == sheet[name], name
        assert [p["id"] for p in scored["plots"]] == [p["id"] for p in sheet["plots"]]
        told = Path(files["brief.md"]).read_text(encoding="utf-8")
        assert re.search(r"\nComposed: palette .*; notes: ", told)
