"""The composing stage: cue sheet and form in, score out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction

from bridge.composing.accompaniment import write_accompaniment
from bridge.composing.approach import Gestures, plan_gestures
from bridge.composing.bass import is_pedal, write_bass
from bridge.composing.bass_line import write_bass_line
from bridge.composing.chords import Harmony, write_chords
from bridge.composing.drums import struck_drums, write_drums
from bridge.composing.gesture import LONGEST_S, gesture
from bridge.composing.instruments import (
    as_asked,
    not_there,
    unplayed,
    with_instruments,
    with_voices,
    without_banned,
)
from bridge.composing.kept import Kept, only_anew, spans_anew, without_locked
from bridge.composing.layering import unknown_words
from bridge.composing.melody import Notes, notes_of, write_melody
from bridge.composing.models import Models
from bridge.composing.onsets import HELD_SLOTS, restruck, stabs
from bridge.composing.pad import write_pad
from bridge.composing.parts import Doubling, score_parts
from bridge.composing.pickups import pickups
from bridge.composing.plan import RING_TICKS, Plan, Section, make_plan
from bridge.composing.planned import as_dense, in_registers, layers_of, told_density
from bridge.composing.recall import motif_notes, recalled_in_words, recalls, with_recalls
from bridge.composing.speech import register_free, under_speech
from bridge.composing.textures import write_textures
from bridge.composing.textures.doubling import doubled
from bridge.composing.textures.gestures import write_gestures
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
from bridge.schema.score import ChordSpan, KeySpan, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.vocabulary.kit import KICK

STAGE = "composing"

Lines = dict[str, list[Draft]]


def compose(
    cues: CueSheet,
    form: Form,
    settings: Settings,
    models: Models,
    progress: Progress,
    kept: Kept | None = None,
) -> Score:
    """Write the score of a cue.

    Bars are never changed. Every met hit and every accent inside a plot with music has an onset at its
    tick; plots without music, and bars marked rest, are silent. With `kept` only its plots are written, and
    only their notes are in the score, which names chords and keys of the whole cue.

    Raises:
        Cancelled: somebody asked to stop.
    """
    plan = make_plan(cues, form, settings, None if kept is None else kept.fixed)
    if kept is not None:
        plan = with_voices(plan, kept)
    elif cues.instruments:
        plan = with_instruments(plan, cues.instruments)
    total = len(models.cards) * sum(len(section.cells) for section in plan.sections)
    progress.report(STAGE, 0, total)
    if not plan.sections:
        return Score((), (), (), ("No plot asks for music: the score is empty.",))
    gestures = Gestures()
    told: tuple[str, ...] = ()
    if cues.cue_length_s < LONGEST_S:
        harmonies, lines = gesture(plan, settings.seed, settings.variation)
    else:
        harmonies, lines, told = _write(plan, settings, models, progress, total, kept)
        gestures = plan_gestures(plan)
    chords = tuple(
        each for section in plan.sections for each in sounding_chords(section, harmonies[section.key].events)
    )
    led = pickups(plan, chords, lines["melody"])
    _add(lines, {"melody": led})
    _add(lines, write_gestures(gestures, chords))
    if kept is not None:
        lines = {**without_locked(plan, lines, kept.locks), "locked": kept.locked()}
    airs = sorted({*gestures.airs, *(air for bar in form.bars for air in bar.airs)})
    lines = _breathe(lines, airs, forced_ticks(plan))
    lines = under_speech(plan, lines)
    # A cymbal on a hit does not stand for its chord.
    pitched = {slot: notes for slot, notes in lines.items() if slot != "drums"}
    restruck_lines = {slot: list(notes) for slot, notes in restruck(chords, pitched).items()}
    lines |= restruck_lines
    _add(lines, stabs(chords, pitched | restruck_lines, plan.speech))
    stops = {start for start, _ in airs}
    lines = fit(plan, accented(lines, forced_ticks(plan)), stops, holding=cues.cue_length_s >= LONGEST_S)
    if kept is not None:
        lines = as_asked(plan, only_anew(lines, spans_anew(form, kept.fixed.anew)), kept)
    elif cues.instruments:
        lines = without_banned(plan, lines, cues.instruments)
    # What was held on, struck or thickened since is out of the voices' way like everything else.
    lines = register_free(plan, lines)
    progress.report(STAGE, total, total)
    return Score(
        parts=score_parts(plan, lines, gestures, _doublings(plan, lines)),
        chords=chord_spans(chords),
        keys=key_spans(plan),
        notes=(
            f"Palette: {plan.palette.name}.",
            *told,
            *unknown_words(cues.plots),
            *(undrummed(plan) if models.drums is None else ()),
            *(unplayed(kept, plan) if kept is not None else not_there(plan, cues.instruments)),
        ),
        palette=plan.palette.name,
        layers=layers_of(plan),
    )


def _write(
    plan: Plan, settings: Settings, models: Models, progress: Progress, total: int, kept: Kept | None
) -> tuple[dict[str, Harmony], Lines, tuple[str, ...]]:
    done = 0

    def on_bar() -> None:
        nonlocal done
        done += 1
        progress.report(STAGE, min(done, total), total)

    plan = in_registers(plan)
    sections = [s for s in plan.sections if kept is None or s.plot.id in kept.fixed.anew]
    free = [s for s in sections if kept is None or not kept.keeps_harmony(s)]
    harmonies = write_chords(models.chords, free, settings, check=progress.check, on_bar=on_bar)
    if kept is not None:
        harmonies |= {s.key: kept.harmony(s) for s in plan.sections if kept.keeps_harmony(s)}
    heard = {} if kept is None else kept.motifs(plan)
    singing = [told_density(section, "line") for section in sections]
    melodies = write_melody(
        models.melody,
        singing,
        harmonies,
        settings,
        check=progress.check,
        on_bar=on_bar,
        heard=heard,
        quotes=models.quotes,
    )
    for section in sections:
        stays = None if kept is None else kept.locked_melody(section)
        melodies |= {section.key: stays} if stays is not None else {}
    inner = write_accompaniment(
        models.accompaniment,
        [told_density(section, "inner") for section in sections],
        harmonies,
        melodies,
        settings,
        check=progress.check,
        on_bar=on_bar,
    )
    chords = [
        each for section in plan.sections for each in sounding_chords(section, harmonies[section.key].events)
    ]
    melody = one_voice(written_drafts(plan, melodies, "melody"))
    accompaniment = at_chord_changes(written_drafts(plan, inner, "accompaniment"), chords)
    textures = write_textures(chords, settings)
    drums = []
    if _play(sections, "drums") and models.drums is not None:
        beats = write_drums(
            models.drums,
            [told_density(s, "drums") for s in sections],
            settings,
            check=progress.check,
            on_bar=on_bar,
        )
        drums = struck_drums(sections, beats)
    line: dict[str, Notes] = {}
    lined = [section for section in sections if not is_pedal(section)]
    if _play(lined, "bass") and models.bass is not None:
        moving = [*melody, *accompaniment, *textures["accompaniment"], *textures["ostinato"]]
        kicks = [note for note in drums if note.pitch == KICK]
        line = write_bass_line(
            models.bass,
            [told_density(section, "bass") for section in lined],
            harmonies,
            melodies,
            sorted({note.tick for note in (*moving, *kicks)}),
            settings,
            check=progress.check,
            on_bar=on_bar,
        )
    lines = {
        "melody": melody,
        "accompaniment": accompaniment,
        "bass": bass_of(plan, chords, line, frozenset(note.tick for note in accompaniment)),
        "pad": write_pad(chords),
        "drums": drums,
    }
    _add(lines, textures)
    lines = as_dense(plan, lines, line.keys())
    if kept is not None and kept.keeps_melody_away:
        return harmonies, lines, ()
    motif = motif_notes(plan, melodies)
    if "" in heard:
        motif = notes_of(heard[""])
    found = recalls(plan, harmonies, melodies, lines, motif, settings)
    return harmonies, with_recalls(lines, found), recalled_in_words(found)


def _play(sections: Sequence[Section], writer: str) -> bool:
    """Whether any of the sections has a writer's layer: a model that nobody needs is not loaded."""
    return any(section.layer(writer) is not None for section in sections)


