"""Somebody's own MIDI file, to be complemented: what it plays, its tempo map, and where new tracks go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from bridge.errors import InputError
from bridge.reading.midi_map import tempo_map_of
from bridge.reading.played import CHANNELS, played
from bridge.reading.smf import META, PORT, TEMPO, TIME_SIGNATURE, TRACK, Chunk, read_smf
from bridge.schema.performance import Performance, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, GivenMap

_DRUM_CHANNEL = 9
# Below, a part that plays one note at a time is the bass; above, a line is a melody.
_BASS_BELOW, _MELODY_ABOVE = 50, 58
_ONE_VOICE = 0.9
_WORDS = {
    PartRole.DRUMS: ("drum", "percussion", "kit", "schlagzeug"),
    PartRole.BASS: ("bass", "contrabass", "kontrabass"),
    PartRole.MELODY: ("melody", "vocal", "voice", "lead", "melodie"),
}


@dataclass(frozen=True)
class GivenChunk:
    """A chunk byte for byte, and, of a track with a tempo map or the first, what else stands in it: events as
    (tick, bytes), and its end. `others` is None for a chunk that a new tempo map leaves as it is.
    """

    data: bytes
    others: tuple[tuple[int, bytes], ...] | None
    end_tick: int


@dataclass(frozen=True)
class GivenMusic:
    """A file that parts are added to.

    `performance` is on 960 ticks a quarter, `division` the file's own, `with_ports` says that it names
    ports, `end` is the byte after its last track, `last_tick` the end of its last note. `tracks` are its
    chunks, for whoever takes its tempo map out.
    """

    performance: Performance
    map: GivenMap
    division: int
    with_ports: bool
    end: int
    tracks: tuple[GivenChunk, ...]

    @property
    def last_tick(self) -> int:
        """Where the last note ends."""
        return max(n.tick + n.duration_ticks for track in self.performance.tracks for n in track.notes)


def read_given(data: bytes, where: str) -> GivenMusic:
    """Somebody's MIDI file of format 0 or 1, in any ticks a quarter.

    Raises:
        InputError: it cannot be read, has no tempo map that music can be written in, or no notes.
    """
    file = read_smf(data, where, InputError)
    tracks = [track for chunk in file.tracks for track in played(chunk, file.division) if track.notes]
    if not tracks:
        raise InputError(
            "there are no notes in it, so there is nothing to complement",
            where=where,
            remedy="Give a MIDI file that has some, such as drums and bass",
        )
    return GivenMusic(
        performance=Performance(tuple(replace(track, role=_role(track)) for track in tracks)),
        map=tempo_map_of(file, where, InputError, exact=False),
        division=file.division,
        with_ports=any(e.status == META and e.kind == PORT for c in file.tracks for e in c.events),
        end=file.end,
        tracks=tuple(_chunk(chunk, first=chunk is file.tracks[0]) for chunk in file.chunks),
    )


def _chunk(chunk: Chunk, *, first: bool) -> GivenChunk:
    data = chunk.name + len(chunk.body).to_bytes(4, "big") + chunk.body
    of_map = [e.status == META and e.kind in (TEMPO, TIME_SIGNATURE) for e in chunk.events]
    if chunk.name != TRACK or not (first or any(of_map)):
        return GivenChunk(data, None, chunk.end_tick)
    others = tuple((e.tick, e.raw) for e, told in zip(chunk.events, of_map) if not told)
    return GivenChunk(data, others, chunk.end_tick)


def _role(track: Track) -> PartRole:
    """What a given part does, by its channel, its name, and then by how it plays."""
    if track.channel % CHANNELS == _DRUM_CHANNEL:
        return PartRole.DRUMS
    name = track.name.casefold()
    for role, words in _WORDS.items():
        if any(word in name for word in words):
            return role
    mean = sum(note.pitch for note in track.notes) / len(track.notes)
    apart = [b.tick >= a.tick + a.duration_ticks - TICKS_PER_QUARTER // 8 for a, b in pairwise(track.notes)]
    single = sum(apart) >= _ONE_VOICE * len(apart)
    if single and mean < _BASS_BELOW:
        return PartRole.BASS
    return PartRole.MELODY if single and mean >= _MELODY_ABOVE else PartRole.ACCOMPANIMENT
