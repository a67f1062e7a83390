"""What a revision's words ask of instruments: who plays less, who more, and who not at all.

A layer that goes to nobody else is given to another instrument, so that "no piano" is not "no music"; where
there is to be less of an instrument, its stingers and other effects are given away too. How much there is of
an instrument is counted against what the plot had before, locked parts included: less is at most three fifths
of it, more at least a quarter on top. Two things come before that: a hit that nobody else strikes keeps one
note, and a third of what is not locked stays. Where less or more falls short, `fallen_short` says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bridge.composing.kept import Kept
from bridge.composing.layers import Layers, with_texture
from bridge.composing.palettes import PALETTES, Palette, Voice, instrument_range
from bridge.composing.parts import ROLES
from bridge.composing.plan import Plan, Section
from bridge.composing.tables import table
from bridge.composing.writing import Draft
from bridge.schema.performance import Performance
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

MORE, LESS, NONE = "more", "less", "no"
EVERYTHING = "everything"
_SHARE_LEFT, _SHARE_ADDED = 0.6, 1.25
# However much of an instrument is locked, so much of the rest stays: an accompaniment does not fall silent.
_SHARE_FREE = 1 / 3
_SOFTER, _LOUDER = 0.75, 1.2
_HIGHEST = 96
_LIVELY = 0.5
# What is not made busier by being struck again.
_STILL = ("melody", "pad", "drone", "tremolo", "swell", "button", "impact", "drums")
# What strikes or leads into hits. Who plays it is nothing to the hit, so it can go to somebody else.
_EFFECTS = tuple(slot for slot, role in ROLES.items() if role is PartRole.EFFECT)
# What brings a part that nobody plays: the texture that its writer writes.
_TEXTURES = {
    PartRole.MELODY: "line", PartRole.ACCOMPANIMENT: "inner", PartRole.BASS: "bass", PartRole.PAD: "pad",
    PartRole.RHYTHM: "ostinato", PartRole.DRUMS: "groove",
}  # fmt: skip

Lines = dict[str, list[Draft]]


def matches(what: str, program: int, role: PartRole | None) -> bool:
    """Whether a word means an instrument by its program, or what a part does."""
    if what == EVERYTHING:
        return role is not PartRole.EFFECT
    if role is not None and role.value == what:
        return True
    for row in table("instruments"):
        if row["word"] == what:
            low, high = map(int, row["programs"].split("-"))
            return low <= program <= high and role is not PartRole.DRUMS
    return False


def with_voices(plan: Plan, kept: Kept) -> Plan:
    """The plan with the instruments asked for in the plots composed anew; a locked melody is not written."""
    asked = with_instruments(plan, kept.voices, lambda section: section.plot.id in kept.fixed.anew)
    if PartRole.MELODY not in kept.locks.roles:
        return asked
    sections = tuple(
        replace(section, layers=tuple(x for x in section.layers if x.writer != "line"))
        if section.plot.id in kept.fixed.anew
        else section
        for section in asked.sections
    )
    return replace(asked, sections=sections)


def with_instruments(
    plan: Plan, voices: Sequence[tuple[str, str]], which: Callable[[Section], bool] = lambda section: True
) -> Plan:
    """The plan with the instruments asked for, as (what, more | less | no), in the sections `which` picks."""
    # Palettes are told apart by identity: those that are equal must be one, with those that stay too.
    palettes = {section.palette: section.palette for section in reversed(plan.sections)}
    sections = []
    for section in plan.sections:
        if which(section):
            asked = _asked(section, voices)
            section = replace(asked, palette=palettes.setdefault(asked.palette, asked.palette))
        sections.append(section)
    return replace(plan, sections=tuple(sections))


def without_banned(
    plan: Plan, lines: Mapping[str, Sequence[Draft]], voices: Sequence[tuple[str, str]]
) -> Lines:
    """The lines without the notes of instruments that are not to play at all."""
    banned = [what for what, amount in voices if amount == NONE]
    return {
        slot: [note for note in notes if not any(_plays(plan, what, slot, note) for what in banned)]
        for slot, notes in lines.items()
    }


def not_there(plan: Plan, voices: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Sentences for what was asked of instruments that nobody plays."""
    out = []
    for what, amount in voices:
        played = any(
            matches(what, voice.program, ROLES.get(slot))
            for section in plan.sections
            for slot, voice in section.palette.voices
        )
        if not played and amount != NONE:
            out.append(f"Nobody plays {what} here, so “{amount} {what}” changes nothing")
    return tuple(out)


