"""Music under speech: the voice's register is left free, and what moves strikes on strong beats alone.

The register is where adults speak: fundamentals of 85 to 155 Hz for men and 165 to 255 Hz for women (Fitch
& Holbrook 1970, as Baken 2000, "Clinical Measurement of Speech and Voice", p. 177, gives them), which is
MIDI 41 to 59, and a semitone below. What would sound there goes an octave up or down, where its instrument
has it, or rests. The melody rests; hits that are no `must` are met by what plays anyway. What may remain in
it is what the picture or the user asks for: blows on a `must`, the close's button, and locked parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.composing.onsets import HELD_SLOTS, STAB_TICKS
from bridge.composing.palettes import Voice
from bridge.composing.plan import Plan
from bridge.composing.spoken import VOICE_HIGH, VOICE_LOW, in_voice, within
from bridge.composing.writing import Draft, snapped

__all__ = ["VOICE_HIGH", "VOICE_LOW", "out_of_the_way", "register_free", "under_speech"]

LEAST_TICKS = 240
"""What is left of a note on either side of a joint must last a quarter of a beat to be played."""

DRUMS = "drums"
"""The slot without pitches: its strokes on strong beats stay, its accents on words do not."""
_LOW_SLOTS = ("bass", "drone")
_BLOWS = ("stinger", "impact")
_AS_PLANNED = ("riser", "swell", *_BLOWS, "button", "locked")
"""What is not thinned: gestures are planned with speech in mind, or belong to the close or the user."""
_STAYS = ("button", "locked", DRUMS)
"""What `register_free` leaves alone; drums have no pitches."""


def under_speech(plan: Plan, lines: Mapping[str, Sequence[Draft]]) -> dict[str, list[Draft]]:
    """The lines with what starts or rings under speech thinned, moved or left out; elsewhere as they were."""
    if not plan.speech:
        return {slot: list(notes) for slot, notes in lines.items()}
    cells = [item for section in plan.sections for item in section.cells]
    must = {tick for item in cells for tick in item.must}
    strong = {snapped(item, step) for item in cells for step in item.cell.strong_steps}
    forced = {tick for item in cells for tick in item.forced}
    out: dict[str, list[Draft]] = {}
    for slot, notes in lines.items():
        kept: list[Draft] = []
        for note in notes:
            stays = note.tick in strong or (note.tick in forced and slot != DRUMS)
            moves = slot not in HELD_SLOTS and (slot == "melody" or not stays)
            heard = note.tick in must or not (moves and within(plan.speech, note.tick))
            if slot in _AS_PLANNED or (slot == DRUMS and heard):
                kept.append(note)
            elif heard and slot != DRUMS:
                kept += _ringing(plan, slot, note)
        out[slot] = sorted(kept)
    return out


def out_of_the_way(pitch: int, voice: Voice, *, down: bool) -> int | None:
    """A pitch out of the register of speech, in octaves, within the instrument; None where there is none."""
    if not in_voice(pitch):
        return pitch
    lower = range(pitch - 12, voice.low - 1, -12)
    upper = range(pitch + 12, voice.high + 1, 12)
    free = [[each for each in side if not in_voice(each)] for side in (lower, upper)]
    sides = free if down else free[::-1]
    return next((side[0] for side in sides if side), None)


def register_free(plan: Plan, lines: Mapping[str, Sequence[Draft]]) -> dict[str, list[Draft]]:
    """The lines without what still lies in the register under speech, whoever wrote it or held it on.

    A note that rings into speech stops there, one that starts there goes. Only where a hit would be left
    without any onset does the lowest of its notes stay, as a short stab.
    """
    if not plan.speech:
        return {slot: list(notes) for slot, notes in lines.items()}
    cells = [item for section in plan.sections for item in section.cells]
    must = {tick for item in cells for tick in item.must}
    forced = {tick for item in cells for tick in item.forced}
    out: dict[str, list[Draft]] = {}
    taken: dict[int, tuple[str, Draft]] = {}
    for slot, notes in lines.items():
        kept: list[Draft] = []
        for note in notes:
            end = note.end_tick
            if in_voice(note.pitch) and slot not in _STAYS and not (slot in _BLOWS and note.tick in must):
                meets = [max(note.tick, start) for start, stop in plan.speech if note.tick < stop]
                end = min([end, *meets])
            if end > note.tick:
                kept.append(replace(note, end_tick=end))
            elif note.tick in forced and (note.tick not in taken or note.pitch < taken[note.tick][1].pitch):
                taken[note.tick] = slot, note
        out[slot] = kept
    struck = {note.tick for notes in out.values() for note in notes}
    for tick, (slot, note) in taken.items():
        if tick not in struck:
            out[slot].append(replace(note, end_tick=min(note.end_tick, tick + STAB_TICKS)))
    return {slot: sorted(notes) for slot, notes in out.items()}


def _ringing(plan: Plan, slot: str, note: Draft) -> list[Draft]:
    """A note cut where speech begins and ends, each piece where it may sound; other notes only stop."""
    voice = plan.palette_at(note.tick).voice(slot)
    edges = [note.tick, note.end_tick]
    edges += [tick for span in plan.speech for tick in span if note.tick < tick < note.end_tick]
    edges.sort()
    out: list[Draft] = []
    for start, end in zip(edges, edges[1:]):
        pitch: int | None = note.pitch
        if within(plan.speech, start) and voice is not None:
            pitch = out_of_the_way(note.pitch, voice, down=slot in _LOW_SLOTS)
        before = out[-1] if out and out[-1].end_tick == start else None
        if before is not None and before.pitch == pitch:
            out[-1] = replace(before, end_tick=end)
            continue
        # Only what is held goes on elsewhere: anybody else has been heard and may stop.
        goes_on = start == note.tick or slot in HELD_SLOTS
        if pitch is not None and goes_on and (end - start >= LEAST_TICKS or start == note.tick):
            out.append(replace(note, tick=start, end_tick=end, pitch=pitch))
    return out
