"""What a revision leaves as it is, and what the bars composed anew must know of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bridge.composing.chords import Harmony
from bridge.composing.harmony import Key, revised_key
from bridge.composing.layers import Layers
from bridge.composing.melody import Motif, motif_of
from bridge.composing.parts import ROLES
from bridge.composing.plan import Fixed, Plan, Section, make_plan
from bridge.composing.writing import Draft
from bridge.config import Settings
from bridge.errors import SettingsError
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.record import Made, regions
from bridge.schema.score import ChordSpan, KeySpan, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord

HARMONY = ("chords", "harmony")
"""Words that lock the harmony alone."""


@dataclass(frozen=True)
class Locks:
    """What stays in the plots composed anew: parts by name, and what they do; whether the chords stay."""

    names: frozenset[str] = frozenset()
    roles: frozenset[PartRole] = frozenset()
    harmony: bool = False


@dataclass(frozen=True)
class Kept:
    """A score that is revised: `fixed.anew` are the ids of the plots composed anew, the rest is as it was.

    `voices` is what was asked of instruments: (what, amount).
    """

    fixed: Fixed
    performance: Performance
    chords: tuple[ChordSpan, ...]
    locks: Locks = field(default_factory=Locks)
    voices: tuple[tuple[str, str], ...] = ()

    @property
    def keeps_melody_away(self) -> bool:
        """Whether nobody is to sing: less melody, or none, was asked for."""
        return any(what == "melody" and amount != "more" for what, amount in self.voices)

    def keeps_harmony(self, section: Section) -> bool:
        """Whether a section's chords are those there were."""
        return self.locks.harmony or section.plot.id not in self.fixed.anew

    def harmony(self, section: Section) -> Harmony:
        """The chords there were in a section, key-relative, one tuple a cell."""
        return harmony_of(self.chords, section)

    def motifs(self, plan: Plan) -> dict[str, Motif]:
        """What the melodies that stay open with: by label its first such plot, the cue's first under ""."""
        sung = self._sung(lambda track: True)
        found: dict[str, Motif] = {}
        for section in plan.sections:
            if section.plot.id not in self.fixed.anew:
                motif = motif_of(section, sung_in(section, sung))
                if motif:
                    found.setdefault("", motif)
                    found.setdefault(section.plot.label.value, motif)
        return found

    def _sung(self, wanted: Callable[[Track], bool]) -> list[PlayedNote]:
        """The notes of some of the melody's parts, by time."""
        notes = [
            note
            for track in self.performance.tracks
            if track.role is PartRole.MELODY and wanted(track)
            for note in track.notes
        ]
        return sorted(notes, key=lambda note: note.tick)

    def locked(self) -> list[Draft]:
        """Every note of the locked parts."""
        return [
            Draft(note.tick, note.pitch, note.tick + note.duration_ticks)
            for track in self.performance.tracks
            if track.name in self.locks.names
            for note in track.notes
        ]

    def locked_melody(self, section: Section) -> tuple[tuple[NoteEvent, ...], ...] | None:
        """The melody that stays in a section, key-relative, one tuple a cell; None when it is written."""
        if PartRole.MELODY not in self.locks.roles:
            return None
        sung = self._sung(lambda track: track.name in self.locks.names)
        return sung_in(section, sung)


def keep(
    made: Made,
    before: CueSheet,
    after: CueSheet,
    anew: frozenset[str],
    locks: Locks,
    settings: Settings,
    voices: tuple[tuple[str, str], ...] = (),
) -> Kept:
    """What stays of a score: its other plots, and the key that each plot had.

    Args:
        made: the score.
        before: its cue sheet, every plot with a palette.
        after: the revised one, likewise.
        anew: the plots composed anew.
        locks: what stays in them.
        settings: of the revision; seed and variation of the other plots are their own.
        voices: what was asked of instruments.
    """
    keys: dict[str, Key] = {}
    plots = {plot.id: plot for plot in after.plots}
    for plot_id, (start, _) in regions(made.form.bars).items():
        had = _key_at(made.keys, start)
        if had is not None:
            moves = plot_id in anew and not locks.harmony
            keys[plot_id] = revised_key(had, plots[plot_id]) if moves else had
    openings: dict[str, Chord] = {}
    layers: dict[str, Layers] = {}
    none = Fixed(frozenset(keys), keys, {}, {})
    origins = {plot_id: made.record.origins.get(plot_id) for plot_id in keys if plot_id not in anew}
    for origin in {origin for origin in origins.values() if origin is not None}:
        own = replace(settings, seed=origin.seed, variation=origin.variation)
        for section in make_plan(before, made.form, own, none).sections:
            if origins.get(section.plot.id) == origin:
                layers[section.key] = section.layers
                chord = chord_at(made.chords, section.cells[0].cell.tick)
                if chord is not None:
                    openings[section.key] = chord.transposed(-section.tonality.shift)
    fixed = Fixed(anew, keys, openings, layers)
    return Kept(fixed, made.performance, made.chords, locks, voices)


