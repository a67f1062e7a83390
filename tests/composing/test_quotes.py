"""A melody quotes no tune that it is told of."""

from __future__ import annotations

from unittest.mock import PropertyMock, patch

import numpy as np

from bridge.composing import Models, compose
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.score import PartRole, Score
from bridge.vocabulary.quotes import Quotes, run_hashes
from tests.composing.forms import Scene, build

SUNG = Scene(bars=16, energy=0.7, density=0.9, layers=("line", "pad"))
"""One section: the guide follows a line to its end, and a new section begins anew."""


def runs(score: Score) -> np.ndarray:
    line = [
        note.pitch
        for part in score.parts
        if part.role is PartRole.MELODY
        for note in sorted(part.notes, key=lambda note: note.start_beats)
    ]
    return run_hashes(line)


def written(models: Models, quotes: Quotes) -> Score:
    with patch.object(Models, "quotes", new_callable=PropertyMock, return_value=quotes):
        return compose(*build(SUNG), Settings(seed=3), models, Progress())


def test_a_tune_that_is_known_is_not_drawn_again(models: Models) -> None:
    free = runs(written(models, Quotes(())))
    assert len(free) > 10
    kept = runs(written(models, Quotes(free)))
    assert len(kept) > 10
    assert not np.isin(kept, free).any()


def test_the_released_runs_are_told_and_are_in_the_fingerprint(models: Models) -> None:
    assert models.quotes is not None
    assert len(models.quotes) > 500_000
    assert sum(name.startswith("quotes-v") for name in models.hashes) == 1
