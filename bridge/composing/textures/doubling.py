"""Doublings: in a climax line and bass are joined as orchestras join them, by `data/doublings.tsv`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from bridge.composing.palettes import Palette, Voice
from bridge.composing.plan import Plan
from bridge.composing.tables import table
from bridge.composing.writing import Draft
from bridge.schema.cues import Label

_LOUD = 0.6


def doubling_of(voice: Voice) -> tuple[Voice, int] | None:
    """Who doubles an instrument most often, and how many semitones away; `None` where nobody was measured."""
    programs = {row["instrument"]: row for row in table("ranges")}
    rows = [
        row
        for row in table("doublings")
        if int(programs[row["instrument"]]["program"]) == voice.program and row["doubled_by"] in programs
    ]
    if not rows:
        return None
    best = max(rows, key=lambda row: float(row["share"]))
    by = programs[best["doubled_by"]]
    name = f"{best['doubled_by']}, doubling"
    return Voice(name, int(by["program"]), int(by["low"]), int(by["high"])), int(best["semitones"])


def doubled(
    plan: Plan, notes: Sequence[Draft], voice: Voice, palette: Palette
) -> tuple[Voice, list[Draft]] | None:
    """The doubling voice and its notes in a palette's loud climaxes, within its range; `None` without any."""
    found = doubling_of(voice)
    if found is None:
        return None
    other, semitones = found
    spans = [
        (section.cells[0].cell.tick, section.cells[-1].cell.end_tick)
        for section in plan.sections
        if section.palette is palette and section.plot.label is Label.CLIMAX and section.plot.energy >= _LOUD
    ]
    starts = [start for start, _ in spans]
    out = []
    for note in notes:
        at = bisect_right(starts, note.tick) - 1
        pitch = note.pitch + semitones
        if at >= 0 and note.tick < spans[at][1] and other.low <= pitch <= other.high:
            out.append(Draft(note.tick, pitch, note.end_tick, note.accent))
    return (other, out) if out else None