def harmony_of(chords: Sequence[ChordSpan], section: Section) -> Harmony:
    """Chords as a section's harmony: key-relative, one tuple a cell, the first at its step 0."""
    shift = section.tonality.shift
    starts = [_tick(span.start_beats) for span in chords]
    found = []
    for item in section.cells:
        cell = item.cell
        events: dict[int, ChordEvent] = {}
        inside = starts[bisect_right(starts, cell.tick) : bisect_left(starts, cell.end_tick)]
        for tick in (cell.tick, *inside):
            at = bisect_right(starts, tick) - 1
            chord = None
            if at >= 0 and tick < _tick(chords[at].end_beats):
                chord = Chord(chords[at].root_pc, chords[at].quality).transposed(-shift)
            events[cell.step_of(tick)] = ChordEvent(cell.step_of(tick), chord)
        found.append(tuple(events[step] for step in sorted(events)))
    return Harmony(tuple(found))


def chord_at(chords: Sequence[ChordSpan], tick: int) -> Chord | None:
    """The sounding chord at a tick, None where there was none."""
    beats = Fraction(tick, TICKS_PER_QUARTER)
    at = bisect_right([span.start_beats for span in chords], beats) - 1
    if at < 0 or chords[at].end_beats <= beats:
        return None
    return Chord(chords[at].root_pc, chords[at].quality)


def _tick(beats: Fraction) -> int:
    return round(beats * TICKS_PER_QUARTER)


def _key_at(keys: Sequence[KeySpan], tick: int) -> Key | None:
    """The key that holds at a tick, None where no key is known."""
    at = bisect_right([key.start_beats * TICKS_PER_QUARTER for key in keys], tick) - 1
    return Key(keys[max(0, at)].tonic_pc, keys[max(0, at)].mode) if keys else None


def sung_in(section: Section, notes: Sequence[PlayedNote]) -> tuple[tuple[NoteEvent, ...], ...]:
    """Notes, rising in tick, as a section's melody: key-relative, one tuple a cell, of those that start
    together the highest.
    """
    ticks = [note.tick for note in notes]
    shift = section.tonality.shift
    found = []
    for item in section.cells:
        cell = item.cell
        highest: dict[int, NoteEvent] = {}
        for note in notes[bisect_left(ticks, cell.tick) : bisect_left(ticks, cell.end_tick)]:
            step = cell.step_of(note.tick)
            length = tokens.nearest_duration_steps(round(note.duration_ticks / tokens.TICKS_PER_STEP))
            pitch = min(max(note.pitch - shift, 0), 127)
            if step not in highest or highest[step].pitch < pitch:
                highest[step] = NoteEvent(step, pitch, length)
        found.append(tuple(highest[step] for step in sorted(highest)))
    return tuple(found)


def find_locks(words: Sequence[str], performance: Performance) -> Locks:
    """The parts that a user's words lock: a part's name, or what parts do ("melody", "bass").

    A part that sounds with the others' harmony keeps the chords of its plot.

    Raises:
        SettingsError: there is no such part.
    """
    names: set[str] = set()
    roles: set[PartRole] = set()
    harmony = False
    for word in words:
        wanted = word.strip().casefold()
        own = {track.name for track in performance.tracks if track.name.casefold() == wanted}
        role = next((role for role in PartRole if role.value == wanted), None)
        doing = {track.name for track in performance.tracks if track.role is role}
        if wanted in HARMONY:
            harmony = True
        elif own:
            names |= own
        elif doing and role is not None:
            names |= doing
            roles.add(role)
        else:
            there = [f"{track.name} ({track.role.value})" for track in performance.tracks]
            raise SettingsError(
                f"there is no part {word}", where="--lock", remedy=f"There are {', '.join(there)}, and chords"
            )
    pitched = [
        track
        for track in performance.tracks
        if track.name in names and track.role not in (PartRole.DRUMS, PartRole.EFFECT)
    ]
    # A whole role is kept by its parts' names too; a melody kept by name is a melody kept.
    if any(track.role is PartRole.MELODY for track in pitched):
        roles.add(PartRole.MELODY)
    return Locks(frozenset(names), frozenset(roles), harmony or bool(pitched))