def as_asked(plan: Plan, lines: Mapping[str, Sequence[Draft]], kept: Kept) -> Lines:
    """The lines with as many notes of each instrument as was asked for, plot by plot."""
    out = {slot: list(notes) for slot, notes in lines.items()}
    for what, amount in kept.voices:
        for sections in _by_plot(plan, kept.fixed.anew):
            start, end = sections[0].cells[0].cell.tick, sections[-1].cells[-1].cell.end_tick
            had, locked = played(kept.performance, what, (start, end), kept.locks.names)
            own = [
                (slot, note)
                for slot, notes in out.items()
                for note in notes
                if start <= note.tick < end and _plays(plan, what, slot, note)
            ]
            if amount == MORE:
                wanted = max(1, math.ceil(_SHARE_ADDED * had) - locked)
                still = [each for each in own if what == EVERYTHING and each[0] in _STILL]
                moving = [each for each in own if what != EVERYTHING or each[0] not in _STILL]
                changed = [*thickened(moving, wanted - len(still)), *still]
            elif amount == NONE:
                changed = []
            else:
                free = had - locked
                # A plot in which nothing sounded has no measure of its own.
                before = len(own) if what == EVERYTHING and not free else free
                left = int(_SHARE_LEFT * (locked + before)) - locked
                wanted = max(left, int(_SHARE_FREE * before))
                changed = lessened(own, sections, wanted, _struck_by_others(plan, out, own))
            gone = set(own)
            for slot, notes in out.items():
                rest = [note for note in notes if (slot, note) not in gone]
                out[slot] = sorted(rest + [note for other, note in changed if other == slot])
    return out


def played(
    performance: Performance, what: str, span: tuple[int, int], locked: AbstractSet[str] = frozenset()
) -> tuple[int, int]:
    """How many notes start in a span [start, end) of ticks on what a word means, and how many of them in
    the parts whose names are `locked`.
    """
    counts = [0, 0]
    for track in performance.tracks:
        if matches(what, track.program, track.role):
            count = sum(span[0] <= note.tick < span[1] for note in track.notes)
            counts[0] += count
            counts[1] += count if track.name in locked else 0
    return counts[0], counts[1]


def fallen_short(
    before: Performance,
    after: Performance,
    spans: Mapping[str, tuple[int, int]],
    voices: Sequence[tuple[str, str]],
    locked: AbstractSet[str] = frozenset(),
) -> tuple[str, ...]:
    """Sentences on instruments of which there is not as much less, or more, as was promised.

    Args:
        before: the old take's notes.
        after: the new one's.
        spans: [start, end) in ticks of the plots composed anew, by id.
        voices: what was asked, as (what, more | less | no).
        locked: names of parts that stay.
    """
    out = []
    for plot_id, span in spans.items():
        for what, amount in voices:
            had, _ = played(before, what, span)
            has, fixed = played(after, what, span, locked)
            name = "all parts together" if what == EVERYTHING else what
            counts = f"Plot {plot_id}: {name} had {had} notes and has {has}"
            short = (amount == MORE and has < max(1, _SHARE_ADDED * had)) or (amount == NONE and has > 0)
            if amount == LESS and had == has == 0:
                out.append(f"Plot {plot_id}: {name} had no notes there, so there are none to take away")
            elif amount == MORE and short:
                out.append(f"{counts}: as much more as there was room for")
            elif short or (amount == LESS and has > _SHARE_LEFT * had):
                why = f"{fixed} of them locked" if fixed else "hits that nobody else strikes, or doublings"
                promised = "none" if amount == NONE else "at most three fifths"
                out.append(f"{counts} ({why}), where {promised} were promised")
    return tuple(out)


