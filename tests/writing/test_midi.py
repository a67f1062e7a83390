from __future__ import annotations

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import KeySpan, PartRole
from bridge.schema.tempo import Metre, TempoEvent, TempoMap
from bridge.writing.events import untangled
from bridge.writing.midi import hit_errors_from_midi, midi_bytes, read_back
from tests.writing.make import make_cues, make_form, make_performance

CUES = make_cues()
FORM = make_form(CUES)
PLAYED = make_performance(FORM)


def one_track(*notes: PlayedNote, controllers: tuple[Controller, ...] = ()) -> list[mido.Message]:
    track = Track("t", PartRole.MELODY, 0, 0, notes, controllers)
    data = midi_bytes(Performance((track,)), FORM, CUES, "n")
    return list(mido.MidiFile(file=io.BytesIO(data)).tracks[1])


def test_tempo_metres_names_and_notes_come_back() -> None:
    read = read_back(midi_bytes(PLAYED, FORM, CUES, "Ein schöner Film · 東京"))
    assert read.ticks_per_quarter == 960
    assert read.name == "Ein schöner Film · 東京"
    assert read.tempo == tuple((e.tick, e.us_per_quarter) for e in FORM.tempo_map.events)
    assert [str(metre) for _, metre in read.metres][:4] == ["4/4", "3/4", "7/8", "4/4"]
    assert [t.name for t in read.tracks] == [t.name for t in PLAYED.tracks]
    for got, meant in zip(read.tracks, PLAYED.tracks):
        assert [(n.tick, n.duration_ticks, n.pitch, n.velocity) for n in got.notes] == [
            (n.tick, n.duration_ticks, n.pitch, n.velocity) for n in meant.notes
        ]
        assert got.programs == (meant.program,)
        for note in got.notes:
            assert note.start_s == pytest.approx(float(FORM.tempo_map.s_at_tick(note.tick)), abs=1e-9)


def test_metres_stand_at_their_bars() -> None:
    read = read_back(midi_bytes(PLAYED, FORM, CUES, "n"))
    changes = [
        (b.tick, b.metre) for a, b in zip((None, *FORM.bars), FORM.bars) if a is None or a.metre != b.metre
    ]
    assert list(read.metres) == changes


def test_compound_metres_click_in_dotted_quarters() -> None:
    form = make_form(CUES, metres=(Metre(6, 8), Metre(7, 8), Metre(3, 4)))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(PLAYED, form, CUES, "n")))
    clicks = [m.clocks_per_click for m in file.tracks[0] if m.type == "time_signature"][:3]
    assert clicks == [36, 12, 24]


def test_markers_carry_plots_hits_and_the_end() -> None:
    read = read_back(midi_bytes(PLAYED, FORM, CUES, "n"))
    texts = [m.text for m in read.markers]
    assert "p1 introduction: words 1" in texts
    assert any(t.startswith("p2 development (no music)") for t in texts)
    met = FORM.hits[0]
    assert f"h001 cut 01:00:02:12 {met.error_frames:+.2f} frames: =door, slams" in texts
    assert any(t.startswith("h002") and t.endswith("grouped with h001") for t in texts)
    assert any(t.startswith("h004") and t.endswith("left") for t in texts)
    assert texts[-1] == "End of the picture"
    assert next(m.tick for m in read.markers if m.text.startswith("h001")) == met.tick
    left = next(m for m in read.markers if m.text.startswith("h004"))
    assert left.time_s == pytest.approx(float(CUES.cue_s(CUES.hits[3].frame)), abs=1e-3)


def test_hit_errors_by_midos_parse_equal_the_forms() -> None:
    errors = hit_errors_from_midi(midi_bytes(PLAYED, FORM, CUES, "n"), CUES)
    met = {h.hit_id: h.error_frames for h in FORM.hits if h.met}
    assert errors.keys() == met.keys() == {"h001", "h003"}
    for hit_id, error in met.items():
        assert errors[hit_id] == pytest.approx(error, abs=1e-6)


