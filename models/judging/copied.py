"""Copying in music of every source: melodies written for held-out pieces, and runs of all that is learnt.

Pitches of a pack are relative to the key that holds, so a line ends where the key changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bridge.inference.generate import BarTask, Row, generate
from bridge.inference.quoting import Unquoted
from bridge.inference.session import Decoder
from bridge.inference.streams import stream
from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.conditions import Conditions
from bridge.vocabulary.masks import BarRules
from bridge.vocabulary.quotes import Quotes
from models.band import Bar, opened
from models.judging import copying
from models.judging.knowledge import pieces
from models.judging.stretches import Notes, Stretch, melodies, songs
from models.judging.writing import DRAWING, ROWS, counted
from models.windows import Pieces, untextured

LEARNT = ("pop", "song", "quartet", "orchestra", "game")
"""Sources whose melodies are learnt; all but the first are written from their packs."""
PIECES = 40
BARS = 60
_KEYS = {tokens.key_id(key) for key in tokens.KEYS}


def judge(
    decoder: Decoder, quotes: Quotes, held_out: Sequence[Stretch], written: Sequence[Notes]
) -> dict[str, Any]:
    """By source and length of run: what written melodies share with training pieces, and held-out ones.

    Args:
        decoder: the melody's.
        quotes: runs of notes that are not drawn.
        held_out: stretches of the held-out songs.
        written: the melody written for each.
    """
    known = copying.Known(learnt_lines())
    out = {
        "pop": _beside(
            [[copying.line(notes)] for notes in written],
            [[copying.line(stretch.melody)] for stretch in held_out],
            known,
        )
    }
    # Melodies of vocabulary 1 know no source but pop.
    for source in LEARNT[1:] if decoder.card.conditions else ():
        test = pieces("melody", "test", source)
        chosen = spread_out(len(test.meta), PIECES)
        read = [opened(test, piece, 0, BARS) for piece in chosen]
        real = [[bars.decode_notes(bar.body) for bar in own] for _, own in read]
        made = write(decoder, quotes, read, f"copied {source}")
        own_bars = [own for _, own in read]
        out[source] = _beside(
            [lines(own, notes) for own, notes in zip(own_bars, made)],
            [lines(own, notes) for own, notes in zip(own_bars, real)],
            known,
        )
    return out


def write(
    decoder: Decoder, quotes: Quotes, read: Sequence[tuple[tuple[int, ...], list[Bar]]], name: str
) -> list[list[tuple[NoteEvent, ...]]]:
    """A melody for the bars of each piece (`band.opened`), on its chords, with everything else left open."""
    how = DRAWING["melody"]
    rows = []
    for number, (start, own) in enumerate(read):
        tasks = tuple(
            BarTask(
                tuple(untextured(np.array(bar.prompt)).tolist()),
                BarRules(steps=tokens.bar_steps(bar.metre), chords=chords_of(bar)),
                conditions=Conditions().vector(),
                tone_lean=how.lean_in(bar.metre),
            )
            for bar in own
        )
        generator = stream(1, 0, f"judging {name}", "melody", str(number))
        rows.append(Row("melody", start, tasks, generator, how.sampling, guide=Unquoted(quotes)))
    written = generate(decoder, rows, max_rows=ROWS, on_bar=counted(name, rows))
    return [[tuple(bars.decode_notes(body)) for body in bodies] for bodies in written]


def chords_of(bar: Bar) -> tuple[ChordEvent, ...]:
    """The harmony that a bar's prompt tells."""
    return tuple(
        ChordEvent(bar.prompt[at - 1] - tokens.POS_0, tokens.chord_of(token))
        for at, token in enumerate(bar.prompt)
        if tokens.CHORD_0 <= token < tokens.CHORD_0 + tokens.CHORDS
    )


def lines(own: Sequence[Bar], notes: Sequence[Sequence[NoteEvent]]) -> list[list[int]]:
    """Pitches in order, a line between changes of the key."""
    out: list[list[int]] = [[]]
    for bar, some in zip(own, notes):
        if not _KEYS.isdisjoint(bar.prompt):
            out.append([])
        out[-1] += [note.pitch for note in some]
    return out


def learnt_lines() -> Iterator[list[int]]:
    """The pitches of every melody that is learnt from, a line between changes of the key."""
    for song in songs("train"):
        yield from map(copying.line, melodies(song))
    for source in LEARNT:
        yield from learnt(pieces("melody", "train", source))


def learnt(found: Pieces) -> list[list[int]]:
    """The lines of every piece of a pack, as `lines` has them."""
    pitched = (
        found.written & (found.tokens >= tokens.PITCH_0) & (found.tokens < tokens.PITCH_0 + tokens.PITCHES)
    )
    # A key in a prompt is a change; a piece's first stands in its opening and not among its bars.
    changes = np.flatnonzero(np.isin(found.tokens, list(_KEYS)))
    cuts = sorted({*(int(found.starts(piece)[0]) for piece in range(len(found.meta))), *changes.tolist()})
    ends = [*cuts[1:], len(found.tokens)]
    return [
        (found.tokens[low:high][pitched[low:high]] - tokens.PITCH_0).tolist() for low, high in zip(cuts, ends)
    ]


def spread_out(count: int, most: int) -> list[int]:
    """At most so many places of a list, evenly spread."""
    return sorted({at * count // min(most, count) for at in range(min(most, count))})


def _beside(
    written: Sequence[list[list[int]]], real: Sequence[list[list[int]]], known: copying.Known
) -> dict[str, Any]:
    sets = {"written": copying.shares(written, known), "held-out": copying.shares(real, known)}
    lengths = {length: {whose: found[length] for whose, found in sets.items()} for length in sets["written"]}
    return {"pieces": len(written), **lengths}
