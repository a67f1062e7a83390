"""What was seen, heard, concluded, timed and composed of one plot, in plain words from measured values.

The words for light, colour and motion are bands of `Picture`'s own numbers, which stand beside them, so that
nobody has to trust a word. Brightness is mean luma; saturation, warmth and contrast are as there; motion is
the mean change of a picture point over a fifth of a second (.01 is a locked-off interview, .06 a walk, .15 a
fight, seen on the films the tests use).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bridge.schema.cues import CueSheet, HitKind, LayerPlan, Plot, Weight
from bridge.schema.picture import SAMPLE_STEP_S, Picture
from bridge.schema.score import Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, Rung
from bridge.schema.timeline import EditKind, Timeline
from bridge.vocabulary.nearest import nearest_words

Bands = tuple[tuple[float, str], ...]

_LIGHT: Bands = ((0.04, "black"), (0.2, "dark"), (0.35, "dim"), (0.6, "evenly lit"), (9, "bright"))
_COLOR: Bands = ((0.08, "almost colourless"), (0.25, "muted"), (0.45, "coloured"), (9, "strongly coloured"))
_WARMTH: Bands = ((-0.12, "cold"), (-0.04, "cool"), (0.04, "neutral"), (0.12, "warm"), (9, "very warm"))
_CONTRAST: Bands = ((0.2, "flat"), (0.5, "of middling contrast"), (9, "of hard contrast"))
_MOTION: Bands = ((0.01, "still"), (0.035, "moving little"), (0.1, "moving"), (9, "moving fiercely"))
_VALENCE: Bands = (
    (0.2, "bleak"),
    (0.4, "dark"),
    (0.6, "neither dark nor bright"),
    (0.8, "bright"),
    (9, "glad"),
)
_ENERGY: Bands = (
    (0.2, "at rest"),
    (0.4, "calm"),
    (0.6, "moderately lively"),
    (0.8, "lively"),
    (9, "driving"),
)
_TENSION: Bands = (
    (0.2, "at ease"), (0.4, "little tension"), (0.6, "some tension"), (0.8, "tense"), (9, "on edge"),
)  # fmt: skip
# A change of light or motion within a plot is named from here on: what a viewer would call one.
_BRIGHTER, _LIVELIER = 0.08, 0.03
_NAMED_LAYERS, _NAMED_TURNS = 6, 4
# RMS re full scale over a second: what is quieter is called silence; chosen, not measured.
_SOUNDS_DB = -60.0


def seen(plot: Plot, timeline: Timeline, picture: Picture) -> str:
    """Light, colour, motion and cutting of a plot."""
    cutting = _cutting(plot, timeline)
    rows = _rows(plot, timeline, picture)
    share = float(picture.seen[rows].mean())
    if share == 0:
        return f"the pictures could not be looked at; {cutting}."

    def mean(name: str, part: slice | np.ndarray[Any, Any] = rows) -> float:
        values, looked = getattr(picture, name)[part], picture.seen[part]
        return float(values[looked].mean()) if looked.any() else float(values.mean())

    light, color, warmth = mean("brightness"), mean("saturation"), mean("warmth")
    words = [
        f"{_band(_LIGHT, light)} (brightness {light:.2f}), {_band(_COLOR, color)} ({color:.2f}),"
        f" {_band(_WARMTH, warmth)} ({warmth:+.2f}), {_band(_CONTRAST, mean('contrast'))}"
        f" ({mean('contrast'):.2f})",
        f"{_band(_MOTION, mean('motion'))} ({mean('motion'):.3f})",
        *_changes(rows, mean),
        *_nearest(rows, picture),
        cutting,
    ]
    if share < 0.995:
        words.append(f"{100 * (1 - share):.0f} % of it could not be looked at")
    return "; ".join(words) + "."


def _changes(rows: slice, mean: Any) -> list[str]:
    third = (rows.stop - rows.start) // 3
    if third < 5:  # under three seconds nothing grows, it only flickers
        return []
    head, tail = slice(rows.start, rows.start + third), slice(rows.stop - third, rows.stop)
    out = []
    for name, least, more, less in (
        ("brightness", _BRIGHTER, "brighter", "darker"),
        ("motion", _LIVELIER, "livelier", "quieter"),
    ):
        change = mean(name, tail) - mean(name, head)
        if abs(change) > least:
            out.append(more if change > 0 else less)
    return [f"growing {' and '.join(out)} towards its end"] if out else []


def _nearest(rows: slice, picture: Picture) -> list[str]:
    """Which of an encoder's words the pictures are nearest to, with the share of the first."""
    if picture.emotion is None or picture.feeling is None:
        return []
    emotion, feeling = picture.emotion[rows].mean(axis=0), picture.feeling[rows].mean(axis=0)
    words = nearest_words(emotion, picture.emotion_names, feeling, picture.feeling_names)
    return [f"nearest to the words {words}"]