def test_hit_errors_see_a_tempo_that_was_tampered_with() -> None:
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(PLAYED, FORM, CUES, "n")), charset="utf-8")
    first = next(m for m in file.tracks[0] if m.type == "set_tempo")
    first.tempo += 5000
    buffer = io.BytesIO()
    file.save(file=buffer)
    errors = hit_errors_from_midi(buffer.getvalue(), CUES)
    assert abs(errors["h001"] - FORM.hits[0].error_frames) > 0.1


tempi = st.lists(
    st.tuples(st.integers(1, 4000), st.integers(200_000, 1_500_000)), min_size=1, max_size=40
).map(lambda pairs: tuple(TempoEvent(sum(p[0] for p in pairs[:i]), us) for i, (_, us) in enumerate(pairs)))


@settings(max_examples=40, deadline=None)
@given(tempi, st.sampled_from([Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(60)]))
def test_any_tempo_map_comes_back_exactly(events: tuple[TempoEvent, ...], rate: Fraction) -> None:
    cues = make_cues(rate=rate)
    form = make_form(cues, events, (Metre(4, 4), Metre(5, 4)))
    read = read_back(midi_bytes(Performance(()), form, cues, "n"))
    written = TempoMap(tuple(TempoEvent(tick, us) for tick, us in read.tempo))
    assert written == TempoMap(events)
    for marker in read.markers:
        assert marker.time_s == pytest.approx(float(written.s_at_tick(marker.tick)), abs=1e-9)
    errors = hit_errors_from_midi(midi_bytes(Performance(()), form, cues, "n"), cues)
    for result in form.hits:
        if result.met:
            assert abs(errors[result.hit_id] - result.error_frames) < 0.001


def test_same_tick_order_program_controllers_offs_ons() -> None:
    messages = one_track(
        PlayedNote(0, 960, 60, 80), PlayedNote(960, 960, 60, 80),
        controllers=(
            Controller(960, 64, 127), Controller(960, 64, 0), Controller(960, 11, 90), Controller(0, 11, 70)
        ),
    )  # fmt: skip
    kinds = [(m.type, getattr(m, "control", None), getattr(m, "value", None)) for m in messages]
    assert [k[0] for k in kinds[:5]] == [
        "track_name", "program_change", "control_change", "control_change", "note_on",
    ]  # fmt: skip
    at_960 = kinds[5:10]
    assert at_960 == [
        ("control_change", 11, 90), ("control_change", 64, 0), ("note_off", None, None),
        ("control_change", 64, 127), ("note_on", None, None),
    ]  # fmt: skip
    assert kinds[-1][0] == "end_of_track"


def test_volume_is_set_once_and_a_tracks_own_is_kept() -> None:
    plain = [m for m in one_track(PlayedNote(0, 1, 60, 1)) if m.type == "control_change" and m.control == 7]
    assert [m.value for m in plain] == [100]
    own = one_track(PlayedNote(0, 1, 60, 1), controllers=(Controller(0, 7, 55),))
    assert [m.value for m in own if m.type == "control_change" and m.control == 7] == [55]
    assert not [m for m in own if m.type == "control_change" and m.control in (0, 32)]


def test_a_pitch_struck_while_it_sounds_is_ended_first() -> None:
    notes = (PlayedNote(0, 2000, 60, 80), PlayedNote(960, 100, 60, 70), PlayedNote(960, 500, 60, 60))
    assert untangled(notes) == (PlayedNote(0, 960, 60, 80), PlayedNote(960, 500, 60, 70))
    read = [(m.type, m.time) for m in one_track(*notes) if m.type.startswith("note")]
    assert read == [("note_on", 0), ("note_off", 960), ("note_on", 0), ("note_off", 500)]


@pytest.mark.parametrize(
    "note", [PlayedNote(-1, 10, 60, 80), PlayedNote(0, 0, 60, 80), PlayedNote(0, 10, 128, 80)]
)
def test_a_note_that_midi_cannot_hold_is_refused(note: PlayedNote) -> None:
    with pytest.raises(ValueError):
        one_track(note)


