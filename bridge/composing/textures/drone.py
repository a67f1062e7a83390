"""Drones: the tonic, or tonic and fifth, held under whatever happens and struck again every eight bars."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import nearest_pitch
from bridge.composing.layers import Layer
from bridge.composing.textures.where import tones
from bridge.composing.writing import Draft, Sounding

RESTRIKE_CELLS = 8


def write_drone(chords: Sequence[Sounding]) -> list[Draft]:
    """One low pitch, the key's tonic; a held bar and the close take the root of their own chord."""
    return _held(chords, "drone")


def write_fifth(chords: Sequence[Sounding]) -> list[Draft]:
    """Tonic, fifth and octave, without the third: it is neither sad nor glad."""
    return _held(chords, "fifth")


def _held(chords: Sequence[Sounding], writer: str) -> list[Draft]:
    out: list[Draft] = []
    run: list[Draft] = []
    cells = 0
    previous: Sounding | None = None
    for each in chords:
        layer = each.section.plays(writer, each.item)
        item = each.item
        if layer is None or each.chord is None or item.kind in ("rest", "tail"):
            run, previous = [], None
            continue
        joined = previous is not None and previous.end_tick == each.tick and previous.section is each.section
        begins = not joined or (previous is not None and previous.item.kind != item.kind)
        cells += previous is not None and previous.item is not item
        if item.tied or (run and not begins and cells < RESTRIKE_CELLS):
            run = [Draft(note.tick, note.pitch, each.end_tick) for note in run]
            out[len(out) - len(run) :] = run
        else:
            run = [Draft(each.tick, pitch, each.end_tick) for pitch in _pitches(each, layer)]
            out += run
            cells = 0
        previous = each
    return out


def _pitches(each: Sounding, layer: Layer) -> list[int]:
    play = each.item.kind == "play"
    tonic = each.section.tonality.tonic_pc if play else tones(each)[0]
    low = layer.voice.low
    root = nearest_pitch([tonic], low, layer.voice.high, low + 5)
    if root is None:
        return []
    wanted = (0, 7, 12) if layer.writer == "fifth" and play else (0,)
    return [root + up for up in wanted if root + up <= layer.voice.high]
