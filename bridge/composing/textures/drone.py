"""Drones: the tonic, tonic and fifth, or a cluster, held; at a density of 1 struck again every eight bars."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.composing.harmony import nearest_pitch
from bridge.composing.layers import Layer
from bridge.composing.textures.where import GRATES, tones
from bridge.composing.writing import Draft, Sounding
from bridge.schema.tempo import TICKS_PER_QUARTER

RESTRIKE_CELLS = 8
_OPEN, _CLOSE, _NINTH, _SECOND, _CLUSTER = (0, 12, 19), (0, 7, 12), (0, 13), (0, 1), (0, 1, -1, 2, -2)
_FEWEST = 3
"""A cluster has three neighbours at least."""
# A low fifth is mud: it stands an octave up wherever the voice reaches so far.
_APART = {"cluster": TICKS_PER_QUARTER // 2}


def write_drone(chords: Sequence[Sounding]) -> list[Draft]:
    """One low pitch, the key's tonic, and a minor ninth over it where it is tense (above `where.GRATES`).

    Where the register has no room for the ninth it is the semitone, the same pitch an octave lower.
    A held bar and the close take the root of their own chord.
    """
    return _held(chords, "drone")


def write_fifth(chords: Sequence[Sounding]) -> list[Draft]:
    """Tonic, fifth and octave, without the third: it is neither sad nor glad."""
    return _held(chords, "fifth")


def write_cluster(chords: Sequence[Sounding]) -> list[Draft]:
    """Five neighbours around the tonic, which enter an eighth apart; where the music holds, one pitch."""
    return _held(chords, "cluster")


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
        if item.tied or (run and not begins and cells < round(RESTRIKE_CELLS / max(layer.density, 0.1))):
            run = [Draft(note.tick, note.pitch, each.end_tick) for note in run]
            out[len(out) - len(run) :] = run
        else:
            run = _entering(_pitches(each, layer), each, _APART.get(writer, 0))
            out += run
            cells = 0
        previous = each
    return out


def _entering(pitches: Sequence[int], each: Sounding, apart: int) -> list[Draft]:
    """The pitches one after another, `apart` ticks; all at once where the chord is over too soon for that."""
    if each.tick + len(pitches) * apart > each.end_tick:
        apart = 0
    return [Draft(each.tick + place * apart, pitch, each.end_tick) for place, pitch in enumerate(pitches)]


def _pitches(each: Sounding, layer: Layer) -> list[int]:
    play = each.item.kind == "play"
    tonic = each.section.tonality.tonic_pc if play else tones(each)[0]
    low, high = layer.register.low, layer.register.high
    grates = play and layer.writer == "drone" and each.item.tension > GRATES
    # As low as its ninth has room over it, if it has room over any tonic at all.
    root = nearest_pitch([tonic], low, high - _NINTH[-1], low + 5) if grates else None
    if root is None:
        root = nearest_pitch([tonic], low, high, (low + high) // 2 if layer.writer == "cluster" else low + 5)
    if root is None:
        return []
    shape: tuple[int, ...] = (0,)
    if play and layer.writer == "cluster":
        shape = _CLUSTER[: min(max(round(len(_CLUSTER) * layer.density), _FEWEST), len(_CLUSTER))]
    elif play and layer.writer == "fifth":
        shape = _OPEN if root + _OPEN[-1] <= high else _CLOSE
    elif grates:
        shape = _NINTH if root + _NINTH[-1] <= high else _SECOND
    return [root + up for up in shape if low <= root + up <= high]
