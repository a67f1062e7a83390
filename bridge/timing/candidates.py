"""What is offered for a span: base tempi to search, and the best constant tempo to beat."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from bridge.config import Settings, TempoSettings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.timing.baselines import Constant, constant_tempo
from bridge.timing.comparison import WINDOW_FRAMES
from bridge.timing.lattice import (
    DOTTED_PICKUP_PARTS,
    HALF_REACH_S,
    LEVEL,
    PICKUP_PARTS,
    SOURCES,
    Floats,
    Ints,
    Lattice,
    Prior,
)
from bridge.timing.layout import Layout, lay
from bridge.timing.limits import Limits, Prices
from bridge.timing.rounds import Found, Score, settled
from bridge.timing.route import Leg, Route, route_of
from bridge.timing.search import Search
from bridge.timing.sketch import active_bases
from bridge.timing.targets import Span
from bridge.timing.trace import best_path

# Bases searched at each hit, by the number of hits in the span: all of them in short ones; the best by a
# relaxed pass in others, fewer the longer, and whole frames as offsets, so that a feature film takes seconds.
KEPT_BASES = ((12, 1000), (600, 10), (3000, 8))
FEWEST_BASES = 5
COARSE_HITS = 600
# In exact mode the frame matters more than the ease of the tempo.
EXACT_PRICES = 0.15
# There bases differ more, and the relaxed pass tells them apart less well.
EXACT_BASES = 2
# Turns are too many there at any lower level: it only saves rounds.
EXACT_TURNS = 6.0
_LOOSER = (0.3, 0.05)
# How many times dearer the distance to the mood's tempo is where the tempo follows it; the first that meets
# every must (models/LOG.md has the trade). A constant tempo, where nothing may bend, lies so near it.
MOOD_PRICES = (32.0, 8.0, 2.0)
_NEAR_MOOD = 1.08


def target_bpm(energy: float, settings: TempoSettings) -> float:
    """Tempo that an energy of 0 to 1 aims at: geometric from a tenth to nine tenths of the range.

    Energy 0.5 of 60 to 160 bpm gives 98.
    """
    share = 0.1 + 0.8 * min(max(energy, 0.0), 1.0)
    return float(settings.min_bpm * (settings.max_bpm / settings.min_bpm) ** share)


def log_bases(settings: TempoSettings, fixed_bpm: float | None = None) -> Floats:
    """Natural logs of the base tempi offered, two levels (0.97 %) apart, centred in the range.

    `fixed_bpm` is the only one where it is given.
    """
    if fixed_bpm is not None:
        return np.array([math.log(fixed_bpm)])
    low, high = math.log(settings.min_bpm), math.log(settings.max_bpm)
    count = int((high - low) / (2 * LEVEL))
    start = low + ((high - low) - count * 2 * LEVEL) / 2
    bases: Floats = start + np.arange(count + 1, dtype=np.float64) * (2 * LEVEL)
    return bases


def prior_of(cues: CueSheet, settings: Settings, span: Span, prices: Prices) -> Prior:
    """Aim of the tempo, plot by plot, in the span's own seconds."""
    plots = cues.plots[span.first_plot : span.last_plot]
    begins = tuple(float(cues.cue_s(p.start_frame) - span.start_s) for p in plots)
    aims = tuple(math.log(target_bpm(p.energy, settings.tempo)) for p in plots)
    length = max(float(span.end_s - span.start_s), 1e-6)
    weight = sum(t.weight for t in span.targets)
    return Prior(begins, aims, prices.target * weight / length, length)


def lattice_of(cues: CueSheet, settings: Settings, span: Span, prices: Prices) -> Lattice:
    """The span's discretisation with the given prices."""
    dotted = settings.tempo.beat_quarters != 1
    return Lattice(
        targets=span.targets,
        start_s=float(span.start_s),
        frame_s=float(1 / cues.rate),
        limits=Limits.of(settings.tempo),
        prices=prices,
        beats_per_bar=settings.tempo.beats_per_bar,
        log_bases=log_bases(settings.tempo, span.base_bpm),
        prior=prior_of(cues, settings, span, prices),
        coarse=len(span.targets) > COARSE_HITS,
        sources=SOURCES if len(span.targets) <= KEPT_BASES[-1][0] else 3,
        # Half a dotted quarter is no bar's remainder: compound metres move by whole beats alone.
        half_reach_s=HALF_REACH_S if len(span.targets) <= KEPT_BASES[-1][0] and not dotted else 0.0,
        pickup_parts=parts_of(settings.tempo),
    )


def parts_of(settings: TempoSettings) -> tuple[int, ...]:
    """Parts of a beat that a first partial bar may be made of."""
    return PICKUP_PARTS if settings.beat_quarters == 1 else DOTTED_PICKUP_PARTS


