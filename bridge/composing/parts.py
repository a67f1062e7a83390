"""Slots made into parts: voices of one name are one part, in score order, with their level curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bridge.composing.approach import Gestures
from bridge.composing.palettes import Palette, Voice
from bridge.composing.plan import Plan
from bridge.composing.writing import Draft, no_collisions
from bridge.schema.score import LevelSpan, Note, Part, PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER

ROLES = {
    "melody": PartRole.MELODY,
    "accompaniment": PartRole.ACCOMPANIMENT,
    "ping": PartRole.ACCOMPANIMENT,
    "pulse": PartRole.RHYTHM,
    "ostinato": PartRole.RHYTHM,
    "pad": PartRole.PAD,
    "tremolo": PartRole.PAD,
    "drone": PartRole.PAD,
    "bass": PartRole.BASS,
    "riser": PartRole.EFFECT,
    "swell": PartRole.EFFECT,
    "stinger": PartRole.EFFECT,
    "impact": PartRole.EFFECT,
    "button": PartRole.EFFECT,
    "drums": PartRole.DRUMS,
}
"""What each slot does, in score order."""

MOST_PARTS = 15
"""Sixteen channels less the drums'."""

Doubling = tuple[Voice, list[Draft]]


def score_parts(
    plan: Plan, lines: Mapping[str, Sequence[Draft]], gestures: Gestures, doublings: Sequence[Doubling]
) -> tuple[Part, ...]:
    """One part a voice that plays at all."""
    notes: dict[str, list[Draft]] = {}
    voices: dict[str, tuple[Voice, PartRole]] = {}
    slots: dict[str, set[str]] = {}
    for slot, role in ROLES.items():
        for palette in plan.palettes:
            own = [n for n in lines.get(slot, ()) if plan.palette_at(n.tick) is palette]
            voice = palette.voice(slot)
            if voice is None or not own:
                continue
            if voice.name not in voices and len(voices) >= MOST_PARTS and role is not PartRole.DRUMS:
                # What the channels cannot hold is played by who does the same already, or by anybody.
                known = [v for v, r in voices.values() if r is role] or [v for v, _ in voices.values()]
                voice = known[-1]
            voices.setdefault(voice.name, (voice, role))
            notes.setdefault(voice.name, []).extend(own)
            slots.setdefault(voice.name, set()).add(slot)
    pitched = sum(role is not PartRole.DRUMS for _, role in voices.values())
    for voice, doubling in doublings[: max(0, MOST_PARTS - pitched)]:
        voices.setdefault(voice.name, (voice, PartRole.ACCOMPANIMENT))
        notes.setdefault(voice.name, []).extend(doubling)
    return tuple(
        Part(
            name,
            role,
            voice.program,
            tuple(_note(draft) for draft in no_collisions(notes[name])),
            _levels(plan, slots.get(name, set())),
            gestures.swells() if "swell" in slots.get(name, ()) else (),
        )
        for name, (voice, role) in voices.items()
    )


def instrument_names(palette: Palette) -> dict[str, tuple[int, int, int]]:
    """Program, lowest and highest pitch of every part a palette can have, by name."""
    out: dict[str, tuple[int, int, int]] = {}
    for _, voice in palette.voices:
        program, low, high = out.get(voice.name, (voice.program, voice.low, voice.high))
        out[voice.name] = (program, min(low, voice.low), max(high, voice.high))
    return out


def _levels(plan: Plan, slots: set[str]) -> tuple[LevelSpan, ...]:
    """The level curves that the plan gives a part's layers, only those that differ from the plot's own."""
    out = []
    for section in plan.sections:
        for layer in section.layers:
            if layer.part in slots and layer.level != (1.0, 1.0):
                start = Fraction(section.cells[0].cell.tick, TICKS_PER_QUARTER)
                end = Fraction(section.cells[-1].cell.end_tick, TICKS_PER_QUARTER)
                out.append(LevelSpan(start, end, *layer.level))
                break
    return tuple(out)


def _note(draft: Draft) -> Note:
    return Note(
        Fraction(draft.tick, TICKS_PER_QUARTER),
        Fraction(draft.end_tick - draft.tick, TICKS_PER_QUARTER),
        draft.pitch,
        draft.accent,
    )
