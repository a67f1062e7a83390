"""The hard limits, checked from a form alone: nothing here knows how the solver works."""

from __future__ import annotations

from fractions import Fraction

from bridge.config import Settings
from bridge.schema.cues import CueSheet, Weight
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Form, Metre
from bridge.timing.swing import direction_changes

CLOSE = 2e-5  # a microsecond in the shortest beat


def beats_of(bar: Bar) -> list[tuple[int, int]]:
    """(tick, ticks) of a bar's beats; a partial bar's fraction comes first."""
    beat = bar.beat_ticks
    ticks, at = bar.metre.ticks, bar.tick
    found = []
    if bar.partial and ticks % beat:
        found.append((at, ticks % beat))
        at += ticks % beat
    while at < bar.end_tick:
        found.append((at, min(beat, bar.end_tick - at)))
        at += beat
    return found


def legal_metres(metre: str) -> set[Metre]:
    """The bar, its neighbours by a beat, and in simple metres those that move the beat by an eighth."""
    beats, unit = (int(part) for part in metre.split("/"))
    if unit == 8:
        return {Metre(n, 8) for n in range(3, beats + 4, 3)}
    allowed = {Metre(n, 4) for n in range(1, beats + 2)}
    return allowed | {Metre(2 * beats - k, 8) for k in (1, 3, 5) if 2 * beats - k >= 3}


def broken(cues: CueSheet, settings: Settings, form: Form) -> list[str]:
    """Every hard limit that a form breaks, in words."""
    faults: list[str] = []
    tempo = settings.tempo
    if form.bars[0].tick != 0:
        faults.append("bars do not start at tick 0")
    for a, b in zip(form.bars, form.bars[1:]):
        if a.end_tick != b.tick or b.index != a.index + 1:
            faults.append(f"bars {a.index} and {b.index} do not abut")
    reach = form.tempo_map.s_at_tick(form.bars[-1].end_tick)
    if reach < cues.cue_length_s + Fraction(str(settings.tail_s)) - Fraction(1, 1000):
        faults.append(f"bars end at {float(reach)} s")
    before = form.tempo_map.s_at_tick(max(form.end_tick - 1, 0))
    if not form.tempo_map.s_at_tick(form.end_tick) >= cues.cue_length_s > before:
        faults.append("end_tick is not the first tick at or after the last frame")
    for bar in form.bars:
        if bar.rest or bar.partial:
            continue
        if bar.metre not in legal_metres(tempo.metre):
            faults.append(f"bar {bar.index} is {bar.metre}")
    for bar in form.bars:
        if any(not bar.tick <= tick < bar.end_tick for tick in bar.accents):
            faults.append(f"an accent outside bar {bar.index}")
    faults += [
        f"bar {bar.index} is held and sings a pickup" for bar in form.bars if bar.hold and bar.pickup_ticks
    ]
    met = {result.tick for result in form.hits if result.met}
    for bar in form.bars:
        for first, last in bar.airs:
            if not bar.tick < first < last < bar.end_tick or last not in met:
                faults.append(f"the rest in bar {bar.index} leads to no hit")
            if any(first <= tick < last for tick in met if tick is not None):
                faults.append(f"a hit in the rest of bar {bar.index}")
            if bar.hold or bar.pickup_ticks:
                faults.append(f"bar {bar.index} rests, and is held or sings a pickup")
    faults += _bends(cues, settings, form)
    faults += _hits(cues, form)
    faults += _unrest(cues, settings, form)
    return faults


def _unrest(cues: CueSheet, settings: Settings, form: Form) -> list[str]:
    """Too many odd bars or changes of direction, where no `must`, plot or silence asks for more."""
    faults: list[str] = []
    musts = any(hit.weight is Weight.MUST for hit in cues.hits)
    if any(not plot.music or plot.tempo_change or plot.tempo_bpm for plot in cues.plots):
        return faults
    inside = [bar for bar in form.bars if not bar.rest and bar.tick < form.end_tick]
    whole = [bar for bar in inside if not bar.partial]
    odd = sum(bar.metre != Metre.parse(settings.tempo.metre) for bar in whole)
    if not musts and odd > max(1, len(whole) / 8):
        faults.append(f"{odd} odd bars of {len(whole)}")
    ticks = [tick for bar in inside for tick, _ in beats_of(bar) if tick < form.end_tick]
    turns = direction_changes([60e6 / form.tempo_map.us_per_quarter_at(tick) for tick in ticks])
    if not musts and turns > max(1, 4 * float(cues.cue_length_s) / 60):
        faults.append(f"{turns} changes of direction in {float(cues.cue_length_s):.1f} s")
    return faults