class Watch:
    """Progress over all spans' hits. Only a span's first pass counts; later ones can still be stopped."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = 0
        self._begun = 0

    def span(self) -> None:
        """A new span begins."""
        self._begun = self._done

    def __call__(self, hit: int) -> None:
        """The search stands at a hit of the span; raises `Cancelled` when asked to stop."""
        self._progress.check()
        if self._begun + hit >= self._done:
            self._progress.report("timing", self._begun + hit, self._total)
            self._done = self._begun + hit + 1


def best_route(cues: CueSheet, settings: Settings, span: Span, watch: Watch) -> Route:
    """The span's best route: the search's, unless the best constant tempo meets more.

    Where the tempo follows the mood it is the one nearest to the mood's that meets every must; where none
    does it follows the cuts.

    Raises:
        Cancelled: when asked to stop.
    """
    watch.span()
    bpm = span.base_bpm or target_bpm(cues.plots[span.first_plot].energy, settings.tempo)
    empty = Route(span, (), bpm, "target")
    if not span.targets:
        return empty
    if Limits.of(settings.tempo).steady:
        return constant_route(cues, settings, span) or empty
    prices = (
        replace(Prices().loosened(EXACT_PRICES), turn_level=EXACT_TURNS) if settings.tempo.exact else Prices()
    )
    if settings.tempo.follows == "mood":
        route = _moody(cues, settings, span, prices, watch)
        if route is not None:
            return route
    steady = constant_route(cues, settings, span)
    goal = _scores(cues, span, lay(cues, settings, [steady])) if steady else (0.0, 0, 0.0)
    best, best_score = steady, goal
    for factor in (1.0, *_LOOSER):
        found = _searched(cues, settings, span, prices.loosened(factor), watch)
        if found is None:
            break
        score = _scores(cues, span, lay(cues, settings, [found]))
        if all(mine >= theirs for mine, theirs in zip(score, goal)):
            return found
        if best is None or score > best_score:
            best, best_score = found, score
    return best or empty


def _moody(cues: CueSheet, settings: Settings, span: Span, prices: Prices, watch: Watch) -> Route | None:
    """The route nearest to the mood's tempo that meets every must."""
    musts = sum(target.weight for target in span.targets if target.must)
    for factor in MOOD_PRICES:
        # However cheap all else is in the exact mode, the mood keeps its price.
        dearer = replace(prices, target=factor * Prices().target)
        found = _searched(cues, settings, span, dearer, watch)
        if found is not None and _scores(cues, span, lay(cues, settings, [found]))[0] >= musts:
            return found
    return None


def _searched(cues: CueSheet, settings: Settings, span: Span, prices: Prices, watch: Watch) -> Route | None:
    """The optimum over the bases kept; odd bars and see-saw are priced until they are few enough."""
    keep = next((kept for most, kept in KEPT_BASES if len(span.targets) <= most), FEWEST_BASES)
    keep *= EXACT_BASES if settings.tempo.exact else 1

    def find(prices: Prices) -> Found | None:
        lattice = lattice_of(cues, settings, span, prices)
        search = Search(lattice, active_bases(lattice, keep))
        search.run(watch)
        stops, _ = best_path(search)
        if not stops:
            return None
        route = route_of(lattice, span, stops, 0.0)
        layout = lay(cues, settings, [route])
        return route, layout, _scores(cues, span, layout)

    return settled(prices, span, find)


def _scores(cues: CueSheet, span: Span, layout: Layout) -> Score:
    """Weight of musts met, hits in the yardstick, and all weight met in its windows, on beats as written."""
    beats = layout.beat_seconds()
    if len(beats) < 2:
        return 0.0, 0, 0.0
    hits = np.array([float(t.time_s) for t in span.targets])
    place = np.clip(np.searchsorted(beats, hits), 1, len(beats) - 1)
    before, after = beats[place - 1] - hits, beats[place] - hits
    errors = np.where(np.abs(before) <= np.abs(after), before, after) * float(cues.rate)
    slack = 2e-6 * float(cues.rate)
    early = np.array([float(t.early_frames) for t in span.targets])
    late = np.array([float(t.late_frames) for t in span.targets])
    weight = np.array([t.weight for t in span.targets])
    met = ((before * float(cues.rate) >= early - slack) & (before * float(cues.rate) <= late + slack)) | (
        (after * float(cues.rate) >= early - slack) & (after * float(cues.rate) <= late + slack)
    )
    share = (errors >= WINDOW_FRAMES[0] - slack) & (errors <= WINDOW_FRAMES[1] + slack)
    must = np.array([t.must for t in span.targets])
    return float(weight[met & must].sum()), int(share.sum()), float(weight[met].sum())


