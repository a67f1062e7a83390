"""`--audio` and `models add`, with the tests' daemon and a soundfont of two samples."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bridge.cli.mailbox import Rows
from bridge.daemon.server import Daemon
from bridge.errors import InputError
from bridge.rows import fields_of
from bridge.sounding import soundfont
from bridge.sounding.library import load_library
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes
from tests.cli.conftest import Run
from tests.daemon.scorers import Scored, TextScorer
from tests.sounding.conftest import missing
from tests.sounding.make import make_soundfont, read_wave
from tests.writing.make import make_cues, make_form, make_performance

PARTS = ("Stimme 1 é", "Stimme 2 é")


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfont, "_SYSTEM", ())
    monkeypatch.delenv("CUEBRIDGE_SOUNDFONT", raising=False)


@pytest.fixture
def font(tmp_path: Path) -> Path:
    try:
        load_library()
    except InputError as error:
        missing(f"no synthesizer: {error}")
    return make_soundfont(tmp_path / "font.sf2")


@pytest.fixture
def source(tmp_path: Path, scorer: TextScorer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source whose score has a real MIDI file of two parts."""
    cues = make_cues()
    form = make_form(cues)
    plain = scorer.score

    def score(*arguments: object) -> Scored:
        scored = plain(*arguments)  # type: ignore[arg-type]
        scored.files["mid"] = midi_bytes(make_performance(form, len(PARTS)), form, cues, "n")
        scored.files["cues.json"] = cues_json(cues, form, "n")
        return scored

    monkeypatch.setattr(scorer, "score", score)
    path = tmp_path / "cut ä.otio"
    path.write_text("ok")
    return path


def audio(out: Path, stem: str) -> list[Path]:
    return [out / f"{stem}.wav", *(out / f"{stem}.stems" / f"{part}.wav" for part in PARTS)]


def test_a_score_has_its_mix_and_stems_and_names_them(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run("score", source, "-o", out, "--audio", "--soundfont", font)
    assert ran.code == 0, ran.err
    for path in audio(out, "cut ä"):
        assert f"  {path}" in ran.out.splitlines()
        assert len(read_wave(path)) > 48_000
    again = run("score", source, "-o", out, "--audio", "--soundfont", font, "--json", "--ring-out", "0")
    (result,) = [event for event in again.events if event["event"] == "result"]
    files = result["files"]
    assert isinstance(files, dict)
    assert files["wav"] == str(out / "cut ä.v002.wav")
    assert [files[f"stems/{part}.wav"] for part in PARTS] == [
        str(path) for path in audio(out, "cut ä.v002")[1:]
    ]
    assert {"wav", *(f"stems/{part}.wav" for part in PARTS)} < set(result["written"])  # type: ignore[call-overload]
    about = result["summary"]["audio"]  # type: ignore[index]
    assert about["loudness_lufs"] == -23.0
    assert about["length_s"] == pytest.approx(about["cue_s"])
    assert "font.sf2" in about["made_with"]
    stages = [event["stage"] for event in again.events if event["event"] == "progress"]
    assert stages[-1] == "rendering"


def test_without_a_soundfont_everything_else_is_written_and_that_is_said(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run("score", source, "-o", out, "--audio")
    assert ran.code == 0
    assert "No audio will be written" in ran.err
    assert (out / "cut ä.mid").exists()
    assert not (out / "cut ä.wav").exists()
    told = run("score", source, "-o", out, "--audio", "--json")
    (result,) = [event for event in told.events if event["event"] == "result"]
    assert "models add" in result["summary"]["audio"]["problem"] or "pip install" in str(result)  # type: ignore[index]


def test_a_soundfont_that_is_none_is_refused_before_the_work(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path
) -> None:
    ran = run("score", source, "-o", tmp_path / "out", "--audio", "--soundfont", source)
    assert (ran.code, "not a soundfont" in ran.err) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--loudness", "-23"), "Add --audio"),
        (("--soundfont", "x.sf2"), "Add --audio"),
        (("--audio", "--loudness", "3"), "out of range"),
        (("--audio", "--loudness", "nan"), "not a number"),
        (("--audio", "--ring-out", "-1"), "out of range"),
        (("--audio", "--ring-out", "much"), "invalid float"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, daemon: Daemon, source: Path, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    ran = run("score", source, "-o", tmp_path / "out", *words)
    assert (ran.code, says in ran.err) == (2, True), ran.err


def test_fetch_adds_audio_to_a_take_and_leaves_what_is_there(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run("score", source, "-o", out)
    first = run("fetch", "latest", "-o", out, "--audio", "--soundfont", font)
    assert first.code == 0, first.err
    before = (out / "cut ä.wav").stat().st_mtime_ns
    assert f"  {out / 'cut ä.wav'}" in first.out.splitlines()
    second = run("fetch", "latest", "-o", out, "--audio", "--soundfont", font, "--json")
    (result,) = [event for event in second.events if event["event"] == "result"]
    assert result["written"] == []
    assert "wav" in result["files"]  # type: ignore[operator]
    assert (out / "cut ä.wav").stat().st_mtime_ns == before


def test_a_wave_of_the_users_own_gets_the_score_the_next_number(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    (tmp_path / "cut ä.wav").write_bytes(b"mine")
    ran = run("score", source, "-o", tmp_path, "--audio", "--soundfont", font)
    assert ran.code == 0, ran.err
    assert (tmp_path / "cut ä.wav").read_bytes() == b"mine"
    assert (tmp_path / "cut ä.v002.wav").exists()


def test_a_batch_renders_every_score_once(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for wanted in ("done", "skipped"):
        ran = run("batch", source, "-o", out, "--audio", "--soundfont", font, "--json")
        assert (ran.code, ran.events[-1][wanted]) == (0, 1)
    assert sorted(path.name for path in out.glob("*.wav")) == ["cut ä.wav"]


def test_what_was_scored_is_told_when_its_audio_fails(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(font.read_bytes()[:40])
    out = tmp_path / "out"
    ran = run("score", source, "-o", out, "--audio", "--soundfont", broken, "--json")
    assert ran.code == 2
    assert [event["event"] for event in ran.events if event["event"] in ("result", "error")] == [
        "result",
        "error",
    ]
    assert (out / "cut ä.mid").exists()


def test_rows_for_hosts_hold_the_paths(tmp_path: Path) -> None:
    with (tmp_path / "answer").open("w+", encoding="utf-8") as stream:
        Rows(stream).tell("result", {"files": {"wav": "a.wav", "stems/x=y.wav": "b"}}, [])
        stream.seek(0)
        assert fields_of(stream.read().rstrip("\n")) == ["result", "files.wav=a.wav", "files.stems/x=y.wav=b"]


def test_a_soundfont_that_was_added_is_found_by_the_next_score(
    run: Run, daemon: Daemon, source: Path, font: Path, tmp_path: Path
) -> None:
    added = run("models", "add", "soundfont", "--from", font, "--json")
    assert added.code == 0, added.err
    (event,) = [event for event in added.events if event["event"] == "added"]
    assert Path(str(event["path"])).name == "font.sf2"
    assert run("score", source, "-o", tmp_path / "out", "--audio").code == 0
    assert (tmp_path / "out" / "cut ä.wav").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there it is fetched")
def test_a_synthesizer_is_not_fetched_where_the_system_has_its_own_way(run: Run) -> None:
    ran = run("models", "add", "synthesizer")
    assert (ran.code, "Windows alone" in ran.err) == (2, True)
    assert "libfluidsynth3" in ran.err or "brew" in ran.err
