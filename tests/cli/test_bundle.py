"""`--bundle`: a folder for placing a score by hand."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest

from bridge.daemon.server import Daemon
from bridge.sounding import soundfont
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes
from bridge.writing.otio import otio_bytes
from tests.cli.conftest import Run
from tests.cli.test_audio import font
from tests.daemon.scorers import Scored, TextScorer
from tests.writing.make import make_cues, make_form, make_performance, make_timeline

__all__ = ["font"]
CUES = make_cues(rate=Fraction(30_000, 1001), drop=True, start_timecode=107_892, start=48)


@pytest.fixture
def source(tmp_path: Path, scorer: TextScorer, monkeypatch: pytest.MonkeyPatch) -> Path:
    form = make_form(CUES)
    plain = scorer.score

    def score(*arguments: object) -> Scored:
        scored = plain(*arguments)  # type: ignore[arg-type]
        scored.files["mid"] = midi_bytes(make_performance(form, 2), form, CUES, "n")
        scored.files["cues.json"] = cues_json(CUES, form, "n")
        path = Path("cut.otio")
        scored.files["otio"] = otio_bytes(path, make_timeline(CUES), CUES, form, "cut.mid")
        scored.files["rpp"] = b"<REAPER_PROJECT"
        return scored

    monkeypatch.setattr(scorer, "score", score)
    # The tests' scorer writes the stem behind every file, which JSON does not bear.
    monkeypatch.setattr(scorer, "named", lambda files, stem: dict(files))
    monkeypatch.setattr(soundfont, "_SYSTEM", ())
    path = tmp_path / "cut ä.otio"
    path.write_text("ok")
    return path


def test_it_holds_all_that_placing_by_hand_takes(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run("score", source, "-o", out, "--bundle", "--soundfont", font, "--json")
    assert ran.code == 0, ran.err
    bundle = out / "cut ä.bundle"
    assert sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()) == [
        "HOW TO USE THIS.txt", "cut ä.markers.edl", "cut ä.mid", "cut ä.otio", "cut ä.rpp",
        "cut ä.stems/Stimme 1 é.wav", "cut ä.stems/Stimme 2 é.wav", "cut ä.wav",
    ]  # fmt: skip
    assert not (out / "cut ä.wav").exists()
    (result,) = [event for event in ran.events if event["event"] == "result"]
    assert result["files"]["bundle/cut ä.wav"] == str(bundle / "cut ä.wav")  # type: ignore[index]
    assert result["summary"]["audio"]["loudness_lufs"] == -23.0  # type: ignore[index]
    words = (bundle / "HOW TO USE THIS.txt").read_text(encoding="utf-8")
    assert "begins at 01:00:01;18" in words
    assert [line[:2] for line in words.splitlines() if re.match(r"\d\.", line)] == ["1.", "2.", "3.", "4."]


def test_wave_markers_and_timeline_agree_on_where_the_cue_begins(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run("score", source, "-o", out, "--bundle", "--soundfont", font, "--ring-out", "2").code == 0
    bundle = out / "cut ä.bundle"
    first = CUES.start_timecode_frames + CUES.cue_start_frame
    with av.open(str(bundle / "cut ä.wav")) as container:
        stamped = int(container.metadata["time_reference"])
        length_s = container.duration / 1e6
    assert stamped == round(first / CUES.rate * 48_000)
    assert "01:00:01;18" in (bundle / "cut ä.markers.edl").read_text(encoding="utf-8")
    timeline = otio.adapters.read_from_file(str(bundle / "cut ä.otio"))
    track = next(track for track in timeline.tracks if track.name == "SCORE")
    (clip,) = track.find_clips()
    assert clip.media_reference.target_url == str(bundle / "cut ä.wav")
    assert clip.media_reference.available_range.start_time.value == first
    assert track.range_of_child(clip).start_time.value == CUES.cue_start_frame
    assert clip.source_range.duration.value == int(length_s * CUES.rate)
    # Untouched beside it: the timeline that names the MIDI file.
    beside = json.loads((out / "cut ä.otio").read_text(encoding="utf-8"))
    assert "cut.mid" in json.dumps(beside)


def test_without_a_soundfont_the_rest_is_there_and_says_why(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run("score", source, "-o", out, "--bundle")
    assert ran.code == 0
    assert "No audio will be written" in ran.err
    bundle = out / "cut ä.bundle"
    assert sorted(path.suffix for path in bundle.iterdir()) == [".edl", ".mid", ".otio", ".rpp", ".txt"]
    assert "There is no audio" in (bundle / "HOW TO USE THIS.txt").read_text(encoding="utf-8")


def test_a_bundle_that_is_there_is_left(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run("score", source, "-o", out, "--bundle", "--soundfont", font)
    edl = out / "cut ä.bundle" / "cut ä.markers.edl"
    edl.write_text("mine")
    ran = run("fetch", "latest", "-o", out, "--bundle", "--soundfont", font, "--json")
    (result,) = [event for event in ran.events if event["event"] == "result"]
    assert result["written"] == []
    assert "bundle/cut ä.wav" in result["files"]  # type: ignore[operator]
    assert edl.read_text() == "mine"


def test_audio_that_fails_leaves_no_bundle(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(font.read_bytes()[:40])
    out = tmp_path / "out"
    assert run("score", source, "-o", out, "--bundle", "--soundfont", broken).code == 2
    names = sorted(path.name for path in out.iterdir())
    assert "cut ä.mid" in names
    assert not [name for name in names if "bundle" in name or name.endswith(".part")]
