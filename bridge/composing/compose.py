"""The composing stage: cue sheet and form in, score out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from bridge.composing.accompaniment import write_accompaniment
from bridge.composing.bass import write_bass
from bridge.composing.chords import Harmony, write_chords
from bridge.composing.gesture import LONGEST_S, gesture
from bridge.composing.melody import Notes, write_melody
from bridge.composing.models import Models
from bridge.composing.onsets import stabs
from bridge.composing.pad import write_pad
from bridge.composing.palettes import Palette, Voice
from bridge.composing.pickups import pickups
from bridge.composing.plan import RING_TICKS, Plan, make_plan, unknown_words
from bridge.composing.writing import (
    Draft,
    Sounding,
    at_chord_changes,
    clip,
    drafts,
    legato,
    no_collisions,
    one_voice,
    sounding_chords,
)
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.score import ChordSpan, KeySpan, Note, Part, PartRole, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form

STAGE = "composing"

Lines = dict[str, list[Draft]]


def compose(cues: CueSheet, form: Form, settings: Settings, models: Models, progress: Progress) -> Score:
    """Write the score of a cue.

    Bars are never changed. Every met hit and every accent inside a plot with music has an onset at its
    tick; plots without music, and bars marked rest, are silent.

    Raises:
        Cancelled: somebody asked to stop.
    """
    plan = make_plan(cues, form, settings)
    total = 3 * sum(len(section.cells) for section in plan.sections)
    progress.report(STAGE, 0, total)
    if not plan.sections:
        return Score((), (), (), ("No plot asks for music: the score is empty.",))
    if cues.cue_length_s < LONGEST_S:
        harmonies, lines = gesture(plan, settings.seed, settings.variation)
    else:
        harmonies, lines = _write(plan, settings, models, progress, total)
    chords = tuple(
        each for section in plan.sections for each in sounding_chords(section, harmonies[section.key].events)
    )
    led = pickups(plan, chords, lines["melody"], plan.palette.melody)
    lines["melody"] = sorted([*lines["melody"], *led])
    for name, added in stabs(chords, lines, plan.palette).items():
        lines[name] = sorted([*lines[name], *added])
    lines = _fit(plan, lines, holding=cues.cue_length_s >= LONGEST_S)
    progress.report(STAGE, total, total)
    return Score(
        parts=_parts(lines, plan.palette),
        chords=_chord_spans(chords),
        keys=_key_spans(plan),
        notes=(f"Palette: {plan.palette.name}.", *unknown_words(cues.plots)),
    )


def _write(
    plan: Plan, settings: Settings, models: Models, progress: Progress, total: int
) -> tuple[dict[str, Harmony], Lines]:
    done = 0

    def on_bar() -> None:
        nonlocal done
        done += 1
        progress.report(STAGE, min(done, total), total)

    sections, palette = plan.sections, plan.palette
    harmonies = write_chords(models.chords, sections, settings, check=progress.check, on_bar=on_bar)
    melodies = write_melody(
        models.melody, sections, harmonies, palette.melody, settings, check=progress.check, on_bar=on_bar
    )
    inner = write_accompaniment(
        models.accompaniment,
        sections,
        harmonies,
        melodies,
        palette.accompaniment,
        settings,
        check=progress.check,
        on_bar=on_bar,
    )
    chords = [
        each for section in sections for each in sounding_chords(section, harmonies[section.key].events)
    ]
    melody = one_voice(_drafts(plan, melodies))
    if palette.melody.sustains:
        melody = legato(melody, TICKS_PER_QUARTER)
    lower = _drafts(plan, inner)
    if palette.accompaniment.sustains:
        lower = legato(lower, TICKS_PER_QUARTER)
    accompaniment = at_chord_changes(lower, chords)
    onsets = frozenset(note.tick for note in accompaniment)
    return harmonies, {
        "melody": melody,
        "accompaniment": accompaniment,
        "bass": write_bass(chords, onsets, palette.bass),
        "pad": write_pad(chords, palette.pad),
    }


def _drafts(plan: Plan, notes: Mapping[str, Notes]) -> list[Draft]:
    out: list[Draft] = []
    for section in plan.sections:
        for item, events in zip(section.cells, notes[section.key]):
            out += drafts(item, events, section.tonality.shift)
    return sorted(out)


def _fit(plan: Plan, lines: Lines, *, holding: bool) -> Lines:
    """Hold what is held, stop at rests and silences, end with the tail; a gesture only rings."""
    cells = [item for section in plan.sections for item in section.cells]
    stops: set[int] = set()
    holds: list[tuple[int, int]] = []
    for item, after in zip(cells, [*cells[1:], None]):
        cell = item.cell
        if item.kind == "rest" or (holding and item.kind in ("hold", "final") and not item.tied):
            stops.add(cell.tick)
        if item.kind == "hold":
            if item.tied and holds:
                holds[-1] = (holds[-1][0], cell.end_tick)
            else:
                holds.append((cell.tick, cell.end_tick))
        if item.kind == "final":
            end = cell.end_tick
            if after is None or after.cell.tick != end:
                end = _ring(plan, end)
            holds.append((cell.tick, end))
        elif item.kind == "tail" and holds:
            end = cell.end_tick
            holds[-1] = (holds[-1][0], _ring(plan, end) if after is None else end)
        if after is None or after.cell.tick != cell.end_tick:
            stops.add(_ring(plan, cell.end_tick))
    for start, end in plan.silences:
        stops.add(min(start + RING_TICKS, end))
    # A closing chord may ring past the cell it stands in, but never past what follows it.
    edges = sorted(stops)
    out: Lines = {}
    for name, notes in lines.items():
        held = clip(_hold(notes, holds) if holding else notes, edges)
        held = [n for n in held if n.tick < plan.last_tick]
        held = [replace(n, end_tick=min(n.end_tick, plan.last_tick)) for n in held]
        out[name] = one_voice(held) if name in ("melody", "bass") else no_collisions(held)
    return out


def _ring(plan: Plan, tick: int) -> int:
    """How far a close at `tick` may ring: into a silence by half a beat, past the end by the tail."""
    for start, _ in plan.silences:
        if start == tick:
            return tick + RING_TICKS
    return max(plan.last_tick, tick) if tick <= plan.last_tick else plan.last_tick


def _hold(notes: Sequence[Draft], holds: Sequence[tuple[int, int]]) -> list[Draft]:
    """Stretch the last-struck notes of each held span to its end."""
    starts = [start for start, _ in holds]
    last: dict[int, int] = {}
    for note in notes:
        at = bisect_right(starts, note.tick) - 1
        if at >= 0 and note.tick < holds[at][1]:
            last[at] = max(last.get(at, 0), note.tick)
    out = []
    for note in notes:
        at = bisect_right(starts, note.tick) - 1
        if at >= 0 and last.get(at) == note.tick:
            note = replace(note, end_tick=holds[at][1])
        out.append(note)
    return out


def _parts(lines: Lines, palette: Palette) -> tuple[Part, ...]:
    voices: tuple[tuple[str, PartRole, Voice], ...] = (
        ("melody", PartRole.MELODY, palette.melody),
        ("accompaniment", PartRole.ACCOMPANIMENT, palette.accompaniment),
        ("pad", PartRole.PAD, palette.pad),
        ("bass", PartRole.BASS, palette.bass),
    )
    return tuple(
        Part(voice.name, role, voice.program, tuple(_note(note) for note in lines[name]))
        for name, role, voice in voices
        if lines[name]
    )


def _note(draft: Draft) -> Note:
    return Note(
        Fraction(draft.tick, TICKS_PER_QUARTER),
        Fraction(draft.end_tick - draft.tick, TICKS_PER_QUARTER),
        draft.pitch,
        draft.accent,
    )


def _chord_spans(chords: Sequence[Sounding]) -> tuple[ChordSpan, ...]:
    out: list[ChordSpan] = []
    for each in chords:
        if each.chord is None or each.item.kind == "rest":
            continue
        chord = each.chord.transposed(each.shift)
        start = Fraction(each.tick, TICKS_PER_QUARTER)
        end = Fraction(each.end_tick, TICKS_PER_QUARTER)
        if out and out[-1].end_beats == start and out[-1].name == chord.name:
            out[-1] = replace(out[-1], end_beats=end)
        else:
            out.append(ChordSpan(start, end, chord.root_pc, chord.quality, chord.name))
    return tuple(out)


def _key_spans(plan: Plan) -> tuple[KeySpan, ...]:
    out: list[KeySpan] = []
    for section in plan.sections:
        key = section.tonality
        if out and (out[-1].tonic_pc, out[-1].mode) == (key.tonic_pc, key.mode):
            continue
        start = Fraction(section.cells[0].cell.tick, TICKS_PER_QUARTER)
        out.append(KeySpan(start, key.tonic_pc, key.mode))
    return tuple(out)
