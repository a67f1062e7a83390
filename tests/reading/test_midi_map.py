"""Tempo maps of files that mido wrote, odd ones and broken ones."""

from __future__ import annotations

import io
from fractions import Fraction

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import SettingsError
from bridge.reading import read_tempo_map
from bridge.schema.tempo import GivenMap, Metre

Event = tuple[int, mido.Message | mido.MetaMessage]


def tempo(tick: int, us: int) -> Event:
    return tick, mido.MetaMessage("set_tempo", tempo=us)


def metre(tick: int, top: int, bottom: int, clocks: int = 24, parts: int = 8) -> Event:
    words = {"clocks_per_click": clocks, "notated_32nd_notes_per_beat": parts}
    return tick, mido.MetaMessage("time_signature", numerator=top, denominator=bottom, **words)


def notes(count: int) -> list[Event]:
    return [(40 * k, mido.Message("note_on", note=60 + k % 12, velocity=64 * (k % 2))) for k in range(count)]


def midi(*tracks: list[Event], kind: int = 1, division: int = 960) -> bytes:
    file = mido.MidiFile(type=kind, ticks_per_beat=division)
    for events in tracks:
        track, now = mido.MidiTrack(), 0
        for tick, message in sorted(events, key=lambda event: event[0]):
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def tempi(read: GivenMap) -> list[tuple[int, int]]:
    return [(event.tick, event.us_per_quarter) for event in read.tempo.events]


def metres(read: GivenMap) -> list[tuple[int, str]]:
    return [(event.tick, str(event.metre)) for event in read.metres]


def test_a_file_without_tempo_or_metre_is_120_in_four() -> None:
    read = read_tempo_map(midi([]))
    assert (tempi(read), metres(read)) == ([(0, 500_000)], [(0, "4/4")])


@pytest.mark.parametrize(
    ("division", "factor"), [(480, 2), (96, 10), (240, 4), (960, 1), (1920, Fraction(1, 2))]
)
def test_divisions_are_converted_exactly(division: int, factor: Fraction) -> None:
    read = read_tempo_map(
        midi([tempo(0, 612_345), tempo(4 * 48, 600_001), metre(48, 7, 8)], division=division)
    )
    assert tempi(read) == [(0, 612_345), (192 * factor, 600_001)]
    assert metres(read) == [(0, "4/4"), (48 * factor, "7/8")]


def test_an_event_between_ticks_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"tick 7, with 1000 ticks a quarter.*Export it with 960"):
        read_tempo_map(midi([tempo(7, 600_000)], division=1000))
    assert tempi(read_tempo_map(midi([tempo(25, 600_000)], division=1000))) == [(0, 500_000), (24, 600_000)]


def test_format_0_running_status_and_sysex() -> None:
    events = [*notes(50), tempo(400, 480_000), metre(960, 3, 4), (980, mido.Message("sysex", data=[1, 2, 3]))]
    data = midi([*events, *[(2000 + t, m) for t, m in notes(30)], tempo(5000, 470_000)], kind=0)
    assert data.count(b"\x90") < 20  # mido writes running status
    read = read_tempo_map(data)
    assert tempi(read) == [(0, 500_000), (400, 480_000), (5000, 470_000)]
    assert metres(read) == [(0, "4/4"), (960, "3/4")]


def test_a_tempo_in_any_track_counts_and_the_last_on_a_tick_wins() -> None:
    read = read_tempo_map(midi([tempo(0, 500_000)], [tempo(0, 600_000), tempo(10, 400_000)], notes(9)))
    assert tempi(read) == [(0, 600_000), (10, 400_000)]


def test_what_a_time_signature_says_besides_is_kept() -> None:
    (event,) = read_tempo_map(midi([metre(0, 6, 8, 36, 10)])).metres
    assert (event.metre, event.clocks_per_click, event.notated_32nds_per_quarter) == (Metre(6, 8), 36, 10)


@pytest.mark.parametrize(
    "junk", [b"\0", b"\0\0\0\0\0", b"MTrk", b"MTrk\xff\xff\xff\xff", b"left over by a mailer"]
)
def test_what_follows_the_last_track_is_passed_over(junk: bytes) -> None:
    data = midi([tempo(0, 612_345)], [metre(0, 3, 4)])
    assert read_tempo_map(data + junk) == read_tempo_map(data)


GOOD = midi([tempo(0, 500_000), metre(0, 3, 4)], notes(20))
BROKEN = {
    "empty": (b"", "not a MIDI file"),
    "text": (b"a tempo map, surely", "not a MIDI file"),
    "header alone cut": (GOOD[:10], "breaks off"),
    "track cut": (GOOD[:-9], "breaks off"),
    "smpte": (GOOD[:12] + b"\xe7\x28" + GOOD[14:], "SMPTE time"),
    "no division": (GOOD[:12] + b"\x00\x00" + GOOD[14:], "no ticks"),
    "format 2": (GOOD[:9] + b"\x02" + GOOD[10:], "format 2"),
    "no event": (b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\2\0\x10", "is no event"),
    "endless number": (b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\5\xff\xff\xff\xff\xff", "more than four bytes"),
    "still": (midi([tempo(0, 16_777_215)]), "its tempo at quarter 0 is 4 quarters a minute"),
    "racing": (midi([tempo(1920, 20_000)]), "at quarter 2 is 3000"),
    "no beats": (midi([(0, mido.UnknownMetaMessage(0x58, (0, 2, 24, 8)))]), "0/4, makes no bar"),
    "a crumb of a bar": (midi([metre(0, 1, 32)]), "1/32, makes no bar"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_kept_is_refused_with_its_reason(name: str) -> None:
    data, said = BROKEN[name]
    with pytest.raises(SettingsError, match=said) as caught:
        read_tempo_map(data, "map.mid")
    assert caught.value.where == "map.mid" and caught.value.remedy


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_no_bytes_break_it(place: int, byte: int, end: int) -> None:
    damaged = (GOOD[:place] + bytes([byte]) + GOOD[place + 1 :])[: max(end, 4)]
    try:
        read_tempo_map(damaged)
    except SettingsError as error:
        assert error.what
