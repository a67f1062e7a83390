"""Scores with known answers, as the rows an action reads."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import Form, Metre, TempoEvent
from bridge.writing.cue_sheet import cues_json
from bridge.writing.midi import midi_bytes
from bridge.writing.reaper_lines import TakeName, reaper_lines
from tests.writing.make import TEMPO, make_cues, make_form, make_performance

NAME = "Szene 7 «Ende»"


@dataclass(frozen=True)
class Made:
    """A score: what it was made of, and its rows."""

    cues: CueSheet
    form: Form
    performance: Performance
    rows: bytes

    @property
    def range_s(self) -> float:
        """How far its tempo map reaches, with the bar that the last notes ring on in."""
        (line,) = [line for line in self.rows.decode().split("\n") if line.startswith("range\t")]
        return float(line.split("\t")[2])

    def notes(self, part: int) -> list[tuple[int, int, int]]:
        """(tick, length in ticks, pitch) of a part."""
        return [(n.tick, n.duration_ticks, n.pitch) for n in self.performance.tracks[part].notes]


def made(
    tempo: tuple[TempoEvent, ...] = TEMPO,
    metres: tuple[Metre, ...] | None = None,
    parts: int = 3,
    start: int = 0,
    length: int = 240,
    source: str = "/films/a.otio",
    performance: Performance | None = None,
    take_id: str = "t1",
    number: int = 1,
    seed: int | None = 7,
) -> Made:
    cues = make_cues(start=start, length=length, cuts=(60, 97, 150, 190), rate=Fraction(24_000, 1001))
    form = make_form(cues, tempo, metres) if metres else make_form(cues, tempo)
    performance = performance or make_performance(form, parts)
    take = TakeName(take_id, number, NAME, source, NAME, seed)
    midi = midi_bytes(performance, form, cues, NAME)
    return Made(cues, form, performance, reaper_lines(take, midi, cues_json(cues, form, NAME)))


def steps(count: int, us: int = 500_000, by: int = 1_237) -> tuple[TempoEvent, ...]:
    """A tempo event a beat, each a little off the last: what a ramp looks like."""
    return tuple(TempoEvent(960 * i, us + by * (i % 17) - 300 * (i % 5)) for i in range(count))


def loose(form: Form) -> Performance:
    """Two parts whose notes begin and end on every kind of tick, odd ones too, as played notes do."""
    tracks = []
    for part in range(2):
        ticks = range(0, form.end_tick - 300, 233 + 8 * part)
        notes = tuple(
            PlayedNote(tick, 101 + index % 97, 48 + index % 24, 80) for index, tick in enumerate(ticks)
        )
        tracks.append(Track(f"Lose {part}", PartRole.MELODY, part, 40, notes))
    return Performance(tuple(tracks))


def many_notes(count: int) -> Performance:
    """Two parts with `count` notes in all."""
    half = count // 2
    notes = tuple(PlayedNote(i * 6, 5, 36 + i % 60, 1 + i % 127) for i in range(half))
    return Performance(tuple(Track(f"Part {i}", PartRole.MELODY, i, 40, notes) for i in range(2)))
