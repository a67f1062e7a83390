"""Complements: every given byte stays; what is added is on its chords, in its groove, where there is room."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge import pipeline
from bridge.config import Complement, Settings
from bridge.errors import Cancelled, InputError, SettingsError
from bridge.progress import Progress
from bridge.vocabulary.kit import KICK, NINE
from tests.make_media import make_demo
from tests.make_models import write_models
from tests.pipeline.songs import Song, chunk, file, meta, note

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
PATH = Path("/songs/lied.mid")


def run(data: bytes, *parts: str, **asked: Any) -> pipeline.Result:
    timeline = asked.pop("timeline", None)
    return pipeline.complement(Complement(PATH, data, parts, timeline), Settings(**asked), Progress())


def split(data: bytes) -> tuple[int, int, int, list[bytes], bytes]:
    """Format, tracks, division, the chunks that are counted, and what follows them; by the standard alone."""
    size = int.from_bytes(data[4:8], "big")
    kind, count, division = (int.from_bytes(data[8 + k : 10 + k], "big") for k in (0, 2, 4))
    at, chunks, left = 8 + size, [], count
    while left:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        chunks.append(data[at:end])
        left -= data[at : at + 4] == b"MTrk"
        at = end
    return kind, count, division, chunks, data[at:]


def added(data: bytes, new: bytes) -> dict[str, list[tuple[int, int, int]]]:
    """(tick, length, pitch) of the tracks that were not there, by mido."""
    before, after = split(data), split(new)
    own = file(after[3][len(before[3]) :], after[2])  # mido gives up at chunks that it does not know
    out = {}
    for track in mido.MidiFile(file=io.BytesIO(own), charset="utf-8").tracks:
        tick, sounding, notes = 0, {}, []
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                sounding[message.note] = tick
            elif message.type in ("note_on", "note_off"):
                notes.append((sounding[message.note], tick - sounding.pop(message.note), message.note))
        out[track.name] = sorted(notes)
    return out


STRANGE = [
    (0, meta(0x01, b"\xff\xfe no charset at all")),
    (7, meta(0x05, "Lied-".encode("latin-1"))),
    (11, b"\xf0" + bytes((5,)) + b"\x7e\x7f\x09\x01\xf7"),
    (13, meta(0x7F, b"\x00\x00\x41")),
    (17, meta(0x20, b"\x03")),
    (19, bytes((0xE1, 0x00, 0x40))),
    (23, bytes((0xD1, 0x40))),
    (29, bytes((0xA1, 40, 12))),
]


@given(
    division=st.sampled_from([96, 120, 384, 480, 960, 1920, 15360]),
    metre=st.sampled_from([(4, 4), (3, 4), (6, 8), (5, 4), (7, 8)]),
    running=st.booleans(),
    strange=st.lists(st.sampled_from(STRANGE), max_size=5, unique=True),
    parts=st.sampled_from([("bass",), ("drums",), ("line",), ("bass", "drums", "line")]),
    form=st.sampled_from(["plain", "format 0", "foreign chunk", "long header", "trailing", "ports"]),
    wanted=st.sampled_from([("piano",), ("guitar", "pad"), ("melody", "strings"), ("bass", "ostinato")]),
)
@FEW
def test_every_given_byte_stays(
    division: int, metre: tuple[int, int], running: bool, strange: list[tuple[int, bytes]],
    parts: tuple[str, ...], form: str, wanted: tuple[str, ...],
) -> None:  # fmt: skip
    song = Song(division, 4, metre, parts=parts, running=running, strange=strange)
    chunks = song.chunks()
    data = file(chunks, division)
    if form == "format 0":
        everything = [*song.conductor(), *(event for name in parts for event in song.part(name))]
        data = file([chunk(everything, running=running)], division, kind=0)
    elif form == "foreign chunk":
        data = file([chunks[0], b"XFIH" + (3).to_bytes(4, "big") + b"abc", *chunks[1:]], division)
    elif form == "long header":
        data = file(chunks, division, extra=b"\x01\x02")
    elif form == "trailing":
        data = file(chunks, division, rest=b"signed by nobody")
    elif form == "ports":
        port = [(0, meta(0x21, b"\x01")), *song.part(parts[0])]
        data = file([*chunks, chunk(port)], division)
    new = run(data, *wanted, seed=1).files["mid"]
    before, after = split(data), split(new)
    assert after[3][: len(before[3])] == before[3]
    assert (after[0], after[2], after[4]) == (1, division, before[4])
    assert after[1] == before[1] + len(after[3]) - len(before[3])
    assert new[14 : 8 + int.from_bytes(new[4:8], "big")] == data[14 : 8 + int.from_bytes(data[4:8], "big")]
    found = added(data, new)
    assert found and all(notes for notes in found.values())
    ports = [b"\xff\x21\x01" in each for each in after[3][len(before[3]) :]]
    assert all(ports) if form == "ports" else not any(ports)


def test_new_parts_have_channels_of_their_own_and_drums_keep_theirs() -> None:
    everybody = [chunk([(0, meta(0x03, b"x")), *note(ch, 0, 3000, 40 + ch)]) for ch in range(16) if ch != 12]
    data = file([chunk(Song().conductor()), *everybody], 480)
    new = mido.MidiFile(file=io.BytesIO(run(data, "piano", "guitar", "pad").files["mid"]))
    places = []
    for track in new.tracks[-3:]:
        port = next((m.port for m in track if m.type == "midi_port"), 0)
        places.append((port, {m.channel for m in track if not m.is_meta}))
    assert places == [(0, {12}), (1, {0}), (1, {1})]


def sounding(notes: list[tuple[int, int, int]], tick: int) -> set[int]:
    return {pitch % 12 for start, length, pitch in notes if start <= tick < start + length}


def test_chords_come_from_the_bass_and_what_is_given() -> None:
    """Bass alone says roots; the key says the rest. A line says more than the key."""
    data = Song(bars=8).bytes()
    result = run(data, "pad")
    assert result.summary["chords"] == ["A:min", "F:maj", "C:maj", "G:maj"] * 2
    (pad,) = added(data, result.files["mid"]).values()
    chords = [{9, 0, 4}, {5, 9, 0}, {0, 4, 7}, {7, 11, 2}]
    for bar in range(8):
        assert sounding(pad, bar * 1920 + 960) <= chords[bar % 4]
        assert len(sounding(pad, bar * 1920 + 960)) >= 2


def test_without_anything_pitched_the_chords_are_new() -> None:
    result = run(Song(parts=("drums",)).bytes(), "bass", "piano", seed=4)
    assert "Nothing pitched is given: the chords are new" in result.summary["remarks"]  # type: ignore[operator]
    assert all(result.summary["notes"].values())  # type: ignore[union-attr]


@pytest.mark.parametrize("places", [(0, 1.5, 2.5), (0, 0.75, 2.25), (0, 2 / 3, 8 / 3)])
def test_new_onsets_follow_the_groove(places: tuple[float, ...]) -> None:
    """Beats, or where the given bass strikes: nothing falls between."""
    song = Song(division=960, bars=12, places=places, parts=("bass",))
    data = song.bytes()
    allowed = {int(place * 960) for place in places} | set(range(0, 3840, 960))
    struck = total = 0
    for seed in range(3):
        for notes in added(data, run(data, "piano", "guitar", seed=seed).files["mid"]).values():
            for tick, _, _ in notes:
                # Players breathe: eight milliseconds of a quarter of 577.
                nearest = min(allowed | {3840}, key=lambda place: abs(tick % 3840 - place))
                assert abs(tick % 3840 - nearest) <= 16, tick % 3840
                struck += nearest % 960 != 0
                total += 1
    assert total > 60
    assert struck > 0.1 * total


def test_room_is_left_in_register_and_density() -> None:
    low = [(0, meta(0x03, b"keys"))]
    for bar in range(8):
        for pitch in (48, 52, 55, 57, 60):
            low += note(2, bar * 1920, 1900, pitch)
    data = file([chunk(Song().conductor()), chunk(low)], 480)
    (found,) = added(data, run(data, "piano", seed=2).files["mid"]).values()
    assert min(pitch for _, _, pitch in found) > 60
    busy = [(0, meta(0x03, b"runs"))]
    for tick in range(0, 8 * 1920, 120):
        busy += note(2, tick, 100, 72 + tick // 120 % 5)
    full = file([chunk(Song().conductor()), chunk(busy)], 480)
    counts = [
        sum(len(notes) for notes in added(each, run(each, "piano", seed=seed).files["mid"]).values())
        for each in (data, full)
        for seed in range(3)
    ]
    assert sum(counts[3:]) < sum(counts[:3])


def test_a_timeline_gives_the_cue_its_hits_and_its_silence(tmp_path: Path) -> None:
    make_demo(tmp_path)
    data = Song(bars=16, us=600_000, parts=("bass",)).bytes()
    result = run(data, "piano", "strings", timeline=tmp_path / "demo.otio", seed=2)
    assert result.summary["kept"] >= 5  # type: ignore[operator]
    assert set(result.files) == {"mid", "cues.json", "cues.csv"}
    assert split(result.files["mid"])[3][:2] == split(data)[3]
    last_s = max(t + n for v in added(data, result.files["mid"]).values() for t, n, _ in v) / 480 * 0.6
    assert 20 < last_s <= 25 + 3.01


def test_another_tempo_map_takes_the_place_of_the_given_one() -> None:
    """Only chunks that hold a map are written anew; whatever else stands in them stays, at its tick."""
    song = Song(division=480, strange=[STRANGE[0], STRANGE[2]])
    first = [
        *song.conductor(),
        (3 * 1920, meta(0x51, (700_000).to_bytes(3, "big"))),
        (50, meta(0x06, b"here")),
    ]
    data = file([chunk(first), *song.chunks()[1:]], 480)
    other = Song(us=500_000, metre=(3, 4), division=96)
    swing = chunk([*other.conductor(), (96 * 6, meta(0x51, (480_000).to_bytes(3, "big")))])
    asked = Complement(PATH, data, ("piano",), None, file([swing], 96))
    new = pipeline.complement(asked, Settings(), Progress()).files["mid"]
    before, after = split(data), split(new)
    assert after[3][1 : len(before[3])] == before[3][1:]
    read = mido.MidiFile(file=io.BytesIO(new), charset="latin-1")
    tick, told = 0, []
    for message in read.tracks[0]:
        tick += message.time
        told.append(
            (tick, message.type, getattr(message, "tempo", None) or getattr(message, "numerator", None))
        )
    assert [each for each in told if each[1] in ("set_tempo", "time_signature")] == [
        (0, "time_signature", 3), (0, "set_tempo", 500_000), (2880, "set_tempo", 480_000),
    ]  # fmt: skip
    assert (50, "marker", None) in told
    assert (0, "track_name", None) in told
    assert all(m.type != "set_tempo" for track in read.tracks[1:] for m in track)


def test_the_same_is_the_same_and_another_seed_another() -> None:
    data = Song().bytes()
    assert run(data, "piano", seed=3).files == run(data, "piano", seed=3).files
    assert run(data, "piano", seed=3).files["mid"] != run(data, "piano", seed=4).files["mid"]


def bad(kind: int, division: int) -> bytes:
    return file(Song().chunks(), division, kind=kind)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF....", "not a MIDI file"),
        (bad(2, 480), "format 2"),
        (bad(1, 0xE728), "SMPTE time"),
        (bad(1, 0), "no ticks"),
        (Song(parts=()).bytes(), "no notes"),
        (Song().bytes()[:-20], "breaks off"),
        (file([chunk(Song(metre=(0, 4)).conductor()), chunk(Song().part("bass"))], 480), "makes no bar"),
        (Song(us=1).bytes(), "quarters a minute"),
    ],
    ids=["empty", "riff", "format 2", "smpte", "division", "no notes", "cut off", "no bar", "tempo"],
)
def test_bad_files_are_said_to_be(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        run(data, "piano")
    assert caught.value.where == str(PATH)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"parts": ("kazoo",)}, "nobody here plays kazoo"),
        ({"parts": ()}, "no part is asked for"),
        ({"parts": ("piano",), "mark_in": "5"}, "none is given"),
        ({"parts": ("piano",), "brief": "faster"}, "keeps the tempo map"),
    ],
)
def test_what_cannot_be_had_is_said(asked: dict[str, Any], words: str) -> None:
    parts = asked.pop("parts")
    with pytest.raises(SettingsError, match=words):
        run(Song().bytes(), *parts, **asked)


def test_unknown_words_are_said() -> None:
    result = run(Song().bytes(), "piano", brief="calm and flurby")
    remarks = "\n".join(result.summary["remarks"])  # type: ignore[arg-type]
    assert "Understood: calm" in remarks
    assert "Not understood: flurby" in remarks


def test_cancelling_stops_it() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        pipeline.complement(Complement(PATH, Song().bytes(), ("piano",)), Settings(), progress)


@pytest.fixture
def band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small models of bass and drums too."""
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(write_models(tmp_path / "band", band=True)))


