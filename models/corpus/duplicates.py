"""Find pieces that are nearly the same, so that they stand on one side of the split.

A piece's tune is a set of runs of notes, each told by its intervals and the times between onsets, so that
key and place do not matter. Two pieces are near-duplicates when the smaller set lies in the larger by at
least `SHARED`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bridge.vocabulary.music import Played

RUN = 10
SHARED = 0.25
LEAST_RUNS = 30
COMMON = 12
"""A run in more pieces than this says nothing (scales, repeated tones)."""

Runs = frozenset[tuple[int, ...]]


def runs(notes: Sequence[Played]) -> Runs:
    """Every run of `RUN` notes of a tune: interval and time to the next note, in steps, by turns."""
    moves = [(b.pitch - a.pitch, b.step - a.step) for a, b in zip(notes, notes[1:], strict=False)]
    found = set()
    for at in range(len(moves) - RUN + 2):
        run = tuple(number for move in moves[at : at + RUN - 1] for number in move)
        if len(set(run[::2])) > 2:  # not one repeated tone, nor two in turn
            found.add(run)
    return frozenset(found)


def pairs(tunes: Mapping[str, Runs], shared: float = SHARED) -> list[tuple[str, str, float]]:
    """Pairs of names whose tunes share at least `shared` of the smaller one's runs, likest first."""
    where: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, found in tunes.items():
        for run in found:
            where[run].append(name)
    together: dict[tuple[str, str], int] = defaultdict(int)
    for names in where.values():
        if 2 <= len(names) <= COMMON:
            for at, one in enumerate(names):
                for other in names[at + 1 :]:
                    together[one, other] += 1
    out = []
    for (one, other), count in together.items():
        smaller = min(len(tunes[one]), len(tunes[other]))
        if smaller >= LEAST_RUNS and count >= shared * smaller:
            out.append((one, other, count / smaller))
    return sorted(out, key=lambda pair: -pair[2])
