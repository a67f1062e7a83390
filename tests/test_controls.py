"""Controls through the whole line, read back by mido: the metre, the one tempo, somebody's own map."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from bridge import pipeline
from bridge.config import HitSettings, Settings, TempoSettings
from bridge.errors import SettingsError
from bridge.progress import Progress, Step
from tests.make_media import make_demo_timeline
from tests.reading.test_midi_map import metre, midi, notes, tempo

Events = list[tuple[int, mido.MetaMessage]]
MAP = midi(
    notes(60),
    [tempo(0, 600_000), metre(0, 4, 4), tempo(4320, 610_000), metre(4923, 3, 4, 12), tempo(10_560, 500_000)],
    [metre(10_683, 6, 8, 36, 8), tempo(11_000, 500_000), tempo(900_000, 300_000), metre(900_000, 5, 4)],
    division=480,
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo_timeline(tmp_path_factory.mktemp("media"), (160, 90))


def scored(demo: Path, **fields: object) -> tuple[mido.MidiFile, dict]:
    result = pipeline.score(demo, Settings(**fields), Progress())  # type: ignore[arg-type]
    sheet = json.loads(result.files["cues.json"])
    file = mido.MidiFile(file=io.BytesIO(result.files["mid"]))
    check_onsets(file, sheet)
    return file, sheet


def timed(track: mido.MidiTrack) -> Events:
    now, found = 0, []
    for message in track:
        now += message.time
        found.append((now, message))
    return found


def conductor(data: mido.MidiFile, kind: str, factor: int = 1, until: int = 10**9) -> list[tuple[int, bytes]]:
    """(tick, bytes) of the tempo or metre events of every track, in order."""
    found = [
        (tick * factor, bytes(message.bytes()))
        for track in data.tracks
        for tick, message in timed(track)
        if message.type == kind and tick * factor < until
    ]
    return sorted(found)


def check_onsets(file: mido.MidiFile, sheet: dict) -> None:
    """Something starts at every hit that is met, wherever music does not stop on it."""
    onsets = {
        tick
        for track in file.tracks[1:]
        for tick, message in timed(track)
        if message.type == "note_on" and message.velocity
    }
    met = [hit for hit in sheet["hits"] if hit["met"]]
    assert met
    for hit in met:
        assert hit["tick"] in onsets, hit


@pytest.mark.parametrize(
    ("word", "beat_us"), [("3/4", 1), ("5/4", 1), ("2/4", 1), ("6/8", 1.5), ("12/8", 1.5)]
)
def test_a_metre_is_kept_from_the_bars_to_the_notes(demo: Path, word: str, beat_us: float) -> None:
    wish = TempoSettings(min_bpm=60, max_bpm=84, metre=word)
    _, sheet = scored(demo, tempo=wish)
    metres = [row["metre"] for row in sheet["tempo"]]
    assert max(set(metres), key=metres.count) == word
    assert len({m.split("/")[1] for m in metres[1:]} & {"8" if beat_us > 1 else "4"}) == 1
    for row in sheet["tempo"][1:]:
        assert 59.9 < row["bpm"] / beat_us < 84.1
    musts = [hit for hit in sheet["hits"] if hit["weight"] == "must" and hit["kind"] == "plot"]
    assert all(hit["met"] for hit in musts)
    assert sum(hit["on_downbeat"] for hit in musts) >= 2


def test_one_tempo_is_one_event(demo: Path) -> None:
    file, sheet = scored(demo, tempo=TempoSettings(min_bpm=97.3, max_bpm=97.3))
    assert conductor(file, "set_tempo") == [(0, bytes(mido.MetaMessage("set_tempo", tempo=616_650).bytes()))]
    assert [plot["base_bpm"] for plot in sheet["plots"]] == [pytest.approx(97.3, rel=1e-5)] * 4


def test_a_kept_map_comes_out_byte_for_byte(demo: Path) -> None:
    given = mido.MidiFile(file=io.BytesIO(MAP))
    file, sheet = scored(demo, tempo_map_midi=MAP, hits=HitSettings())
    end = max(tick for tick, _ in timed(file.tracks[0]))
    for kind in ("set_tempo", "time_signature"):
        ours = conductor(file, kind)
        assert ours == conductor(given, kind, 2, end)
        assert len(ours) == (4 if kind == "set_tempo" else 3)
    assert not {hit["rung"] for hit in sheet["hits"]} & {"metre", "ritard"}
    musts = [hit for hit in sheet["hits"] if hit["weight"] == "must"]
    assert sum(hit["met"] for hit in musts) >= 2
    # A step off the beat is 50 ms at 100 bpm: what lies further than half a frame from one is left.
    assert all(hit["met"] or abs(hit["error_frames"]) > 0.5 for hit in musts)
    assert all(hit["reason"] for hit in sheet["hits"] if not hit["met"])


def test_a_bad_map_is_said_before_the_timeline_is_read(demo: Path) -> None:
    steps: list[Step] = []
    with pytest.raises(SettingsError, match="not a MIDI file"):
        pipeline.score(demo, Settings(tempo_map_midi=b"RIFF"), Progress(steps.append))
    assert steps == []
    with pytest.raises(SettingsError, match="leaves no choice"):
        Settings(tempo_map_midi=MAP, tempo=TempoSettings(metre="3/4"))
    assert Settings(tempo_map_midi=MAP, tempo=TempoSettings(exact=True)).tempo.exact


def test_every_control_is_in_the_fingerprint(demo: Path) -> None:
    plain = Settings()
    wishes = [
        plain,
        *(
            replace(plain, tempo=tempo_wish)
            for tempo_wish in (
                TempoSettings(target_bpm=96),
                TempoSettings(max_bpm=150),
                TempoSettings(metre="6/8"),
                TempoSettings(max_bend=0.05),
                TempoSettings(exact=True),
                TempoSettings(changes=True),
                TempoSettings(follows="mood"),
            )
        ),
        replace(plain, hits=HitSettings(window_frames=(Fraction(-1), Fraction(1)))),
        replace(plain, tempo_map_midi=MAP),
        replace(plain, tempo_map_midi=MAP + b"\0"),
    ]
    prints = {pipeline.fingerprint(demo, wish, Progress()) for wish in wishes}
    assert len(prints) == len(wishes)


def test_a_plot_keeps_its_tempo_through_the_cue_sheet(demo: Path) -> None:
    result = pipeline.score(demo, Settings(), Progress())
    sheet = json.loads(result.files["cues.json"])
    sheet["plots"][1] |= {"tempo_bpm": 84, "tempo_change": True}
    first = pipeline.score(demo, Settings(cues_json=json.dumps(sheet)), Progress())
    again = json.loads(first.files["cues.json"])
    assert again["plots"][1]["tempo_bpm"] == 84 and again["plots"][1]["base_bpm"] == pytest.approx(84)
    second = pipeline.score(demo, Settings(cues_json=first.files["cues.json"].decode()), Progress())
    assert second.files["mid"] == first.files["mid"]


def test_describe_says_what_may_be_chosen() -> None:
    described = json.loads(json.dumps(pipeline.describe()))
    assert "12/8" in described["metres"]
    assert described["defaults"]["window_frames"] == [-1, 2]
