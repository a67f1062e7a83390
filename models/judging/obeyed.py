"""Whether a bar's controls are obeyed: real songs' curves, shuffled between songs, against what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bridge.inference.session import Decoder
from bridge.vocabulary.bars import NoteEvent
from bridge.vocabulary.tokens import STEPS_PER_QUARTER, bar_steps
from models.judging.spread import resampled
from models.judging.stretches import Notes, Stretch
from models.judging.writing import Asked, write_notes

BARS = 16
Bar = Sequence[NoteEvent]


def density(bar: Bar, metre: tuple[int, int]) -> float | None:
    """Distinct onsets a quarter note."""
    return len({note.step for note in bar}) * STEPS_PER_QUARTER / bar_steps(metre)


def register(bar: Bar, metre: tuple[int, int]) -> float | None:
    """Mean key-relative pitch."""
    return sum(note.pitch for note in bar) / len(bar) if bar else None


def polyphony(bar: Bar, metre: tuple[int, int]) -> float | None:
    """Notes struck together."""
    return len(bar) / len({note.step for note in bar}) if bar else None


def thickness(bar: Bar, metre: tuple[int, int]) -> float | None:
    """Notes that sound together, over the time in which any of the bar's does."""
    steps = np.zeros(bar_steps(metre))
    for note in bar:
        steps[note.step : note.step + note.duration_steps] += 1
    return float(steps[steps > 0].mean()) if bar else None


def measures(decoder: Decoder) -> dict[str, Callable[[Bar, tuple[int, int]], float | None]]:
    """What can be asked of a model; vocabulary 2 is told polyphony by what sounds, not by what is struck."""
    thick = thickness if decoder.card.conditions else polyphony
    found = {"density": density, "register": register}
    return found if decoder.card.part == "melody" else {**found, "polyphony": thick}


def judge(
    decoder: Decoder, stretches: Sequence[Stretch], source: str = "pop", *, told: bool = True
) -> dict[str, Any]:
    """Spearman's rank correlation over bars, asked against measured, by control, with errors over songs.

    Args:
        decoder: melody or accompaniment.
        stretches: one a song, with bars enough.
        source: the source token asked under.
        told: whether the model is told what is asked; else what is found is a floor.
    """
    part = decoder.card.part
    some = [stretch.first(BARS) for stretch in stretches]
    own: list[Notes] = [getattr(stretch, part) for stretch in some]
    wanted = measures(decoder)
    # Everybody is asked for what the next song but six does: no song's curve is its own.
    curves = [
        [
            Asked(**{name: measure(bar, metre) for name, measure in wanted.items()})
            for bar, metre in zip(own[(index + 7) % len(own)], some[index].metres)
        ]
        for index in range(len(some))
    ]
    given = None if part == "melody" else [stretch.melody for stretch in some]
    chords = [stretch.chords for stretch in some]
    written = write_notes(
        decoder, some, chords, "obeyed", given=given, curves=curves if told else None, source=source
    )
    out: dict[str, Any] = {"pieces": len(some), "bars": sum(len(stretch.metres) for stretch in some)}
    for name, measure in wanted.items():
        pairs = [
            [
                (getattr(asked, name), got)
                for asked, bar, metre in zip(curve, bars, stretch.metres)
                if (got := measure(bar, metre)) is not None and getattr(asked, name) is not None
            ]
            for curve, bars, stretch in zip(curves, written, some)
        ]
        out[name] = {
            "spearman": rank_correlation(pairs),
            "error": resampled(len(pairs), lambda of, pairs=pairs: rank_correlation([pairs[i] for i in of])),
        }
    return out


def rank_correlation(pairs: Sequence[Sequence[tuple[float, float]]]) -> float:
    """Spearman's, over the bars of all songs together."""
    flat = np.array([pair for song in pairs for pair in song])
    return float(np.corrcoef(ranks(flat[:, 0]), ranks(flat[:, 1]))[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Each value's rank; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
