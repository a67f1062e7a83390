"""The actions with the real command, mailbox and daemon between them; only the composing is a stand-in."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.daemon.options import Options
from bridge.daemon.server import Daemon
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes
from plugins.reaper.tests.conftest import Start
from plugins.reaper.tests.host import PLUGIN, Fake
from plugins.reaper.tests.scores import Made, made
from plugins.reaper.tests.test_insert import check_music
from tests.daemon.scorers import Scored, TextScorer

ROOT = PLUGIN.parents[1]
# Only a limit for a machine under heavy load.
PATIENCE_S = 120


@pytest.fixture
def score() -> Made:
    return made(parts=2)


class Composer(TextScorer):
    """Whatever the source, this score."""

    def __init__(self, made_score: Made) -> None:
        super().__init__()
        self.made = made_score

    def score(self, *arguments: object) -> Scored:
        scored = super().score(*arguments)  # type: ignore[arg-type]
        made_score = self.made
        scored.files["mid"] = midi_bytes(made_score.performance, made_score.form, made_score.cues, "n")
        scored.files["cues.json"] = cues_json(made_score.cues, made_score.form, "n")
        return scored


@pytest.fixture
def connected(
    start: Start, score: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Fake]]:
    """REAPERs whose commands are real processes, and a daemon for them."""
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    processes = []

    def execute(line: bytes, timeout_ms: int) -> bytes:
        _, *words = shlex.split(line.decode())
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "bridge", *words]
        processes.append(subprocess.Popen(command, stdout=quiet, stderr=quiet))
        return b"0\n"

    def begin() -> Fake:
        reaper = start()
        reaper.fake.execute = execute
        return reaper

    running = Daemon(Options(), Composer(score))
    yield begin
    for process in processes:
        assert process.wait(PATIENCE_S) in (0, 2)
    running.close()


def drive(reaper: Fake, action: str) -> None:
    reaper.begin(action)
    until_s = time.monotonic() + PATIENCE_S
    while reaper.fake.tick():
        assert time.monotonic() < until_s, reaper.messages
        time.sleep(0.01)


def test_a_project_is_scored_and_the_score_inserted_elsewhere(
    connected: Callable[[], Fake], score: Made, tmp_path: Path
) -> None:
    reaper = connected()
    folder = tmp_path / "Projekt ü 1"
    folder.mkdir()
    reaper.set(project_file=str(folder / "Film.RPP"))
    reaper.video(reaper.track("film"), 0.0, 10.0, str(tmp_path / "a.mp4"))
    reaper.say("inputs", "calm\n5")
    drive(reaper, "Score this project's video")
    assert reaper.messages == []
    check_music(reaper, score, 0.0)
    assert (folder / "Cuebridge" / "Film.mid").exists()
    other = connected()
    other.project.cursor = 7.25
    drive(other, "Insert score")
    assert other.messages == []
    check_music(other, score, 7.25)
    assert os.listdir(other.folder / "Data" / "Cuebridge") == []


def test_no_score_yet_is_said(connected: Callable[[], Fake]) -> None:
    reaper = connected()
    drive(reaper, "Insert score")
    assert "There is no score yet." in reaper.messages[-1]