def unplayed(before: Kept, plan: Plan) -> tuple[str, ...]:
    """Sentences for what was asked of instruments that nobody plays."""
    out = []
    for what, amount in before.voices:
        played = any(
            matches(what, voice.program, ROLES.get(slot))
            for section in plan.sections
            for slot, voice in section.palette.voices
        ) or any(matches(what, track.program, track.role) for track in before.performance.tracks)
        if not played:
            out.append(f"Nobody plays {what} here, so “{amount} {what}” changes nothing")
    return tuple(out)


def _asked(section: Section, voices: Sequence[tuple[str, str]]) -> Section:
    palette, layers = section.palette, section.layers
    banned = [what for what, amount in voices if amount == NONE]
    for what, amount in voices:
        role = next((role for role in PartRole if role.value == what), None)
        own = [x for x in layers if matches(what, x.voice.program, ROLES.get(x.part))]
        if what == EVERYTHING:
            layers = _moved(layers, palette, amount, section.plot.energy)
        elif amount == NONE and role is not None:
            layers = tuple(x for x in layers if x not in own)
        elif amount == NONE:
            palette = _without(palette, what, banned)
        elif own or amount == LESS:
            if amount == LESS and role is None:
                shunned = [other for other, much in voices if much in (LESS, NONE)]
                palette = _without(palette, what, shunned, _EFFECTS)
            factor = _LOUDER if amount == MORE else _SOFTER
            layers = tuple(
                replace(x, level=(x.level[0] * factor, x.level[1] * factor)) if x in own else x
                for x in layers
            )
        elif amount == MORE:
            palette, layers = _with(palette, layers, what, role)
    if not layers and "pad" not in banned:
        layers = with_texture((), "pad", palette)
    layers = tuple(replace(x, voice=palette.voice(x.part) or x.voice) for x in layers)
    return replace(section, palette=palette, layers=layers)


def _moved(layers: Layers, palette: Palette, amount: str, energy: float) -> Layers:
    """The layers with motion where there is to be more of everything, and none where there is to be less."""
    moving = [layer for layer in layers if layer.slot == "motion"]
    if amount == MORE and not moving:
        return with_texture(layers, "ostinato" if energy >= _LIVELY else "inner", palette)
    if amount == LESS and moving and len(layers) > len(moving):
        return tuple(layer for layer in layers if layer not in moving)
    return layers


def _without(
    palette: Palette, what: str, banned: Sequence[str], slots: Sequence[str] = tuple(ROLES)
) -> Palette:
    """The palette with the instrument's slots given to the nearest palette's that has others there."""

    def far(other: Palette) -> float:
        return sum((a - b) ** 2 for a, b in zip(other.mood, palette.mood))

    voices = []
    for slot, voice in palette.voices:
        role = ROLES.get(slot)
        if slot in slots and matches(what, voice.program, role):
            others = (each.voice(slot) for each in sorted(PALETTES, key=far))
            voice = next(
                (v for v in others if v is not None and not any(matches(w, v.program, role) for w in banned)),
                voice,
            )
        voices.append((slot, voice))
    return replace(palette, voices=tuple(voices))


def _with(palette: Palette, layers: Layers, what: str, role: PartRole | None) -> tuple[Palette, Layers]:
    """The palette and layers in which an instrument plays, or a part is there."""
    if role is not None:
        texture = _TEXTURES.get(role)
        return palette, with_texture(layers, texture, palette) if texture else layers
    row = next((row for row in table("instruments") if row["word"] == what), None)
    if row is None:
        return palette, layers
    program = int(row["program"])
    low, high = instrument_range(program) if row["low"] == "-" else (int(row["low"]), int(row["high"]))
    voice = Voice(row["name"], program, low, high)
    voices = tuple((slot, voice if slot == "accompaniment" else own) for slot, own in palette.voices)
    palette = replace(palette, voices=voices)
    return palette, with_texture(layers, "inner", palette)


def _plays(plan: Plan, what: str, slot: str, note: Draft) -> bool:
    voice = plan.palette_at(note.tick).voice(slot)
    return voice is not None and matches(what, voice.program, ROLES.get(slot))


def _by_plot(plan: Plan, anew: frozenset[str]) -> Iterator[list[Section]]:
    found: dict[str, list[Section]] = {}
    for section in plan.sections:
        if section.plot.id in anew:
            found.setdefault(section.plot.id, []).append(section)
    yield from found.values()


