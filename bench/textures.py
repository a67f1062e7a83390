"""Do cues sound like picture music? Textures, diminished chords, hits and boundaries over 30 cues a kind.

    python -m bench.textures [--cues 30] [--seconds 100] [--palettes FOLDER] [--references]

The cue sheets are the sync benchmark's simulated cut lists, cut to `--seconds`, with a mood drawn for each
plot within its kind's corner of the axes: underscore between the film-music ratings' sad and tender, tension
around fear, action between anger and happy (Eerola & Vuoskoski 2011). The forms are solved and the scores
composed by the line with the released models. Textures are labelled by `bridge.vocabulary.texture` in two-bar
windows a part, tremolo patches counting as tremolo. Parts of effects (stingers, risers) are left out of the
silence, for they would be silent most of the time by their nature.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.palettes import compare_palettes, labels_of
from bench.references import reference_rows
from bench.sync.lists import CutList, simulated
from bridge.composing import Models, compose, load_models
from bridge.config import Settings
from bridge.inference.streams import stream
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, Label
from bridge.schema.score import PartRole, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.timing import solve

KINDS: dict[str, dict[str, tuple[float, float]]] = {
    "underscore": {"valence": (0.4, 0.75), "energy": (0.15, 0.4), "tension": (0.2, 0.45)},
    "tension": {"valence": (0.15, 0.4), "energy": (0.35, 0.7), "tension": (0.7, 0.95)},
    "action": {"valence": (0.3, 0.65), "energy": (0.75, 0.95), "tension": (0.5, 0.85)},
}
COLUMNS = ("line", "chorale", "pad", "drone", "figure", "ostinato", "pulse", "tremolo", "run", "sparse")


@dataclass
class Tally:
    """Counts over the cues of one kind."""

    labels: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    windows: int = 0
    held: list[int] = field(default_factory=list)
    diminished_beats: Fraction = Fraction(0)
    beats: Fraction = Fraction(0)
    hits: int = 0
    hits_met: int = 0
    boundaries: int = 0
    boundaries_changed: int = 0
    away_s: list[float] = field(default_factory=list)
    sounds: Counter[str] = field(default_factory=Counter)

    def share(self, *names: str) -> float:
        """Share of sounding part-windows with one of the labels, in per cent."""
        return 100 * sum(self.labels[name] for name in names) / max(1, sum(self.labels.values()))

    def shown(self) -> dict[str, Any]:
        """What the tables show: shares in per cent, `held` in bars, `away` in seconds, others as counts."""
        held = sorted(self.held) or [0]
        return {
            "textures": {name: self.share(name) for name in COLUMNS},
            "silent": 100 * self.silent / max(1, self.windows),
            "pad + drone": self.share("pad", "drone"),
            "line": self.share("line"),
            "ostinato + pulse": self.share("ostinato", "pulse"),
            "held": held[len(held) // 2],
            "held long": 100 * sum(bars for bars in held if bars >= 8) / max(1, sum(held)),
            "diminished": 100 * float(self.diminished_beats / max(self.beats, Fraction(1))),
            "hits": [self.hits_met, self.hits],
            "boundaries": [self.boundaries_changed, self.boundaries],
            "away": max(self.away_s),
            "palettes": sum(name.startswith("Palette") for name in self.sounds),
            "keys": sum(name.startswith("key") for name in self.sounds),
        }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cues", type=int, default=30, help="cues of each kind")
    parser.add_argument("--seconds", type=int, default=100, help="longest cue")
    parser.add_argument(
        "--palettes", type=Path, help="compare the palettes too; piano rolls go to this folder"
    )
    parser.add_argument("--references", action="store_true", help="label the corpora of ../shared/data too")
    asked = parser.parse_args(argv)
    models = load_models()
    kinds = {kind: run_kind(kind, asked.cues, asked.seconds, models).shown() for kind in KINDS}
    print(texture_table(kinds, reference_rows() if asked.references else {}))
    print(promise_table(kinds))
    if asked.palettes is not None:
        cues, form = cue("underscore", simulated()[1], asked.seconds)
        print(compare_palettes(cues, form, models, asked.palettes))
    return 0


def run_kind(kind: str, cues: int, seconds: int, models: Models) -> Tally:
    """Compose and measure the cues of a kind."""
    tally = Tally()
    lists = simulated()
    for number in range(cues):
        sheet, form = cue(kind, lists[number * len(lists) // cues], seconds)
        score = compose(sheet, form, Settings(seed=number), models, Progress())
        measure(sheet, form, score, tally)
        print(f"{kind} {number + 1}/{cues}", file=sys.stderr, end="\r", flush=True)
    return tally


def cue(kind: str, edits: CutList, seconds: int) -> tuple[CueSheet, Form]:
    """The cue sheet of a kind over a cut list, and its form."""
    sheet = trimmed(edits.cue_sheet(), round(seconds * edits.rate))
    corner = KINDS[kind]
    plots = []
    for index, plot in enumerate(sheet.plots):
        generator = stream(edits.seed, 0, "bench", kind, f"{edits.name} {index}")
        mood = {axis: low + (high - low) * float(generator.random()) for axis, (low, high) in corner.items()}
        label = Label.INTRODUCTION if index == 0 else Label.DEVELOPMENT
        # What spotting derives from the axes.
        density = 0.15 + 0.75 * mood["energy"]
        loudness = 0.1 + 0.55 * mood["energy"] + 0.3 * mood["tension"]
        plots.append(replace(plot, label=label, density=density, loudness=loudness))
        plots[-1] = replace(
            plots[-1], valence=mood["valence"], energy=mood["energy"], tension=mood["tension"]
        )
    loudest = max(range(len(plots)), key=lambda i: plots[i].energy)
    if len(plots) > 2:
        plots[loudest] = replace(plots[loudest], label=Label.CLIMAX)
        plots[-1] = replace(plots[-1], label=Label.CONCLUSION)
    plots[-1] = replace(plots[-1], end_frame=sheet.cue_end_frame)
    sheet = replace(sheet, plots=tuple(plots))
    return sheet, solve(sheet, Settings(), Progress())


def trimmed(sheet: CueSheet, length_frames: int) -> CueSheet:
    """The first frames of a cue sheet that starts at frame 0; no hit in the last second."""
    length = min(length_frames, sheet.cue_end_frame)
    return replace(
        sheet,
        cue_end_frame=length,
        hits=tuple(hit for hit in sheet.hits if hit.frame < length - sheet.rate),
        plots=tuple(
            replace(plot, end_frame=min(plot.end_frame, length))
            for plot in sheet.plots
            if plot.start_frame < length - sheet.rate
        ),
    )


def measure(cues: CueSheet, form: Form, score: Score, tally: Tally) -> None:
    """Add one score's counts."""
    bars = [bar.tick / TICKS_PER_QUARTER for bar in form.bars if bar.tick < form.end_tick]
    bars.append(form.end_tick / TICKS_PER_QUARTER)
    # Drums have no textures, and the corpora's are left out.
    pitched = [part for part in score.parts if part.role is not PartRole.DRUMS]
    rows = {part.name: labels_of(part, bars) for part in pitched}
    for part in pitched:
        sounding = [label for label in rows[part.name] if label != "silent"]
        tally.labels.update(sounding)
        if part.role is not PartRole.EFFECT:
            tally.windows += len(rows[part.name])
            tally.silent += len(rows[part.name]) - len(sounding)
        run = 0
        for label in (*rows[part.name], "") if part.role is PartRole.RHYTHM else ():
            # A chord that changes within the bars makes the same cell a figure to the labeller.
            if label in ("ostinato", "pulse", "figure"):
                run += 2
            elif run:
                tally.held.append(run)
                run = 0
    for chord in score.chords:
        length = chord.end_beats - chord.start_beats
        tally.beats += length
        tally.diminished_beats += length if chord.quality in ("dim", "hdim7") else 0
    onsets = {round(note.start_beats * TICKS_PER_QUARTER) for part in score.parts for note in part.notes}
    silent = {plot.id for plot in cues.plots if not plot.music}
    for result in form.hits:
        if result.met and result.tick is not None and result.tick < form.end_tick:
            bar = max((b for b in form.bars if b.tick <= result.tick), key=lambda b: b.tick)
            if bar.plot_id not in silent:
                tally.hits += 1
                tally.hits_met += result.tick in onsets
    changes = {chord.start_beats for chord in score.chords}
    for before, bar in pairwise(form.bars):
        if before.plot_id != bar.plot_id and not {before.plot_id, bar.plot_id} & silent:
            tally.boundaries += 1
            tally.boundaries_changed += Fraction(bar.tick, TICKS_PER_QUARTER) in changes
    sung = sorted(
        float(form.tempo_map.s_at_tick(round(note.start_beats * TICKS_PER_QUARTER)))
        for part in score.parts
        if part.role is PartRole.MELODY
        for note in part.notes
    )
    length_s = float(cues.cue_length_s)
    tally.away_s.append(max(b - a for a, b in pairwise([0.0, *sung, length_s])))
    tally.sounds[score.notes[0]] += 1
    tally.sounds[f"key {score.keys[0].tonic_pc} {score.keys[0].mode}"] += 1