def constant_route(cues: CueSheet, settings: Settings, span: Span) -> Route | None:
    """The best constant tempo and offset within the tempo range, or of the span's own tempo, as a route.

    Its offset is free because the first partial bar may bend. Where the range is too narrow for that, or
    nothing may bend, beats start on the 64th of a quarter (96th of a dotted one) that meets most instead.
    """
    hits = np.array([float(t.time_s - span.start_s) for t in span.targets])
    frame = float(1 / cues.rate)
    early, late = (bound * frame for bound in WINDOW_FRAMES)
    slow, fast = settings.tempo.min_bpm, settings.tempo.max_bpm
    limits = Limits.of(settings.tempo)
    if span.base_bpm is not None:
        slow = fast = span.base_bpm
    elif limits.steady and settings.tempo.follows == "mood":
        aim = target_bpm(cues.plots[span.first_plot].energy, settings.tempo)
        slow, fast = max(slow, aim / _NEAR_MOOD), min(fast, aim * _NEAR_MOOD)
    steady = constant_tempo(hits, early, late, None, slow, fast)
    found = []
    if limits.steady:
        steady = replace(steady, bpm=written_bpm(steady.bpm, settings.tempo))
    else:
        found.append(_as_route(settings, span, steady, hits, early, late))
    if min(2 * limits.free, limits.max_log_bpm - limits.min_log_bpm) < limits.step:
        parts = parts_of(settings.tempo)[-1]
        starts = [replace(steady, offset_s=k * 60 / steady.bpm / parts) for k in range(parts)]
        best = max(starts, key=lambda each: _worth(span, each.errors_s(hits), frame))
        found.append(_as_route(settings, span, best, hits, early, late))
    routes = [route for route in found if route is not None]
    return max(routes, key=lambda route: _scores(cues, span, lay(cues, settings, [route])), default=None)


def _worth(span: Span, errors_s: Floats, frame_s: float) -> tuple[float, int, float, float]:
    """How good a start is: musts, hits in the yardstick, weight in the hits' own windows, closeness."""
    frames = errors_s / frame_s
    near = (frames >= WINDOW_FRAMES[0] - 1e-6) & (frames <= WINDOW_FRAMES[1] + 1e-6)
    own = [
        t for t, error in zip(span.targets, frames) if t.early_frames - 1e-6 <= error <= t.late_frames + 1e-6
    ]
    musts = sum(t.weight for t in own if t.must)
    return musts, int(near.sum()), sum(t.weight for t in own), -float(np.abs(frames[near]).sum())


def written_bpm(bpm: float, settings: TempoSettings) -> float:
    """The tempo that stands in the file for `bpm`: whole microseconds a quarter."""
    quarters = float(settings.beat_quarters)
    return 60_000_000 / (round(60_000_000 / (bpm * quarters)) * quarters)


def _as_route(
    settings: Settings, span: Span, steady: Constant, hits: Floats, early: float, late: float
) -> Route | None:
    period = 60 / steady.bpm
    errors = steady.errors_s(hits)
    met = np.flatnonzero((errors >= early - 1e-9) & (errors <= late + 1e-9))
    beats = np.rint((hits[met] + errors[met] - steady.offset_s) / period).astype(int)
    legs: list[Leg] = []
    bar = settings.tempo.beats_per_bar
    phase = _bar_phase(span, met, beats, bar)
    last = -1
    for index, beat in zip(met, beats):
        at = steady.offset_s + beat * period
        target = span.targets[int(index)]
        if at < -1e-9 or (legs and beat <= last):
            continue
        if legs:
            quarters, bend = Fraction(int(beat - last)), 0.0
        else:
            found = _pickup(at, steady.bpm, settings)
            if found is None:
                continue
            quarters, bend = found
        phi = int(beat - phase) % bar
        if not legs and quarters < phi:
            phi = 0
            phase = int(beat)
        time_s = span.start_s + Fraction(max(at, 0.0)).limit_denominator(10**9)
        legs.append(
            Leg(target, time_s, quarters, Fraction(0), bend, bend, steady.bpm, steady.bpm, phi, phi == 0)
        )
        last = int(beat)
    return Route(span, tuple(legs), steady.bpm, "constant") if legs else None


def _bar_phase(span: Span, met: Ints, beats: Ints, bar: int) -> int:
    """Place of the bar line that most weight of plot starts falls on."""
    votes = np.zeros(bar)
    for index, beat in zip(met, beats):
        target = span.targets[int(index)]
        if target.downbeat:
            votes[int(beat) % bar] += target.weight
    return int(votes.argmax())


def _pickup(at_s: float, bpm: float, settings: Settings) -> tuple[Fraction, float] | None:
    """Quarters before the first beat on a hit, and the bend that fits them; None where none is legal."""
    if at_s <= 1e-9:
        return Fraction(0), 0.0
    exact = at_s * bpm / 60
    free = Limits.of(settings.tempo).free
    for limit in (free / 6, free):
        for part in parts_of(settings.tempo):
            units = max(1, round(exact * part))
            bend = math.log(units / part / exact)
            inside = settings.tempo.min_bpm <= bpm * math.exp(bend) <= settings.tempo.max_bpm
            if abs(bend) <= limit + 1e-9 and (inside or abs(bend) < 1e-9):
                return Fraction(units, part), bend
    return None
