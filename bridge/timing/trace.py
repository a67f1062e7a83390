"""Reads the cheapest path back from a filled table, one hit at a time from the last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.timing.lattice import INFINITE, LEVEL
from bridge.timing.pickup import pickups
from bridge.timing.search import DOWN, UP, Search, odd_bar_fits, odd_lengths

# float32 sums of a few hundred thousand: equal costs may differ by this much.
_CLOSE = 0.05
_NEVER = float(INFINITE) / 2


@dataclass(frozen=True)
class Stop:
    """A beat on a hit, and the stretch that leads to it.

    `beats` are quarters since the last stop (for the first stop: since the span's start, any fraction);
    `odd_bar` is the length in quarters of the shortened bar inside the stretch (0 where there is none).
    `enter` and `leave` are natural logs of tempo over base at the stretch's ends. `place` is where in a
    phrase of two bars the hit was reached; `downbeat` says that a bar starts here. From here on the base is
    `base_after`.
    """

    hit: int
    time_s: float
    base: int
    base_after: int
    beats: float
    odd_bar: float
    enter: float
    leave: float
    place: int
    downbeat: bool


@dataclass(frozen=True)
class _State:
    """A cell of the table; `row` is the base's row at that hit."""

    hit: int
    row: int
    offset: int
    level: int
    place: int
    way: int


@dataclass(frozen=True)
class _Stretch:
    """A way into a state: what it costs in all, and where it came from."""

    cost: float
    source: _State
    beats: float
    odd_bar: float
    enter: float


def best_path(search: Search) -> tuple[list[Stop], float]:
    """The cheapest path's stops, rising in time, and its cost; no stops when leaving all hits is cheaper."""
    everything_left = float(search.skipped[-1])
    best, state = everything_left + _CLOSE, None
    for hit in range(search.count):
        total = search.ending(hit)
        where = int(total.argmin())
        if total.flat[where] < best:
            best = float(total.flat[where])
            state = _State(hit, *(int(v) for v in np.unravel_index(where, total.shape)))
    if state is None:
        return [], everything_left
    return _back(search, state), best


def _back(search: Search, last: _State) -> list[Stop]:
    stops: list[Stop] = []
    state, downbeat = _unsettled(search, last)
    base_after = int(search.rows[state.hit][state.row])
    while True:
        source, stop = _arrival(search, state, base_after, downbeat)
        stops.append(stop)
        if source is None:
            return stops[::-1]
        base_after = int(search.rows[source.hit][source.row])
        state, downbeat = _departure(search, source)


def _unsettled(search: Search, settled: _State) -> tuple[_State, bool]:
    """The arrival behind a settled state, and whether a bar starts there."""
    hit, lattice = settled.hit, search.lattice
    line = settled.place % lattice.beats_per_bar == 0
    if not line or not lattice.targets[hit].downbeat:
        return settled, line
    arrived = search.value(hit)[settled.row, settled.offset, settled.level, :, settled.way]
    paid = [
        (float(arrived[before]) + price, before)
        for before, after, price in lattice.bar_lines(hit)
        if after == settled.place
    ]
    return _State(hit, settled.row, settled.offset, settled.level, min(paid)[1], settled.way), True


def _departure(search: Search, leaving: _State) -> tuple[_State, bool]:
    """The settled state that made a departure (with an entry level) cheapest."""
    hit = leaving.hit
    settled = search.settle(hit)
    options = [(0, 0, 0.0)]
    if leaving.place == 0 and search.may_rebase(hit):
        options += search.rebases()
    best, found = float(INFINITE), leaving
    for change, shift, cost in options:
        base = int(search.rows[hit][leaving.row]) - change
        row = int(search.row_of[hit][base]) if 0 <= base < search.row_of.shape[1] else -1
        if row < 0:
            continue
        for jump, price in search.jumps(hit):
            level = leaving.level + shift + jump
            if not 0 <= level < search.shape[1]:
                continue
            for before, after, more in search.way_prices(hit, jump):
                total = (
                    float(settled[row, leaving.offset, level, leaving.place, before]) + price + more + cost
                )
                if after == leaving.way and total < best:
                    best = total
                    found = _State(hit, row, leaving.offset, level, leaving.place, before)
    return _unsettled(search, found)


def _arrival(search: Search, state: _State, base_after: int, downbeat: bool) -> tuple[_State | None, Stop]:
    """The departure and stretch that made an arrival cheapest; None when it was the first."""
    lattice, j = search.lattice, state.hit
    goal = float(search.value(j)[state.row, state.offset, state.level, state.place, state.way])
    goal -= float(lattice.offset_cost()[state.offset])
    time_s = float(lattice.times[j] + lattice.offsets[state.offset] * lattice.step_s)
    base = int(search.rows[j][state.row])
    ways = [way for i in lattice.sources_of(j) for way in _through(search, i, state, base)]
    best = min(ways, key=lambda way: way.cost, default=None)
    if best is None or best.cost > goal + _CLOSE:
        beats, bend = _pickup(search, state, base, time_s)
        return None, Stop(j, time_s, base, base_after, beats, 0.0, bend, bend, state.place, downbeat)
    leave = float(lattice.levels[state.level]) * LEVEL
    stop = Stop(
        j, time_s, base, base_after, best.beats, best.odd_bar, best.enter, leave, state.place, downbeat
    )  # fmt: skip
    return best.source, stop


def _through(search: Search, i: int, state: _State, base: int) -> list[_Stretch]:
    """The cheapest stretch from hit i into a state for each count of beats and odd bar."""
    lattice, j = search.lattice, state.hit
    bar = lattice.beats_per_bar
    row = int(search.row_of[i][base])
    counts = [
        np.arange(low[base], high[base] + 1) + (0.5 if half else 0.0)
        for half in lattice.halves(i, j)
        for low, high in [lattice.counts(i, j, half)]
    ]
    beats = np.concatenate(counts).astype(np.float64)
    if row < 0 or not len(beats):
        return []
    from_offsets = np.flatnonzero(lattice.offset_ok[i])
    gaps = lattice.gaps(i, j)
    pick = state.offset - from_offsets + len(lattice.offsets) - 1
    shape = lattice.stretch(j, gaps, np.full(len(beats), base), beats)
    column = np.flatnonzero(shape.levels == state.level)
    if not len(column):
        return []
    enter, cost = shape.enter[:, pick, column[0]], shape.cost[:, pick, column[0]]
    rise = shape.rise[:, pick, column[0]]
    flat = float(search.edge_cost(i, j)[base])
    left = search.left(i)
    found: list[_Stretch] = []
    for k, count in enumerate(beats):
        half = count % 1 > 0.25
        for length in odd_lengths(bar) if half else (float(bar),):
            place = round(state.place - (float(count) + bar - length)) % lattice.places
            if half and not odd_bar_fits(place, float(count), length, bar):
                continue
            price = flat + (float(lattice.odd_bar[i]) if half else 0.0)
            for way in (UP, DOWN):
                turned = way != state.way
                total = left[row, from_offsets, enter[k], place, way] + cost[k] + price
                wrong = rise[k] < 0 if state.way == UP else rise[k] > 0
                wrong = wrong | ((rise[k] == 0) & turned)
                total = np.where(wrong, INFINITE, total + (float(lattice.turn[i]) if turned else 0.0))
                o = int(total.argmin())
                if total[o] < _NEVER:
                    mean = float(np.log(60 * count / gaps[pick[o]]) - lattice.log_bases[base])
                    leave = float(lattice.levels[state.level]) * LEVEL
                    real = -float(np.log(2 * np.exp(-mean) - np.exp(-leave)))
                    source = _State(i, row, int(from_offsets[o]), int(enter[k, o]), place, way)
                    odd = length if half else 0.0
                    found.append(_Stretch(float(total[o]), source, float(count), odd, real))
    return found


def _pickup(search: Search, state: _State, base: int, time_s: float) -> tuple[float, float]:
    """Quarters before the first stop, and the bend that makes them fit."""
    lattice = search.lattice
    if time_s <= 1e-9:
        return 0.0, float(lattice.levels[state.level]) * LEVEL
    _, quarters = pickups(lattice, state.hit)
    beats = float(quarters[base, state.offset, state.level])
    return beats, float(np.log(60 * beats / time_s) - lattice.log_bases[base])
