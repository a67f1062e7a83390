"""How well chords and keys are heard in notes: POP909's validation songs beside what people wrote of them.

    python -m bench.hearing [--songs N]

Every beat of a song (number modulo 10 = 3) whose chord is known: is the root, and root and quality, that of
POP909-CL's human-checked chords? Every bar: is the key? `heard` is `vocabulary.hearing` alone, `whole` what a
complement goes by (`composing.heard`), which takes tones that do not sound from the key. From all parts, and
from a bass alone, as when nothing else is given: POP909 has none, so the lowest of the piano's notes that
start together stands for it, below middle C. The floor is the true key's tonic triad on every beat, and
C major in every bar. Means over songs with standard errors, as a Markdown table.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from bridge.composing.harmony import Key
from bridge.composing.heard import hear
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, Metre, TempoEvent, TempoMap
from bridge.schema.tempo import Bar as FormBar
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.hearing import hear_chords, hear_keys
from bridge.vocabulary.tokens import TICKS_PER_STEP
from models.corpus.songs import PIANO, Note, Song, at
from models.judging.stretches import songs

SHARES = ("root", "root and quality", "key", "scale")
MIDDLE_C = 60

Shares = tuple[float, float, float, float]


def bass_of(notes: Sequence[Note]) -> list[Note]:
    """The lowest of the piano's notes that start together, below middle C, each until the next."""
    lowest: dict[int, Note] = {}
    for note in notes:
        if note.role == PIANO and note.pitch < MIDDLE_C:
            known = lowest.get(note.step)
            lowest[note.step] = note if known is None or note.pitch < known.pitch else known
    line = [lowest[step] for step in sorted(lowest)]
    nexts = [*(note.step for note in line[1:]), 1 << 30]
    return [
        Note(note.step, note.pitch, max(1, min(note.steps, after - note.step)), note.velocity, note.role)
        for note, after in zip(line, nexts)
    ]


def form_of(song: Song) -> Form:
    """A song's bars as a complement is given them; the tempo is nothing to the harmony."""
    bars = tuple(
        FormBar(
            index=index, tick=bar.step * TICKS_PER_STEP, metre=Metre(*bar.metre), plot_id="song",
            phrase=0, phrase_bar=index, bars_left=len(song.bars) - 1 - index, cadence=False,
        )
        for index, bar in enumerate(song.bars)
    )  # fmt: skip
    tempo = TempoMap((TempoEvent(0, 500_000),))
    return Form(tempo_map=tempo, bars=bars, hits=(), base_bpm={"song": 120.0}, end_tick=bars[-1].end_tick)


def key_at(song: Song, step: int) -> Key:
    """The key that people wrote at a step."""
    held = [key for key in song.keys if key[0] <= step] or [song.keys[0]]
    return Key(held[-1][1], held[-1][2])


def heard_alone(song: Song, notes: Sequence[Note]) -> Shares:
    """Agreement of `hear_chords` and `hear_keys` with a song, by `SHARES`."""
    rows = np.array(sorted((n.step, n.steps, n.pitch, n.velocity) for n in notes), np.int64).reshape(-1, 4)
    form = form_of(song)
    ends = song.bars[-1].end
    edges = sorted({tick // TICKS_PER_STEP for bar in form.bars for tick in bar.beats()} | {ends})
    found = hear_chords(rows, edges, frozenset(bar.step for bar in song.bars))
    return agreement(song, found, hear_keys(rows, [(bar.step, bar.end) for bar in song.bars]))


def made_whole(song: Song, notes: Sequence[Note]) -> Shares:
    """Agreement of what a complement goes by with a song, by `SHARES`."""
    played = tuple(
        PlayedNote(n.step * TICKS_PER_STEP, n.steps * TICKS_PER_STEP, n.pitch, n.velocity) for n in notes
    )
    track = Track("given", PartRole.ACCOMPANIMENT, 0, 0, tuple(sorted(played, key=lambda n: n.tick)))
    chords, keys = hear(Performance((track,)), form_of(song))
    events: list[tuple[int, Chord | None]] = [
        (round(span.start_beats * TICKS_PER_QUARTER / TICKS_PER_STEP), Chord(span.root_pc, span.quality))
        for span in chords
    ]
    bars = []
    for bar in song.bars:
        beats = bar.step * TICKS_PER_STEP / TICKS_PER_QUARTER
        held = [key for key in keys if key.start_beats <= beats] or list(keys[:1])
        bars.append((held[-1].tonic_pc, held[-1].mode) if held else (0, "major"))
    return agreement(song, events, bars)


def floor(song: Song) -> Shares:
    """Agreement of the true key's tonic triad, and of C major, with a song, by `SHARES`."""
    events: list[tuple[int, Chord | None]] = []
    for bar in song.bars:
        key = key_at(song, bar.step)
        events.append((bar.step, Chord(key.tonic_pc, "maj" if key.mode == "major" else "min")))
    return agreement(song, events, [(0, "major")] * len(song.bars))


def agreement(
    song: Song, chords: Sequence[tuple[int, Chord | None]], keys: Sequence[tuple[int, str]]
) -> Shares:
    """By `SHARES`: of beats with a known chord, those with its root, and its quality too; of bars, those
    with the key, and with the key or its relative.

    `chords` are (step, chord), changes in order; `keys` are (tonic pitch class, mode), one a bar.
    """
    roots, whole = [], []
    for bar in form_of(song).bars:
        for tick in bar.beats():
            true = at(song.chords, tick // TICKS_PER_STEP)
            if true is not None:
                found = at(chords, tick // TICKS_PER_STEP)
                roots.append(found is not None and found.root_pc == true.root_pc)
                whole.append(found == true)
    pairs = [(Key(*key), key_at(song, bar.step)) for key, bar in zip(keys, song.bars)]
    same = [one == other for one, other in pairs]
    scale = [one.shift % 12 == other.shift % 12 for one, other in pairs]
    return float(np.mean(roots)), float(np.mean(whole)), float(np.mean(same)), float(np.mean(scale))


def row(name: str, shares: Sequence[Shares]) -> str:
    """One line of the table: means over songs, and standard errors."""
    values = np.array(shares)
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    cells = (f"{mean:.3f} ± {error:.3f}" for mean, error in zip(values.mean(axis=0), errors))
    return f"| {name} | {' | '.join(cells)} |"


def main() -> int:
    """Print the table; 2 where neither the corpus nor its cache is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--songs", type=int, default=0, metavar="N", help="only the first N (default: all)")
    options = parser.parse_args()
    try:
        own = songs("validation")
    except FileNotFoundError as error:
        print(f"POP909 is not here: {error}")
        return 2
    own = [song for song in own if song.keys and any(chord for _, chord in song.chords)]
    own = own[: options.songs or None]
    print(f"{len(own)} validation songs of POP909; share of beats (chords) and bars (keys)\n")
    print(f"| from | {' | '.join(SHARES)} |\n|{'---|' * (len(SHARES) + 1)}")
    for name, pick in (("all parts", list), ("bass alone", bass_of)):
        print(row(f"{name}, heard", [heard_alone(song, pick(song.notes)) for song in own]))
        print(row(f"{name}, made whole", [made_whole(song, pick(song.notes)) for song in own]))
    print(row("floor: the true tonic triad, C major", [floor(song) for song in own]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
