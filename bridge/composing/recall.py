"""The motif in another voice: where the melody has been away for long, somebody else takes it up.

A part that does not play there takes it, else the inner voice does, in the place of what it had; two bars,
varied as a melody's recalls are. Nothing is added where a cue sheet names layers, where somebody
speaks, or where a revision wants less melody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.composing.chords import Harmony
from bridge.composing.melody import Notes
from bridge.composing.motif import BARS, LEAST_NOTES, Bars, Place, draw_variation, fitted, meeting, varied
from bridge.composing.palettes import Voice
from bridge.composing.plan import STAGE, CellPlan, Plan, Section
from bridge.composing.spoken import HALF_SPOKEN
from bridge.composing.writing import Draft, drafts, legato
from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.schema.tempo import TICKS_PER_QUARTER

AFTER_S = 24.0
"""So long after the melody was last heard a phrase may begin with the motif in another voice."""
ANYWHERE_AFTER_S = 36.0
"""So long after it any two bars may, so that few cues go 45 s without it (`layering`)."""
SLOTS = ("ping", "bass", "accompaniment", "pulse")
"""Who may take it up, in this order among those that are silent there."""
_INNER = "accompaniment"
_LEAST_SPAN = 14

Lines = Mapping[str, Sequence[Draft]]


@dataclass(frozen=True)
class Recall:
    """The motif in a slot's voice from `start_tick` to `end_tick`; other notes of the slot give way to it."""

    slot: str
    voice: Voice
    start_tick: int
    end_tick: int
    bar: int
    notes: tuple[Draft, ...]


def motif_notes(plan: Plan, melodies: Mapping[str, Notes]) -> tuple[Bars, int]:
    """The first two bars of one length that the melody sings, and their steps; nothing without any."""
    for section in plan.sections:
        sung = [
            (notes, item.cell.steps)
            for item, notes in zip(section.cells, melodies.get(section.key, ()))
            if notes
        ]
        for (one, steps), (other, as_many) in zip(sung, sung[1:]):
            if steps == as_many:
                return (one, other), steps
    return (), 0


def recalls(
    plan: Plan,
    harmonies: Mapping[str, Harmony],
    melodies: Mapping[str, Notes],
    lines: Lines,
    motif: tuple[Bars, int],
    settings: Settings,
) -> list[Recall]:
    """Recalls in the sections that `melodies` were written for, where the melody is away for too long.

    Args:
        plan: the cue.
        harmonies: chords by section.
        melodies: what is sung, by section; a section that is not there stays as it is.
        lines: what everybody plays, by slot.
        motif: the cue's motif, key-relative, and the steps of its bars.
        settings: seed and variation.
    """
    bars, steps = motif
    if sum(map(len, bars)) < LEAST_NOTES:
        return []
    out: list[Recall] = []
    away_s = 0.0
    for section in plan.sections:
        sung = melodies.get(section.key)
        for index, item in enumerate(section.cells):
            away_s = 0.0 if sung is not None and sung[index] else away_s + _seconds(item)
            before_s = away_s - _seconds(item)
            wanted_s = AFTER_S if item.cell.bar.phrase_bar == 0 and item.cell.opens else ANYWHERE_AFTER_S
            if sung is None or before_s < wanted_s or any(map(len, sung[index : index + BARS])):
                continue
            found = _recall(section, index, harmonies[section.key], lines, bars, steps, settings)
            if found is not None:
                out.append(found)
                away_s = 0.0
    return out


def with_recalls(lines: Lines, found: Sequence[Recall]) -> dict[str, list[Draft]]:
    """The lines with the recalls in them; what their slots played there gives way, but no note on a hit."""
    out = {slot: list(notes) for slot, notes in lines.items()}
    for each in found:
        kept = []
        for note in out.get(each.slot, ()):
            if note.tick < each.start_tick < note.end_tick:
                note = replace(note, end_tick=each.start_tick)
            if not each.start_tick <= note.tick < each.end_tick or note.accent:
                kept.append(note)
        out[each.slot] = sorted([*kept, *each.notes])
    return out


def recalled_in_words(found: Sequence[Recall]) -> tuple[str, ...]:
    """A sentence that says who recalls the motif, and where."""
    if not found:
        return ()
    told = ", ".join(f"{each.voice.name} in bar {each.bar}" for each in found)
    return (f"While the melody is away its motif is taken up by {told}.",)


def _recall(
    section: Section, first: int, harmony: Harmony, lines: Lines, bars: Bars, steps: int, settings: Settings
) -> Recall | None:
    cells = section.cells[first : first + BARS]
    if len(cells) < BARS or section.plot.layers or section.plot.plan or not section.layers:
        return None
    if any(
        item.kind != "play"
        or item.cell.steps != steps
        or item.spoken >= HALF_SPOKEN
        or item.cell.bar.pickup_ticks
        or item.cell.bar.airs
        for item in cells
    ):
        return None
    start, end = cells[0].cell.tick, cells[-1].cell.end_tick
    chosen = _free(section, lines, start, end)
    if chosen is None:
        return None
    slot, voice = chosen
    generator = stream(settings.seed, settings.variation, STAGE, "recall", f"{section.key} {first}")
    told = varied(bars, draw_variation(generator), steps, section.tonality.mode)
    low, high = voice.low - section.tonality.shift, voice.high - section.tonality.shift
    pitches = [note.pitch for bar in told for note in bar]
    octaves = 12 * round(((low + high) / 2 - sum(pitches) / len(pitches)) / 12)
    placed = tuple(tuple(n._replace(pitch=n.pitch + octaves) for n in bar) for bar in told)
    met = [meeting(bar, item.forced_steps) for bar, item in zip(placed, cells)]
    if None in met:
        return None
    places = [
        Place(
            item.cell.steps,
            frozenset(item.cell.strong_steps) | item.forced_steps,
            harmony.events[first + at],
        )
        for at, item in enumerate(cells)
    ]
    fit = fitted(tuple(bar for bar in met if bar is not None), places, section.tonality.mode, low, high)
    notes = [note for item, bar in zip(cells, fit) for note in drafts(item, bar, section.tonality.shift)]
    if voice.sustains:
        notes = legato(notes, TICKS_PER_QUARTER)
    ends = [replace(note, end_tick=min(note.end_tick, end)) for note in notes]
    return Recall(slot, voice, start, end, cells[0].cell.bar.index + 1, tuple(ends))


def _free(section: Section, lines: Lines, start: int, end: int) -> tuple[str, Voice] | None:
    """A slot whose voice is silent there, or the inner voice; `None` where the palette has neither."""
    voices = {slot: section.palette.voice(slot) for slot in SLOTS}
    playing = {
        voice.name
        for slot, notes in lines.items()
        for voice in [section.palette.voice(slot)]
        if voice is not None and _sounds(notes, start, end)
    }
    for slot, voice in voices.items():
        wide = voice is not None and voice.high - voice.low >= _LEAST_SPAN
        if voice is not None and wide and voice.name not in playing:
            return slot, voice
    inner = voices[_INNER]
    return None if inner is None else (_INNER, inner)


def _sounds(notes: Sequence[Draft], start: int, end: int) -> bool:
    at = bisect_left(notes, Draft(start, 0, 0))
    return at < len(notes) and notes[at].tick < end


def _seconds(item: CellPlan) -> float:
    return item.s_per_quarter * item.cell.ticks / TICKS_PER_QUARTER
