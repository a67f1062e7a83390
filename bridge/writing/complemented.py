"""New tracks for somebody's MIDI file, in its own ticks; every byte of its own tracks stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.schema.performance import Performance, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER
from bridge.writing.events import CHANNELS
from bridge.writing.midi import track_chunks

_HEADER_BYTES = 14
_DRUM_CHANNEL = 9


def complemented(given: bytes, end: int, division: int, tracks: Sequence[Track], *, ports: bool) -> bytes:
    """The file with tracks added after its own.

    The header says how many there are and, where it was format 0, format 1; nothing else of it changes, nor
    does anything after the byte `end`, where the last track that it counts is over.

    Args:
        given: the file.
        end: the byte after its last track.
        division: its ticks a quarter.
        tracks: what is added, on 960 ticks a quarter, on channels of their own (see `placed`).
        ports: whether the file names ports, so that the new tracks must too.
    """
    scaled = [_scaled(track, division) for track in tracks]
    named = ports or any(track.channel >= CHANNELS for track in scaled)
    count = int.from_bytes(given[10:12], "big") + len(tracks)
    head = given[:8] + (1).to_bytes(2, "big") + count.to_bytes(2, "big") + given[12:14]
    return head + given[_HEADER_BYTES:end] + track_chunks(scaled, with_ports=named) + given[end:]


def placed(given: Performance, new: Performance) -> Performance:
    """The new tracks on channels that nothing given uses, drums on drums' channels and all others elsewhere;
    on a further port once those of the first are taken.
    """
    taken = {track.channel for track in given.tracks}
    out = []
    for track in new.tracks:
        drums = track.role is PartRole.DRUMS
        channel = 0
        while channel in taken or (channel % CHANNELS == _DRUM_CHANNEL) is not drums:
            channel += 1
        taken.add(channel)
        out.append(replace(track, channel=channel))
    return Performance(tuple(out))


def _scaled(track: Track, division: int) -> Track:
    """The track on the file's own ticks; no note is shorter than one."""

    def at(tick: int) -> int:
        return (2 * tick * division + TICKS_PER_QUARTER) // (2 * TICKS_PER_QUARTER)

    notes = tuple(
        replace(n, tick=at(n.tick), duration_ticks=max(1, at(n.tick + n.duration_ticks) - at(n.tick)))
        for n in track.notes
    )
    controllers = tuple(replace(c, tick=at(c.tick)) for c in track.controllers)
    return replace(track, notes=notes, controllers=controllers)
