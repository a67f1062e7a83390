"""A hand-made cue with known answers: sheet, form and performance follow from each other."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from bridge.schema.cues import (
    CueSheet,
    Hit,
    HitKind,
    Label,
    MoodCurves,
    Plot,
    ShiftKind,
    TransitionPoint,
    Weight,
)
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.picture import Picture
from bridge.schema.score import ChordSpan, KeySpan, Part, PartRole, Score
from bridge.schema.tempo import Bar, Form, HitResult, Metre, Rung, TempoEvent, TempoMap
from bridge.schema.timeline import EditKind, EditPoint, Shot, Timeline

NTSC = Fraction(24_000, 1001)
TEMPO = (
    TempoEvent(0, 500_000),
    TempoEvent(3840, 487_231),
    TempoEvent(7680, 512_345),
    TempoEvent(12_000, 600_001),
)
METRES = (Metre(4, 4), Metre(4, 4), Metre(3, 4), Metre(7, 8), Metre(4, 4))
LABELS = (Label.INTRODUCTION, Label.DEVELOPMENT, Label.CLIMAX, Label.CONCLUSION)


def curves(length_s: int) -> MoodCurves:
    def wave(phase: float) -> tuple[float, ...]:
        return tuple(0.5 + 0.4 * math.sin(i / 5 + phase) for i in range(max(1, length_s)))

    return MoodCurves(wave(0), wave(1), wave(2), wave(3), wave(4))


def make_cues(
    rate: Fraction = NTSC, drop: bool = False, length: int = 480, cuts: tuple[int, ...] = (60, 97, 190, 330),
    start: int = 0, start_timecode: int = 86_400, plots: int = 2, name: str = "Ein schöner Film",
) -> CueSheet:  # fmt: skip
    """Cuts and plots at even distances; the second cut is grouped with the first, the last is left."""
    hits = [
        Hit(
            f"h{i:03d}", start + cut, Weight.WANT if i % 3 else Weight.MUST,
            HitKind.CUT if i % 4 else HitKind.TRANSITION, words="=door, slams" if i == 1 else "",
            grouped_with="h001" if i == 2 else "",
        )
        for i, cut in enumerate(cuts, start=1)
    ]  # fmt: skip
    edges = [start + round(length * i / plots) for i in range(plots + 1)]
    plot = tuple(
        Plot(
            f"p{i + 1}", a, b, LABELS[i % 4], f"words {i + 1}", 0.2 + 0.1 * (i % 6), 0.3, 0.4, 0.5, 0.6,
            "strings", ("drone", "pulse"), music=plots == 1 or i != 1,
            entrance="nobody needs it" if i == 1 else "", reason="no music" if i == 1 else "it goes on",
        )
        for i, (a, b) in enumerate(zip(edges, edges[1:]))
    )  # fmt: skip
    turns = tuple(
        TransitionPoint(each.start_frame, list(ShiftKind)[i % 3], 0.7, "the tone changes: darker, at a cut")
        for i, each in enumerate(plot[1:], start=1)
    )
    return CueSheet(
        name, rate, drop, start_timecode, start, start + length, tuple(hits), plot,
        curves(math.ceil(length / rate)), "a brief", transitions=turns,
    )  # fmt: skip


def make_form(
    cues: CueSheet, tempo: tuple[TempoEvent, ...] = TEMPO, metres: tuple[Metre, ...] = METRES
) -> Form:
    """Bars over the cue in these metres, in turn; the nearest quarter meets each hit but the last."""
    tempo_map = TempoMap(tempo)
    end_tick = math.ceil(tempo_map.tick_at_s(cues.cue_length_s))
    bars: list[Bar] = []
    while not bars or bars[-1].end_tick < end_tick:
        tick = bars[-1].end_tick if bars else 0
        frame = cues.cue_start_frame + tempo_map.s_at_tick(tick) * cues.rate
        plot = next((p for p in reversed(cues.plots) if p.start_frame <= frame), cues.plots[0])
        bars.append(Bar(len(bars), tick, metres[len(bars) % len(metres)], plot.id))
    results = []
    for hit in cues.hits:
        tick = round(tempo_map.tick_at_s(cues.cue_s(hit.frame)) / 960) * 960
        error = float((tempo_map.s_at_tick(tick) - cues.cue_s(hit.frame)) * cues.rate)
        left = hit is cues.hits[-1] or bool(hit.grouped_with)
        starts = {bar.tick for bar in bars}
        reason = "no beat in reach" if left else ""
        results.append(
            HitResult(
                hit.id, not left, None if left else tick, error, Rung.NONE if left else Rung.TEMPO,
                tick in starts, reason,
            )
        )  # fmt: skip
    base = {plot.id: tempo[0].bpm for plot in cues.plots}
    return Form(tempo_map, tuple(bars), tuple(results), base, end_tick)


def make_performance(form: Form, parts: int = 3) -> Performance:
    """A note a quarter in each part, a third apart, under a slow CC 11 swell."""
    tracks = []
    for part in range(parts):
        notes = tuple(
            PlayedNote(tick, 900, 48 + 7 * part % 36 + (tick // 960) % 5, 60 + (tick // 960) % 40)
            for tick in range(0, form.end_tick, 960)
        )
        swell = tuple(Controller(t, 11, 64 + (t // 480) % 50) for t in range(0, form.end_tick, 480))
        role = list(PartRole)[part % len(PartRole)]
        tracks.append(Track(f"Stimme {part + 1} é", role, part, 40 + part % 80, notes, swell))
    return Performance(tuple(tracks))


def make_score(form: Form, performance: Performance) -> Score:
    end = Fraction(form.end_tick, 960)
    chord = ChordSpan(Fraction(0), end, 9, "min", "A:min")
    parts = tuple(Part(t.name, t.role, t.program, ()) for t in performance.tracks)
    return Score(parts, (chord,), (KeySpan(Fraction(0), 9, "minor"),))


def make_timeline(cues: CueSheet) -> Timeline:
    """One shot between each two cuts, and a dissolve at every transition."""
    edges = [cues.cue_start_frame, *(h.frame for h in cues.hits), cues.cue_end_frame]
    shots = tuple(Shot(f"s{i}", f"shot {i}", a, b) for i, (a, b) in enumerate(zip(edges, edges[1:]), start=1))
    points = tuple(
        EditPoint(h.frame, EditKind.TRANSITION, h.frame - 6, h.frame + 6, "Cross Dissolve")
        if h.kind is HitKind.TRANSITION
        else EditPoint(h.frame, start_frame=h.frame, end_frame=h.frame)
        for h in cues.hits
    )
    return Timeline(
        cues.name, cues.rate, cues.drop_frame, cues.start_timecode_frames, cues.cue_end_frame,
        cues.cue_start_frame, cues.cue_end_frame, shots, points,
    )  # fmt: skip


def make_picture(cues: CueSheet) -> Picture:
    n = math.ceil(cues.cue_length_s * 5)
    ramp = (np.abs(np.sin(np.arange(n) / 9)) ** 3).astype(np.float32)
    flat = np.full(n, 0.5, dtype=np.float32)
    chroma = np.full((n, 4), 0.25, dtype=np.float32)
    return Picture(np.ones(n, dtype=bool), ramp, flat, flat, flat, flat, chroma, flat)
