"""Between cells and ticks: notes of a part as they are written, and how they are cut to fit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bridge.composing.plan import CellPlan, Section
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord, pitch_classes
from bridge.vocabulary.tokens import TICKS_PER_STEP


@dataclass(frozen=True, order=True)
class Draft:
    """A note in ticks at sounding pitch, before it becomes a `Note`."""

    tick: int
    pitch: int
    end_tick: int
    accent: bool = False


@dataclass(frozen=True)
class Sounding:
    """A chord from `tick` to `end_tick`, key-relative, with the shift to sounding pitch."""

    tick: int
    end_tick: int
    chord: Chord | None
    shift: int
    section: Section
    item: CellPlan


def sounding_chords(section: Section, events: Sequence[Sequence[ChordEvent]]) -> tuple[Sounding, ...]:
    """The chords of a section on the cue's ticks; a restated chord is one entry a cell.

    A chord that begins on the step of a forced tick begins on that tick.
    """
    out: list[Sounding] = []
    for item, cell_events in zip(section.cells, events):
        cell = item.cell
        starts = [snapped(item, event.step) for event in cell_events]
        for event, start, end in zip(cell_events, starts, [*starts[1:], cell.end_tick]):
            if end > start:
                out.append(Sounding(start, end, event.chord, section.tonality.shift, section, item))
    return tuple(out)


def snapped(item: CellPlan, step: int) -> int:
    """The tick of a step, or the forced tick that the step stands for."""
    for tick in item.forced:
        if item.cell.step_of(tick) == step:
            return tick
    return item.cell.tick_of(step)


def drafts(item: CellPlan, events: Sequence[NoteEvent], shift: int) -> list[Draft]:
    """Notes of one cell on the cue's ticks at sounding pitch."""
    out = []
    for event in events:
        tick = snapped(item, event.step)
        end = item.cell.tick_of(event.step) + event.duration_steps * TICKS_PER_STEP
        out.append(Draft(tick, event.pitch + shift, max(end, tick + TICKS_PER_STEP), tick in item.forced))
    return out


def clip(notes: Sequence[Draft], stops: Sequence[int], *, least: int = 40) -> list[Draft]:
    """Cut notes that sound over any of the ticks in `stops` (sorted).

    Notes left shorter than `least` ticks go, but never one that meets a hit.
    """
    out = []
    for note in notes:
        at = bisect_right(stops, note.tick)
        end = min(note.end_tick, stops[at]) if at < len(stops) else note.end_tick
        if note.accent or end - note.tick >= min(least, note.end_tick - note.tick):
            out.append(replace(note, end_tick=end))
    return out


def one_voice(notes: Sequence[Draft]) -> list[Draft]:
    """A single line: each note ends where the next begins; of notes together the highest stays."""
    highest: dict[int, Draft] = {}
    for note in notes:
        if note.tick not in highest or note.pitch > highest[note.tick].pitch:
            highest[note.tick] = note
    ticks = sorted(highest)
    return clip([highest[tick] for tick in ticks], ticks, least=1)


def legato(notes: Sequence[Draft], longest_gap: int) -> list[Draft]:
    """Bows and winds sing through short gaps: a note lasts to the next onset when that is near."""
    ticks = sorted({note.tick for note in notes})
    out = []
    for note in notes:
        at = bisect_right(ticks, note.tick)
        if at < len(ticks) and 0 < ticks[at] - note.end_tick <= longest_gap:
            note = replace(note, end_tick=ticks[at])
        out.append(note)
    return out


def no_collisions(notes: Sequence[Draft]) -> list[Draft]:
    """No two notes of one pitch overlap: the earlier stops where the later starts."""
    by_pitch: dict[int, list[Draft]] = {}
    for note in sorted(notes):
        by_pitch.setdefault(note.pitch, []).append(note)
    out: list[Draft] = []
    for same in by_pitch.values():
        merged: list[Draft] = []
        for note in same:
            if merged and merged[-1].tick == note.tick:
                longest = max(merged[-1].end_tick, note.end_tick)
                merged[-1] = replace(merged[-1], end_tick=longest, accent=merged[-1].accent or note.accent)
                continue
            if merged and merged[-1].end_tick > note.tick:
                merged[-1] = replace(merged[-1], end_tick=note.tick)
            merged.append(note)
        out += merged
    return sorted(out)


def at_chord_changes(notes: Sequence[Draft], chords: Sequence[Sounding]) -> list[Draft]:
    """Cut notes where a chord comes that they do not belong to."""
    starts = [each.tick for each in chords]
    tones = [{(pc + each.shift) % 12 for pc in pitch_classes(each.chord)} for each in chords]
    out = []
    for note in notes:
        end = note.end_tick
        for index in range(bisect_right(starts, note.tick), bisect_left(starts, end)):
            if tones[index] and note.pitch % 12 not in tones[index]:
                end = starts[index]
                break
        out.append(replace(note, end_tick=end))
    return out
