"""What every cell is for, before a note is written: mood, layers, forced onsets, holds, rests, endings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from bridge.composing.asked import played_by, section_number
from bridge.composing.cells import Cell, lay_cells
from bridge.composing.harmony import Key, choose_keys, opening_chord
from bridge.composing.layering import Stretch, lay_layers
from bridge.composing.layers import Layer, Layers
from bridge.composing.moves import Moves, moves_for
from bridge.composing.palettes import Palette, palette_for, palette_named
from bridge.composing.spoken import HALF_SPOKEN, SPOKEN_DENSITY, share_within, spoken_ticks, within
from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.schema.cues import CueSheet, Label, Plot, Weight
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.vocabulary.chords import Chord

STAGE = "composing"
SECTION_CELLS = 24
"""Longest stretch written as one row: a phrase's end near it closes the section."""

RING_TICKS = TICKS_PER_QUARTER // 2
"""How far notes may ring into a plot without music."""


@dataclass(frozen=True)
class CellPlan:
    """One cell with what must happen in it.

    `kind` is play, hold, rest, final (the closing chord) or tail (nothing starts, the close rings on).
    `forced` are ticks where something must sound, `must` those of hits weighted must. `tied` says that
    a hold goes on from the cell before. `place` counts cells within the section; `spoken` is the
    share of it that somebody speaks over. Moods are 0 to 1.
    """

    cell: Cell
    plot: Plot
    kind: str
    valence: float
    energy: float
    tension: float
    density: float
    loudness: float
    s_per_quarter: float
    forced: tuple[int, ...] = ()
    must: tuple[int, ...] = ()
    tied: bool = False
    left: int = 0
    place: int = 0
    spoken: float = 0.0

    @property
    def forced_steps(self) -> frozenset[int]:
        """Steps that stand for the forced ticks."""
        return frozenset(self.cell.step_of(tick) for tick in self.forced)


@dataclass(frozen=True)
class Section:
    """Cells of one plot that are written as one row.

    `opening` is the key-relative first chord; `goal` the key-relative chord of the section that follows
    without a pause, or `None` where the music closes. `moves` is what the mood asks of the harmony.
    `palette` is who plays: the cue's, unless the plot names its own. `leader` is the key of the earlier
    section of the same label that this one should sound like, empty for the first. `next_hit` is the tick of
    the first hit or accent after it, wherever in the cue.
    """

    key: str
    plot: Plot
    cells: tuple[CellPlan, ...]
    tonality: Key
    opening: Chord
    goal: Chord | None
    layers: Layers
    moves: Moves
    palette: Palette
    leader: str = ""
    next_hit: int | None = None

    @property
    def bare(self) -> bool:
        """Whether a cue sheet names its layers, or asks for none: it gets these and no gestures."""
        return bool(self.plot.layers) or not self.layers

    def layer(self, writer: str) -> Layer | None:
        """The layer that a writer has here."""
        return next((layer for layer in self.layers if layer.writer == writer), None)

    def plays(self, writer: str, item: CellPlan) -> Layer | None:
        """The layer that a writer has in one of the section's cells: it may enter late."""
        layer = self.layer(writer)
        return layer if layer is not None and item.place >= layer.enters else None


@dataclass(frozen=True)
class Plan:
    """The whole cue: sections in order, its own palette, where sound must be over, where there is speech."""

    sections: tuple[Section, ...]
    palette: Palette
    last_tick: int
    silences: tuple[tuple[int, int], ...]
    speech: tuple[tuple[int, int], ...] = ()
    stops: frozenset[int] = frozenset()
    """First ticks of silences on which a hit is met: there the silence is what meets it."""

    def rung_out(self, silence: int) -> int:
        """Where sound must be over in the silence that begins at a tick: half a beat in, or at once."""
        return silence if silence in self.stops else silence + RING_TICKS

    @property
    def palettes(self) -> tuple[Palette, ...]:
        """Every palette that plays, the cue's own first."""
        named = (self.palette, *(section.palette for section in self.sections))
        return tuple(dict.fromkeys(named))

    def palette_at(self, tick: int) -> Palette:
        """Who plays at a tick; past a section's end it is still the section's."""
        return self.sections[max(0, bisect_right(self._starts, tick) - 1)].palette

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(section.cells[0].cell.tick for section in self.sections)


@dataclass(frozen=True)
class Fixed:
    """What is settled before a plan is made, of a cue in which only the plots `anew` are written.

    Keys by plot id; openings and layers by section key. Sections written anew follow only each other.
    """

    anew: frozenset[str]
    keys: Mapping[str, Key]
    openings: Mapping[str, Chord]
    layers: Mapping[str, Layers]


