"""Choose how the melody is drawn, on the validation songs: `python -m models.judging.tuning`.

Each way of drawing writes melodies on the validation songs' own chords (song number modulo 10 = 3), 16 bars
each, in every metre, and is compared with what those songs sing: chord tones, and the pitch entropy that a
cooler draw costs. Held-out songs are not touched.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import torch

from bridge.composing import load_models
from models.judging import writing
from models.judging.free import chord_tones
from models.judging.metres import METRES, stretch_in
from models.judging.six import entropy
from models.judging.spread import mean_of
from models.judging.stretches import Notes, Stretch, songs
from models.judging.writing import Drawing


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=30, help="validation songs")
    parser.add_argument("--temperatures", type=float, nargs="+", default=(1.0, 0.9, 0.8))
    parser.add_argument("--top-p", type=float, nargs="+", default=(0.98, 0.95, 0.9))
    parser.add_argument("--leans", type=float, nargs="+", default=(0.0,))
    parser.add_argument("--metres", nargs="+", default=[f"{beats}/{unit}" for beats, unit in METRES])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    models = load_models()
    some: dict[tuple[int, int], list[Stretch]] = {}
    for name in asked.metres:
        beats, unit = map(int, name.split("/"))
        found = [stretch_in(song, (beats, unit)) for song in songs("validation")[: asked.songs]]
        some[beats, unit] = [stretch for stretch in found if stretch is not None]
    print("| temperature | top-p | lean | metre | chord tones | songs' | difference | entropy less songs' |")
    print("|---" * 8 + "|")
    for temperature, top_p, lean in product(asked.temperatures, asked.top_p, asked.leans):
        drawing = Drawing(temperature, top_p, lean)
        for metre, stretches in some.items():
            print(_row(models, stretches, metre, drawing), flush=True)


def _row(models: Any, stretches: Sequence[Stretch], metre: tuple[int, int], drawing: Drawing) -> str:
    chords = [stretch.chords for stretch in stretches]
    name = f"tuning {metre[0]}/{metre[1]}"
    written = writing.write_notes(models.melody, stretches, chords, name, drawing=drawing)
    own = [stretch.melody for stretch in stretches]
    tones = [
        [chord_tones([(s.chords, notes)]) for s, notes in zip(stretches, some)] for some in (written, own)
    ]
    means = [mean_of(each) for each in tones]
    apart = mean_of([made - real for made, real in zip(*tones)])
    rounder = mean_of([_entropy(made) - _entropy(real) for made, real in zip(written, own)])
    cells = (
        f"{drawing.temperature:.2f}",
        f"{drawing.top_p:.2f}",
        f"{drawing.lean:.1f}",
        f"{metre[0]}/{metre[1]}",
        means[0].words(),
        means[1].words(),
        apart.words(),
        rounder.words(2),
    )
    return f"| {' | '.join(cells)} |"


def _entropy(notes: Notes) -> float:
    """Of the pitches, in bits; nan for a melody of no notes."""
    pitches = [note.pitch for bar in notes for note in bar]
    return entropy(np.bincount(pitches, minlength=128)) if pitches else float("nan")


if __name__ == "__main__":
    main()
