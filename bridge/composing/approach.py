"""How a hit is prepared and struck: riser, swell or a breath of air before it, stinger or impact on it.

Decided from the plan, before a note is written. A bar that timing holds, rests or gives a pickup is left as
it is: the form has the first word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bridge.composing.plan import CellPlan, Plan, Section
from bridge.composing.spoken import VOICE_HIGH, share_within, within
from bridge.schema.tempo import TICKS_PER_QUARTER

# A rise of energy from plot to plot that is worth a riser, and how tense or loud a hit must be to be struck.
_RISES, _LIVELY, _TENSE, _FIERCE, _SWELLS = 0.12, 0.5, 0.6, 0.66, 0.35
_RISER_CELLS, _SWELL_CELLS = (2, 4), (1, 2)
_APART_S = 8.0
_CHORD_SPAN = 11
"""Semitones from its lowest to its highest pitch that a swell needs."""
_AIR_TICKS = TICKS_PER_QUARTER // 2
"""Half a beat of nothing before a hit, twice that before a fierce one in tense music."""


@dataclass(frozen=True)
class Approach:
    """What leads into the hit at `hit_tick`: `kind` is riser or swell, sounding from start to end.

    `low` is the lowest MIDI pitch that it may use: over the register of speech where somebody speaks.
    """

    kind: str
    start_tick: int
    end_tick: int
    hit_tick: int
    low: int = 0


@dataclass(frozen=True)
class Blow:
    """What strikes at a tick: `kind` is stinger, impact or button."""

    kind: str
    tick: int
    item: CellPlan


@dataclass(frozen=True)
class Gestures:
    """All approaches and blows of a cue, and where nothing sounds because a hit comes."""

    approaches: tuple[Approach, ...] = ()
    blows: tuple[Blow, ...] = ()
    airs: tuple[tuple[int, int], ...] = ()

    def swells(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Start and end of every swell in quarter notes."""
        return tuple(
            (Fraction(a.start_tick, TICKS_PER_QUARTER), Fraction(a.end_tick, TICKS_PER_QUARTER))
            for a in self.approaches
            if a.kind == "swell"
        )


def plan_gestures(plan: Plan) -> Gestures:
    """Gestures at plot starts that are hit, at musts, and at the close of a loud cue."""
    approaches: list[Approach] = []
    blows: list[Blow] = []
    airs: list[tuple[int, int]] = []
    latest = -_APART_S
    at_s = 0.0
    for index, section in enumerate(plan.sections):
        before = plan.sections[index - 1] if index else None
        for item in section.cells:
            last = _cell_before(section, before, item)
            wanted = item.must if item.place else item.forced
            for tick in () if section.bare else wanted:
                if within(plan.speech, tick) and tick not in item.must:
                    continue
                opens = tick == section.cells[0].cell.tick
                here_s = at_s + item.s_per_quarter * (tick - item.cell.tick) / TICKS_PER_QUARTER
                if item.kind != "play" or here_s - latest < _APART_S or not (opens or tick in item.must):
                    continue
                latest = here_s
                rise = _energy(section) - _energy(before) if opens and before is not None else 0.0
                kind = _approach(section if before is None else before, item, rise, tick)
                if kind and last is not None and tick == item.cell.tick:
                    air = _air(item) if kind == "riser" else 0
                    cells = _room(section, before, item, kind)
                    low = _lowest(plan, kind, cells, tick) if cells else None
                    if low is not None:
                        approaches.append(Approach(kind, cells[0].cell.tick, tick - air, tick, low))
                        airs += [(tick - air, tick)] if air else []
                elif item.tension >= _FIERCE and _free(last if tick == item.cell.tick else item):
                    airs.append((tick - _air(item), tick))
                blow = (
                    "impact"
                    if opens and item.energy >= _FIERCE
                    else "stinger"
                    if item.tension >= _TENSE
                    else ""
                )
                if blow:
                    blows.append(Blow(blow, tick, item))
            if item.kind == "final" and item.energy >= 0.5 and not section.bare:
                blows.append(Blow("button", item.cell.tick, item))
            at_s += item.s_per_quarter * item.cell.ticks / TICKS_PER_QUARTER
    return Gestures(tuple(approaches), tuple(blows), tuple(sorted(airs)))


def _approach(before: Section, item: CellPlan, rise: float, tick: int) -> str:
    if rise >= _RISES and item.energy >= _LIVELY and before.palette.voice("riser") is not None:
        return "riser"
    return "swell" if item.tension >= _SWELLS and tick in item.must else ""


def _air(item: CellPlan) -> int:
    return _AIR_TICKS * (2 if min(item.tension, item.energy) >= _FIERCE else 1)


def _cell_before(section: Section, before: Section | None, item: CellPlan) -> CellPlan | None:
    """The cell that ends where `item` begins, if music sounds there."""
    if item.place:
        return section.cells[item.place - 1]
    if before is not None and before.cells[-1].cell.end_tick == item.cell.tick:
        return before.cells[-1]
    return None


def _room(section: Section, before: Section | None, item: CellPlan, kind: str) -> Sequence[CellPlan]:
    """The free cells that end where `item` begins: as many as the gesture takes, or none."""
    own = section.cells if item.place else before.cells if before is not None else ()
    end = item.place if item.place else len(own)
    least, most = _RISER_CELLS if kind == "riser" else _SWELL_CELLS
    start = end
    while start > 0 and end - start < most and _free(own[start - 1]):
        start -= 1
    return own[start:end] if end - start >= least else ()


def _lowest(plan: Plan, kind: str, cells: Sequence[CellPlan], tick: int) -> int | None:
    """The lowest pitch of an approach through `cells` up to `tick`; `None` where there is to be none.

    A riser runs through every register, so that nobody may speak while it does. A swell keeps above the
    voices, if it has an octave there to be a chord in.
    """
    start = cells[0].cell.tick
    if not share_within(plan.speech, start, tick):
        return 0
    voice = plan.palette_at(start).voice("swell")
    free = kind == "swell" and voice is not None and voice.high - (VOICE_HIGH + 1) >= _CHORD_SPAN
    return VOICE_HIGH + 1 if free else None


def _free(item: CellPlan | None) -> bool:
    return item is not None and item.kind == "play" and not (item.cell.bar.pickup_ticks or item.cell.bar.airs)


def _energy(section: Section | None) -> float:
    return section.plot.energy if section is not None else 0.0
