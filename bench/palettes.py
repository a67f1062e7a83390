"""Palettes on one cue sheet: what differs between them, and a piano roll of each to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import hypot
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.general_midi import DRUMS, NAMES
from bridge.composing import Models, compose
from bridge.composing.palettes import PALETTES, sustains
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.score import Part, PartRole, Score
from bridge.schema.tempo import Form
from bridge.vocabulary.texture import Sounded, textures
from bridge.writing.colors import PART_COLORS
from models.judging.spread import mean_of

SEEDS = 10
APART = 2.0
"""Pooled standard errors by which two palettes' means must differ."""
PLACES = {
    "mean pitch": 1,
    "notes a second": 2,
    "median onset spacing, s": 2,
    "notes at once": 2,
    "struck or plucked, % of notes": 0,
}
"""What is measured of each palette, and the decimal places it is shown with."""
NAMED = 5
TREMOLO_PROGRAM = 44


def labels_of(part: Part, bars: Sequence[float]) -> tuple[str, ...]:
    """A part's labels in two-bar windows; a tremolo patch trembles by itself. `bars` are in quarters."""
    trembles = part.program == TREMOLO_PROGRAM
    heard = [Sounded(float(n.start_beats), float(n.end_beats), n.pitch, trembles) for n in part.notes]
    return textures(sorted(heard), bars)


def compare_palettes(cues: CueSheet, form: Form, models: Models, folder: Path) -> str:
    """A Markdown table of the palettes on one cue sheet; `folder/NAME.png` are their piano rolls."""
    return palette_table(measure_palettes(cues, form, models, folder))


def measure_palettes(
    cues: CueSheet, form: Form, models: Models, folder: Path, seeds: int = SEEDS
) -> dict[str, Any]:
    """Compose a cue sheet with every palette and several seeds; the first seed's piano rolls are drawn.

    Returns `seeds`, and by palette its `instruments`, `measures` (mean and standard error over seeds of each
    of `PLACES`), `textures` (label: share of sounding part-windows, 0 to 1), `shared` (of whose instruments'
    time it has most, and how much, 0 to 1) and `again` (the same of two seeds of its own).
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {}
    times: dict[str, list[dict[str, float]]] = {}
    for palette in PALETTES:
        sheet = replace(cues, plots=tuple(replace(plot, palette=palette.name) for plot in cues.plots))
        values: dict[str, list[float]] = {name: [] for name in PLACES}
        labels: Counter[str] = Counter()
        instruments: dict[str, None] = {}
        for seed in range(1, seeds + 1):
            score = compose(sheet, form, Settings(seed=seed), models, Progress())
            for name, value in measures_of(score, form).items():
                values[name].append(value)
            labels.update(_labels(score, form))
            times.setdefault(palette.name, []).append(time_of(score))
            instruments.update(dict.fromkeys(instruments_of(score)))
            if seed == 1:
                piano_roll(score, form, palette.name, folder / f"{palette.name.replace(' ', '-')}.png")
        means = {name: mean_of(each) for name, each in values.items()}
        found[palette.name] = {
            "instruments": list(instruments),
            "measures": {name: {"mean": m.value, "error": m.error} for name, m in means.items()},
            "textures": {label: count / labels.total() for label, count in labels.most_common(3)},
        }
    for name, each in found.items():
        likes = {other: shared_time(times[name], times[other]) for other in found if other != name}
        nearest = max(likes, key=lambda other: likes[other])
        each["shared"], each["again"] = [nearest, likes[nearest]], shared_time(times[name], times[name])
    return {"seeds": seeds, "palettes": found}


def palette_table(found: Mapping[str, Any]) -> str:
    """What `measure_palettes` found as a Markdown table, and how many pairs of palettes differ."""
    heads = ("palette", "instruments", *PLACES, "commonest textures, %", "instruments' time shared, %")
    out = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, each in found["palettes"].items():
        nearest, share = each["shared"]
        more = len(each["instruments"]) - NAMED
        measured = [(each["measures"][measure], places) for measure, places in PLACES.items()]
        cells = (
            name,
            ", ".join(each["instruments"][:NAMED]) + (f" and {more} more" if more > 0 else ""),
            *(f"{one['mean']:.{places}f} ± {one['error']:.{places}f}" for one, places in measured),
            ", ".join(f"{label} {100 * part:.0f}" for label, part in each["textures"].items()),
            f"{100 * share:.0f}, with {nearest} (with itself {100 * each['again']:.0f})",
        )
        out.append(f"| {' | '.join(cells)} |")
    alike = alike_palettes(found)
    pairs = len(found["palettes"]) * (len(found["palettes"]) - 1) // 2
    words = f"{pairs - len(alike)} of {pairs} pairs differ"
    but = "".join(f"; {one} and {other} do not" for one, other in alike)
    return (
        "\n".join(out) + f"\n\nMeans over {found['seeds']} seeds with their standard errors. By at least one"
        f" measure's mean, by more than {APART:.0f} pooled standard errors: {words}{but}. Instruments' time"
        " is the share of notes' time that two scores give the same instruments, in the mean over pairs of"
        " seeds: with the palette it shares most with, and with its own other seeds.\n"
    )


def alike_palettes(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The pairs of palettes of which no measure differs by more than `APART` pooled standard errors."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(found["palettes"].items(), 2)
        if not any(
            abs(a["measures"][name]["mean"] - b["measures"][name]["mean"])
            > APART * hypot(a["measures"][name]["error"], b["measures"][name]["error"])
            for name in PLACES
        )
    ]


def piano_roll(score: Score, form: Form, title: str, path: Path) -> None:
    """Every note in seconds by pitch, by part, with plots' first bars as lines."""
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(14, 4.5), layout="constrained")
    for place, part in enumerate(score.parts):
        spans = [(_s(form, n.start_beats), _s(form, n.end_beats), n.pitch) for n in part.notes]
        color = f"C{place % 10}" if len(score.parts) > len(PART_COLORS) else PART_COLORS[part.role]
        axis.hlines(
            [p for *_, p in spans], [a for a, *_ in spans], [b for _, b, _ in spans], color, linewidth=2.2
        )
        axis.plot([], [], color=color, linewidth=3, label=part.name)
    for before, bar in pairwise(form.bars):
        if before.plot_id != bar.plot_id:
            axis.axvline(float(form.tempo_map.s_at_tick(bar.tick)), color="#999999", linewidth=1)
    axis.set(title=title, xlabel="seconds", ylabel="MIDI pitch", ylim=(24, 100))
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False)
    figure.savefig(path, dpi=80)
    pyplot.close(figure)