def _bends(cues: CueSheet, settings: Settings, form: Form) -> list[str]:
    faults: list[str] = []
    tempo = settings.tempo
    musts = {h.id for h in cues.hits if h.weight is Weight.MUST}
    met = {r.tick: r.hit_id in musts for r in form.hits if r.met and r.tick is not None}
    met |= {r.tick: True for r in form.hits if r.met and r.hit_id in musts and r.tick is not None}
    if tempo.min_bpm == tempo.max_bpm and len(form.tempo_map.events) > 1:
        faults.append("more than one tempo event where there is one tempo only")
    free = {
        after.id
        for before, after in zip(cues.plots, cues.plots[1:])
        if after.tempo_change or after.tempo_bpm != before.tempo_bpm
    }
    run: list[tuple[int, float, float]] = []  # (tick, µs, bend) of beats that follow each other
    runs = [run]
    closed: dict[int, int] = {}  # last beat of a run: the tick where another tempo begins
    for bar in form.bars:
        if bar.rest:
            run = []
            runs.append(run)
            continue
        base = form.base_bpm[bar.plot_id]
        if bar.plot_id in free and run and bar.plot_id != form.bars[bar.index - 1].plot_id:
            closed[run[-1][0]] = bar.tick
            run = []  # another character of tempo begins
            runs.append(run)
        wanted = {plot.id: plot.tempo_bpm for plot in cues.plots}[bar.plot_id] or tempo.target_bpm
        if wanted and abs(base / (wanted * float(tempo.beat_quarters)) - 1) > CLOSE:
            faults.append(f"base {base} is not the tempo asked for")
        if bar.beat_ticks != TICKS_PER_QUARTER * tempo.beat_quarters:
            faults.append(f"beats of {bar.beat_ticks} ticks in bar {bar.index}")
        for tick, length in beats_of(bar):
            inside = {form.tempo_map.us_per_quarter_at(t) for t in (tick, tick + length - 1)}
            if max(inside) - min(inside) > 1:
                faults.append(f"the tempo changes inside the beat at {tick}")
            us = form.tempo_map.us_per_quarter_at(tick)
            run.append((tick, us, 60e6 / us / base - 1))
    for beats in runs:
        for (tick, us, _), (_, following, _) in zip(beats, beats[1:]):
            if max(us, following) / min(us, following) > 1.03 + CLOSE:
                faults.append(f"{us} to {following} µs after tick {tick}")
        for index, (tick, us, bend) in enumerate(beats):
            bpm = 60e6 / us / float(tempo.beat_quarters)
            if not tempo.min_bpm * (1 - CLOSE) <= bpm <= tempo.max_bpm * (1 + CLOSE):
                faults.append(f"{bpm:.2f} bpm at {tick}")
            if abs(bend) > tempo.free_bend + CLOSE and not _in_ramp(
                [*beats, (closed.get(beats[-1][0], -1), beats[-1][1], 0.0)], index, met, settings
            ):
                faults.append(f"bend {bend:.4f} at {tick} outside a ramp")
    return faults


def _in_ramp(
    beats: list[tuple[int, float, float]], index: int, met: dict[int, bool], settings: Settings
) -> bool:
    """A monotonic run of enough beats, over this one, that ends on a met hit which allows the bend."""
    tempo = settings.tempo
    for sign in (1, -1):
        end = index + 1
        while end <= len(beats):
            if end > index + 1 and sign * (beats[end - 1][1] - beats[end - 2][1]) < -1:
                break
            if end < len(beats) and beats[end][0] in met:
                begin = index
                while begin > 0 and sign * (beats[begin][1] - beats[begin - 1][1]) >= -1:
                    begin -= 1
                most = tempo.max_bend if met[beats[end][0]] or tempo.exact else tempo.costed_bend
                if end - begin >= tempo.ramp_min_beats and abs(beats[index][2]) <= most + CLOSE:
                    return True
            end += 1
    return False


def _hits(cues: CueSheet, form: Form) -> list[str]:
    faults: list[str] = []
    if [h.id for h in cues.hits] != [r.hit_id for r in form.hits]:
        faults.append("results do not list the hits in order")
    starts = {bar.tick for bar in form.bars}
    by_id = {h.id: h for h in cues.hits}
    for result in form.hits:
        hit = by_id[result.hit_id]
        if not result.met:
            if not result.reason:
                faults.append(f"{hit.id} was left without a reason")
            continue
        assert result.tick is not None
        error = (form.tempo_map.s_at_tick(result.tick) - cues.cue_s(hit.frame)) * cues.rate
        if abs(float(error) - result.error_frames) > 1e-9:
            faults.append(f"{hit.id}: error {result.error_frames} is not {float(error)}")
        slack = float(cues.rate) * 0.0005
        if not float(hit.early_frames) - slack <= float(error) <= float(hit.late_frames) + slack:
            faults.append(f"{hit.id}: {float(error):.3f} frames is outside its window")
        if result.on_downbeat != (result.tick in starts):
            faults.append(f"{hit.id}: on_downbeat is wrong")
    return faults