def test_past_sixteen_channels_a_second_port() -> None:
    played = make_performance(FORM, parts=18)
    read = read_back(midi_bytes(played, FORM, CUES, "n"))
    assert [(t.port, t.channel) for t in read.tracks] == [(0, c) for c in range(16)] + [(1, 0), (1, 1)]
    assert all(t.port == 0 for t in read_back(midi_bytes(PLAYED, FORM, CUES, "n")).tracks)


def test_two_tracks_on_one_channel_are_kept_apart() -> None:
    track = PLAYED.tracks[0]
    read = read_back(midi_bytes(Performance((track, track)), FORM, CUES, "n"))
    assert [(t.port, t.channel) for t in read.tracks] == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    ("rate", "drop", "timecode", "expected"),
    [
        (Fraction(24), False, 86_400, (24, 1, 0, 0, 0)),
        (Fraction(24_000, 1001), False, 86_410, (24, 1, 0, 0, 10)),
        (Fraction(25), False, 90_000, (25, 1, 0, 0, 0)),
        (Fraction(30_000, 1001), True, 107_892, (29.97, 1, 0, 0, 0)),
        (Fraction(30_000, 1001), False, 108_000, (30, 1, 0, 0, 0)),
        (Fraction(60), False, 216_000, None),
        (Fraction(12), False, 0, None),
        (Fraction(24), False, 24 * 86_400, None),
        (Fraction(24), False, -5, None),
    ],
)
def test_smpte_offset_where_it_has_a_code(
    rate: Fraction, drop: bool, timecode: int, expected: tuple[float, ...] | None
) -> None:
    cues = make_cues(rate=rate, drop=drop, start_timecode=timecode)
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(Performance(()), make_form(cues), cues, "n")))
    offsets = [m for m in file.tracks[0] if m.type == "smpte_offset"]
    assert [(m.frame_rate, m.hours, m.minutes, m.seconds, m.frames) for m in offsets] == (
        [expected] if expected else []
    )
    texts = [m.text for m in file.tracks[0] if m.type == "text"]
    assert f"{rate.numerator}/{rate.denominator}" in texts[0]


def test_the_offset_is_the_cues_start_not_the_timelines() -> None:
    cues = make_cues(rate=Fraction(24), start=48)
    read = read_back(midi_bytes(Performance(()), make_form(cues), cues, "n"))
    assert read.texts == ("Tick 0 is 01:00:02:00 at 24/1 frames a second",)


def test_keys_are_written_when_known() -> None:
    keys = (KeySpan(Fraction(0), 9, "minor"), KeySpan(Fraction(8), 6, "major"))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(PLAYED, FORM, CUES, "n", keys)))
    assert [m.key for m in file.tracks[0] if m.type == "key_signature"] == ["Am", "F#"]


@pytest.mark.parametrize("name", ["", "two\nlines\tand \x00 null", "\ud800 lone", "  ", "😀" * 300, "ÿþ"])
def test_any_name_can_be_written(name: str) -> None:
    data = midi_bytes(PLAYED, FORM, replace(CUES, name=name), name)
    read = read_back(data)
    assert "\n" not in read.name and "\x00" not in read.name
    assert read.name.startswith(name[:2].strip()) or "\ud800" in name


def test_same_arguments_same_bytes() -> None:
    assert midi_bytes(PLAYED, FORM, CUES, "n") == midi_bytes(PLAYED, FORM, CUES, "n")


def test_jobs_side_by_side_keep_their_text() -> None:
    names = [f"東京 {number}" for number in range(16)]
    played = Performance(
        tuple(Track(name, PartRole.MELODY, i, 0, (PlayedNote(0, 1, 60, 1),)) for i, name in enumerate(names))
    )
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            files = list(pool.map(lambda name: midi_bytes(played, FORM, CUES, name), names * 4))
    finally:
        sys.setswitchinterval(interval)
    for data in files:
        assert [track.name for track in read_back(data).tracks] == names


def test_the_first_track_lasts_as_long_as_the_picture() -> None:
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(Performance(()), FORM, CUES, "n")))
    assert sum(m.time for m in file.tracks[0]) >= FORM.end_tick