def measures_of(score: Score, form: Form) -> dict[str, float]:
    """`PLACES` of one score: MIDI pitch, notes and seconds; of drums nothing, for they have no pitch."""
    notes = [note for part in _pitched(score) for note in part.notes]
    onsets = sorted({_s(form, note.start_beats) for note in notes})
    length = max(_s(form, note.end_beats) for note in notes)
    lasting = sum(_s(form, note.end_beats) - _s(form, note.start_beats) for note in notes)
    struck = sum(len(part.notes) for part in _pitched(score) if not sustains(part.program))
    return {
        "mean pitch": mean(note.pitch for note in notes),
        "notes a second": len(notes) / length,
        "median onset spacing, s": median(b - a for a, b in pairwise(onsets)),
        "notes at once": lasting / length,
        "struck or plucked, % of notes": 100 * struck / len(notes),
    }


def time_of(score: Score) -> dict[str, float]:
    """What share of all notes' time each instrument has; drums, which do not last, have none."""
    time: Counter[str] = Counter()
    for part in _pitched(score):
        time[NAMES[part.program]] += float(sum(note.duration_beats for note in part.notes))
    return {name: each / time.total() for name, each in time.items()}


def shared_time(some: Sequence[dict[str, float]], others: Sequence[dict[str, float]]) -> float:
    """Mean overlap of the shares of two lists' pairs; of one list with itself, of its different pairs (of one
    score alone 1).
    """
    pairs = list(combinations(some, 2)) if some is others else list(product(some, others))
    if not pairs:
        return 1.0
    return mean(sum(min(share, b.get(name, 0.0)) for name, share in a.items()) for a, b in pairs)


def instruments_of(score: Score) -> list[str]:
    """General MIDI's names of those who play, each once, in the order of the parts."""
    played = [part for part in score.parts if part.notes]
    names = (DRUMS if part.role is PartRole.DRUMS else NAMES[part.program] for part in played)
    return list(dict.fromkeys(names))


def _labels(score: Score, form: Form) -> Counter[str]:
    bars = [bar.tick / 960 for bar in form.bars if bar.tick < form.end_tick] + [form.end_tick / 960]
    return Counter(label for part in _pitched(score) for label in labels_of(part, bars) if label != "silent")


def _pitched(score: Score) -> list[Part]:
    return [part for part in score.parts if part.role is not PartRole.DRUMS]


def _s(form: Form, beats: Fraction) -> float:
    return float(form.tempo_map.s_at_tick(round(beats * 960)))
