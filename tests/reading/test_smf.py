"""The reader of chunks and events, against mido's writing and mido's reading."""

from __future__ import annotations

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mido.midifiles.meta import meta_charset

from bridge.errors import InputError, SettingsError
from bridge.reading.played import played
from bridge.reading.smf import META, read_smf
from tests.pipeline.songs import Song

MESSAGES = st.one_of(
    st.builds(mido.Message, st.sampled_from(["note_on", "note_off"]), channel=st.integers(0, 15),
              note=st.integers(0, 127), velocity=st.integers(0, 127), time=st.integers(0, 5000)),
    st.builds(mido.Message, st.just("control_change"), channel=st.integers(0, 15),
              control=st.integers(0, 127), value=st.integers(0, 127), time=st.integers(0, 300_000)),
    st.builds(mido.Message, st.just("pitchwheel"), channel=st.integers(0, 15),
              pitch=st.integers(-8192, 8191), time=st.integers(0, 10)),
    st.builds(mido.Message, st.just("sysex"), data=st.lists(st.integers(0, 127), max_size=200)),
    st.builds(mido.MetaMessage, st.just("lyrics"), text=st.text(st.characters(max_codepoint=255))),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 0xFFFFFF)),
)  # fmt: skip


@given(
    tracks=st.lists(st.lists(MESSAGES, max_size=12), min_size=1, max_size=3), division=st.integers(1, 32767)
)
def test_what_mido_writes_is_read(tracks: list[list[mido.Message]], division: int) -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=division)
    file.tracks += [mido.MidiTrack(messages) for messages in tracks]
    buffer = io.BytesIO()
    file.save(file=buffer)
    read = read_smf(buffer.getvalue(), "x")
    assert (read.format, read.division, read.end) == (1, division, len(buffer.getvalue()))
    again = mido.MidiFile(file=io.BytesIO(buffer.getvalue()))
    for chunk, track in zip(read.tracks, again.tracks):
        tick, told = 0, []
        for message in track:
            tick += message.time
            if message.type != "end_of_track":
                # A file that mido fails on leaves its charset behind (mido 1.3): it is said anew here.
                with meta_charset("latin1"):
                    told.append((tick, bytes(message.bytes())))
        own = [(e.tick, bytes((e.status,)) + e.data) for e in chunk.events if e.status not in (META, 0xF0)]
        assert own == [(t, raw) for t, raw in told if raw[0] not in (META, 0xF0)]
        metas = [(e.tick, e.kind, e.data) for e in chunk.events if e.status == META]
        assert [(t, kind) for t, kind, _ in metas] == [(t, raw[1]) for t, raw in told if raw[0] == META]
        assert all(
            raw.endswith(data) for (_, _, data), (_, raw) in zip(metas, [x for x in told if x[1][0] == META])
        )
        assert chunk.end_tick == tick


@pytest.mark.parametrize("division", [96, 384, 480, 960, 1920])
def test_notes_are_put_on_our_ticks_to_the_nearest(division: int) -> None:
    song = Song(division=division, parts=("bass",), bars=2)
    (track,) = played(read_smf(song.bytes(), "x").tracks[1], division)
    assert track.channel == 1
    assert [note.tick for note in track.notes] == [0, 1440, 2400, 3840, 5280, 6240]
    assert {note.duration_ticks for note in track.notes} == {480}


@pytest.mark.parametrize(
    "data", [b"", b"MThd", b"MThd\0\0\0\6\0\1\0\1\0\0", Song().bytes()[:-1], b"MThd" + b"\xff" * 40]
)
def test_what_is_no_file_is_told_as_asked(data: bytes) -> None:
    with pytest.raises(SettingsError):
        read_smf(data, "x")
    with pytest.raises(InputError) as caught:
        read_smf(data, "x", InputError)
    assert type(caught.value) is InputError
