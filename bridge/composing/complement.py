"""The parts that a musician's own music lacks: on its chords, in its groove, where it leaves room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bridge.composing.accompaniment import write_accompaniment
from bridge.composing.bass_line import write_bass_line
from bridge.composing.chords import Harmony, write_chords
from bridge.composing.compose import (
    accented,
    bass_of,
    chord_spans,
    fit,
    forced_ticks,
    key_spans,
    written_drafts,
)
from bridge.composing.drums import struck_drums, write_drums
from bridge.composing.heard import hear, main_keys
from bridge.composing.kept import harmony_of, sung_in
from bridge.composing.layers import Layer
from bridge.composing.melody import Notes, write_melody
from bridge.composing.models import Models
from bridge.composing.onsets import stabs
from bridge.composing.pad import write_pad
from bridge.composing.palettes import Palette, Voice, instrument_range
from bridge.composing.parts import ROLES
from bridge.composing.plan import STAGE, Fixed, Plan, make_plan
from bridge.composing.room import Room
from bridge.composing.tables import table
from bridge.composing.textures import write_textures
from bridge.composing.writing import (
    Draft,
    Sounding,
    at_chord_changes,
    no_collisions,
    one_voice,
    sounding_chords,
)
from bridge.config import Settings
from bridge.errors import SettingsError
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance, PlayedNote
from bridge.schema.score import KeySpan, Note, Part, PartRole, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.vocabulary.chords import Chord

_DOES = {
    "melody": "line", "accompaniment": "inner", "bass": "bass", "pad": "pad", "pulse": "pulse",
    "ostinato": "ostinato", "drums": "groove", "percussion": "groove",
}  # fmt: skip
"""Parts that are asked for by what they do; the palette says who plays them."""
_HELD = ("pad", "drone", "tremolo")
_SINGLE = ("melody", "bass")
# More than a song has, so that no two parts draw the same numbers.
_MOST_PARTS = 16
_SHORTEST_S = 4


@dataclass(frozen=True)
class Wanted:
    """A part to write: its word, the texture it plays, and its instrument; None: the palette's own."""

    word: str
    texture: str
    voice: Voice | None


def wanted_parts(words: Sequence[str]) -> tuple[Wanted, ...]:
    """The parts that a user's words ask for: instruments, or what a part does.

    Raises:
        SettingsError: none is asked for, or one that is not known.
    """
    instruments = {row["word"]: row for row in table("instruments")}
    out: list[Wanted] = []
    for word in dict.fromkeys(each.strip().casefold() for each in words if each.strip()):
        if word in _DOES:
            out.append(Wanted(word, _DOES[word], None))
            continue
        row = instruments.get(word) or instruments.get(word.removesuffix("s"))
        if row is None:
            raise SettingsError(
                f"nobody here plays {word}",
                where="--parts",
                remedy=f"Ask for some of {', '.join((*_DOES, *instruments))}",
            )
        program = int(row["program"])
        low, high = instrument_range(program) if row["low"] == "-" else (int(row["low"]), int(row["high"]))
        out.append(Wanted(word, row["texture"], Voice(row["name"], program, low, high)))
    if not 0 < len(out) <= _MOST_PARTS:
        raise SettingsError(
            f"{len(out)} parts are asked for", where="--parts", remedy=f"Ask for 1 to {_MOST_PARTS}"
        )
    return tuple(out)


def complement(
    cues: CueSheet,
    form: Form,
    given: Performance,
    wanted: Sequence[Wanted],
    settings: Settings,
    models: Models,
    progress: Progress,
) -> Score:
    """Write the parts that are wanted, one after the other, each leaving room to what is there by then.

    Args:
        cues: moods, hits and where there is no music.
        form: the given tempo map's bars.
        given: what is there.
        wanted: the parts, in the order they are to be written.
        settings: seed and variation.
        models: of chords (where nothing pitched is given) and of the parts that are wanted.
        progress: told of every part.

    Returns:
        A score of the new parts alone, with the chords and keys that were heard.

    Raises:
        Cancelled: somebody asked to stop.
    """
    chords, keys = hear(given, form)
    plots = frozenset(plot.id for plot in cues.plots)
    plan = make_plan(cues, form, settings, Fixed(plots, main_keys(keys, form.bars), {}, {}))
    progress.report(STAGE, 0, len(wanted))
    if not plan.sections:
        return Score((), chords, keys, ("No plot asks for music: nothing was added.",))
    notes = []
    if chords:
        harmonies = {section.key: harmony_of(chords, section) for section in plan.sections}
        notes.append(f"Heard {len(chords)} chords, {', '.join(_key_names(keys))}")
    else:
        harmonies = write_chords(
            models.chords, plan.sections, settings, check=progress.check, on_bar=lambda: None
        )
        notes.append("Nothing pitched is given: the chords are new")
    room = Room(given, form)
    lead = sorted(
        (note for track in given.tracks if track.role is PartRole.MELODY for note in track.notes),
        key=lambda note: note.tick,
    )
    names = {track.name for track in given.tracks}
    parts: list[Part] = []
    for index, each in enumerate(wanted):
        progress.report(STAGE, index, len(wanted), each.word)
        own = replace(settings, variation=settings.variation * _MOST_PARTS + index)
        part = _Writer(plan, each, harmonies, room, lead, given, own, models, progress).part(cues, names)
        if part is None:
            mute = each.texture == "groove" and models.drums is None
            why = "no model of drums is installed" if mute else "there is no room for it, or nothing to play"
            notes.append(f"{each.word}: {why}")
            continue
        names.add(part.name)
        parts.append(part)
        room.add([_as_played(note) for note in part.notes], part.name, part.role)
        if part.role is PartRole.MELODY:
            lead = [_as_played(note) for note in part.notes]
    progress.report(STAGE, len(wanted), len(wanted))
    sounding = _sounding(plan, harmonies)
    return Score(
        tuple(parts), chords or chord_spans(sounding), keys or key_spans(plan), tuple(notes),
        palette=plan.palette.name,
    )  # fmt: skip


