import numpy as np
import pytest

from models.markov import Markov


def test_probabilities_sum_to_one_and_follow_what_was_counted() -> None:
    model = Markov(4, 2)
    song = [0, 1, 2, 0, 1, 2, 0, 1, 2]
    for at in range(1, len(song)):
        model.learn(song[max(0, at - 2) : at], song[at])
    for context in ([], [0], [0, 1], [3, 3]):
        assert model.probabilities(context).sum() == pytest.approx(1)
    assert int(np.argmax(model.probabilities([0, 1]))) == 2
    assert model.probabilities([0, 1])[3] > 0
    # An unseen context says no more than the shorter one it ends in.
    assert np.array_equal(model.probabilities([3, 1]), model.probabilities([1]))
