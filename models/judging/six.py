"""Six measures of a whole piece, after muspy's definitions and the trap of fine grids.

Scale consistency, pitch entropy, pitch-class entropy and empty beats are as muspy defines them (Dong et al.,
ISMIR 2020); groove is muspy's with sixteen steps a whole note, because at ticks it is near 1 for anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bridge.vocabulary.tokens import STEPS_PER_QUARTER

STEPS_PER_SIXTEENTH = STEPS_PER_QUARTER // 4
_DIATONIC = np.array([pitch_class in (0, 2, 4, 5, 7, 9, 11) for pitch_class in range(12)])

Sounding = Sequence[tuple[int, int, int]]
"""Notes as (step, step past the end, sounding pitch)."""


def measures(notes: Sounding, bars: Sequence[tuple[int, int]], bpm: float) -> dict[str, float]:
    """The six of a piece, by name, and the inter-onset interval once more over distinct onsets.

    Args:
        notes: the piece's notes.
        bars: (first step, step past the last) of every bar.
        bpm: quarter notes a minute.
    """
    pitches = np.array([pitch for _, _, pitch in notes])
    onsets = np.sort([step for step, _, _ in notes])
    step_s = 60 / bpm / STEPS_PER_QUARTER
    return {
        "scale consistency": scale_consistency(pitches),
        "pitch entropy": entropy(np.bincount(pitches, minlength=128)),
        "pitch-class entropy": entropy(np.bincount(pitches % 12, minlength=12)),
        "empty beat rate": empty_beats(notes, bars[0][0], bars[-1][1]),
        "inter-onset interval, s": float(np.diff(onsets).mean()) * step_s,
        "groove, 16 steps": groove(onsets, bars),
        "interval between distinct onsets, s": float(np.diff(np.unique(onsets)).mean()) * step_s,
    }


def scale_consistency(pitches: np.ndarray) -> float:
    """Largest share of notes in one of the twelve diatonic scales."""
    classes = np.bincount(pitches % 12, minlength=12)
    return float(max(classes[np.roll(_DIATONIC, tonic)].sum() for tonic in range(12)) / classes.sum())


def entropy(counts: np.ndarray) -> float:
    """Entropy in bits."""
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())


def empty_beats(notes: Sounding, start: int, end: int) -> float:
    """Share of quarters in which no note sounds; a note that ends on a beat fills it too."""
    beats = np.zeros(-(-(end - start) // STEPS_PER_QUARTER), bool)
    for step, past, _ in notes:
        beats[(step - start) // STEPS_PER_QUARTER : (past - start) // STEPS_PER_QUARTER + 1] = True
    return float(1 - beats.mean())


def groove(onsets: np.ndarray, bars: Sequence[tuple[int, int]]) -> float:
    """1 less the mean Hamming distance of neighbouring bars' onsets; bars of two lengths are not compared."""
    alike = []
    slots = [
        np.isin(
            np.arange(start, end, STEPS_PER_SIXTEENTH), onsets // STEPS_PER_SIXTEENTH * STEPS_PER_SIXTEENTH
        )
        for start, end in bars
    ]
    for one, other in zip(slots, slots[1:]):
        if len(one) == len(other):
            alike.append(float((one == other).mean()))
    return float(np.mean(alike))