def test_drums_are_added_on_a_channel_of_their_own_kind(band: None) -> None:
    data = Song().bytes()
    new = run(data, "drums", "bass").files["mid"]
    parts = added(data, new)
    assert {"Drums"} < set(parts)
    assert {pitch for _, _, pitch in parts["Drums"]} <= set(NINE)
    own = file(split(new)[3][len(split(data)[3]) :], split(new)[2])
    channels = {
        track.name: {message.channel % 16 for message in track if message.type == "note_on"}
        for track in mido.MidiFile(file=io.BytesIO(own)).tracks
    }
    assert channels.pop("Drums") == {9}
    assert all(9 not in found for found in channels.values())


def test_drums_keep_their_eighths_beside_a_bass_in_quarters(band: None) -> None:
    """Nothing given contradicts an even half of a beat; beside a shuffle it would."""
    shares = []
    for places in ((0, 1, 2, 3), (0, 2 / 3, 1, 5 / 3, 2, 8 / 3, 3, 11 / 3)):
        data = Song(division=960, bars=12, places=places, parts=("bass",)).bytes()
        ticks = [
            tick % 960
            for seed in range(2)
            for tick, _, _ in added(data, run(data, "drums", seed=seed).files["mid"])["Drums"]
        ]
        assert len(ticks) > 60
        shares.append(sum(abs(tick - 480) <= 20 for tick in ticks) / len(ticks))
    assert shares[0] > 0.1 and shares[1] == 0


def test_a_bass_follows_the_groove_of_given_drums(band: None) -> None:
    """It strikes on beats, or where the given kick does: nothing falls between."""
    kick = [(0, meta(0x03, b"drums"))]
    for bar in range(12):
        for place in (0, 720, 1440, 2640):
            kick += note(9, bar * 3840 + place, 60, KICK)
    data = file([chunk(Song(division=960).conductor()), chunk(kick)], 960)
    allowed = {0, 720, 1440, 2640, *range(0, 3841, 960)}
    files = [run(data, "bass", seed=seed).files["mid"] for seed in range(3)]
    found = [tick for new in files for notes in added(data, new).values() for tick, _, _ in notes]
    nearest = [min(allowed, key=lambda place: abs(tick % 3840 - place)) for tick in found]
    assert all(abs(tick % 3840 - place) <= 16 for tick, place in zip(found, nearest))
    assert len(found) > 40


def test_drums_that_nobody_can_write_are_said() -> None:
    result = run(Song().bytes(), "drums", "pad")
    assert "drums: no model of drums is installed" in result.summary["remarks"]  # type: ignore[operator]
