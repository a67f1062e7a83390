"""The promise at every hit: something starts exactly there, and can be heard to."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.composing.harmony import nearest_pitch, voicing
from bridge.composing.spoken import VOICE_HIGH, VOICE_LOW, within
from bridge.composing.writing import Draft, Sounding
from bridge.schema.tempo import TICKS_PER_QUARTER

STAB_TICKS = TICKS_PER_QUARTER // 2
HELD_SLOTS = ("pad", "tremolo", "drone")
"""What lies under the music: it can be struck anew, and goes on after a breath."""


def restruck(
    chords: Sequence[Sounding], parts: Mapping[str, Sequence[Draft]]
) -> dict[str, tuple[Draft, ...]]:
    """Held layers struck anew at forced ticks that too little meets, where two of their notes sound.

    A cut in calm music is met by what plays already; a stab from an instrument that was silent would
    point at the picture. Hits weighted must get their stab all the same.
    """
    counts = Counter(note.tick for notes in parts.values() for note in notes)
    wanted = sorted(
        {
            tick
            for each in chords
            for tick in each.item.forced
            if each.item.kind == "play" and tick not in each.item.must and counts[tick] < 2
        }
    )
    out: dict[str, tuple[Draft, ...]] = {}
    for slot in HELD_SLOTS:
        notes = list(parts.get(slot, ()))
        for tick in wanted:
            across = [n for n in notes if n.tick < tick < n.end_tick]
            if counts[tick] >= 2 or len(across) < 2:
                continue
            notes = [replace(n, end_tick=tick) if n.tick < tick < n.end_tick else n for n in notes]
            notes += [replace(n, tick=tick) for n in across]
            counts[tick] += len(across)
        out[slot] = tuple(sorted(notes))
    return out


def stabs(
    chords: Sequence[Sounding],
    parts: Mapping[str, Sequence[Draft]],
    speech: Sequence[tuple[int, int]] = (),
) -> dict[str, list[Draft]]:
    """Chord stabs for forced ticks that no part meets with at least two notes.

    One note of a melody is easily missed: a hit wants a chord, or a bass under something. In a rest the
    stab is short; elsewhere it lasts as long as its chord, a quarter note at most. Under `speech` (ticks) no
    word is struck: there any note will do, else one alone, unless the hit is weighted must. What is struck
    there lies below or above the register of speech, wherever the instruments reach so far.
    """
    counts: dict[int, int] = {}
    for notes in parts.values():
        for note in notes:
            counts[note.tick] = counts.get(note.tick, 0) + 1
    starts = [each.tick for each in chords]
    added: dict[str, list[Draft]] = {"accompaniment": [], "bass": []}
    seen: set[int] = set()
    for each in chords:
        item = each.item
        for tick in item.forced:
            if tick in seen or (item.kind == "tail" and counts.get(tick, 0)):
                continue
            seen.add(tick)
            spoken = within(speech, tick)
            soft = tick not in item.must and spoken
            if counts.get(tick, 0) >= (1 if soft else 2):
                continue
            sounding = chords[max(0, bisect_right(starts, tick) - 1)]
            if sounding.chord is None:
                continue
            long = STAB_TICKS if item.kind == "rest" else 2 * STAB_TICKS
            end = min(tick + long, max(sounding.end_tick, tick + STAB_TICKS))
            voice, bass = sounding.section.palette.accompaniment, sounding.section.palette.bass
            lowest = max(voice.low, VOICE_HIGH + 1) if spoken else voice.low
            struck = voicing(sounding.chord, lowest, voice.high, 3, (), sounding.shift)
            root_pc = (sounding.chord.root_pc + sounding.shift) % 12
            highest = min(bass.high, VOICE_LOW - 1) if spoken else bass.high
            home = bass.low if soft else (bass.low + bass.high) // 2
            root = nearest_pitch([root_pc], bass.low, highest, home)
            if soft:
                struck = struck[:1] if root is None else ()
            if root is None and not struck:
                root = nearest_pitch([root_pc], bass.low, bass.high, home)
            for pitch in struck:
                added["accompaniment"].append(Draft(tick, pitch, end, True))
            if root is not None:
                added["bass"].append(Draft(tick, root, end, True))
    return added
