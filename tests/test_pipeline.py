"""The whole line on real small things: a film and a Resolve-shaped timeline, the released models."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest

from bridge import pipeline, writing
from bridge.config import Settings
from bridge.errors import Cancelled, CueSheetError, TimelineError
from bridge.progress import Progress, Step
from tests.make_media import make_demo


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    make_demo(folder)
    return folder


@pytest.fixture(scope="module", params=["demo.mp4", "demo.otio"])
def source(request: pytest.FixtureRequest, media: Path) -> Path:
    return media / str(request.param)


@pytest.fixture(scope="module")
def result(source: Path) -> pipeline.Result:
    return pipeline.score(source, Settings(seed=7), Progress())


def _seconds(midi: mido.MidiFile, ticks: int) -> float:
    """Seconds at a tick by mido's own arithmetic, one tempo event after the other."""
    seconds, now, tempo = 0.0, 0, 500_000
    for message in midi.tracks[0]:
        step = min(message.time, ticks - now)
        seconds += mido.tick2second(step, midi.ticks_per_beat, tempo)
        now += step
        if now >= ticks:
            break
        if message.type == "set_tempo":
            tempo = message.tempo
    return seconds + mido.tick2second(ticks - now, midi.ticks_per_beat, tempo)


def test_every_met_hit_has_an_onset_where_the_cue_sheet_says(result: pipeline.Result, tmp_path: Path):
    """mido parses the file, we look for a note at each met hit's time: nothing of ours in between."""
    path = tmp_path / "x.mid"
    path.write_bytes(result.files["mid"])
    midi = mido.MidiFile(path)
    onsets: list[float] = []
    for track in midi.tracks[1:]:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity > 0:
                onsets.append(_seconds(midi, now))
    sheet = json.loads(result.files["cues.json"])
    numerator, denominator = map(int, sheet["fps"].split("/"))
    rate = numerator / denominator
    met = [hit for hit in sheet["hits"] if hit["met"]]
    assert len(met) >= 5
    silent_from = {plot["start_frame"] for plot in sheet["plots"] if not plot["music"]}
    for hit in met:
        if hit["frame"] in silent_from:
            continue  # met by stopping
        picture_s = (hit["frame"] - sheet["cue_start_frame"]) / rate
        nearest = min(onsets, key=lambda s: abs((s - picture_s) * rate - hit["error_frames"]))
        assert (nearest - picture_s) * rate == pytest.approx(hit["error_frames"], abs=0.002)


def test_the_known_cuts_are_hits_and_most_land_in_their_window(
    media: Path, result: pipeline.Result, source: Path
):
    sheet = json.loads(result.files["cues.json"])
    if source.suffix == ".mp4":
        truth = json.loads((media / "demo_cuts.json").read_text())["hard_cuts"]
        frames = {hit["frame"] for hit in sheet["hits"]}
        assert sum(frame in frames for frame in truth) >= 0.9 * len(truth)
    assert float(str(result.summary["share_met"])) >= 0.8
    assert float(str(result.summary["on_beat_window"])) >= float(str(result.summary["best_constant_window"]))


def test_same_seed_same_bytes_other_seed_other_music(source: Path, result: pipeline.Result):
    again = pipeline.score(source, Settings(seed=7), Progress())
    for suffix in ("mid", "cues.json", "cues.csv", "otio"):
        assert again.files[suffix] == result.files[suffix], suffix
    assert again.fingerprint == result.fingerprint
    assert (result.summary["seed"], result.summary["plain"]) == (7, True)
    assert pipeline.score(source, Settings(seed=8), Progress()).files["mid"] != result.files["mid"]


def test_fingerprint_needs_no_scoring_and_follows_the_settings(source: Path, result: pipeline.Result):
    assert pipeline.fingerprint(source, Settings(seed=7), Progress()) == result.fingerprint
    assert pipeline.fingerprint(source, Settings(seed=8), Progress()) != result.fingerprint


def test_a_cue_sheet_handed_back_unchanged_gives_the_same_music(source: Path, result: pipeline.Result):
    text = result.files["cues.json"].decode()
    again = pipeline.score(source, Settings(seed=7, cues_json=text), Progress())
    assert again.files["mid"] == result.files["mid"]


def test_an_edited_hit_moves_the_music(source: Path, result: pipeline.Result):
    sheet = json.loads(result.files["cues.json"])
    sheet["hits"] = [h for h in sheet["hits"] if not h["grouped_with"]][:1]
    (hit,) = sheet["hits"]
    hit["frame"] += 7
    hit["weight"] = "must"
    hit["early_frames"], hit["late_frames"] = -0.5, 0.5
    again = pipeline.score(source, Settings(seed=7, cues_json=json.dumps(sheet)), Progress())
    (moved,) = json.loads(again.files["cues.json"])["hits"]
    assert moved["met"]
    assert abs(moved["error_frames"]) <= 0.5


def test_scoring_our_own_otio_again_asks_for_the_same_music(media: Path, tmp_path: Path):
    """The marked timeline's plots and hits are ours, not the editor's: they must not direct a new score."""
    whole = pipeline.score(media / "demo.mp4", Settings(seed=7), Progress())
    marked = tmp_path / "demo.otio"
    marked.write_bytes(writing.named(whole.files, "demo")["otio"])
    again = json.loads(pipeline.score(marked, Settings(seed=7), Progress()).files["cues.json"])
    first = json.loads(whole.files["cues.json"])
    assert [(h["frame"], h["kind"]) for h in again["hits"]] == [
        (h["frame"], h["kind"]) for h in first["hits"]
    ]
    assert [p["start_frame"] for p in again["plots"]] == [p["start_frame"] for p in first["plots"]]


@pytest.mark.parametrize("stage", ["seeing", "timing", "composing", "writing"])
def test_cancel_stops_at_any_stage(media: Path, stage: str):
    progress: Progress

    def listen(step: Step) -> None:
        if step.stage == stage:
            progress.cancel()

    progress = Progress(listen)
    with pytest.raises(Cancelled):
        pipeline.score(media / "demo.otio", Settings(), progress)


def test_a_faulty_cue_sheet_is_refused_before_anything_is_read(media: Path):
    stages: list[str] = []
    with pytest.raises(CueSheetError):
        pipeline.score(
            media / "demo.mp4", Settings(cues_json="{"), Progress(lambda step: stages.append(step.stage))
        )
    assert stages == []


def test_media_outside_the_allowed_folders_is_not_looked_at(media: Path, tmp_path: Path):
    inside = pipeline.score(media / "demo.otio", Settings(media_roots=(str(media),)), Progress())
    outside = pipeline.score(media / "demo.otio", Settings(media_roots=(str(tmp_path),)), Progress())

    def remarks(result: pipeline.Result) -> str:
        return " ".join(map(str, result.summary["remarks"]))

    assert "outside the daemon's folders" not in remarks(inside)
    assert "outside the daemon's folders" in remarks(outside)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(TimelineError, match=r"nothing here\.otio"):
        pipeline.score(tmp_path / "nothing here.otio", Settings(), Progress())
    with pytest.raises(TimelineError, match=r"nothing here\.mp4"):
        pipeline.fingerprint(tmp_path / "nothing here.mp4", Settings(), Progress())
