from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.playing import Piece
from bridge.sounding.seating import seat
from bridge.sounding.stems import file_name, stems_of
from tests.playing.make import make_piece

NOTE = bytes((0x90, 60, 90))


@pytest.fixture
def piece(tmp_path: Path) -> Piece:
    return make_piece(tmp_path)


def of(piece: Piece, *parts: tuple[str, int, int]) -> list[str]:
    messages = tuple((Fraction(0), port, bytes((0x90 | channel, 60, 90))) for _, port, channel in parts)
    return [stem.name for stem in stems_of(replace(piece, messages=messages, parts=parts))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Streicher é", "Streicher é"),
        ("a/b\\c:d*e?f", "a_b_c_d_e_f"),
        ("..", "part"),
        ("", "part"),
        ("con", "part con"),
        ("Lpt1.wav", "part Lpt1.wav"),
        ("violin ", "violin"),
        ("x" * 200, "x" * 60),
        ("\x00\x07", "_"),
    ],
)
def test_a_part_has_a_name_that_every_system_can_keep(name: str, expected: str) -> None:
    assert file_name(name) == expected


def test_names_differ_where_case_does_not_count(piece: Piece) -> None:
    assert of(piece, ("Piano", 0, 0), ("piano", 0, 1), ("PIANO", 1, 0)) == ["Piano", "piano 2", "PIANO 3"]


def test_tracks_of_one_channel_are_one_stem_and_ports_are_told_apart(piece: Piece) -> None:
    parts = (("low", 0, 3), ("high", 0, 3), ("other", 1, 3))
    assert of(piece, *parts) == ["low + high", "other"]


def test_a_part_without_a_note_has_no_stem(piece: Piece) -> None:
    silent = replace(piece, messages=((Fraction(0), 0, bytes((0xC0, 5))),), parts=(("x", 0, 0),))
    assert stems_of(silent) == ()


def test_every_message_is_within_half_a_block_of_its_time(piece: Piece) -> None:
    (stem, _) = stems_of(piece)
    given = [message for message in piece.messages if message[2][0] & 0xF == 0]
    played = list(stem.messages)[-len(given) :]
    assert [data for _, data in played] == [data for _, _, data in given]
    for (block, _), (tick, _, _) in zip(played, given):
        assert abs(block * 64 - piece.tempo_map.s_at_tick(tick) * 48_000) <= 32


def test_pan_and_reverb_are_given_where_the_part_has_none_of_its_own(piece: Piece) -> None:
    own = (Fraction(0), 0, bytes((0xB0, 10, 17)))
    program = (Fraction(0), 0, bytes((0xC0, 42)))
    note = (Fraction(0), 0, NOTE)
    parts = (("cello", 0, 0),)
    (plain,) = stems_of(replace(piece, messages=(program, note), parts=parts))
    (told,) = stems_of(replace(piece, messages=(program, own, note), parts=parts))
    pan, reverb = seat(0, 42)
    assert pan > 64
    heads = [data for _, data in plain.messages[:2]]
    assert heads == [bytes((0xB0, 10, pan)), bytes((0xB0, 91, reverb))]
    assert [data for _, data in told.messages if data[:2] == bytes((0xB0, 10))] == [own[2]]


@pytest.mark.parametrize("program", range(128))
def test_every_program_has_a_seat(program: int) -> None:
    assert all(0 <= value <= 127 for value in seat(0, program))
    assert seat(9, program) == seat(9, 0)
