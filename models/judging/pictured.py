"""Cues as picture music: textures, promises, corpora beside, palettes, and piano rolls for eyes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.palettes import measure_palettes, piano_roll
from bench.references import ORCHESTRA, POP, QUARTETS, reference_rows
from bench.sync.lists import simulated
from bench.textures import KINDS, cue, run_kind
from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.progress import Progress
from bridge.vocabulary import bars, tokens
from models.band import opened
from models.judging.knowledge import pieces
from models.windows import Pieces

PICTURES = Path(__file__).resolve().parents[1] / "build" / "rolls"
ROLLS = 10
LONGEST_S, ROLLED_S = 100, 60
DIMINISHED = ("dim", "hdim7")
SPLITS = ("train", "validation", "test")
PACKS = {POP: ("pop", ("test",)), ORCHESTRA: ("orchestra", SPLITS), QUARTETS: ("quartet", SPLITS)}
"""The packs that hold a corpus's chords: POP909's checked by hand, the scores' heard by this project."""


def judge(models: Models, cues: int) -> dict[str, Any]:
    """Textures, hits, boundaries and palettes, as `bench` finds them; piano rolls in `PICTURES`."""
    kinds = {kind: run_kind(kind, cues, LONGEST_S, models).shown() for kind in KINDS}
    roll_cues(models)
    sheet, form = cue("underscore", simulated()[1], LONGEST_S)
    return {
        "cues": cues,
        "kinds": kinds,
        "references": references(),
        "palettes": measure_palettes(sheet, form, models, PICTURES),
    }


def references() -> dict[str, dict[str, Any]]:
    """The corpora's textures, and the share of their beats, in per cent, with a diminished chord."""
    rows = reference_rows()
    for name, row in rows.items():
        source, splits = PACKS[name]
        row["diminished"] = diminished([pieces("chords", split, source) for split in splits])
    return rows


def diminished(packs: Sequence[Pieces]) -> float:
    """Share of the time with a chord, in per cent, in which it is of the diminished family."""
    low = total = 0
    for pack in packs:
        for piece, (_, _, _, count) in enumerate(pack.meta):
            _, own = opened(pack, piece, 0, int(count))
            for bar in own:
                events = bars.decode_chords(bar.body)
                ends = [*(event.step for event in events[1:]), tokens.bar_steps(bar.metre)]
                for event, end in zip(events, ends):
                    if event.chord is not None:
                        total += end - event.step
                        low += (end - event.step) * (event.chord.quality in DIMINISHED)
    return 100 * low / max(1, total)


def roll_cues(models: Models) -> None:
    """Piano rolls of ten cues of all kinds, for eyes."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    lists = simulated()
    for number in range(ROLLS):
        kind = tuple(KINDS)[number % len(KINDS)]
        sheet, form = cue(kind, lists[(2 * number + 1) * len(lists) // (2 * ROLLS)], ROLLED_S)
        score = compose(sheet, form, Settings(seed=number), models, Progress())
        title = f"cue {number}, {kind}, {score.palette}"
        piano_roll(score, form, title, PICTURES / f"cue-{number}-{kind}.png")
