"""What a model of the band's parts does when it writes: obedience, fills, roots; from packs of the corpus.

Works on any part of vocabulary 2. The bars of held-out pieces are given (metre, chords, what the part hears),
the controls are those of another piece, and what is written is measured as the corpus was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.sampling import Sampling
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import NoteEvent
from bridge.vocabulary.conditions import GROUPS, SCALES, WIDTH
from bridge.vocabulary.kit import SNARE, TOMS
from bridge.vocabulary.masks import BarRules
from models.judging import obeyed
from models.judging.spread import mean_of, resampled
from models.windows import Pieces

SAMPLING = Sampling(temperature=1.0, top_p=0.98)
ROWS = 16
ASKED = {
    "accompaniment": ("density", "register", "polyphony"),
    "bass": ("density", "register"),
    "drums": ("density",),
}
_METRES = {tokens.metre_id(metre): metre for metre in tokens.METRES}


@dataclass(frozen=True)
class Bar:
    """A bar of a pack: prompt, what was written, and its controls (`WIDTH`,)."""

    prompt: tuple[int, ...]
    body: tuple[int, ...]
    conditions: np.ndarray

    @property
    def metre(self) -> tuple[int, int]:
        """Numerator and denominator."""
        return _METRES[self.prompt[1]]


def opened(pieces: Pieces, piece: int, first: int, count: int) -> tuple[tuple[int, ...], list[Bar]]:
    """The opening that holds at a bar of a piece, and some bars from there."""
    base, starts = pieces.segment_bars[piece], pieces.starts(piece)
    out = []
    for bar in range(first, min(first + count, len(starts) - 1)):
        ids = pieces.tokens[starts[bar] : starts[bar + 1]]
        written = pieces.written[starts[bar] : starts[bar + 1]].copy()
        written[0] = False
        out.append(
            Bar(tuple(ids[~written].tolist()), tuple(ids[written].tolist()), pieces.conditions[base + bar])
        )
    return (tokens.BOS, int(pieces.meta[piece][1]), int(pieces.keys[base + first])), out


def obedience(
    decoder: Decoder, pieces: Pieces, source: str | None = None, *, tell: bool = True
) -> dict[str, Any]:
    """Spearman over bars of each control of `ASKED`, another piece's curve asked and nothing else told.

    `source` opens the pieces in the place of their own; without `tell` the model is told nothing, and what is
    found is a floor.
    """
    part = decoder.card.part
    chosen = [piece for piece in range(len(pieces.meta)) if pieces.meta[piece][3] >= obeyed.BARS]
    read = [opened(pieces, piece, 0, obeyed.BARS) for piece in chosen]
    curves = [[bar.conditions for bar in read[(index + 7) % len(read)][1]] for index in range(len(read))]
    names = ASKED[part]
    rows = []
    for (start, own), curve, piece in zip(read, curves, chosen):
        tasks = [
            BarTask(
                bar.prompt,
                BarRules(tokens.bar_steps(bar.metre)),
                conditions=only(asked, names if tell else ()),
            )
            for bar, asked in zip(own, curve)
        ]
        opening = start if source is None else (start[0], tokens.source_id(source), *start[2:])
        rows.append(_row(part, opening, tasks, f"obeyed {piece}"))
    written = [[_notes(part, body) for body in bodies] for bodies in generate(decoder, rows, max_rows=ROWS)]
    measures: dict[str, Callable[[obeyed.Bar, tuple[int, int]], float | None]] = {
        "density": obeyed.density,
        "register": obeyed.register,
        "polyphony": obeyed.thickness,
    }
    out: dict[str, Any] = {"pieces": len(rows), "bars": sum(len(own) for _, own in read)}
    for name in names:
        pairs = [
            [
                (wanted, got)
                for asked, notes, bar in zip(curve, piece, own)
                if (wanted := told(asked, name)) is not None
                and (got := measures[name](notes, bar.metre)) is not None
            ]
            for curve, piece, (_, own) in zip(curves, written, read)
        ]
        out[name] = {
            "spearman": round(obeyed.rank_correlation(pairs), 3),
            "error": round(
                resampled(
                    len(pairs), lambda of, pairs=pairs: obeyed.rank_correlation([pairs[i] for i in of])
                ),
                3,
            ),
        }
    return out


def fills(decoder: Decoder, pieces: Pieces, beats: int = 4) -> dict[str, Any]:
    """Share of snare and toms among the strokes of a bar asked as a plot's last, and of one far from it.

    Each after the first `beats` bars of held-out takes that have no boundary; beside them the same share in
    the takes' own last bars before one, and in all others.
    """
    at = GROUPS["bars_to_plot"].start
    plain = [p for p in range(len(pieces.meta)) if pieces.meta[p][3] > beats and not _bounded(pieces, p)]
    out: dict[str, Any] = {"takes": len(plain)}
    for words, left in (("asked", 1.0), ("not asked", 4.0)):
        rows = []
        for piece in plain:
            start, own = opened(pieces, piece, 0, beats + 1)
            beside = np.zeros(WIDTH)
            beside[at : at + 2] = left / SCALES["bars_to_plot"][1], 1.0
            tasks = [
                BarTask(bar.prompt, BarRules(tokens.bar_steps(bar.metre)), body=bar.body) for bar in own[:-1]
            ]
            last = own[-1]
            tasks.append(
                BarTask(last.prompt, BarRules(tokens.bar_steps(last.metre)), conditions=tuple(beside))
            )
            rows.append(_row("drums", start, tasks, f"fills {piece}"))
        written = generate(decoder, rows, max_rows=ROWS)
        out[words] = _spread([_filling(_notes("drums", bodies[-1])) for bodies in written])
    real: dict[str, list[float]] = {"takes' own fills": [], "takes' other bars": []}
    for piece in range(len(pieces.meta)):
        _, own = opened(pieces, piece, 0, int(pieces.meta[piece][3]))
        for bar in own:
            ends = bar.conditions[at + 1] and round(bar.conditions[at] * SCALES["bars_to_plot"][1]) == 1
            real["takes' own fills" if ends else "takes' other bars"].append(
                _filling(_notes("drums", bar.body))
            )
    return {**out, **{name: _spread(values) for name, values in real.items()}}


def roots(pieces: Pieces) -> dict[str, Any]:
    """How far the rule's guess at a bass's next pitch goes: its chord's root nearest to the last note."""
    hits: list[float] = []
    for piece in range(len(pieces.meta)):
        last, right, count = None, 0, 0
        _, own = opened(pieces, piece, 0, int(pieces.meta[piece][3]))
        for bar in own:
            chords = [
                (bar.prompt[at - 1] - tokens.POS_0, tokens.chord_of(token))
                for at, token in enumerate(bar.prompt)
                if tokens.CHORD_0 <= token < tokens.CHORD_0 + tokens.CHORDS
            ]
            for note in bars.decode_notes(bar.body):
                chord = [known for step, known in chords if step <= note.step][-1]
                if chord is not None and last is not None:
                    near = min(range(128), key=lambda p, c=chord: (p % 12 != c.root_pc, abs(p - last)))
                    right += near == note.pitch
                    count += 1
                last = note.pitch
        if count:
            hits.append(right / count)
    return _spread(hits)


