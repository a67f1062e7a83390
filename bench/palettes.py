"""Six palettes on one cue sheet: what differs between them, and a piano roll of each to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from bridge.composing import Models, compose
from bridge.composing.palettes import PALETTES
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.score import Part, PartRole, Score
from bridge.schema.tempo import Form
from bridge.vocabulary.texture import Sounded, textures
from bridge.writing.colors import PART_COLORS

SEED = 1
TREMOLO_PROGRAM = 44


def labels_of(part: Part, bars: Sequence[float]) -> tuple[str, ...]:
    """A part's labels in two-bar windows; a tremolo patch trembles by itself. `bars` are in quarters."""
    trembles = part.program == TREMOLO_PROGRAM
    heard = [Sounded(float(n.start_beats), float(n.end_beats), n.pitch, trembles) for n in part.notes]
    return textures(sorted(heard), bars)


def compare_palettes(cues: CueSheet, form: Form, models: Models, folder: Path) -> str:
    """A Markdown table of the palettes on one cue sheet; `folder/NAME.png` are their piano rolls."""
    folder.mkdir(parents=True, exist_ok=True)
    out = [
        "| palette | instruments | mean pitch | middle 80 % of pitches | notes a second"
        " | median onset spacing, s | notes at once | parts at once | commonest textures, % |",
        "|---" * 9 + "|",
    ]
    for palette in PALETTES:
        sheet = replace(cues, plots=tuple(replace(plot, palette=palette.name) for plot in cues.plots))
        score = compose(sheet, form, Settings(seed=SEED), models, Progress())
        out.append(_row(palette.name, score, form))
        piano_roll(score, form, palette.name, folder / f"{palette.name.replace(' ', '-')}.png")
    return "\n".join(out) + "\n"


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


def _row(name: str, score: Score, form: Form) -> str:
    # Drums are a part, but have no pitch and no texture.
    pitched = [part for part in score.parts if part.role is not PartRole.DRUMS]
    notes = [note for part in pitched for note in part.notes]
    onsets = sorted({_s(form, note.start_beats) for note in notes})
    length = max(_s(form, note.end_beats) for note in notes)
    lasting = [(_s(form, note.end_beats) - _s(form, note.start_beats)) for note in notes]
    busy = [sum(_s(form, n.end_beats) - _s(form, n.start_beats) for n in part.notes) for part in score.parts]
    sounding = sum(min(each, length) for each in busy) / length
    pitches = sorted(note.pitch for note in notes)
    bars = [bar.tick / 960 for bar in form.bars if bar.tick < form.end_tick] + [form.end_tick / 960]
    labels = Counter(label for part in pitched for label in labels_of(part, bars) if label != "silent")
    total = sum(labels.values())
    spacing = median(b - a for a, b in pairwise(onsets))
    cells = (
        name,
        str(len(score.parts)),
        f"{mean(pitches):.1f}",
        f"{pitches[len(pitches) // 10]} to {pitches[len(pitches) * 9 // 10]}",
        f"{len(notes) / length:.1f}",
        f"{spacing:.2f}",
        f"{sum(lasting) / length:.1f}",
        f"{sounding:.1f}",
        ", ".join(f"{label} {100 * count / total:.0f}" for label, count in labels.most_common(3)),
    )
    return f"| {' | '.join(cells)} |"


def _s(form: Form, beats: Fraction) -> float:
    return float(form.tempo_map.s_at_tick(round(beats * 960)))
