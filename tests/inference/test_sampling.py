import numpy as np
import pytest

from bridge.inference.sampling import Sampling, draw
from bridge.inference.streams import pick, stream


def shares(logits: list[float], legal: list[bool], how: Sampling, draws: int = 4000) -> np.ndarray:
    generator = stream(3, 0, "test", "sampling")
    counts = np.zeros(len(logits))
    for _ in range(draws):
        counts[draw(np.array(logits, np.float32), np.array(legal), generator, how)] += 1
    return counts / draws


def test_draws_follow_the_softmax_of_what_is_legal():
    found = shares([0.0, np.log(3), 9.0], [True, True, False], Sampling(1.0, 1.0))
    np.testing.assert_allclose(found, [0.25, 0.75, 0.0], atol=0.03)


def test_temperature_sharpens():
    found = shares([0.0, np.log(3), 9.0], [True, True, False], Sampling(0.5, 1.0))
    np.testing.assert_allclose(found, [0.1, 0.9, 0.0], atol=0.03)


def test_top_p_drops_the_tail_and_always_keeps_one():
    logits = [np.log(0.6), np.log(0.3), np.log(0.1)]
    np.testing.assert_allclose(shares(logits, [True] * 3, Sampling(1.0, 0.85)), [2 / 3, 1 / 3, 0], atol=0.03)
    assert shares(logits, [True] * 3, Sampling(1.0, 0.01))[0] == 1.0


def test_zero_temperature_takes_the_likeliest_legal_and_the_lower_of_two():
    assert shares([5.0, 2.0, 2.0], [False, True, True], Sampling(0.0), draws=5)[1] == 1.0


def test_nothing_legal_is_refused():
    with pytest.raises(ValueError, match="no token is legal"):
        draw(np.zeros(3, np.float32), np.zeros(3, bool), stream(0, 0, "a", "b"), Sampling())


def test_each_draw_takes_one_number():
    one, two = stream(1, 0, "a", "b"), stream(1, 0, "a", "b")
    draw(np.zeros(3, np.float32), np.ones(3, bool), one, Sampling())
    two.random()
    assert one.random() == two.random()


def test_streams_are_known_numbers_and_differ_in_every_field():
    assert stream(1, 2, "composing", "melody", "p1").random() == pytest.approx(KNOWN, abs=1e-15)
    fields = [
        (1, 2, "composing", "melody", "p1"),
        (2, 2, "composing", "melody", "p1"),
        (1, 3, "composing", "melody", "p1"),
        (1, 2, "performing", "melody", "p1"),
        (1, 2, "composing", "bass", "p1"),
        (1, 2, "composing", "melody", "p2"),
        (1, 2, "composing", "melod", "yp1"),
        (12, 0, "composing", "melody", "p1"),
    ]
    assert len({stream(*each).random() for each in fields}) == len(fields)


def test_pick_follows_weights():
    generator = stream(5, 0, "test", "pick")
    found = [pick(generator, "abc", (1, 0, 3)) for _ in range(2000)]
    assert found.count("b") == 0
    assert found.count("c") / 2000 == pytest.approx(0.75, abs=0.04)
    assert {pick(generator, "xy") for _ in range(50)} == {"x", "y"}


KNOWN = 0.7955906743498924