def only(conditions: np.ndarray, names: Sequence[str]) -> tuple[float, ...]:
    """A vector with nothing told but some controls."""
    out = np.zeros(WIDTH)
    for name in names:
        out[GROUPS[name]] = conditions[GROUPS[name]]
    return tuple(map(float, out))


def told(conditions: np.ndarray, name: str) -> float | None:
    """A control's value in a vector; `None` where it is open."""
    value, known = conditions[GROUPS[name]]
    low, high = SCALES[name]
    return float(low + (high - low) * value) if known else None


def _row(part: str, start: tuple[int, ...], tasks: Sequence[BarTask], name: str) -> Row:
    generator = stream(1, 0, "judging", part, name)
    return Row(part=part, start=start, bars=tuple(tasks), generator=generator, sampling=SAMPLING)


def _notes(part: str, body: Sequence[int]) -> tuple[NoteEvent, ...]:
    return bars.decode_drums(body) if part == "drums" else bars.decode_notes(body)


def _filling(notes: Sequence[NoteEvent]) -> float:
    return sum(n.pitch in (SNARE, *TOMS) for n in notes) / len(notes) if notes else float("nan")


def _bounded(pieces: Pieces, piece: int) -> bool:
    base = pieces.segment_bars[piece]
    return bool(
        pieces.conditions[base : base + pieces.meta[piece][3], GROUPS["bars_to_plot"].start + 1].any()
    )


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = mean_of(values)
    return {"mean": round(found.value, 3), "error": round(found.error, 3), "count": found.count}