def bass_of(
    plan: Plan, chords: Sequence[Sounding], line: Mapping[str, Notes], onsets: frozenset[int]
) -> list[Draft]:
    """The bass: what a model wrote where lines go on, and the rule's notes everywhere else."""
    written = at_chord_changes(one_voice(written_drafts(plan, line, "bass")), chords)
    return sorted([*write_bass(chords, onsets, line.keys()), *written])


def undrummed(plan: Plan) -> tuple[str, ...]:
    """A sentence for each plot whose cue sheet asks for drums, where no model writes them."""
    asked = {s.plot.id: None for s in plan.sections if s.plot.layers and s.layer("drums") is not None}
    return tuple(f"Plot {name}: there is no model of drums, so nobody plays them" for name in asked)


def _add(lines: Lines, more: Mapping[str, Sequence[Draft]]) -> None:
    """Put further notes into their slots (in place)."""
    for slot, notes in more.items():
        lines[slot] = sorted([*lines.get(slot, []), *notes])


def forced_ticks(plan: Plan) -> frozenset[int]:
    """Ticks at which something must sound."""
    return frozenset(tick for section in plan.sections for item in section.cells for tick in item.forced)


def accented(lines: Lines, forced: frozenset[int]) -> Lines:
    """Every note on a hit or an accent is marked as one, whoever wrote it."""
    return {slot: [replace(n, accent=n.tick in forced) for n in notes] for slot, notes in lines.items()}


