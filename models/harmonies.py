"""What a chords model of vocabulary 2 writes, beside the bars people wrote and what was asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.memory import ChordMemory
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import tokens
from bridge.vocabulary.bars import ChordEvent, decode_chords
from bridge.vocabulary.conditions import OPEN, SCALES, Conditions
from bridge.vocabulary.leaning import lean
from bridge.vocabulary.masks import BarRules
from bridge.vocabulary.measure import MAJOR
from bridge.vocabulary.prompts import opening
from bridge.vocabulary.recall import read_trust
from models.windows import Pieces

BARS = 32
SAMPLING = Sampling(temperature=1.0, top_p=0.98)
ROUGH = frozenset(("dim", "hdim7", "aug", "7"))
Bars = Sequence[Sequence[ChordEvent]]


@dataclass(frozen=True)
class Excerpt:
    """The first `BARS` bars of a held-out song: its key word, its prompts, and its own chords."""

    song: int
    key: str
    prompts: tuple[tuple[int, ...], ...]
    chords: tuple[tuple[ChordEvent, ...], ...]


def excerpts(pieces: Pieces, most: int) -> list[Excerpt]:
    """Excerpts of songs that are long enough and stay in one key so long."""
    out = []
    for piece, (song, _, _, count) in enumerate(pieces.meta):
        base, starts = pieces.segment_bars[piece], pieces.starts(piece)
        if count < BARS or len(set(pieces.keys[base : base + BARS])) > 1 or len(out) >= most:
            continue
        prompts, chords = [], []
        for bar in range(BARS):
            ids = pieces.tokens[starts[bar] : starts[bar + 1]]
            first = int(np.flatnonzero((ids >= tokens.POS_0) & (ids < tokens.POS_0 + tokens.POSITIONS))[0])
            prompts.append(tuple(ids[:first].tolist()))
            chords.append(decode_chords(ids[first:].tolist()))
        key = tokens.NAMES[pieces.keys[base]].removeprefix("KEY_").lower()
        out.append(Excerpt(int(song), key, tuple(prompts), tuple(chords)))
    return out


def write(decoder: Decoder, chosen: Sequence[Excerpt], asked: Sequence[Conditions], name: str) -> list[Bars]:
    """The model's chords for each excerpt's bars and key, one set of conditions asked throughout each."""
    rows = []
    for excerpt, wanted in zip(chosen, asked, strict=True):
        told = wanted.vector()
        tasks = tuple(
            BarTask(
                prompt,
                BarRules(steps=tokens.bar_steps(metre_of(prompt))),
                conditions=told,
                lean=lean(wanted.valence or 0.0, wanted.tension or 0.0),
            )
            for prompt in excerpt.prompts
        )
        rows.append(
            Row(
                part="chords",
                start=opening("pop", excerpt.key),
                bars=tasks,
                generator=stream(1, 0, "evaluation", name, str(excerpt.song)),
                sampling=SAMPLING,
                memory=ChordMemory(read_trust(decoder.card.recall)) if decoder.card.recall else None,
            )
        )
    return [[decode_chords(body) for body in bodies] for bodies in generate(decoder, rows, max_rows=16)]


def metre_of(prompt: Sequence[int]) -> tuple[int, int]:
    """The metre a prompt asks for."""
    names = {
        f"METRE_{numerator}/{denominator}": (numerator, denominator)
        for numerator, denominator in tokens.METRES
    }
    return next(names[tokens.NAMES[token]] for token in prompt if tokens.NAMES[token] in names)


def line(bars: Bars) -> list[ChordEvent]:
    """The changes of chord."""
    out: list[ChordEvent] = []
    for bar in bars:
        out += [event for event in bar if not out or event.chord != out[-1].chord]
    return out


def share(bars: Bars, qualities: frozenset[str]) -> float:
    """Share of changes that go to one of these qualities."""
    found = [event.chord.quality in qualities for event in line(bars) if event.chord is not None]
    return float(np.mean(found)) if found else float("nan")


def repeated(bars: Bars) -> float:
    """Share of runs of four changes that have been before."""
    chords = [event.chord for event in line(bars)]
    runs = [tuple(chords[at : at + 4]) for at in range(len(chords) - 3)]
    return 1 - len(set(runs)) / len(runs) if runs else float("nan")


MEASURES = {
    "changes a bar": lambda bars: len(line(bars)) / len(bars),
    "different chords": lambda bars: float(len({event.chord for event in line(bars)})),
    "runs of four changes that have been before": repeated,
    "share of major": lambda bars: share(bars, MAJOR),
}
ASKED = {
    "harmonic_rhythm": (0.25, 0.75, lambda bars: len(line(bars)) / len(bars)),
    "valence": (-0.5, 0.4, lambda bars: share(bars, MAJOR)),
    "tension": (-0.2, 0.3, lambda bars: share(bars, ROUGH)),
}
"""Control: a low and a high value within the training songs' range, and what of the chords should rise."""


def compare(decoder: Decoder, pieces: Pieces, most: int) -> dict[str, object]:
    """Written beside real with standard errors over songs, and how controls move what is written."""
    chosen = excerpts(pieces, most)
    free = write(decoder, chosen, [OPEN] * len(chosen), "free")
    out: dict[str, object] = {"songs": len(chosen), "bars each": BARS}
    for name, measure in MEASURES.items():
        out[name] = {
            "written": spread([measure(bars) for bars in free]),
            "real": spread([measure(excerpt.chords) for excerpt in chosen]),
        }
    for control, (low, high, measure) in ASKED.items():
        assert control in SCALES
        ends = [
            [
                measure(bars)
                for bars in write(decoder, chosen, [replace(OPEN, **{control: value})] * len(chosen), control)
            ]
            for value in (low, high)
        ]
        moved = np.array(ends[1]) - np.array(ends[0])
        out[f"{control} asked {low:g} and {high:g}"] = {
            "low": spread(ends[0]),
            "high": spread(ends[1]),
            "pairs that rise": round(float((moved > 0).mean()), 3),
            "pairs that fall": round(float((moved < 0).mean()), 3),
        }
    return out


def spread(values: Sequence[float]) -> list[float]:
    """[mean, standard error] over songs, those without a value left out."""
    array = np.array([value for value in values if not np.isnan(value)])
    return [round(float(array.mean()), 3), round(float(array.std(ddof=1) / np.sqrt(len(array))), 3)]
