"""How fast the models decode, beside the same weights in torch with a cache and without one.

    python -m bench.decoding [--bars 10] [--repeats 3]

One thread everywhere. Every runner goes through the product's own loop (`inference.generate`: grammar, draws,
batches) on the same bars of rows and writes the same tokens; only the pass through the model differs:
the released graph in onnxruntime; the same weights in eager torch with keys and values kept (a); and in torch
with the whole sequence read again for every token (b), as Video2Music and V-MusProd generate. Ratios are
medians over repeats that take turns within this one run, of seconds of one core: other work on the machine
is not the models'. In the environment that trains (torch).
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch

from bench.decoding_tables import cue_table, growth_table, minute_words, pace_table
from bridge.composing import compose, load_models
from bridge.config import Settings
from bridge.inference.card import find_models
from bridge.inference.generate import BarTask, Row, Tokens, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder, Floats
from bridge.inference.streams import stream
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.tempo import Form
from bridge.vocabulary import bars, prompts
from bridge.vocabulary.bars import BarControls, ChordEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.masks import BarRules
from models.decoder import Decoder as Weights
from models.loading import of_release
from tests.composing.forms import Scene, build

BARS, REPEATS = 10, 3
BATCHES = (1, 4, 16)
LENGTHS = (8, 32, 128, 512)
SCENES = (3, 6, 12, 24)
"""Plots of ten bars and twenty seconds in the cues whose time is taken."""
_GRAMMAR = ("masks.py", "sampling.py", "rhythm.py", "melody.py", "accompaniment.py", "memory.py", "recall.py")
_BATCHES = ("generate.py", "row.py", "desk.py", "scheduler.py")
PROGRESSION = (Chord(0, "maj"), Chord(9, "min7"), Chord(5, "maj7"), Chord(7, "sus4"))


class TorchCached:
    """(a): the decoder's own pass in torch, keys and values handed back and forth."""

    def __init__(self, model: Weights, decoder: Decoder) -> None:
        self.card = decoder.card
        self._model = model
        self.empty_past = decoder.empty_past

    def run(
        self,
        fed: np.ndarray,
        past: Floats,
        positions: np.ndarray,
        valid: Floats,
        conditions: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """As `Decoder.run`."""
        layers = [torch.from_numpy(past[layer, kind]) for layer in range(len(past)) for kind in range(2)]
        beside = [torch.from_numpy(conditions)] if conditions is not None else []
        with torch.inference_mode():
            logits, fresh = self._model(
                torch.from_numpy(fed), torch.from_numpy(positions), torch.from_numpy(valid), *beside, *layers
            )
        return logits.numpy(), fresh.numpy()


class TorchWhole:
    """(b): no cache. What is kept between passes is the tokens (and conditions), and all are read again."""

    def __init__(self, model: Weights, decoder: Decoder) -> None:
        self.card = replace(decoder.card, layers=1, heads=1, head_width=1 + decoder.card.conditions)
        self._model = model

    def empty_past(self, rows: int, length: int = 0) -> Floats:
        """Room for tokens and their conditions."""
        return np.zeros((1, 2, rows, 1, length, self.card.head_width), np.float32)

    def run(
        self,
        fed: np.ndarray,
        past: Floats,
        positions: np.ndarray,
        valid: Floats,
        conditions: Floats | None = None,
    ) -> tuple[Floats, Floats]:
        """As `Decoder.run`."""
        rows, length = fed.shape
        fresh = self.empty_past(rows, length)
        fresh[0, 0, :, 0, :, 0] = fed
        if conditions is not None:
            fresh[0, 0, :, 0, :, 1:] = conditions
        lines = [
            np.concatenate((past[0, 0, row, 0, valid[row, :-length] > 0.5], fresh[0, 0, row, 0]))
            for row in range(rows)
        ]
        longest = max(map(len, lines))
        whole = np.zeros((rows, longest, self.card.head_width), np.float32)
        for row, line in enumerate(lines):
            whole[row, : len(line)] = line
        with torch.inference_mode():
            told = torch.from_numpy(whole[..., 1:]) if conditions is not None else None
            hidden = self._model.hidden(torch.from_numpy(whole[..., 0].astype(np.int64)), told)
            last = hidden[torch.arange(rows), torch.tensor([len(line) - 1 for line in lines])]
            logits = (last @ self._model.table().t()).numpy()
        return np.broadcast_to(logits[:, None], (rows, length, logits.shape[-1])), fresh


def rows_of(decoder: Decoder, count: int, bars_each: int) -> list[Row]:
    """Rows of 4/4 bars over four chords, two to four notes a bar and more."""
    numbers = decoder.card.conditions > 0
    tasks = []
    for at in range(bars_each):
        chord = (ChordEvent(0, PROGRESSION[at % len(PROGRESSION)]),)
        prompt = (
            prompts.notes_prompt((4, 4), chord)
            if numbers
            else bars.melody_prompt(BarControls((4, 4), density=4), chord)
        )
        tasks.append(BarTask(prompt, BarRules(steps=48, required_steps=frozenset((0, 12, 24)))))
    opening = prompts.opening("pop", "major") if numbers else bars.start("major")
    return [
        Row("melody", opening, tuple(tasks), stream(1, 0, "bench", "melody", str(row)), Sampling(1.0, 0.98))
        for row in range(count)
    ]


def timed(work: Callable[[], object]) -> float:
    """Seconds of one core that one call takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def paces(repeats: int = REPEATS, bars_each: int = BARS) -> list[dict[str, Any]]:
    """For each of `BATCHES` rows at once: tokens written, tokens a second of each runner, and ratios.

    `ours`, `a` and `b` are tokens a second, `ours / a` and `ours / b` medians of ratios within a turn;
    `alike` counts the rows that came out token for token alike in all three.
    """
    folder = find_models()["melody"]
    model, _ = of_release(folder)
    decoder = Decoder.load(folder)
    runners = {"ours": decoder, "a": TorchCached(model, decoder), "b": TorchWhole(model, decoder)}
    out = []
    for count in BATCHES:

        def write(name: str, count: int = count) -> list[tuple[Tokens, ...]]:
            return generate(runners[name], rows_of(decoder, count, bars_each), max_rows=count)  # type: ignore[arg-type]

        written = {name: write(name) for name in runners}
        found: dict[str, list[float]] = {name: [] for name in runners}
        for _ in range(repeats):
            for name in runners:
                found[name].append(size_of(written[name]) / timed(lambda name=name: write(name)))  # type: ignore[misc]
        out.append(
            {
                "rows": count,
                "tokens": size_of(written["ours"]),
                # Logits differ in the sixth digit: a draw in a hundred thousand may fall on the other side.
                "alike": sum(a == b == c for a, b, c in zip(*written.values())),
                **{name: median(each) for name, each in found.items()},
                **{
                    f"ours / {name}": median(own / other for own, other in zip(found["ours"], found[name]))
                    for name in ("a", "b")
                },
            }
        )
        print(out[-1], file=sys.stderr, flush=True)
    return out


def growth(repeats: int = REPEATS) -> list[dict[str, float]]:
    """`bars` in a row of the released melody model, `tokens` written and `seconds`, for each of `LENGTHS`.

    `read` are the row's tokens, prompts and all. Up to the model's context a token has ever more to look back
    on; beyond it seconds a token are level where time is linear in length.
    """
    decoder = Decoder.load(find_models()["melody"])
    out = []
    for bars_each in LENGTHS:
        rows = rows_of(decoder, 1, bars_each)
        written = size_of(generate(decoder, rows))
        read = written + sum(len(task.prompt) for row in rows for task in row.bars)
        seconds = median(
            timed(lambda count=bars_each: generate(decoder, rows_of(decoder, 1, count)))  # type: ignore[misc]
            for _ in range(repeats)
        )
        out.append({"bars": bars_each, "tokens": written, "read": read, "seconds": seconds})
    return out


def cues() -> list[dict[str, float]]:
    """`music`, the seconds of a cue of five parts, and `seconds` of one core that composing it takes."""
    models, out = load_models(), []
    compose(*five_parts(SCENES[0]), Settings(), models, Progress())
    for count in SCENES:
        sheet, form = five_parts(count)
        seconds = timed(partial(compose, sheet, form, Settings(), models, Progress()))
        out.append({"music": float(sheet.cue_length_s), "seconds": seconds})
    return out


def five_parts(scenes: int) -> tuple[CueSheet, Form]:
    """Plots of ten bars, twenty seconds, in which melody, inner lines, bass, pad and drums play."""
    layers = ("line", "inner", "bass", "pad", "groove")
    return build(*[Scene(10, energy=0.6, layers=layers, palette="orchestral") for _ in range(scenes)])


def size_of(written: Sequence[Sequence[Tokens]]) -> int:
    """Tokens written."""
    return sum(len(body) for row in written for body in row)


def minute() -> dict[str, Any]:
    """How long a minute of music of five parts takes to compose, and where that goes.

    Returns `music`, the seconds of music, `parts` and `notes` of it, `seconds` of one core, and `shares` of
    these by place, 0 to 1.
    """
    models, settings = load_models(), Settings()
    sheet, form = five_parts(3)
    score = compose(sheet, form, settings, models, Progress())
    seconds = timed(lambda: compose(sheet, form, settings, models, Progress()))
    profile = cProfile.Profile()
    profile.runcall(compose, sheet, form, settings, models, Progress())
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = sum(each[2] for each in stats.values())
    places = {"onnxruntime": 0.0, "grammar, guides, draws": 0.0, "batches": 0.0, "all else": 0.0}
    for (file, _, name), each in stats.items():
        if "onnxruntime" in name:
            places["onnxruntime"] += each[2]
        elif file.endswith(_GRAMMAR):
            places["grammar, guides, draws"] += each[2]
        elif file.endswith(_BATCHES):
            places["batches"] += each[2]
        else:
            places["all else"] += each[2]
    return {
        "music": float(sheet.cue_length_s),
        "parts": len(score.parts),
        "notes": sum(len(part.notes) for part in score.parts),
        "seconds": seconds,
        "shares": {name: part / total for name, part in places.items()},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and the profile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--bars", type=int, default=BARS, help="bars a row")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    asked = parser.parse_args(argv)
    torch.set_num_threads(1)
    print(pace_table(paces(asked.repeats, asked.bars)))
    print(growth_table(growth(asked.repeats)))
    print(cue_table(cues()))
    print(minute_words(minute()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
