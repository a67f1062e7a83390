"""The scripts with the real command, daemon and line behind them; Resolve is a fake, the models are small."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.daemon.options import Options
from bridge.daemon.scorer import Line
from bridge.daemon.server import Daemon
from bridge.errors import InputError
from bridge.sounding.library import load_library
from plugins.resolve.tests.desk import PLUGIN, outside, source_of
from tests.fake_resolve import FakeResolve
from tests.fake_resolve.scenes import timeline, worked_in
from tests.make_models import write_models
from tests.sounding.make import make_soundfont

ROOT = PLUGIN.parents[1]
# The scripts keep PYTHONPATH from the command, as they must; so this says where the code under test lies.
COMMAND = (
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bridge.cli import main; sys.exit(main())",
)


@pytest.fixture
def daemon_that_composes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path / "models")))
    running = Daemon(Options(), Line())
    yield running
    running.close()


@pytest.fixture
def has_synthesizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether this machine has one; then a small soundfont is there for it."""
    monkeypatch.setenv("CUEBRIDGE_SOUNDFONT", str(make_soundfont(tmp_path / "font.sf2")))
    try:
        load_library()
    except InputError:
        return False
    return True


def run(host: FakeResolve, scores: Path, script: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(source_of(script, str(scores), command=COMMAND), {"resolve": host.resolve})
    return out.getvalue()


def test_a_timeline_is_scored_revised_and_left_as_it_was(
    daemon_that_composes: Daemon, has_synthesizer: bool, tmp_path: Path
) -> None:
    edit = timeline("Schnitt ü 1", "23.976", lengths=(96, 120, 144))
    host, scores = FakeResolve(state=worked_in(edit)), tmp_path / "Scores ü 1"
    edit.mark_in, edit.mark_out = 12, 347
    before = host.snapshot()
    said = run(host, scores, "Score timeline")
    assert 'Take 1 of "Schnitt ü 1" is there' in said, said
    assert outside(host.snapshot()) == outside(before)
    folder = scores / "Große Fahrt_ Teil 1_2" / "Schnitt ü 1"
    sheet = json.loads((folder / "Schnitt ü 1.cues.json").read_text(encoding="utf-8"))
    assert (sheet["fps"], sheet["cue_start_frame"], sheet["cue_end_frame"]) == ("24000/1001", 12, 348)
    assert sheet["start_timecode"] == "01:00:00:00"
    by_marker = [hit["frame"] for hit in sheet["hits"] if hit["kind"] == "marker"]
    assert by_marker == [30]  # what the API told, not what the export holds
    kept = {hit["frame"] for hit in sheet["hits"] if not hit["grouped_with"]}
    starts = {plot["start_frame"] for plot in sheet["plots"]}
    ours = {f: m for f, m in edit.markers.items() if m["customData"].startswith("cuebridge:")}
    assert set(ours) == (kept | starts) - {30, 100}
    assert {96, 216} <= kept
    mix = folder / "Schnitt ü 1.wav"
    assert mix.is_file() == has_synthesizer
    sounds = [track for track in edit.tracks["audio"] if track.name == "SCORE v001"]
    items = [item for track in sounds for item in track.items]
    assert [item.start for item in items] == [86400 + 12] * has_synthesizer
    if has_synthesizer:
        with wave.open(str(mix)) as file:
            assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (48000, 3, 2)
            frames = file.getnframes() / 48000 * 24000 / 1001
        # The cue and what rings on, in whole frames.
        assert items[0].end - items[0].start == int(frames) == 336 + int(5 * 24000 / 1001)
        assert items[0].clip is not None
        assert items[0].clip.path == str(mix)

    edit.markers[100]["note"] = "less strings"
    said = run(host, scores, "Revise score")
    assert 'Take 2 of "Schnitt ü 1" is there' in said, said
    assert (folder / "Schnitt ü 1.v002.mid").is_file()
    edit.markers[100]["note"] = "tense"
    assert "SCORE v002 is removed" in run(host, scores, "Remove last score")
    assert "SCORE v001 is removed" in run(host, scores, "Remove last score")
    assert host.snapshot() == before


def test_a_timeline_of_titles_only_is_scored(daemon_that_composes: Daemon, tmp_path: Path) -> None:
    """Where there is nothing else, titles are the picture."""
    edit = timeline()
    edit.tracks["video"], edit.tracks["audio"] = edit.tracks["video"][1:], edit.tracks["audio"][1:]
    host = FakeResolve(state=worked_in(edit))
    before = host.snapshot()
    said = run(host, tmp_path, "Score timeline")
    assert 'Take 1 of "Film ü 1" is there' in said, said
    assert outside(host.snapshot()) == outside(before)
