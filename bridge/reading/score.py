"""A score that the product wrote, read back from its MIDI file and cue sheet: what a revision starts from."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import CueSheetError, InputError
from bridge.reading.midi_map import tempo_map_of
from bridge.reading.smf import CONTROL, META, NAME, NOTE_OFF, NOTE_ON, PORT, PROGRAM, Chunk, Smf, read_smf
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.record import Made
from bridge.schema.score import PartRole
from bridge.schema.score_json import (
    load_sheet,
    read_bars,
    read_cues,
    read_harmony,
    read_record,
    read_results,
    solved,
)
from bridge.schema.tempo import TICKS_PER_QUARTER, Form

_MIDI_CHANNELS = 16


def read_score(midi: bytes, sheet: str, where: str) -> Made:
    """A score from its two files.

    Notes, controllers and the tempo map are those of the MIDI file, as it is now; everything else is the
    cue sheet's.

    Args:
        midi: NAME.mid, 960 ticks a quarter.
        sheet: NAME.cues.json.
        where: what to call the score in messages.

    Raises:
        InputError: the MIDI file cannot be read, counts other ticks, or does not go with the sheet.
        CueSheetError: the sheet does not say how its score was made, or its hits have been changed.
    """
    document = load_sheet(sheet, where)
    file = read_smf(midi, where, InputError)
    if file.division != TICKS_PER_QUARTER:
        raise InputError(
            f"its MIDI file counts {file.division} ticks a quarter, not {TICKS_PER_QUARTER} as ours do",
            where=where,
            remedy="Revise the file that Cuebridge wrote, or its take: `cuebridge takes` lists them",
        )
    given = tempo_map_of(file, where, InputError)
    cues = read_cues(sheet, document, where)
    told = document["score"]
    own = [(e.tick, e.us_per_quarter) for e in given.tempo.events]
    if _changes(own) != _changes([(row["tick"], row["us_per_quarter"]) for row in document["tempo"]]):
        raise InputError(
            "the tempo map of the MIDI file is not that of its cue sheet",
            where=where,
            remedy="Put the file that Cuebridge wrote back, or score again with --keep-tempo-map",
        )
    if told.get("solved") != solved(cues):
        raise CueSheetError(
            "hits, or plots' places, have been changed in it, which asks for another tempo map",
            where=where,
            remedy="Score the timeline again with --cues; moods, layers and palettes may be changed here",
        )
    bars, keys_chords = read_bars(document, where), read_harmony(document, where)
    form = Form(
        tempo_map=given.tempo,
        bars=bars,
        hits=read_results(document, where),
        base_bpm={p["id"]: p["base_bpm"] for p in document["plots"] if p.get("base_bpm") is not None},
        end_tick=told["end_tick"],
        given=given if told["keeps_tempo_map"] else None,
    )
    roles = {part["name"]: PartRole(part["role"]) for part in told["parts"]}
    return Made(
        name=document["timeline"],
        cues=cues,
        form=form,
        performance=Performance(tuple(_tracks(file, roles))),
        keys=keys_chords[0],
        chords=keys_chords[1],
        record=read_record(document, where),
    )


def _changes(events: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Tempo events without those that change nothing."""
    return [event for before, event in zip([(0, 0), *events], events) if before[1] != event[1]]


@dataclass
class _Reading:
    """What one track holds so far."""

    name: str = ""
    port: int = 0
    channel: int = -1
    program: int = 0


def _tracks(file: Smf, roles: dict[str, PartRole]) -> list[Track]:
    found = [_track(chunk, roles) for chunk in file.tracks]
    return [track for track in found if track is not None]


def _track(chunk: Chunk, roles: dict[str, PartRole]) -> Track | None:
    """One track's notes and controllers; None for a track without any, such as the first."""
    at = _Reading()
    notes: list[PlayedNote] = []
    controllers: list[Controller] = []
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for event in chunk.events:
        if event.status == META:
            if event.kind == NAME and not at.name:
                at.name = event.data.decode("utf-8", "replace")
            elif event.kind == PORT and event.data:
                at.port = event.data[0]
            continue
        kind, channel = event.status & 0xF0, event.status & 0x0F
        if event.status >= 0xF0:
            continue
        at.channel = channel if at.channel < 0 else at.channel
        if kind == PROGRAM:
            at.program = event.data[0]
        elif kind == CONTROL:
            controllers.append(Controller(event.tick, event.data[0], event.data[1]))
        elif kind == NOTE_ON and event.data[1] > 0:
            sounding.setdefault((channel, event.data[0]), []).append((event.tick, event.data[1]))
        elif kind in (NOTE_ON, NOTE_OFF) and sounding.get((channel, event.data[0])):
            tick, velocity = sounding[channel, event.data[0]].pop(0)
            notes.append(PlayedNote(tick, max(1, event.tick - tick), event.data[0], velocity))
    for (_, pitch), held in sounding.items():
        notes += [PlayedNote(tick, max(1, chunk.end_tick - tick), pitch, v) for tick, v in held]
    if at.channel < 0:
        return None
    return Track(
        name=at.name,
        role=roles.get(at.name, PartRole.ACCOMPANIMENT),
        channel=at.port * _MIDI_CHANNELS + at.channel,
        program=at.program,
        notes=tuple(sorted(notes, key=lambda note: (note.tick, note.pitch))),
        controllers=tuple(controllers),
    )