@dataclass(frozen=True)
class _Writer:
    """One part to write, and all that it must know."""

    plan: Plan
    wanted: Wanted
    harmonies: Mapping[str, Harmony]
    room: Room
    lead: Sequence[PlayedNote]
    given: Performance
    settings: Settings
    models: Models
    progress: Progress

    def part(self, cues: CueSheet, names: set[str]) -> Part | None:
        """The part; None when nothing comes of it."""
        row = next(row for row in table("textures") if row["texture"] == self.wanted.texture)
        slot = row["voice"]
        plan, voice = self._alone(slot, row["writer"], row["slot"])
        if voice is None:
            return None
        chords = _sounding(plan, self.harmonies)
        written = self._written(plan, slot, chords)
        there = [Draft(n.tick, n.pitch, n.tick + 1) for track in self.given.tracks for n in track.notes]
        if slot == "accompaniment":
            written = sorted([*written, *stabs(chords, {slot: written, "given": there})[slot]])
        forced = forced_ticks(plan)
        holding = cues.cue_length_s >= _SHORTEST_S
        lines = fit(plan, accented({slot: written}, forced), holding=holding)
        found = lines[slot] if slot in _HELD else self.room.in_groove(lines[slot], drums=slot == "drums")
        found = found if slot == "drums" else self.room.apart(found)
        found = [n for n in found if n.tick < plan.last_tick]
        found = one_voice(found) if slot in _SINGLE else no_collisions(found)
        if not found:
            return None
        name = next(n for n in (voice.name, *(f"{voice.name} {k}" for k in range(2, 99))) if n not in names)
        return Part(name, ROLES[slot], voice.program, tuple(_note(draft) for draft in found))

    def _alone(self, slot: str, writer: str, where: str) -> tuple[Plan, Voice | None]:
        """The plan with this part as its only layer, asked for as much as there is room for."""
        palettes: dict[Palette, Palette] = {}
        sections = []
        voice: Voice | None = None
        for section in self.plan.sections:
            own = self.wanted.voice or section.palette.voice(slot)
            if own is None:
                continue
            voice = voice or (self.room.register(own) if slot not in ("bass", "drums") else own)
            known = palettes.get(section.palette)
            if known is None:
                known = _with_voice(section.palette, slot, voice)
                palettes[section.palette] = known
            layer = Layer(self.wanted.texture, where, writer, slot, voice)
            sections.append(self.room.density(replace(section, layers=(layer,), palette=known, leader="")))
        return replace(self.plan, sections=tuple(sections)), voice

    def _written(self, plan: Plan, slot: str, chords: Sequence[Sounding]) -> list[Draft]:
        writer = plan.sections[0].layers[0].writer
        check = self.progress.check
        sung: dict[str, Notes] = {section.key: sung_in(section, self.lead) for section in plan.sections}
        if writer == "line":
            melody = write_melody(
                self.models.melody, plan.sections, self.harmonies, self.settings,
                check=check, on_bar=lambda: None, quotes=self.models.quotes,
            )  # fmt: skip
            return one_voice(written_drafts(plan, melody, "melody"))
        if writer == "inner":
            inner = write_accompaniment(
                self.models.accompaniment, plan.sections, self.harmonies, sung, self.settings,
                check=check, on_bar=lambda: None, struck=sorted(self.room.onsets),
            )  # fmt: skip
            return at_chord_changes(written_drafts(plan, inner, "accompaniment"), chords)
        if writer == "drums":
            if self.models.drums is None:
                return []
            beats = write_drums(
                self.models.drums, plan.sections, self.settings, check=check, on_bar=lambda: None
            )
            return struck_drums(plan.sections, beats)
        if writer == "bass":
            line: dict[str, Notes] = {}
            if self.models.bass is not None:
                line = write_bass_line(
                    self.models.bass, plan.sections, self.harmonies, sung, sorted(self.room.onsets),
                    self.settings, check=check, on_bar=lambda: None,
                )  # fmt: skip
            return bass_of(plan, chords, line, self.room.onsets)
        if writer == "pad":
            return write_pad(chords)
        return sorted(write_textures(chords, self.settings).get(slot, []))


def _with_voice(palette: Palette, slot: str, voice: Voice) -> Palette:
    """The palette with a voice in a slot. Everything that a writer may look for plays within it."""
    return replace(
        palette, voices=tuple((name, voice if name == slot else own) for name, own in palette.voices)
    )


def _sounding(plan: Plan, harmonies: Mapping[str, Harmony]) -> tuple[Sounding, ...]:
    return tuple(
        each for section in plan.sections for each in sounding_chords(section, harmonies[section.key].events)
    )


def _key_names(keys: Sequence[KeySpan]) -> list[str]:
    # A chord's name begins with its root.
    return [f"{Chord(key.tonic_pc, 'maj').name.partition(':')[0]} {key.mode}" for key in keys]


def _note(draft: Draft) -> Note:
    start, end = (Fraction(tick, TICKS_PER_QUARTER) for tick in (draft.tick, draft.end_tick))
    return Note(start, end - start, draft.pitch, draft.accent)


def _as_played(note: Note) -> PlayedNote:
    start, length = (round(b * TICKS_PER_QUARTER) for b in (note.start_beats, note.duration_beats))
    return PlayedNote(start, max(1, length), note.pitch, 64)
