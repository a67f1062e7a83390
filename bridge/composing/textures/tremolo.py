"""Tremolo beds: close chord tones held by an instrument that trembles; tense ones rub by a semitone."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import voicing
from bridge.composing.textures.where import headroom, rub
from bridge.composing.writing import Draft, Sounding

_VOICES = 3


def write_tremolo(chords: Sequence[Sounding]) -> list[Draft]:
    """Three tones a chord, four where it is dense, common tones tied; what is tense rubs (`where.rub`)."""
    out: list[Draft] = []
    near: tuple[int, ...] = ()
    held: dict[int, int] = {}
    previous: Sounding | None = None
    for each in chords:
        layer = each.section.plays("tremolo", each.item)
        item = each.item
        if layer is None or each.chord is None or item.kind in ("rest", "tail"):
            held, previous = {}, None
            continue
        if item.tied:
            for at in held.values():
                out[at] = Draft(out[at].tick, out[at].pitch, each.end_tick)
            continue
        voice = layer.register
        voices = min(max(round(_VOICES * layer.density), _VOICES), _VOICES + 1)
        near = voicing(each.chord, voice.low, headroom(each, voice), voices, near, each.shift)
        pitches = rub(each, near, voice).union(near)
        tie = (
            previous is not None
            and previous.end_tick == each.tick
            and previous.item.kind == item.kind == "play"
        )
        kept: dict[int, int] = {}
        for pitch in sorted(pitches):
            if tie and pitch in held:
                at = held[pitch]
                out[at] = Draft(out[at].tick, pitch, each.end_tick)
                kept[pitch] = at
            else:
                kept[pitch] = len(out)
                out.append(Draft(each.tick, pitch, each.end_tick))
        held, previous = kept, each
    return out
