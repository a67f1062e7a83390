"""Whole cues through the line: whether a mood moves the music, and whether plots of one label are alike."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from bench.following import ENERGIES, SECONDS, tempo
from bench.sync.lists import simulated
from bench.textures import trimmed
from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.errors import InputError
from bridge.performing import perform
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Hit, HitKind, Label, MoodCurves, Plot, Weight
from bridge.schema.score import PartRole, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.sounding.studio import Studio, open_studio
from bridge.timing import solve
from bridge.vocabulary.dissonance import of_pitches
from bridge.vocabulary.measure import MAJOR, MINOR, roughness
from bridge.vocabulary.tokens import STEPS_PER_QUARTER
from models.judging.loudness import level, rendered
from models.judging.spread import mean_of

ENDS = {"energy": ENERGIES, "tension": (0.22, 0.88), "valence": (0.3, 0.82)}
"""Where an axis is low and high, 0 to 1: as far apart as film excerpts that anybody tells apart are rated
(Eerola & Vuoskoski 2011, on 1 to 9: energy of sad 3.4, of angry 7.5; tension of tender 2.8, of fearful 8.0;
valence of fearful 3.4, of happy 7.6)."""
RENDERED = "loudness, rendered"
TEMPI = ("tempo, plots alone", "tempo, every cut a hit, following the mood", "tempo, every cut a hit")
AXES = {
    "energy": ("density", "loudness", RENDERED, *TEMPI),
    "tension": ("dissonance", "roughness"),
    "valence": ("mode",),
}
"""What each axis should raise."""
FORM = (
    Label.INTRODUCTION,
    Label.DEVELOPMENT,
    Label.CLIMAX,
    Label.DEVELOPMENT,
    Label.CLIMAX,
    Label.CONCLUSION,
)
OFFSET = 5
"""Which of the simulated lists are taken: not those on which `--tempo-follows` got its price (at 3)."""
Melody = Sequence[tuple[Fraction, int]]
"""(Start in quarters, pitch) in order."""
PLOT_S, RATE = 15, 24
GRAM = 3


def paired(models: Models, trials: int) -> dict[str, dict[str, Any]]:
    """For each axis, trials of one cue sheet and one seed with that axis low and high everywhere.

    The sheets are the sync benchmark's simulated cut lists; the other axes are drawn anew for each trial.
    What follows from the axes in spotting (density and loudness) follows here. Tempo is taken once more of
    the sheets with no hits but where plots begin, and once where it is asked to follow the mood: a cut every
    few seconds leaves few tempi to choose from.
    Loudness is heard once more as it is rendered, where there is a FluidSynth with a soundfont.
    """
    lists, studio = simulated(), _studio()
    out: dict[str, dict[str, Any]] = {}
    for axis, named in AXES.items():
        moved = [name for name in named if name != RENDERED or studio is not None]
        hears = studio if RENDERED in moved else None
        changes: dict[str, list[float]] = {name: [] for name in moved}
        for trial in range(trials):
            edits = lists[(7 * trial + OFFSET) * len(lists) // (7 * trials) % len(lists)]
            sheet = trimmed(edits.cue_sheet(), round(SECONDS * edits.rate))
            drawn = np.random.default_rng((OFFSET, trial)).uniform(0.3, 0.7, 3)
            mood = dict(zip(("valence", "energy", "tension"), map(float, drawn)))
            ends = [
                heard(in_mood(sheet, {**mood, axis: value}), trial, models, hears, moved)
                for value in ENDS[axis]
            ]
            for name in moved:
                changes[name].append(ends[1][name] - ends[0][name])
            print(f"moods: {axis} {trial + 1}/{trials}", file=sys.stderr, end="\r", flush=True)
        out[axis] = {
            name: {"rises": float(np.mean(np.array(values) > 0)), "trials": trials, **_mean(values)}
            for name, values in changes.items()
        }
    return out


def in_mood(sheet: CueSheet, mood: dict[str, float]) -> CueSheet:
    """The sheet with one mood in every plot, and what spotting concludes from it."""
    derived = {
        "density": min(1.0, 0.15 + 0.75 * mood["energy"]),
        "loudness": min(1.0, 0.1 + 0.55 * mood["energy"] + 0.3 * mood["tension"]),
    }
    return replace(sheet, plots=tuple(replace(plot, **mood, **derived) for plot in sheet.plots))


def heard(
    sheet: CueSheet, seed: int, models: Models, studio: Studio | None, asked: Sequence[str]
) -> dict[str, float]:
    """What a cue is like: distinct onsets a second, level, quarters a minute, dissonance, and mode.

    The tempi that are not the cue's own are solved for where they are among what is `asked`.
    """
    settings = Settings(seed=seed)
    form = solve(sheet, settings, Progress())
    score = compose(sheet, form, settings, models, Progress())
    played = perform(score, form, sheet, settings)
    length_s = float(sheet.cue_length_s)
    onsets = {note.start_beats for part in score.parts for note in part.notes}
    return {
        "density": len(onsets) / length_s,
        "loudness": level(played),
        **({} if studio is None else {RENDERED: rendered(played, form, sheet, studio)}),
        **({} if TEMPI[0] not in asked else tempi(sheet, form, settings)),
        "dissonance": dissonance(score),
        "roughness": rough(score),
        "mode": major(score, form),
    }


def _studio() -> Studio | None:
    try:
        return open_studio()
    except InputError as error:
        print(f"moods: nothing is rendered: {error}", file=sys.stderr)
        return None


def tempi(sheet: CueSheet, form: Form, settings: Settings) -> dict[str, float]:
    """`TEMPI` of a sheet, of which the last is its form's own."""
    led = replace(settings, tempo=replace(settings.tempo, follows="mood"))
    forms = (solve(plots_alone(sheet), settings, Progress()), solve(sheet, led, Progress()), form)
    return dict(zip(TEMPI, map(tempo, forms)))


