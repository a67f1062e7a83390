import numpy as np
import pytest

from bridge.vocabulary.recall import Recall, bucket, mixed, named, read_trust


def told(*symbols: int) -> Recall:
    memory = Recall(8)
    for symbol in symbols:
        memory.push(symbol)
    return memory


def test_nothing_is_recalled_of_what_has_not_been() -> None:
    assert told().forecast() == (None, 0, 0)
    assert told(1, 2, 3).forecast() == (None, 0, 0)


def test_the_longest_match_leads() -> None:
    shares, longest, agreeing = told(0, 1, 2, 5, 7, 1, 3, 6, 0, 1).forecast()
    assert shares is not None
    assert longest == 2
    assert agreeing == 1
    assert shares.argmax() == 2
    assert shares[3] > 0
    assert shares.sum() == pytest.approx(1.0)


def test_matches_that_disagree_say_so() -> None:
    _, longest, agreeing = told(0, 1, 0, 2, 0).forecast()
    assert (longest, agreeing) == (1, 0)
    _, longest, agreeing = told(0, 1, 2, 0, 1, 2, 0, 1).forecast()
    assert (longest, agreeing) == (5, 1)


def test_a_restatement_is_no_news() -> None:
    assert told(0, 0, 1, 1, 0).forecast()[1] == told(0, 1, 0).forecast()[1] == 1


def test_mixing_keeps_a_distribution_without_what_sounds() -> None:
    memory = told(0, 1, 2, 0, 1)
    p = np.full(8, 1 / 8)
    out = mixed(p, memory, {(2, 1, 0): 0.75})
    assert out[1] == 0
    assert out.sum() == pytest.approx(1.0)
    assert out[2] == pytest.approx(0.75 + 0.25 / 7)
    assert p[1] == 1 / 8, "the given shares are left alone"


def test_a_bucket_never_seen_has_the_usual_trust() -> None:
    out = mixed(np.full(8, 1 / 8), told(0, 1, 2, 0, 1), {}, usual=0.5)
    assert out[2] == pytest.approx(0.5 + 0.5 / 7)


def test_trust_goes_to_a_card_and_back() -> None:
    trust = {(2, 1, 0): 0.75, (8, 3, 4): 0.9}
    assert read_trust(named(trust)) == trust
    assert bucket(np.array([0.95, 0.05]), 8, 3) == (8, 3, 4)
    with pytest.raises(ValueError, match="invalid literal"):
        read_trust({"a,b,c": 1.0})
