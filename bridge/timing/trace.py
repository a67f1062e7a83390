"""Reads the cheapest path back from a filled table, one hit at a time from the last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.timing.lattice import INFINITE, LEVEL
from bridge.timing.search import Search, odd_bar_fits, odd_lengths, pickups

# float32 sums of a few hundred thousand: equal costs may differ by this much.
_CLOSE = 0.05


@dataclass(frozen=True)
class Stop:
    """A beat on a hit, and the stretch that leads to it.

    `beats` are quarters since the last stop (for the first stop: since the span's start, any fraction);
    `odd_bar` is the length in quarters of the shortened bar inside the stretch (0 where there is none).
    `enter` and `leave` are natural logs of tempo over base at the stretch's ends. `phi` counts beats
    since the last bar line on arrival; `downbeat` says that a bar starts here. From here on the base is
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
    phi: int
    downbeat: bool


@dataclass(frozen=True)
class _State:
    hit: int
    base: int
    offset: int
    level: int
    phi: int


def best_path(search: Search) -> tuple[list[Stop], float]:
    """The cheapest path's stops, rising in time, and its cost; no stops when none can be reached."""
    endings = search.endings()
    if not len(endings) or endings.min() >= float(INFINITE) / 2:
        return [], float(search.skipped[-1])
    hit = int(endings.argmin())
    cost = float(endings[hit])
    state, downbeat = _unsettle(search, hit, search._ending(hit), None)
    return _back(search, state, downbeat), cost


def _back(search: Search, state: _State, downbeat: bool) -> list[Stop]:
    stops: list[Stop] = []
    base_after = state.base
    while True:
        source, stop = _arrival(search, state, base_after, downbeat)
        stops.append(stop)
        if source is None:
            return stops[::-1]
        base_after = source.base
        state, downbeat = _departure(search, source)


def _unsettle(
    search: Search, hit: int, cost: np.ndarray, at: tuple[int, int, int, int] | None
) -> tuple[_State, bool]:
    """The arrival behind a settled state (the cheapest one when `at` is None), and whether a bar starts."""
    if at is None:
        at = tuple(int(v) for v in np.unravel_index(int(cost.argmin()), cost.shape))  # type: ignore[assignment]
    base, offset, level, phi = at  # type: ignore[misc]
    if phi != 0 or not search.lattice.targets[hit].downbeat:
        return _State(hit, base, offset, level, phi), phi == 0
    prices = search.lattice.odd_bars() * search.lattice.prices.odd_bar
    arrived = search.value(hit)[base, offset, level] + prices.astype(np.float32)
    return _State(hit, base, offset, level, int(arrived.argmin())), True


def _departure(search: Search, leaving: _State) -> tuple[_State, bool]:
    """The settled state whose exit level made the departure (with an entry level) cheapest."""
    lattice, hit = search.lattice, leaving.hit
    settled = search.settle(hit)
    jumps = np.arange(-lattice.jump_levels, lattice.jump_levels + 1)
    price = lattice.prices.step * 100 * LEVEL * np.abs(jumps)
    options = [(0, 0, 0.0)]
    if leaving.phi == 0 and search.may_rebase(hit):
        options += search.rebases()
    best: tuple[float, int, int] | None = None
    for change, shift, cost in options:
        base = leaving.base - change
        levels = leaving.level + shift + jumps
        inside = (levels >= 0) & (levels < search.shape[2])
        if not 0 <= base < search.shape[0] or not inside.any():
            continue
        total = settled[base, leaving.offset, levels[inside], leaving.phi] + price[inside] + cost
        k = int(total.argmin())
        if best is None or total[k] < best[0]:
            best = (float(total[k]), base, int(levels[inside][k]))
    assert best is not None  # noqa: S101  # every departure in the table came from some arrival
    at = (best[1], leaving.offset, best[2], leaving.phi)
    return _unsettle(search, hit, settled, at)


def _arrival(search: Search, state: _State, base_after: int, downbeat: bool) -> tuple[_State | None, Stop]:
    """The departure and stretch that made an arrival cheapest; None when it was the first."""
    lattice, j = search.lattice, state.hit
    goal = float(search.value(j)[state.base, state.offset, state.level, state.phi])
    goal -= float(lattice.offset_cost()[state.offset])
    time_s = float(lattice.times[j] + lattice.offsets[state.offset] * lattice.step_s)
    best = (float(INFINITE), None, 0.0, 0.0, 0.0)
    for i in range(search.first_source(j), j):
        for half in (False, True):
            found = _through(search, i, state, half)
            if found[0] < best[0]:
                best = found  # type: ignore[assignment]
    cost, source, beats, odd_bar, enter = best
    if source is None or cost > goal + _CLOSE:
        beats, bend = _pickup(search, state, time_s)
        stop = Stop(j, time_s, state.base, base_after, beats, 0.0, bend, bend, state.phi, downbeat)
        return None, stop
    leave = float(lattice.levels[state.level]) * LEVEL
    stop = Stop(j, time_s, state.base, base_after, beats, odd_bar, enter, leave, state.phi, downbeat)
    return source, stop


def _through(
    search: Search, i: int, state: _State, half: bool
) -> tuple[float, _State | None, float, float, float]:
    """Cheapest stretch from hit i into a state: (cost, departure, beats, odd bar, entry bend)."""
    lattice, j, phis = search.lattice, state.hit, search.shape[3]
    low, high = lattice.counts(i, j, half)
    counts = np.arange(low[state.base], high[state.base] + 1)
    nothing = (float(INFINITE), None, 0.0, 0.0, 0.0)
    if not len(counts):
        return nothing
    beats = counts + (0.5 if half else 0.0)
    from_offsets = np.flatnonzero(lattice.offset_ok[i])
    gaps = lattice.gaps(i, j)
    pick = state.offset - from_offsets + len(lattice.offsets) - 1
    enter, cost = lattice.stretch(j, gaps, np.full(len(beats), state.base), beats)
    enter, cost = enter[:, pick, state.level], cost[:, pick, state.level]
    flat = float(search.edge_cost(i, j)[state.base])
    best = nothing
    lengths = odd_lengths(phis) if half else (0.0,)
    for row, count in enumerate(beats):
        for length in lengths:
            phi = round(state.phi - (float(count) - length)) % phis
            price = 0.0
            if half:
                if not odd_bar_fits(phi, float(count), length, phis):
                    continue
                price = lattice.prices.odd_bar
            left = search.left(i)[state.base, from_offsets, enter[row], phi]
            total = left + cost[row] + flat + price
            k = int(total.argmin())
            if total[k] < best[0]:
                gap = float(gaps[pick[k]])
                mean = float(np.log(60 * count / gap) - lattice.log_bases[state.base])
                leave = float(lattice.levels[state.level]) * LEVEL
                real = -float(np.log(2 * np.exp(-mean) - np.exp(-leave)))
                source = _State(i, state.base, int(from_offsets[k]), int(enter[row, k]), phi)
                best = (float(total[k]), source, float(count), length, real)  # type: ignore[assignment]
    return best


def _pickup(search: Search, state: _State, time_s: float) -> tuple[float, float]:
    """Quarters before the first stop, and the bend that makes them fit."""
    lattice = search.lattice
    if time_s <= 1e-9:
        return 0.0, float(lattice.levels[state.level]) * LEVEL
    _, quarters = pickups(lattice, state.hit)
    beats = float(quarters[state.base, state.offset, state.level])
    return beats, float(np.log(60 * beats / time_s) - lattice.log_bases[state.base])
