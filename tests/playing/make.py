"""A score of two parts with known times, and an output that writes down what it is sent and when."""

from __future__ import annotations

from pathlib import Path

from bridge.playing import Piece, read_piece
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.tempo import Form
from bridge.writing.midi import midi_bytes
from tests.writing.make import make_cues, make_form, make_performance


def make_score(folder: Path, parts: int = 2) -> tuple[Path, CueSheet, Form, Performance]:
    cues = make_cues(start=48)
    form = make_form(cues)
    played = make_performance(form, parts)
    path = folder / "cut.mid"
    path.write_bytes(midi_bytes(played, form, cues, "cut"))
    return path, cues, form, played


def make_piece(folder: Path, parts: int = 2) -> Piece:
    return read_piece(make_score(folder, parts)[0])


class Clock:
    """Time that passes only by sleeping, and a little at every look."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s = 100.0
        self.step_s = step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Desk:
    """An output; `broken_after` messages it is gone."""

    def __init__(self, clock: Clock, broken_after: int | None = None, error: Exception | None = None) -> None:
        self.clock = clock
        self.sent: list[tuple[float, int, bytes]] = []
        self.settled = 0
        self._broken_after = broken_after
        self._error = error

    def send(self, port: int, data: bytes) -> None:
        self.sent.append((self.clock.now_s, port, data))
        if self._error is not None and len(self.sent) == self._broken_after:
            raise self._error

    def check(self) -> None:
        pass

    def settle(self) -> None:
        self.settled += 1


def hanging(messages: list[bytes]) -> set[tuple[int, int]]:
    sounding = set()
    for data in messages:
        if data[0] & 0xF0 == 0x90 and data[2]:
            sounding.add((data[0] & 0xF, data[1]))
        elif data[0] & 0xF0 in (0x80, 0x90):
            sounding.discard((data[0] & 0xF, data[1]))
    return sounding