def _struck_by_others(
    plan: Plan, lines: Mapping[str, Sequence[Draft]], own: Sequence[tuple[str, Draft]]
) -> frozenset[int]:
    """The ticks at which somebody else's notes start: parts that the palette has, and what is locked."""
    mine = set(own)
    return frozenset(
        note.tick
        for slot, notes in lines.items()
        for note in notes
        if (slot, note) not in mine
        and (slot == "locked" or plan.palette_at(note.tick).voice(slot) is not None)
    )


def _weights(sections: Sequence[Section]) -> dict[int, int]:
    """How heavy beats are, by tick: 3 a bar's first, 2 a strong one, 1 any other; offbeats are not there."""
    weights: dict[int, int] = {}
    for section in sections:
        for item in section.cells:
            cell = item.cell
            for step in cell.beat_steps:
                weights[cell.tick_of(step)] = 2 if step in cell.strong_steps else 1
            weights[cell.tick] = 3
    return weights


def thinned(
    own: Sequence[tuple[str, Draft]], sections: Sequence[Section], wanted: int
) -> list[tuple[str, Draft]]:
    """The notes at the heaviest places of their bars, until there are enough; what meets a hit stays."""
    weights = _weights(sections)
    ticks = sorted({note.tick for _, note in own}, key=lambda tick: (-weights.get(tick, 0), tick))
    kept = {note.tick for _, note in own if note.accent}
    count = sum(note.tick in kept for _, note in own)
    for tick in ticks:
        here = sum(note.tick == tick for _, note in own)
        if tick not in kept and count + here <= wanted:
            kept.add(tick)
            count += here
    return [(slot, note) for slot, note in own if note.tick in kept]


def lessened(
    own: Sequence[tuple[str, Draft]], sections: Sequence[Section], wanted: int, others: AbstractSet[int]
) -> list[tuple[str, Draft]]:
    """At most `wanted` of the notes: hits first, then the heaviest places of their bars.

    A hit keeps one note however few are wanted, unless its tick is among `others`, where somebody else
    strikes. What is whole at a place stays whole as long as it fits; then chords lose their inner notes.
    """
    weights = _weights(sections)
    places: dict[int, list[tuple[str, Draft]]] = {}
    # A tune's note stands for its place, then the lowest, then the highest: what a chord is known by.
    for each in sorted(own, key=lambda each: (each[0] != "melody", each[1].pitch)):
        places.setdefault(each[1].tick, []).append(each)
    hits = {note.tick for _, note in own if note.accent}
    ticks = sorted(places, key=lambda tick: (tick not in hits, -weights.get(tick, 0), tick))
    for tick, here in places.items():
        places[tick] = [here[0], *reversed(here[1:])]
    kept = [places[tick].pop(0) for tick in ticks if tick in hits - others]
    for tick in ticks:
        if len(kept) + len(places[tick]) <= wanted:
            kept += places[tick]
            places[tick] = []
    for tick in ticks:
        kept += places[tick][: max(0, wanted - len(kept))]
    return sorted(kept, key=lambda each: (each[1], each[0]))


def thickened(own: Sequence[tuple[str, Draft]], wanted: int) -> list[tuple[str, Draft]]:
    """Long notes struck again on every beat they last, then octaves on top, until there are enough."""
    out = list(own)
    for slot, note in sorted(own, key=lambda each: each[1].tick - each[1].end_tick):
        beats = range(
            note.tick + TICKS_PER_QUARTER, note.end_tick - TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER
        )
        if len(out) >= wanted:
            return out
        if beats:
            out.remove((slot, note))
            edges = [note.tick, *beats, note.end_tick]
            out += [
                (slot, replace(note, tick=a, end_tick=b, accent=note.accent and a == note.tick))
                for a, b in zip(edges, edges[1:])
            ]
    sounding = {(slot, note.tick, note.pitch) for slot, note in out}
    for slot, note in list(out):
        if len(out) >= wanted:
            break
        if (
            slot != "drums"
            and note.pitch + 12 <= _HIGHEST
            and (slot, note.tick, note.pitch + 12) not in sounding
        ):
            out.append((slot, replace(note, pitch=note.pitch + 12)))
    return out