def texture_table(kinds: Mapping[str, Mapping[str, Any]], references: Mapping[str, Mapping[str, Any]]) -> str:
    """Shares of sounding part-windows and of silent windows: `Tally.shown` of cues first, corpora below.

    A corpus may say which share of its beats is `diminished`, as cues do.
    """
    rows = {**{f"{kind} cues": each for kind, each in kinds.items()}, **references}
    out = [
        "| share of sounding part-windows, % | "
        + " | ".join(COLUMNS)
        + " | silent windows, % | diminished, % of beats |",
        "|---" * (len(COLUMNS) + 3) + "|",
    ]
    for name, each in rows.items():
        shares = " | ".join(f"{each['textures'].get(label, 0):.1f}" for label in COLUMNS)
        beats = f"{each['diminished']:.1f}" if "diminished" in each else ""
        out.append(f"| {name} | {shares} | {each['silent']:.0f} | {beats} |")
    return "\n".join(out) + "\n"


def promise_table(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """The bars of picture music, and what else is promised, by kind (`Tally.shown`)."""
    out = [
        "| cues | pad + drone % | line % | ostinato + pulse % | held, median bars | held 8+ %"
        " | diminished, % of beats | hits met | chord changes at plots | longest without melody, s"
        " | palettes | keys |",
        "|---" * 12 + "|",
    ]
    for kind, each in kinds.items():
        (met, hits), (changed, boundaries) = each["hits"], each["boundaries"]
        out.append(
            f"| {kind} | {each['pad + drone']:.1f} | {each['line']:.1f} | {each['ostinato + pulse']:.1f}"
            f" | {each['held']} | {each['held long']:.0f} | {each['diminished']:.1f} | {met} of {hits}"
            f" | {changed} of {boundaries} | {each['away']:.0f} | {each['palettes']} | {each['keys']} |"
        )
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(main())
