"""The performing stage: score in, what is played out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.performing.controllers import controllers, level_at, sustains
from bridge.performing.dynamics import chord_at, velocity
from bridge.performing.humanise import onset_shift, sounding_ticks, tick_of
from bridge.performing.stage import Stage, set_stage
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import Part, PartRole, Score
from bridge.schema.tempo import Form

STAGE = "performing"
DRUM_CHANNEL = 9
SHORTEST_TICKS = 30


def perform(score: Score, form: Form, cues: CueSheet, settings: Settings) -> Performance:
    """Play a score: one part, one track, one channel (drums on 9).

    Notes at the ticks of met hits and accents keep their tick exactly; all others move by 8 ms at most.
    No two notes of one pitch overlap on a channel, none starts before tick 0, and none is shorter than
    a tick.

    Raises:
        ValueError: more parts than sixteen channels hold.
    """
    stage = set_stage(cues, form)
    free = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    tracks = []
    for part in score.parts:
        channel = DRUM_CHANNEL if part.role is PartRole.DRUMS else free.pop(0) if free else None
        if channel is None:
            raise ValueError("more than fifteen pitched parts do not fit sixteen channels")
        notes = _without_overlaps(_play(part, score, stage, settings))
        tracks.append(
            Track(
                name=part.name,
                role=part.role,
                channel=channel,
                program=part.program,
                notes=tuple(notes),
                controllers=controllers(part, notes, score.chords, stage),
            )
        )
    return Performance(tuple(tracks))


def _play(part: Part, score: Score, stage: Stage, settings: Settings) -> list[PlayedNote]:
    pitches: dict[str, list[int]] = {}
    for note in part.notes:
        # By plot, so that what one plot plays leaves the others' velocities alone.
        pitches.setdefault(stage.plot(tick_of(note.start_beats)).id, []).append(note.pitch)
    streams: dict[str, np.random.Generator] = {}
    shifts: dict[int, int] = {}
    chord = 0
    out = []
    held = sustains(part)
    for index, note in enumerate(part.notes):
        tick, end = tick_of(note.start_beats), tick_of(note.end_beats)
        plot = stage.plot(tick)
        if plot.id not in streams:
            streams[plot.id] = stream(settings.seed, settings.variation, STAGE, part.name, plot.id)
        generator = streams[plot.id]
        chord = chord_at(score.chords, chord, tick)
        played = velocity(
            note,
            tick,
            part.role,
            stage,
            settings,
            sum(pitches[plot.id]) / len(pitches[plot.id]),
            score.chords[chord] if score.chords else None,
            float(note.duration_beats) * stage.form.tempo_map.us_per_quarter_at(tick) / 1000,
            1.0 if held else level_at(part, note.start_beats),
            generator,
        )
        if tick not in shifts:
            # Notes struck together stay together.
            shifts[tick] = onset_shift(tick, part.role, stage, generator)
        start = max(0, tick + shifts[tick])
        length = end - tick
        if end < stage.form.end_tick:
            length = sounding_ticks(part.notes, index, part.role, stage, plot.energy, sustains=held)
        length = max(SHORTEST_TICKS, length)
        # The written end is the latest one: rests stay silent.
        length = max(1, min(length, end - start))
        out.append(PlayedNote(start, length, note.pitch, played))
    return sorted(out, key=lambda each: (each.tick, each.pitch))


def _without_overlaps(notes: list[PlayedNote]) -> list[PlayedNote]:
    """Cut a note where the same pitch is struck again; drop the softer of two at one tick."""
    latest: dict[int, int] = {}
    out: list[PlayedNote] = []
    for note in notes:
        at = latest.get(note.pitch)
        if at is not None and out[at].tick == note.tick:
            if note.velocity > out[at].velocity:
                out[at] = note
            continue
        if at is not None and out[at].tick + out[at].duration_ticks > note.tick:
            out[at] = replace(out[at], duration_ticks=note.tick - out[at].tick)
        latest[note.pitch] = len(out)
        out.append(note)
    return out
