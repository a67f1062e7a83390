"""Try ways of drawing free music on the validation songs: `python -m models.judging.tuning_free`.

Chords, melody and accompaniment are written as `models.judging.free` does it for the held-out songs, and what
they measure stands beside the songs (number modulo 10 = 3), with how many standard errors they are apart.
"""

from __future__ import annotations

import argparse

import torch

from bridge.composing import load_models
from models.judging import free
from models.judging.stretches import first_bars, songs
from models.judging.tables import table
from models.judging.writing import DRAWING, Drawing


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=30, help="validation songs")
    parser.add_argument("--bars", type=int, default=60, help="most bars of each")
    for part, now in DRAWING.items():
        names = ("TEMPERATURE", "TOP_P", "LEAN") if part == "melody" else ("TEMPERATURE", "TOP_P")
        values = (now.temperature, now.top_p, now.lean)[: len(names)]
        parser.add_argument(f"--{part}", type=float, nargs=len(names), metavar=names, default=values)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    some = [
        stretch for song in songs("validation")[: asked.songs] for stretch in first_bars(song, asked.bars)
    ]
    drawing = {part: Drawing(*getattr(asked, part)) for part in DRAWING}
    written = free.write(load_models(), some, "tuning", drawing)
    rows = {"songs": free.measured(some, free.real(some)), "written": free.measured(some, written)}
    found = free.compared(rows, "songs")
    print(
        table(
            ["measure", "songs", "written", "standard errors apart"],
            [
                [name, *(f"{found[row][name]['mean']:.3f} ± {found[row][name]['error']:.3f}" for row in rows),
                 f"{found['written'][name]['apart']:+.1f}"]
                for name in found["songs"]
            ],
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
