"""What a track of a MIDI file plays: its notes and controllers, a `Track` for each of its channels."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.reading.smf import CONTROL, META, NAME, NOTE_OFF, NOTE_ON, PORT, PROGRAM, Chunk
from bridge.schema.performance import Controller, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

CHANNELS = 16


@dataclass
class _Channel:
    """What one channel of a track has played so far, in 960 ticks a quarter."""

    program: int = 0
    notes: list[PlayedNote] = field(default_factory=list)
    controllers: list[Controller] = field(default_factory=list)
    sounding: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def stop(self, pitch: int, tick: int) -> None:
        """End the note of a pitch that sounds longest."""
        begun, velocity = self.sounding[pitch].pop(0)
        self.notes.append(PlayedNote(begun, max(1, tick - begun), pitch, velocity))


def played(chunk: Chunk, division: int) -> list[Track]:
    """Tracks of the channels that a chunk uses, in order of first use, on ticks of 960 a quarter.

    Channels of further ports count on from 16. A note that never stops lasts to the track's end. What a
    part does is not known here: every role is `ACCOMPANIMENT`.
    """
    name, port = "", 0
    channels: dict[int, _Channel] = {}

    def at(tick: int) -> int:
        return (2 * tick * TICKS_PER_QUARTER + division) // (2 * division)

    for event in chunk.events:
        if event.status == META:
            if event.kind == NAME and not name:
                name = event.data.decode("utf-8", "replace")
            elif event.kind == PORT and event.data:
                port = event.data[0]
        elif event.status < 0xF0:
            kind = event.status & 0xF0
            own = channels.setdefault(event.status & 0x0F, _Channel())
            tick = at(event.tick)
            if kind == PROGRAM and not own.notes:
                own.program = event.data[0]
            elif kind == CONTROL:
                own.controllers.append(Controller(tick, event.data[0], event.data[1]))
            elif kind == NOTE_ON and event.data[1] > 0:
                own.sounding.setdefault(event.data[0], []).append((tick, event.data[1]))
            elif kind in (NOTE_ON, NOTE_OFF) and own.sounding.get(event.data[0]):
                own.stop(event.data[0], tick)
    for own in channels.values():
        for pitch, held in own.sounding.items():
            for _ in range(len(held)):
                own.stop(pitch, at(chunk.end_tick))
    return [
        Track(
            name=name,
            role=PartRole.ACCOMPANIMENT,
            channel=port * CHANNELS + channel,
            program=own.program,
            notes=tuple(sorted(own.notes, key=lambda note: (note.tick, note.pitch))),
            controllers=tuple(own.controllers),
        )
        for channel, own in channels.items()
    ]
