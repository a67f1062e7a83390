"""A performance: the score with velocities, controllers and timing, on the ticks that are written."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.score import PartRole


@dataclass(frozen=True)
class PlayedNote:
    """One sounding note; `duration_ticks` ≥ 1."""

    tick: int
    duration_ticks: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Controller:
    """A control change at a tick."""

    tick: int
    number: int
    value: int


@dataclass(frozen=True)
class Track:
    """One part on one channel (0-based; drums on 9)."""

    name: str
    role: PartRole
    channel: int
    program: int
    notes: tuple[PlayedNote, ...]
    controllers: tuple[Controller, ...] = ()


@dataclass(frozen=True)
class Performance:
    """What is written to MIDI, apart from tempo and metre, which the form holds."""

    tracks: tuple[Track, ...]