def _breathe(lines: Lines, airs: Sequence[tuple[int, int]], forced: frozenset[int]) -> Lines:
    """Clear the air before hits; what was held through it comes in again after it."""
    starts = [start for start, _ in airs]
    out: Lines = {}
    for slot, notes in lines.items():
        struck = {note.tick for note in notes}
        kept: list[Draft] = []
        waiting = list(reversed(notes))
        while waiting:
            note = waiting.pop()
            at = bisect_right(starts, note.tick)
            if at and note.tick < airs[at - 1][1] and note.tick not in forced:
                continue
            if at < len(airs) and airs[at][0] < note.end_tick:
                start, end = airs[at]
                if slot in HELD_SLOTS and note.end_tick > end + RING_TICKS and end not in struck:
                    waiting.append(replace(note, tick=end))
                note = replace(note, end_tick=start)
            kept.append(note)
        out[slot] = sorted(kept)
    return out


def _doublings(plan: Plan, lines: Lines) -> list[Doubling]:
    out: list[Doubling] = []
    for palette in plan.palettes:
        for slot in ("melody", "bass"):
            voice = palette.voice(slot)
            found = doubled(plan, lines[slot], voice, palette) if voice is not None else None
            if found is not None:
                other, notes = found
                out.append((other, register_free(plan, {**lines, "doubling": notes})["doubling"]))
    return out


def written_drafts(plan: Plan, notes: Mapping[str, Notes], slot: str) -> list[Draft]:
    """What a model wrote, on the cue's ticks; bows and winds sing through short gaps."""
    out: list[Draft] = []
    for section in plan.sections:
        own: list[Draft] = []
        for item, events in zip(section.cells, notes.get(section.key, ())):
            own += drafts(item, events, section.tonality.shift)
        voice = section.palette.voice(slot)
        out += legato(sorted(own), TICKS_PER_QUARTER) if voice is not None and voice.sustains else own
    return sorted(out)


def fit(plan: Plan, lines: Lines, airs: AbstractSet[int] = frozenset(), *, holding: bool) -> Lines:
    """Hold what is held, stop at rests, silences and airs, end with the tail; a gesture only rings."""
    cells = [item for section in plan.sections for item in section.cells]
    stops = set(airs)
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
        stops.add(min(plan.rung_out(start), end))
    # A closing chord may ring past the cell it stands in, but never past what follows it.
    edges = sorted(stops)
    out: Lines = {}
    for name, notes in lines.items():
        held = clip(_hold(notes, holds) if holding and name not in ("button", "drums") else notes, edges)
        held = [n for n in held if n.tick < plan.last_tick]
        held = [replace(n, end_tick=min(n.end_tick, plan.last_tick)) for n in held]
        out[name] = one_voice(held) if name in ("melody", "bass") else no_collisions(held)
    return out


def _ring(plan: Plan, tick: int) -> int:
    """How far a close at `tick` may ring: into a silence as the plan says, past the end by the tail."""
    for start, _ in plan.silences:
        if start == tick:
            return plan.rung_out(tick)
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


def chord_spans(chords: Sequence[Sounding]) -> tuple[ChordSpan, ...]:
    """Chords as they sound, one entry as long as a chord lasts."""
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


def key_spans(plan: Plan) -> tuple[KeySpan, ...]:
    """The plan's keys, one entry where the key changes."""
    out: list[KeySpan] = []
    for section in plan.sections:
        key = section.tonality
        if out and (out[-1].tonic_pc, out[-1].mode) == (key.tonic_pc, key.mode):
            continue
        start = Fraction(section.cells[0].cell.tick, TICKS_PER_QUARTER)
        out.append(KeySpan(start, key.tonic_pc, key.mode))
    return tuple(out)
