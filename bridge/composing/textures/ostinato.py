"""Ostinatos: one cell of the mined table, unchanged through the cue; only its root follows the chords.

The cell keeps its intervals over every chord (root, fifth, octave, ninth), so that it stays one figure
whatever the harmony does; over a diminished chord the fifth is lowered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.composing.harmony import nearest_pitch
from bridge.composing.textures.cell import Cell, cells_of
from bridge.composing.textures.where import RUBS, pace_of, played, steps_in, tones
from bridge.composing.writing import Draft, Sounding
from bridge.config import Settings
from bridge.inference.streams import pick, stream
from bridge.vocabulary.tokens import TICKS_PER_STEP

# What the ranks of a cell are above the root, by size of the figure: two tones rock on the fifth, three
# reach the octave, four the ninth above it.
_SHAPES = {2: (0, 7), 3: (0, 7, 12), 4: (0, 7, 12, 14)}
# Where it is tense the sixth leans on the fifth by a semitone, as over a minor tonic.
_TENSE = {2: (0, 8), 3: (0, 7, 8), 4: (0, 7, 8, 12)}
_DRIVING = (0, 0, 0, 7, 0, 0, 7, 0)
"""Root and fifth in sixteenths, three, three and two."""
_DRIVING_S = 0.1


def write_ostinato(chords: Sequence[Sounding], settings: Settings) -> list[Draft]:
    """The cue's one ostinato wherever its layer plays."""
    generator = stream(settings.seed, settings.variation, "composing", "ostinato")
    known = [cell for cell in cells_of("ostinato") if len(cell.notes) >= 3]
    by_quarters: dict[float, Cell] = {}
    for quarters in sorted({cell.quarters for cell in known}):
        fitting = [cell for cell in known if cell.quarters == quarters]
        by_quarters[quarters] = pick(generator, fitting, [float(cell.pieces) for cell in fitting])
    out: list[Draft] = []
    for each, root, high in _rooted(chords, "ostinato"):
        cell = by_quarters[fitting_quarters(each, tuple(by_quarters))]
        pitches = [_below(root + up, high) for up in _shape(each, cell.ranks)]
        out += cell.written(each, pitches, detached=True)
    return out


def write_driving(chords: Sequence[Sounding]) -> list[Draft]:
    """Sixteenths (eighths where they would blur) on root and fifth."""
    out: list[Draft] = []
    for each, root, high in _rooted(chords, "driving"):
        pace = pace_of(each.item.s_per_quarter, _DRIVING_S, (6, 3))
        fifth = _shape(each, 2)[1]
        for step in steps_in(each, pace):
            up = fifth if _DRIVING[step // pace % len(_DRIVING)] else 0
            tick = each.item.cell.tick_of(step)
            end = min(tick + pace * TICKS_PER_STEP * 3 // 5, each.end_tick)
            out.append(Draft(tick, _below(root + up, high), end))
    return out


def fitting_quarters(each: Sounding, known: Sequence[float]) -> float:
    """Of the lengths known, the longest that divides the cell's bar; else the longest shorter than it."""
    quarters = each.item.cell.ticks / 960
    dividing = [length for length in known if (quarters / length).is_integer()]
    shorter = [length for length in known if length <= quarters]
    return max(dividing or shorter or [min(known)])


def _rooted(chords: Sequence[Sounding], texture: str) -> Iterator[tuple[Sounding, int, int]]:
    """Where a texture plays, the chord's root near the last, and the highest pitch of the layer's register.

    The root lies low enough for the figure above it, wherever the register is wide enough for any root's.
    """
    near: int | None = None
    for each, layer in played(chords, texture):
        low, high = layer.register.low, layer.register.high
        aim = low + 5 if near is None else round(0.5 * near + 0.5 * (low + 5))
        root = nearest_pitch(tones(each)[:1], low, max(low + 11, high - 14), aim)
        if root is not None:
            near = root
            yield each, root, high


def _below(pitch: int, high: int) -> int:
    """The pitch, or the one an octave lower where a narrow register has no such pitch."""
    return pitch if pitch <= high else pitch - 12


def _shape(each: Sounding, ranks: int) -> tuple[int, ...]:
    shape = (_TENSE if each.item.tension >= RUBS else _SHAPES)[ranks]
    lowered = each.chord is not None and each.chord.quality in ("dim", "hdim7")
    return tuple(6 if up == 7 and lowered else up for up in shape)
