"""Commands with nothing of ours replaced: the daemon they start, the product's line, released models."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import mido
import opentimelineio as otio
import pytest

from bridge.client import connect
from bridge.client.connect import _started
from bridge.inference.card import models_folder
from tests.cli.conftest import PATIENCE_S, Run
from tests.make_media import make_demo_timeline
from tests.reading.test_midi_map import metre, midi, tempo

SUFFIXES = ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md")
TIMELINE_S = 599 / 24  # the demo's frames, at its rate


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo_timeline(tmp_path_factory.mktemp("media"), (160, 90))


@pytest.fixture(autouse=True)
def daemons_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CUEBRIDGE_IDLE_S", "30")
    known = len(_started)
    yield
    for child in _started[known:]:
        child.terminate()
        child.wait(PATIENCE_S)


def test_a_timeline_becomes_files_that_others_can_read(run: Run, demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = run("score", demo, "-o", out)
    assert (ran.code, "Traceback" in ran.err) == (0, False), ran.err
    assert sorted(path.name for path in out.iterdir()) == sorted(f"demo.{suffix}" for suffix in SUFFIXES)
    assert f"  {out / 'demo.mid'}" in ran.out.splitlines()
    with connect(start=False) as client:
        assert client.describe(daemon_only=True).pid != os.getpid()

    midi = mido.MidiFile(out / "demo.mid")
    notes = [m for track in midi.tracks for m in track if m.type == "note_on" and m.velocity]
    assert midi.ticks_per_beat == 960
    assert len(notes) > 50
    assert TIMELINE_S * 0.8 < midi.length < TIMELINE_S + 20
    sheet = json.loads((out / "demo.cues.json").read_text(encoding="utf-8"))
    said = re.search(r"(\d+) of (\d+) hits met", ran.out)
    assert said is not None
    met, kept = int(said[1]), int(said[2])
    assert 1 <= met <= sum(hit["met"] for hit in sheet["hits"])
    assert 5 <= kept <= len(sheet["hits"])
    with (out / "demo.cues.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) > len(sheet["hits"])
    back = otio.adapters.read_from_file(str(out / "demo.otio"))
    assert back.video_tracks()
    assert (out / "demo.png").read_bytes().startswith(b"\x89PNG")

    # the same daemon knows the score again
    again = run("batch", demo, "-o", out, "--json")
    assert again.code == 0
    assert again.events[-1]["skipped"] == 1


def test_a_model_that_is_not_the_released_one_is_refused(
    run: Run, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = shutil.copytree(models_folder(), tmp_path / "models")
    (model,) = models.glob("melody-v*/model.onnx")
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(models))
    ran = run("score", demo, "-o", tmp_path / "out")
    assert ran.code == 1
    assert ran.out == ""
    assert f"{model}: this is not the model its card describes" in ran.err
    assert "Install Cuebridge again" in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "out").exists()


def test_controls_hold_a_batch_and_are_part_of_what_is_done_already(
    run: Run, demo: Path, tmp_path: Path
) -> None:
    out, given = tmp_path / "out", tmp_path / "given.mid"
    given.write_bytes(midi([tempo(0, 612_345), metre(0, 3, 4), tempo(1921, 500_000)], division=480))
    asked = ("batch", demo, "-o", out, "--json")
    first = run(*asked, "--keep-tempo-map", given, "--hit-window", "1/3")
    assert (first.code, first.events[-1]["done"]) == (0, 1), first.err
    conductor = mido.MidiFile(out / "demo.mid").tracks[0]
    kept = [message.tempo for message in conductor if message.type == "set_tempo"]
    assert kept == [612_345, 500_000]
    hits = json.loads((out / "demo.cues.json").read_text(encoding="utf-8"))["hits"]
    assert {hit["late_frames"] for hit in hits} == {0.5, 3}
    assert run(*asked, "--keep-tempo-map", given, "--hit-window", "1/3").events[-1]["skipped"] == 1
    other = run(*asked, "--tempo", "60", "--metre", "6/8", "--max-bend", "2")
    assert other.events[-1]["done"] == 1
    (result,) = [event for event in other.events if event["event"] == "result"]
    assert result["summary"]["bpm"] == [pytest.approx(90)] * 2  # type: ignore[index]
    assert result["summary"]["largest_bend"] <= 0.0201  # type: ignore[index]
    assert (out / "demo.v002.mid").exists()