def _cutting(plot: Plot, timeline: Timeline) -> str:
    inside = [p for p in timeline.edit_points if plot.start_frame <= p.frame < plot.end_frame]
    cuts = sum(p.kind is EditKind.CUT and p.frame > plot.start_frame for p in inside)
    styles = Counter(p.style or "transition" for p in inside if p.kind is EditKind.TRANSITION)
    length_s = float((plot.end_frame - plot.start_frame) / timeline.rate)
    changes = cuts + sum(p.kind is EditKind.TRANSITION and p.frame > plot.start_frame for p in inside)
    told = f"{_counted(changes + 1, 'shot')} in {length_s:.1f} s"
    if changes:
        told += f" ({length_s / (changes + 1):.1f} s each)"
    if styles:
        told += ", " + ", ".join(
            f"{style.lower()} × {count}" if count > 1 else style.lower() for style, count in styles.items()
        )
    return told


def heard(plot: Plot, cues: CueSheet) -> str:
    """How much of a plot is spoken over, and what is said as far as anybody knows."""
    spans = [s for s in cues.speech if s.start_frame < plot.end_frame and s.end_frame > plot.start_frame]
    frames = sum(min(s.end_frame, plot.end_frame) - max(s.start_frame, plot.start_frame) for s in spans)
    if not spans:
        return _without_speech(plot, cues)
    share = frames / (plot.end_frame - plot.start_frame)
    said = " / ".join(" ".join(s.words.split()) for s in spans if s.words)
    return f"speech over {100 * share:.0f} % of it, {_counted(len(spans), 'span')}" + (
        f": “{said[:400]}{'…' if len(said) > 400 else ''}”." if said else "."
    )


def _without_speech(plot: Plot, cues: CueSheet) -> str:
    """What is known where no speech is: who did not listen cannot say that nobody speaks."""
    if not cues.loudness_db:
        return f"no speech is noted{': ' if cues.unheard else ''}{cues.unheard}."
    first = min(round(cues.cue_s(plot.start_frame)), len(cues.loudness_db) - 1)
    levels = np.array(cues.loudness_db[first : max(first + 1, round(cues.cue_s(plot.end_frame)))])
    share = float((levels > _SOUNDS_DB).mean())
    level = 10 * math.log10(float((10 ** (levels / 10)).mean()))
    told = "nobody is heard to speak; " if cues.unheard else "nobody speaks; "
    told += f"sound over {100 * share:.0f} % of it, {level:.0f} dB RMS" if share else "it is silent"
    return f"{told}{'; ' if cues.unheard else ''}{cues.unheard}."


def spotted(plot: Plot, cues: CueSheet) -> str:
    """What the plot is taken for, how it shall feel, and whether music plays."""
    mood = (
        f"{_band(_VALENCE, plot.valence)} (valence {plot.valence:.2f}),"
        f" {_band(_ENERGY, plot.energy)} (energy {plot.energy:.2f}),"
        f" {_band(_TENSION, plot.tension)} (tension {plot.tension:.2f})"
    )
    if not plot.music:
        return f"no music{': ' + plot.entrance if plot.entrance else ''}; it would be {mood}."
    told = [f"{plot.label.value}{f' ({plot.reason})' if plot.reason else ''}; {mood}"]
    if plot.entrance:
        told.append(f"music enters here: {plot.entrance}")
    turns = [t for t in cues.transitions if plot.start_frame <= t.frame < plot.end_frame]
    told += [f"{turn.reason} ({turn.kind.value}, {turn.strength:.2f})" for turn in turns[:_NAMED_TURNS]]
    inside = [h for h in cues.hits if plot.start_frame <= h.frame < plot.end_frame and not h.grouped_with]
    weights = Counter(hit.weight for hit in inside)
    if inside:
        told.append("to be met: " + ", ".join(f"{weights[w]} {w.value}" for w in Weight if weights[w]))
    grouped = sum(plot.start_frame <= h.frame < plot.end_frame and bool(h.grouped_with) for h in cues.hits)
    if grouped:
        told.append(f"{_counted(grouped, 'cut')} left to a neighbour less than a second away")
    return "; ".join(told) + "."