def spans_anew(form: Form, anew: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """The ticks composed anew, as [start, end), neighbours joined; the cue's last plot has no end."""
    out: list[tuple[int, int]] = []
    found = regions(form.bars)
    last = max((end for _, end in found.values()), default=0)
    for plot_id, (start, end) in found.items():
        if plot_id not in anew:
            continue
        end = 1 << 60 if end == last else end
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)


def without_locked(plan: Plan, lines: Mapping[str, Sequence[Draft]], locks: Locks) -> dict[str, list[Draft]]:
    """The lines without what a locked part would play, or what it does."""
    out: dict[str, list[Draft]] = {}
    for slot, notes in lines.items():
        kept = []
        for note in notes:
            voice = plan.palette_at(note.tick).voice(slot)
            if voice is None or (voice.name not in locks.names and ROLES.get(slot) not in locks.roles):
                kept.append(note)
        out[slot] = kept
    return out


def only_anew(
    lines: Mapping[str, Sequence[Draft]], spans: Sequence[tuple[int, int]]
) -> dict[str, list[Draft]]:
    """Notes that start in the spans, none of them sounding past its span's end."""
    starts = [start for start, _ in spans]
    out: dict[str, list[Draft]] = {}
    for slot, notes in lines.items():
        kept = []
        for note in notes:
            at = bisect_right(starts, note.tick) - 1
            if at >= 0 and note.tick < spans[at][1]:
                end = min(note.end_tick, spans[at][1])
                kept.append(Draft(note.tick, note.pitch, end, note.accent))
        out[slot] = kept
    return out


def joined_chords(
    before: Sequence[ChordSpan], after: Sequence[ChordSpan], spans: Sequence[tuple[int, int]]
) -> tuple[ChordSpan, ...]:
    """Chords outside the spans as they were, inside them the new ones."""
    out = []
    for chords, inside in ((before, False), (after, True)):
        for chord in chords:
            for start, end in _pieces(chord.start_beats, chord.end_beats, spans, inside=inside):
                out.append(replace(chord, start_beats=start, end_beats=end))
    return tuple(sorted(out, key=lambda chord: chord.start_beats))


def joined_keys(
    before: Sequence[KeySpan], after: Sequence[KeySpan], spans: Sequence[tuple[int, int]]
) -> tuple[KeySpan, ...]:
    """Keys outside the spans as they were, inside them the new ones; one entry where the key changes."""
    edges = {Fraction(tick, TICKS_PER_QUARTER) for span in spans for tick in span}
    ticks = sorted({key.start_beats for key in (*before, *after)} | edges)
    out: list[KeySpan] = []
    for start in ticks:
        inside = any(a <= start * TICKS_PER_QUARTER < b for a, b in spans)
        held = [key for key in (after if inside else before) if key.start_beats <= start]
        source = held[-1:] or list(after if inside else before)[:1]
        for key in source:
            if not out or (out[-1].tonic_pc, out[-1].mode) != (key.tonic_pc, key.mode):
                out.append(KeySpan(start, key.tonic_pc, key.mode))
    return tuple(out)


def _pieces(
    start: Fraction, end: Fraction, spans: Sequence[tuple[int, int]], *, inside: bool
) -> list[tuple[Fraction, Fraction]]:
    """The parts of [start, end) beats that lie inside the spans, or outside them."""
    cuts = [Fraction(tick, TICKS_PER_QUARTER) for span in spans for tick in span]
    edges = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
    return [
        (low, high)
        for low, high in zip(edges, edges[1:])
        if any(a <= low * TICKS_PER_QUARTER < b for a, b in spans) is inside
    ]