def make_plan(cues: CueSheet, form: Form, settings: Settings, fixed: Fixed | None = None) -> Plan:
    """Plan a cue. Cells of plots without music are left out."""
    plots = {plot.id: plot for plot in cues.plots}
    cells = [cell for cell in lay_cells(form) if plots[cell.bar.plot_id].music]
    sounding = [plot for plot in cues.plots if plot.music]
    palette = _palette(cues.name, sounding, settings)
    # By name, so that films of one seed do not all stand in one key.
    keys = choose_keys(sounding, stream(settings.seed, settings.variation, STAGE, "keys", cues.name))
    if fixed is not None:
        keys = {**keys, **fixed.keys}
    planned = _plan_cells(cues, form, cells, plots)
    groups = _sections(planned)
    openings = [
        opening_chord(
            keys[group[0].plot.id].mode,
            index == 0,
            stream(settings.seed, settings.variation, STAGE, "opening", _key(groups, index)),
        )
        for index, group in enumerate(groups)
    ]
    names = [_key(groups, index) for index in range(len(groups))]
    if fixed is not None:
        openings = [fixed.openings.get(name, opening) for name, opening in zip(names, openings)]
    leaders: dict[Label, str] = {}
    led = []
    for name, group in zip(names, groups):
        written = fixed is None or group[0].plot.id in fixed.anew
        led.append(leaders.get(group[0].plot.label, "") if written else "")
        if written:
            leaders.setdefault(group[0].plot.label, name)
    own = {plot.id: palette_named(plot.palette) or palette for plot in sounding}
    # Palettes are told apart by identity: those that are equal must be one.
    known = {each: each for each in (palette, *own.values())}
    playing = [
        known.setdefault(found, found)
        for group, name in zip(groups, names)
        for found in [played_by(own[group[0].plot.id], group[0].plot.plan, section_number(name))]
    ]
    layers = lay_layers(
        [_stretch(groups, index, name, led[index], playing[index]) for index, name in enumerate(names)],
        settings,
        {} if fixed is None else fixed.layers,
    )
    sections: list[Section] = []
    for index, (name, group) in enumerate(zip(names, groups)):
        plot, key = group[0].plot, keys[group[0].plot.id]
        goal = None
        if index + 1 < len(groups) and groups[index + 1][0].cell.tick == group[-1].cell.end_tick:
            following = keys[groups[index + 1][0].plot.id]
            goal = openings[index + 1].transposed(following.shift - key.shift)
        sections.append(
            Section(
                name,
                plot,
                tuple(
                    replace(item, place=place, density=min(1.0, item.density * own[plot.id].pace))
                    for place, item in enumerate(group)
                ),
                key,
                openings[index],
                goal,
                layers[name],
                moves_for(
                    plot,
                    key.mode,
                    stream(settings.seed, settings.variation, STAGE, "moves", led[index] or name),
                ),
                playing[index],
                led[index],
                next((t for after in groups[index + 1 :] for item in after for t in item.forced), None),
            )
        )
    silences = _silences(form, plots)
    met = {result.tick for result in form.hits if result.met}
    stops = frozenset(start for start, _ in silences if start in met)
    return Plan(
        tuple(sections), palette, _last_tick(cues, form, settings), silences, spoken_ticks(cues, form), stops
    )


def _stretch(
    groups: list[tuple[CellPlan, ...]], index: int, name: str, leader: str, palette: Palette
) -> Stretch:
    group = groups[index]
    seconds = sum(item.s_per_quarter * item.cell.ticks / TICKS_PER_QUARTER for item in group)
    joined = index > 0 and groups[index - 1][-1].cell.end_tick == group[0].cell.tick
    return Stretch(name, group[0].plot, len(group), seconds, joined, leader, palette)


def _plan_cells(cues: CueSheet, form: Form, cells: list[Cell], plots: dict[str, Plot]) -> list[CellPlan]:
    weights = {hit.id: hit.weight for hit in cues.hits}
    speech = spoken_ticks(cues, form)
    met = sorted({(r.tick, weights.get(r.hit_id)) for r in form.hits if r.met and r.tick is not None})
    ticks = [tick for tick, _ in met]
    means = {
        (plot.id, name): cues.mood.mean(
            name, float(cues.cue_s(plot.start_frame)), float(cues.cue_s(plot.end_frame))
        )
        for plot in cues.plots
        for name in ("valence", "energy", "tension", "density", "loudness")
    }
    closing = {
        cell.bar.index
        for cell, after in zip(cells, [*cells[1:], None])
        if after is None or after.tick != cell.end_tick
    }
    out: list[CellPlan] = []
    for cell in cells:
        bar, plot = cell.bar, plots[cell.bar.plot_id]
        inside = range(bisect_right(ticks, cell.tick - 1), bisect_right(ticks, cell.end_tick - 1))
        hits = [met[index] for index in inside]
        accents = [tick for tick in bar.accents if cell.tick <= tick < cell.end_tick]
        heavy = [tick for tick in accents if not within(speech, tick)]
        spoken = share_within(speech, cell.tick, cell.end_tick)
        start_s = float(form.tempo_map.s_at_tick(cell.tick))
        end_s = float(form.tempo_map.s_at_tick(cell.end_tick))

        def mood(name: str, plot: Plot = plot, start_s: float = start_s, end_s: float = end_s) -> float:
            # A person may have edited the plot's value: the curve only says how it moves around it.
            moved = cues.mood.mean(name, start_s, end_s) - means[plot.id, name]
            return float(min(max(getattr(plot, name) + moved, 0.0), 1.0))

        kind = "rest" if bar.rest else "hold" if bar.hold else "play"
        # A new plot strikes its own chord, even where the one before it is held up to there.
        before = out[-1] if out and out[-1].cell.end_tick == cell.tick and out[-1].plot is plot else None
        out.append(
            CellPlan(
                cell=cell,
                plot=plot,
                kind=kind,
                valence=mood("valence"),
                energy=mood("energy"),
                tension=mood("tension"),
                density=mood("density") * (SPOKEN_DENSITY if spoken >= HALF_SPOKEN else 1.0),
                loudness=mood("loudness"),
                s_per_quarter=(end_s - start_s) * TICKS_PER_QUARTER / cell.ticks,
                forced=tuple(sorted({*accents, *(tick for tick, _ in hits)})),
                must=tuple(sorted({*heavy, *(tick for tick, weight in hits if weight is Weight.MUST)})),
                tied=kind == "hold" and before is not None and before.kind == "hold",
                left=bar.bars_left,
                spoken=spoken,
            )
        )
    return _close(out, closing, form.end_tick)