def plots_alone(sheet: CueSheet) -> CueSheet:
    """The sheet with no hits but those on which plots begin."""
    starts = {plot.start_frame for plot in sheet.plots}
    return replace(sheet, hits=tuple(hit for hit in sheet.hits if hit.frame in starts))


def rough(score: Score) -> float:
    """Mean roughness of the pairs of pitches that sound together, over the time in which any two do."""
    notes = pitched(score)
    found = roughness(notes, int((notes[:, 0] + notes[:, 1]).max()))
    return float(found[found >= 0].mean())


def dissonance(score: Score) -> float:
    """Roughness of the pitch classes that sound together: register, spacing and doublings taken out.

    What sounds low and close is rough whatever its harmony (a fifth at C2 as much as a semitone at C4), and
    who plays where is the palette's affair. Two classes are as rough as their interval and its complement
    above middle C are in the mean.
    """
    notes = pitched(score)
    steps = int((notes[:, 0] + notes[:, 1]).max())
    sounding = np.zeros((12, steps + 1), np.int64)
    for step, length, pitch, _ in notes:
        sounding[pitch % 12, step] += 1
        sounding[pitch % 12, min(step + length, steps)] -= 1
    present = np.cumsum(sounding, axis=1)[:, :steps] > 0
    found: dict[bytes, float] = {}
    values = []
    for column in present.T:
        if (key := column.tobytes()) not in found:
            pairs = list(combinations(np.flatnonzero(column), 2))
            found[key] = float(np.mean([_BETWEEN[b - a] for a, b in pairs])) if pairs else float("nan")
        values.append(found[key])
    return _nanmean(values)


_BETWEEN = {
    apart: (of_pitches((60, 60 + apart)) + of_pitches((60, 72 - apart))) / 2 for apart in range(1, 12)
}


def pitched(score: Score) -> np.ndarray:
    """Notes of all parts but drums, (N, 4): step, length in steps, pitch, and a velocity nobody reads."""
    return np.array(
        sorted(
            (
                round(note.start_beats * STEPS_PER_QUARTER),
                max(1, round(note.duration_beats * STEPS_PER_QUARTER)),
                note.pitch,
                64,
            )
            for part in score.parts
            if part.role is not PartRole.DRUMS
            for note in part.notes
        ),
        np.int64,
    ).reshape(-1, 4)


def major(score: Score, form: Form) -> float:
    """1 all major to -1 all minor: half from the keys, half from the chords, over time."""
    end = Fraction(form.end_tick, TICKS_PER_QUARTER)
    bounds = [*[key.start_beats for key in score.keys[1:]], end]
    keys = sum(
        float(after - key.start_beats) * (1 if key.mode == "major" else -1)
        for key, after in zip(score.keys, bounds)
    )
    chords = sum(
        float(chord.end_beats - chord.start_beats) * ((chord.quality in MAJOR) - (chord.quality in MINOR))
        for chord in score.chords
    )
    return 0.5 * keys / float(end - score.keys[0].start_beats) + 0.5 * chords / float(end)


# --- the motif ------------------------------------------------------------------------------------


def motif(models: Models, cues: int) -> dict[str, Any]:
    """Likeness of the melodies of plots: of one label, of two labels, and of two different cues.

    Once with a mood of each label's own, which may make its plots alike by itself, and once with one mood.
    """
    out: dict[str, Any] = {"cues": cues}
    for words, one_mood in (("", False), (", one mood", True)):
        melodies = []
        for seed in range(cues):
            melodies.append(plot_melodies(models, seed, one_mood=one_mood))
            print(f"motif{words}: {seed + 1}/{cues}", file=sys.stderr, end="\r", flush=True)
        out[f"intervals{words}"] = alike(melodies, intervals)
        out[f"rhythm{words}"] = alike(melodies, rhythm)
    return out


