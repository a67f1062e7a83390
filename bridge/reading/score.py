"""A score that the product wrote, read back from its MIDI file and cue sheet: what a revision starts from."""

from __future__ import annotations

from dataclasses import replace

from bridge.errors import InputError
from bridge.reading.midi_map import tempo_map_of
from bridge.reading.played import played
from bridge.reading.smf import CONTROL, META, NAME, NOTE_OFF, NOTE_ON, PORT, PROGRAM, Event, Smf, read_smf
from bridge.schema.performance import Performance, Track
from bridge.schema.record import Made
from bridge.schema.score import PartRole
from bridge.schema.score_json import (
    load_sheet,
    read_bars,
    read_cues,
    read_harmony,
    read_planned,
    read_record,
    read_results,
    solved,
)
from bridge.schema.tempo import TICKS_PER_QUARTER, Form


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
        CueSheetError: the sheet does not say how its score was made.
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
        layers=read_planned(document, where),
        stale=told.get("solved") != solved(cues),
        left_out=sum(_is_foreign(event) for chunk in file.tracks[1:] for event in chunk.events),
    )


def _changes(events: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Tempo events without those that change nothing."""
    return [event for before, event in zip([(0, 0), *events], events) if before[1] != event[1]]


def _is_foreign(event: Event) -> bool:
    """Whether an event of a part is none that we write: no note, controller, program, name or port."""
    if event.status == META:
        return event.kind not in (NAME, PORT)
    return event.status & 0xF0 not in (NOTE_ON, NOTE_OFF, CONTROL, PROGRAM)


def _tracks(file: Smf, roles: dict[str, PartRole]) -> list[Track]:
    return [
        replace(track, role=roles.get(track.name, PartRole.ACCOMPANIMENT))
        for chunk in file.tracks
        for track in played(chunk, file.division)
    ]