def _close(planned: list[CellPlan], closing: set[int], end_tick: int) -> list[CellPlan]:
    """Turn the end of every stretch of music into a closing chord and what rings after it."""
    out = list(planned)
    for index in range(len(out) - 1, -1, -1):
        item = out[index]
        if item.cell.bar.index not in closing or not item.cell.closes:
            continue
        # Where the picture ends inside the bar, the close needs half a beat of it at least.
        at = index
        while at > 0 and out[at].cell.tick > end_tick - RING_TICKS and not out[at].forced:
            if out[at - 1].cell.end_tick != out[at].cell.tick:
                break
            out[at] = replace(out[at], kind="tail", tied=False)
            at -= 1
        while at > 0 and out[at].kind == "rest" and out[at - 1].cell.end_tick == out[at].cell.tick:
            at -= 1
        if out[at].kind == "rest":
            continue
        # A bar that is held holds the close, from its first cell on.
        while at > 0 and out[at].cell.bar.hold and out[at - 1].cell.bar.index == out[at].cell.bar.index:
            out[at] = replace(out[at], kind="tail", tied=False)
            at -= 1
        out[at] = replace(out[at], kind="final", tied=False)
    return out


def _sections(planned: list[CellPlan]) -> list[tuple[CellPlan, ...]]:
    """Cut the cells at plots and silences, and long plots at the phrase nearest below the limit."""
    runs: list[list[CellPlan]] = []
    for item in planned:
        last = runs[-1][-1] if runs else None
        if last is None or last.plot.id != item.plot.id or last.cell.end_tick != item.cell.tick:
            runs.append([])
        runs[-1].append(item)
    out: list[tuple[CellPlan, ...]] = []
    for run in runs:
        start = 0
        while len(run) - start > SECTION_CELLS + 4:
            cuts = [
                at
                for at in range(start + SECTION_CELLS // 2, start + SECTION_CELLS + 1)
                if run[at].cell.bar.phrase_bar == 0
                and run[at].cell.opens
                and run[at].kind == "play"
                and run[at - 1].kind == "play"
            ]
            cut = cuts[-1] if cuts else start + SECTION_CELLS
            out.append(tuple(run[start:cut]))
            start = cut
        out.append(tuple(run[start:]))
    return out


def _key(groups: list[tuple[CellPlan, ...]], index: int) -> str:
    """Plot id, and the section's number within the plot from its second on."""
    first = index
    while first > 0 and groups[first - 1][0].plot.id == groups[index][0].plot.id:
        first -= 1
    name = groups[index][0].plot.id
    return name if first == index else f"{name}/{index - first}"


def _palette(name: str, plots: list[Plot], settings: Settings) -> Palette:
    """The cue's palette: what the brief names, or every plot alike; else by the mood."""
    named = {palette_named(plot.palette) for plot in plots}
    asked = palette_named(settings.brief) or (named.pop() if len(named) == 1 else None)
    if asked is not None:
        return asked
    weights = [max(1, plot.end_frame - plot.start_frame) for plot in plots]
    total = sum(weights) or 1

    def mean(axis: str) -> float:
        return sum(w * float(getattr(p, axis)) for w, p in zip(weights, plots)) / total

    generator = stream(settings.seed, settings.variation, STAGE, "palette", name)
    return palette_for((mean("valence"), mean("energy"), mean("tension")), generator)


def _last_tick(cues: CueSheet, form: Form, settings: Settings) -> int:
    """Where the very last note must be over: the last frame and the tail."""
    end_s = cues.cue_length_s + Fraction(settings.tail_s)
    return max(int(form.tempo_map.tick_at_s(end_s)), form.end_tick)


def _silences(form: Form, plots: dict[str, Plot]) -> tuple[tuple[int, int], ...]:
    """Tick ranges of the bars that belong to plots without music, merged."""
    out: list[tuple[int, int]] = []
    for bar in form.bars:
        if plots[bar.plot_id].music:
            continue
        if out and out[-1][1] == bar.tick:
            out[-1] = (out[-1][0], bar.end_tick)
        else:
            out.append((bar.tick, bar.end_tick))
    return tuple(out)
