"""Chord changes judged, and the memory fitted, on lines whose answers are known."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is for training only: `make test-train`")

from models.likelihood import CHORDS
from models.ranking import figures, fitted, recalled

pytestmark = pytest.mark.train


def song(number: int, line: list[int]) -> list[tuple[int, np.ndarray, int, int]]:
    """Items of a line for a model that knows nothing."""
    guess = np.random.default_rng(number)
    return [
        (number, 1 + 1e-6 * guess.random(CHORDS), new, old) for old, new in zip(line, line[1:], strict=False)
    ]


def test_a_model_that_knows_nothing_has_the_perplexity_of_its_choices() -> None:
    found = figures([*song(1, [0, 10, 20, 30]), *song(2, [5, 6, 7])])
    assert found["items"] == 5
    assert found["perplexity"][0] == pytest.approx(CHORDS - 1, abs=0.01)  # type: ignore[index]


def test_memory_is_trusted_where_songs_repeat_and_not_where_they_do_not() -> None:
    choose = np.random.default_rng(2)

    def line(repeat: bool) -> list[int]:
        out = [int(choose.integers(CHORDS))]
        while len(out) < 24:
            new = int(choose.integers(CHORDS))
            out += [new] if new != out[-1] else []
        return out * 3 if repeat else out

    repeating = [item for number in range(10) for item in song(number, line(True))]
    trust = fitted(repeating)
    assert trust[8, 1, 0] > 0.9
    plain, helped = figures(repeating), figures(recalled(repeating, trust))
    assert helped["hits1"][0] > 0.5 > plain["hits1"][0]  # type: ignore[index]
    assert helped["perplexity"][0] < plain["perplexity"][0] / 4  # type: ignore[index]
