"""The pad, by rule: chords held with common tones tied, and the held chord where timing asks for one."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import voicing
from bridge.composing.textures.where import headroom, rub
from bridge.composing.writing import Draft, Sounding


def write_pad(chords: Sequence[Sounding]) -> list[Draft]:
    """Pad notes for all chords, in order.

    The pad plays where its layer does, and in cells that hold or close. A pitch that the next chord
    keeps is tied, but not across a section, a hold, a rest or a forced onset. What is tense rubs
    (`textures.where.rub`). Three voices, four where it is lively: energy, by the layer's density.
    """
    out: list[Draft] = []
    held: dict[int, int] = {}
    near: tuple[int, ...] = ()
    previous: Sounding | None = None
    for each in chords:
        item = each.item
        asked = each.section.plays("pad", item) or item.kind in ("hold", "final")
        if not asked or each.chord is None or item.kind in ("rest", "tail"):
            held, previous = {}, None
            continue
        if item.tied and held:
            for at in held.values():
                out[at] = Draft(out[at].tick, out[at].pitch, each.end_tick, out[at].accent)
            continue
        voice = each.section.palette.pad
        layer = each.section.layer("pad")
        lively = item.energy * (1.0 if layer is None else layer.density)
        voices = 4 if lively > 0.55 or item.kind in ("hold", "final") else 3
        pitches = voicing(each.chord, voice.low, headroom(each, voice), voices, near, each.shift)
        forced = each.tick in item.forced
        tie = (
            previous is not None
            and previous.section is each.section
            and previous.item.kind == item.kind == "play"
            and previous.end_tick == each.tick
            and not forced
        )
        kept: dict[int, int] = {}
        for pitch in sorted(rub(each, pitches, voice).union(pitches)):
            if tie and pitch in held:
                at = held[pitch]
                out[at] = Draft(out[at].tick, pitch, each.end_tick, out[at].accent)
                kept[pitch] = at
            else:
                kept[pitch] = len(out)
                out.append(Draft(each.tick, pitch, each.end_tick, forced))
        held, near, previous = kept, pitches, each
    return out
