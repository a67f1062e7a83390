from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import mido
import pytest

from bridge.errors import InputError, SettingsError, TimecodeError
from bridge.playing import read_piece
from bridge.writing.marks import origin_in, origin_words
from tests.playing.make import make_piece, make_score
from tests.writing.make import make_cues


def test_it_holds_every_message_that_mido_finds(tmp_path: Path) -> None:
    path, *_ = make_score(tmp_path)
    file = mido.MidiFile(path, charset="utf-8")
    wanted, tick = [], 0
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        if not message.is_meta:
            wanted.append((tick, bytes(message.bytes())))
    assert [(tick, data) for tick, _, data in read_piece(path).messages] == wanted


def test_it_is_timed_as_mido_times_it(tmp_path: Path) -> None:
    path, *_ = make_score(tmp_path)
    piece = read_piece(path)
    now_s, times = 0.0, []
    for message in mido.MidiFile(path, charset="utf-8"):
        now_s += message.time
        if not message.is_meta:
            times.append(now_s)
    ours = [float(piece.tempo_map.s_at_tick(tick)) for tick, _, _ in piece.messages]
    assert ours == pytest.approx(times, abs=1e-9)


def test_plots_and_timecode_are_the_cues_own(tmp_path: Path) -> None:
    path, cues, form, _ = make_score(tmp_path)
    piece = read_piece(path)
    assert list(piece.plots) == [plot.id for plot in cues.plots]
    for plot in cues.plots:
        start, _ = piece.plots[plot.id]
        assert abs(start - form.tempo_map.tick_at_s(cues.cue_s(plot.start_frame))) <= Fraction(1, 2)
    assert piece.tick_at("01:00:02:00") == 0  # the cue starts on frame 48 of 01:00:00:00
    at_s = form.tempo_map.s_at_tick(piece.tick_at("01:00:07:00"))
    assert at_s == Fraction(5 * 24) / cues.rate
    assert form.tempo_map.s_at_tick(piece.tick_at("120")) == at_s


@pytest.mark.parametrize(
    ("rate", "drop"),
    [(Fraction(25), False), (Fraction(30_000, 1001), True), (Fraction(30_000, 1001), False)],
)
def test_the_words_of_an_origin_come_back(rate: Fraction, drop: bool) -> None:
    cues = make_cues(rate=rate, drop=drop, start=1001, start_timecode=108_000)
    origin = origin_in(["something else", origin_words(cues)])
    assert origin is not None
    assert (origin.frame, origin.rate, origin.drop_frame) == (109_001, rate, drop)


def test_places_that_are_not_there_are_named(tmp_path: Path) -> None:
    piece = make_piece(tmp_path)
    with pytest.raises(SettingsError, match="outside the music"):
        piece.tick_at("02:00:00:00")
    with pytest.raises(SettingsError, match="outside the music"):
        piece.tick_at("00:59:00:00")
    with pytest.raises(TimecodeError):
        piece.tick_at("soon")
    with pytest.raises(SettingsError, match="p1, p2"):
        piece.plot("p9")


def test_a_file_from_elsewhere_plays_from_its_start_alone(tmp_path: Path) -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=96)
    track = mido.MidiTrack([mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=96)])
    file.tracks.append(track)
    file.save(tmp_path / "other.mid")
    piece = read_piece(tmp_path / "other.mid")
    assert [tick for tick, _, _ in piece.messages] == [0, 960]
    assert piece.tempo_map.s_at_tick(960) == Fraction(1, 2)
    assert piece.plots == {} and piece.origin is None
    with pytest.raises(SettingsError, match="timecode"):
        piece.tick_at("01:00:00:00")


def test_what_is_no_midi_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.mid: it cannot be read"):
        read_piece(tmp_path / "nothing.mid")
    with pytest.raises(InputError, match="cannot be read"):
        read_piece(tmp_path)
    for data in (b"", b"MThd", b"not midi at all", b"MThd\0\0\0\6\0\1\0\1\3\xc0MTrk\0\0\0\4\0\x90"):
        (tmp_path / "bad.mid").write_bytes(data)
        with pytest.raises(InputError, match="not a MIDI file"):
            read_piece(tmp_path / "bad.mid")
