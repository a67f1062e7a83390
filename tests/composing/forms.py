"""Cue sheets and forms made by hand, for the tests of composing and performing."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from bridge.schema.cues import CueSheet, Hit, HitKind, Label, MoodCurves, Plot, Weight
from bridge.schema.tempo import Bar, Form, HitResult, Metre, Rung, TempoEvent, TempoMap

RATE = 24
COMMON = Metre(4, 4)


@dataclass
class Scene:
    """One plot as a list of bars: metres, and what timing asks of single bars by their number."""

    bars: int = 8
    label: Label = Label.DEVELOPMENT
    valence: float = 0.5
    energy: float = 0.5
    tension: float = 0.4
    density: float = 0.5
    loudness: float = 0.5
    music: bool = True
    metre: Metre = COMMON
    metres: dict[int, Metre] = field(default_factory=dict)
    marks: dict[int, dict[str, object]] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    palette: str = ""
    hits: tuple[tuple[int, Weight], ...] = ()
    """(tick within the scene, weight) of hits that timing has met."""


def build(
    *scenes: Scene, bpm: int = 120, end_early_ticks: int = 0, partial_last_ticks: int = 0
) -> tuple[CueSheet, Form]:
    """A cue sheet and a form at a steady tempo that agree with each other to the tick.

    The picture ends `end_early_ticks` before the last bar does. `bpm` must divide 60,000,000 well
    enough for frames to be rounded: only plots' frames are, hits keep their tick.
    """
    us = round(60_000_000 / bpm)
    tempo = TempoMap((TempoEvent(0, us),))
    bars: list[Bar] = []
    plots: list[Plot] = []
    hits: list[Hit] = []
    results: list[HitResult] = []
    tick = 0

    def frame(at: int) -> int:
        return round(tempo.s_at_tick(at) * RATE)

    for number, scene in enumerate(scenes):
        start = tick
        for index in range(scene.bars):
            metre = scene.metres.get(index, scene.metre)
            mark = dict(scene.marks.get(index, {}))
            # Accents and airs are given as ticks in the bar.
            accents = tuple(tick + int(at) for at in mark.pop("accents", ()))  # type: ignore[attr-defined]
            airs = tuple((tick + a, tick + b) for a, b in mark.pop("airs", ()))  # type: ignore[attr-defined]
            bars.append(
                Bar(
                    index=len(bars),
                    tick=tick,
                    metre=metre,
                    plot_id=f"p{number}",
                    phrase=index // 4,
                    phrase_bar=index % 4,
                    bars_left=scene.bars - 1 - index,
                    cadence=index == scene.bars - 1,
                    accents=accents,
                    airs=airs,
                    **mark,  # type: ignore[arg-type]
                )
            )
            tick += metre.ticks
        for at, weight in scene.hits:
            name = f"h{len(hits)}"
            hits.append(Hit(name, frame(start + at), weight, HitKind.CUT))
            results.append(HitResult(name, True, start + at, 0.0, Rung.TEMPO))
        plots.append(
            Plot(
                id=f"p{number}",
                start_frame=frame(start),
                end_frame=frame(tick),
                label=scene.label,
                valence=scene.valence,
                energy=scene.energy,
                tension=scene.tension,
                density=scene.density,
                loudness=scene.loudness,
                music=scene.music,
                layers=scene.layers,
                palette=scene.palette,
            )
        )
    end_tick = tick - end_early_ticks
    plots[-1] = Plot(**{**plots[-1].__dict__, "end_frame": max(frame(end_tick), plots[-1].start_frame + 1)})
    seconds = max(1, -(-plots[-1].end_frame // RATE))
    curves = {
        name: tuple(_at(plots, second, name) for second in range(seconds))
        for name in ("valence", "energy", "tension", "density", "loudness")
    }
    cues = CueSheet(
        name="hand-made",
        rate=Fraction(RATE),
        drop_frame=False,
        start_timecode_frames=86400,
        cue_start_frame=0,
        cue_end_frame=plots[-1].end_frame,
        hits=tuple(hits),
        plots=tuple(plots),
        mood=MoodCurves(**curves),
    )
    form = Form(
        tempo_map=tempo,
        bars=tuple(bars),
        hits=tuple(results),
        base_bpm={plot.id: float(bpm) for plot in plots},
        end_tick=end_tick,
    )
    return cues, form


def _at(plots: list[Plot], second: int, name: str) -> float:
    for plot in plots:
        if second * RATE < plot.end_frame:
            return float(getattr(plot, name))
    return float(getattr(plots[-1], name))


def film() -> tuple[CueSheet, Form]:
    """A film of about a minute and a half with everything in it."""
    return build(
        Scene(8, Label.INTRODUCTION, 0.5, 0.25, 0.4, 0.3, 0.3, hits=((0, Weight.WANT),)),
        Scene(
            12,
            Label.DEVELOPMENT,
            0.4,
            0.5,
            0.5,
            0.5,
            0.5,
            metres={5: Metre(3, 4), 9: Metre(7, 8)},
            marks={3: {"accents": (1440, 2011)}, 7: {"pickup_ticks": 960}, 8: {"hold": True}},
            hits=((0, Weight.MUST), (3840 * 2 + 1920, Weight.WANT), (3840 * 4 + 777, Weight.NICE)),
        ),
        Scene(4, Label.DEVELOPMENT, music=False),
        Scene(
            10,
            Label.CLIMAX,
            0.3,
            0.85,
            0.8,
            0.8,
            0.9,
            marks={6: {"rest": True}},
            hits=((0, Weight.MUST), (3840 * 7, Weight.MUST), (3840 * 8 + 960, Weight.MUST)),
        ),
        Scene(8, Label.DEVELOPMENT, 0.45, 0.5, 0.4, 0.5, 0.5, hits=((0, Weight.WANT),)),
        Scene(8, Label.CONCLUSION, 0.7, 0.35, 0.25, 0.35, 0.4, hits=((0, Weight.WANT),)),
        bpm=96,
        end_early_ticks=1200,
    )