def timed(plot: Plot, cues: CueSheet, form: Form) -> str:
    """Tempo and bars of a plot, and how its hits fared."""
    bars = [bar for bar in form.bars if bar.plot_id == plot.id]
    if not bars:
        return "no bars of its own."
    metres = Counter(str(bar.metre) for bar in bars)
    told = [f"bars {bars[0].index + 1} to {bars[-1].index + 1}, {', '.join(metres)}"]
    base = form.base_bpm.get(plot.id)
    if base is not None:
        beat = bars[0].beat_ticks / TICKS_PER_QUARTER
        told.append(f"{base / beat:.0f} {'beats' if beat == 1 else 'dotted quarters'} a minute")
    own = {hit.id: hit for hit in cues.hits if plot.start_frame <= hit.frame < plot.end_frame}
    results = [result for result in form.hits if result.hit_id in own and not own[result.hit_id].grouped_with]
    if results:
        met = [result for result in results if result.met]
        told.append(f"{len(met)} of {_counted(len(results), 'hit')} met")
        if met:
            told[-1] += f", at most {max(abs(r.error_frames) for r in met):.1f} frames off"
        rungs = Counter(r.rung.value for r in met if r.rung not in (Rung.TEMPO, Rung.NONE))
        told += [f"{count} by {rung}" for rung, count in rungs.items()]
        told += [
            f"left {own[r.hit_id].kind.value} {r.hit_id}: {r.reason}"
            for r in results
            if not r.met and own[r.hit_id].kind is not HitKind.CUT and r.reason
        ]
    return "; ".join(told) + "."


def composed(plot: Plot, form: Form, score: Score, layers: Mapping[str, Sequence[LayerPlan]]) -> str:
    """Keys, palette, layers and parts of a plot."""
    if not plot.music:
        return "silence."
    bars = [bar for bar in form.bars if bar.plot_id == plot.id]
    told = [f"palette {plot.palette or score.palette}"] if plot.palette or score.palette else []
    planned = layers.get(plot.id, ())
    names = list(dict.fromkeys(_layer(layer) for layer in planned))
    if names:
        told.append("layers " + ", ".join(names[:_NAMED_LAYERS]))
    if bars:
        first = bars[0].tick / TICKS_PER_QUARTER
        last = bars[-1].end_tick / TICKS_PER_QUARTER
        key = [key for key in score.keys if key.start_beats <= first][-1:] or list(score.keys[:1])
        told += [f"{_PITCHES[each.tonic_pc]} {each.mode}" for each in key]
        notes = {
            part.name: sum(first <= note.start_beats < last for note in part.notes) for part in score.parts
        }
        playing = [f"{name} {count}" for name, count in notes.items() if count]
        told.append("notes: " + ", ".join(playing) if playing else "nothing sounds")
    return "; ".join(told) + "."


_PITCHES = ("C", "D flat", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")


def _layer(layer: LayerPlan) -> str:
    return f"{layer.texture} ({layer.instrument})" if layer.instrument else layer.texture


def _rows(plot: Plot, timeline: Timeline, picture: Picture) -> slice:
    """The samples of a plot, at least one."""
    first = int(timeline.cue_s(plot.start_frame) / SAMPLE_STEP_S)
    last = int(timeline.cue_s(plot.end_frame) / SAMPLE_STEP_S)
    first = min(first, picture.samples - 1)
    return slice(first, max(first + 1, min(last, picture.samples)))


def _band(bands: Bands, value: float) -> str:
    return next(word for edge, word in bands if value < edge)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
