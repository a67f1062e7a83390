"""A part as channel messages on ticks: what the MIDI file and the REAPER project both hold."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.schema.performance import Controller, PlayedNote, Track

VOLUME = 7
PEDAL = 64
# General MIDI's own reset value of CC 7: the mix is the composer's, CC 11 does the dynamics.
DEFAULT_VOLUME = 100
CHANNELS = 16
_NOTE_OFF_STATUS, _NOTE_ON_STATUS, _CONTROL_STATUS, _PROGRAM_STATUS = 0x80, 0x90, 0xB0, 0xC0

# Order of events on one tick. A pedal goes up before, and down after, the notes that end there, so that
# it never catches them; both come before the notes that start.
_PROGRAM, _CONTROL, _NOTE_OFF, _PEDAL_DOWN, _NOTE_ON = range(5)


@dataclass(frozen=True)
class ChannelEvent:
    """One channel message on a tick; `data` holds its status byte and one or two data bytes."""

    tick: int
    data: bytes


def places(tracks: tuple[Track, ...]) -> list[tuple[int, int]]:
    """(port, channel) of each track: channels past 16, and channels already taken, move to a further port."""
    taken: set[tuple[int, int]] = set()
    found = []
    for track in tracks:
        port, channel = divmod(track.channel, CHANNELS)
        while (port, channel) in taken:
            port += 1
        taken.add((port, channel))
        found.append((port, channel))
    return found


def part_events(track: Track, channel: int) -> tuple[ChannelEvent, ...]:
    """Program, controllers and notes of one part, in the order they are sent.

    Raises:
        ValueError: an event before tick 0 or a value outside MIDI's ranges: a fault of the stage that
            played it.
    """
    events: list[tuple[int, int, int, bytes]] = []

    def add(tick: int, order: int, key: int, status: int, *data: int) -> None:
        if tick < 0:
            raise ValueError(f"track {track.name!r} has an event before tick 0")
        if not all(0 <= value <= 127 for value in data):
            raise ValueError(f"track {track.name!r} has a value outside 0 to 127 at tick {tick}: {data}")
        events.append((tick, order, key, bytes((status | channel, *data))))

    add(0, _PROGRAM, 0, _PROGRAM_STATUS, track.program)
    controllers = track.controllers
    if not any(controller.number == VOLUME for controller in controllers):
        controllers = (Controller(0, VOLUME, DEFAULT_VOLUME), *controllers)
    for c in controllers:
        order = _PEDAL_DOWN if c.number == PEDAL and c.value >= 64 else _CONTROL
        add(c.tick, order, c.number, _CONTROL_STATUS, c.number, c.value)
    for note in untangled(track.notes):
        add(note.tick, _NOTE_ON, note.pitch, _NOTE_ON_STATUS, note.pitch, note.velocity)
        add(note.tick + note.duration_ticks, _NOTE_OFF, note.pitch, _NOTE_OFF_STATUS, note.pitch, 0)
    events.sort(key=lambda event: event[:3])
    return tuple(ChannelEvent(tick, data) for tick, _, _, data in events)


def untangled(notes: tuple[PlayedNote, ...]) -> tuple[PlayedNote, ...]:
    """Notes of one channel such that no pitch is struck while it still sounds.

    A MIDI channel has one of each pitch: the second note-on would otherwise be cut off by the first
    note's end. An earlier note ends where the next begins; of two at once the longer stays, at the
    higher velocity.
    """
    kept: dict[int, list[PlayedNote]] = {}
    for note in sorted(notes, key=lambda n: (n.tick, n.pitch, n.duration_ticks, n.velocity)):
        if note.duration_ticks < 1:
            raise ValueError(f"a note of {note.duration_ticks} ticks at tick {note.tick} cannot be written")
        line = kept.setdefault(note.pitch, [])
        if line and line[-1].tick == note.tick:
            velocity = max(line[-1].velocity, note.velocity)
            line[-1] = PlayedNote(note.tick, note.duration_ticks, note.pitch, velocity)
            continue
        if line and line[-1].tick + line[-1].duration_ticks > note.tick:
            before = line[-1]
            line[-1] = PlayedNote(before.tick, note.tick - before.tick, before.pitch, before.velocity)
        line.append(note)
    return tuple(sorted((n for line in kept.values() for n in line), key=lambda n: (n.tick, n.pitch)))
