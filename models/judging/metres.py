"""Chord tones in bars of one metre: held-out songs cut and joined at beats, their own chords given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from models.corpus.sequences import remetred
from models.corpus.songs import Song
from models.judging.free import chord_tones
from models.judging.spread import mean_of
from models.judging.stretches import Notes, Stretch, of_song
from models.judging.writing import write_notes

METRES = ((4, 4), (3, 4), (5, 4), (2, 4))
BARS = 16
SEED = 909


def judge(models: Any, songs: Sequence[Song]) -> dict[str, dict[str, dict[str, Any]]]:
    """By metre and part: the share of chord tones written and real, and their difference, over songs."""
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for metre in METRES:
        some = [longest for song in songs if (longest := stretch_in(song, metre)) is not None]
        chords = [stretch.chords for stretch in some]
        name = f"metre {metre[0]}/{metre[1]}"
        melody = write_notes(models.melody, some, chords, name)
        inner = write_notes(models.accompaniment, some, chords, name, given=[s.melody for s in some])
        out[f"{metre[0]}/{metre[1]}"] = {
            "melody": _compared(some, melody, [s.melody for s in some], metre),
            "accompaniment": _compared(some, inner, [s.accompaniment for s in some], metre),
        }
    return out


def stretch_in(song: Song, metre: tuple[int, int]) -> Stretch | None:
    """The first bars of a song's longest stretch, nearly all of them in the metre; `None` if too few are.

    Songs that are in the metre are taken as they are, others are cut.
    """
    own = sum(bar.metre == metre for bar in song.bars) > len(song.bars) / 2
    cut = song if own else remetred(song, random.Random(SEED + song.number), whole=True, home=metre)
    longest = max(of_song(cut), key=lambda stretch: len(stretch.metres))
    first = next((at for at, found in enumerate(longest.metres) if found == metre), 0)
    chosen = longest.first(first + BARS)
    return chosen if sum(found == metre for found in chosen.metres) >= BARS // 2 else None


def _compared(
    some: Sequence[Stretch], written: Sequence[Notes], real: Sequence[Notes], metre: tuple[int, int]
) -> dict[str, Any]:
    found: dict[str, list[float]] = {"written": [], "real": []}
    for stretch, made, own in zip(some, written, real):
        inside = [at for at, each in enumerate(stretch.metres) if each == metre]
        for name, notes in (("written", made), ("real", own)):
            bars = (tuple(stretch.chords[at] for at in inside), tuple(notes[at] for at in inside))
            found[name].append(chord_tones([bars]))
    means = {name: mean_of(values) for name, values in found.items()}
    off = mean_of([made - own for made, own in zip(found["written"], found["real"])])
    return {
        name: {"mean": m.value, "error": m.error, "songs": m.count}
        for name, m in (*means.items(), ("difference", off))
    }