def alike(
    melodies: Sequence[Sequence[Melody]], view: Callable[[Melody], list[object]]
) -> dict[str, dict[str, float]]:
    """Mean likeness over cues, seen by intervals or by rhythm; `melodies` are cue by cue, plot by plot."""
    same, other, strange = [], [], []
    for index, plots in enumerate(melodies):
        pairs = [
            (FORM[a] == FORM[b], likeness(view(plots[a]), view(plots[b])))
            for a, b in combinations(range(len(plots)), 2)
        ]
        same.append(_nanmean([found for one_label, found in pairs if one_label]))
        other.append(_nanmean([found for one_label, found in pairs if not one_label]))
        stranger = melodies[(index + 1) % len(melodies)]
        strange.append(_nanmean([likeness(view(one), view(two)) for one, two in zip(plots, stranger)]))
    return {
        "same label": _mean(same),
        "different labels": _mean(other),
        "difference": _mean([a - b for a, b in zip(same, other)]),
        "different cues": _mean(strange),
    }


def plot_melodies(models: Models, seed: int, *, one_mood: bool = False) -> list[list[tuple[Fraction, int]]]:
    """The melody of every plot of a cue with labels that come back: (start in quarters, pitch)."""
    sheet = labelled(seed, one_mood=one_mood)
    form = solve(sheet, Settings(seed=seed), Progress())
    score = compose(sheet, form, Settings(seed=seed), models, Progress())
    sung = [n for part in score.parts if part.role is PartRole.MELODY for n in part.notes]
    out = []
    for plot in sheet.plots:
        bars = [bar for bar in form.bars if bar.plot_id == plot.id]
        low = Fraction(bars[0].tick, TICKS_PER_QUARTER)
        high = Fraction(bars[-1].end_tick, TICKS_PER_QUARTER)
        found = {note.start_beats: note.pitch for note in sorted(sung, key=lambda n: n.pitch)}
        out.append(sorted((start, pitch) for start, pitch in found.items() if low <= start < high))
    return out


def labelled(seed: int, *, one_mood: bool = False) -> CueSheet:
    """Six plots of a quarter of a minute in `FORM`, a line in each; each label has a mood of its own, or all
    of them have one.
    """
    choose = np.random.default_rng(seed)
    moods = {label: choose.uniform(0.25, 0.75, 3) for label in Label}
    if one_mood:
        moods = dict.fromkeys(Label, moods[FORM[0]])
    plots, hits = [], []
    for index, label in enumerate(FORM):
        start = index * PLOT_S * RATE
        valence, energy, tension = (float(value) for value in moods[label])
        plots.append(
            Plot(
                f"plot-{index + 1}",
                start,
                start + PLOT_S * RATE,
                label,
                valence=valence,
                energy=energy,
                tension=tension,
                density=0.15 + 0.75 * energy,
                loudness=0.1 + 0.55 * energy + 0.3 * tension,
                layers=("line", "inner", "bass"),
            )
        )
        if index:
            hits.append(Hit(f"hit-{index}", start, Weight.WANT, HitKind.PLOT, downbeat=True))
    flat = (0.5,) * (len(FORM) * PLOT_S + 1)
    return CueSheet(
        name=f"motif {seed}",
        rate=Fraction(RATE),
        drop_frame=False,
        start_timecode_frames=0,
        cue_start_frame=0,
        cue_end_frame=len(FORM) * PLOT_S * RATE,
        hits=tuple(hits),
        plots=tuple(plots),
        mood=MoodCurves(flat, flat, flat, flat, flat),
    )


def intervals(melody: Melody) -> list[object]:
    """Semitones from note to note."""
    return [after[1] - before[1] for before, after in zip(melody, melody[1:])]


def rhythm(melody: Melody) -> list[object]:
    """Quarters from onset to onset, to a twelfth."""
    return [round((after[0] - before[0]) * 12) for before, after in zip(melody, melody[1:])]


def likeness(one: Sequence[object], other: Sequence[object]) -> float:
    """Ukkonen's measure on trigrams, 0 to 1 ("ngrukkon" of Müllensiefen & Frieler 2004).

    1 less the summed differences of the trigrams' counts over how many there are; nan for a line too short.
    """
    counts = [
        Counter(tuple(line[at : at + GRAM]) for at in range(len(line) - GRAM + 1)) for line in (one, other)
    ]
    total = sum(counts[0].values()) + sum(counts[1].values())
    if not counts[0] or not counts[1]:
        return float("nan")
    apart = sum(abs(counts[0][gram] - counts[1][gram]) for gram in counts[0] | counts[1])
    return 1 - apart / total


def _mean(values: Sequence[float]) -> dict[str, float]:
    found = mean_of(values)
    return {"mean": found.value, "error": found.error}


def _nanmean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
