"""Each rule against numbers worked out by hand from its formula."""

import pytest

from bridge.performing.rules import (
    cycle,
    duration_contrast,
    high_loud,
    melodic_charge,
    motor_noise,
    phrase_arch,
    punctuation,
    staccato,
)


def test_an_octave_up_is_louder_by_what_the_rule_allows():
    assert high_loud.level_db(64, 60.0) == pytest.approx(1.0)
    assert high_loud.level_db(58, 60.0) == pytest.approx(-0.5)
    assert high_loud.level_db(96, 60.0) == 2.5 == -high_loud.level_db(24, 60.0)


def test_charge_is_nothing_on_the_root_and_most_a_semitone_above():
    by_semitone = [melodic_charge.level_db(60 + step, 0) for step in range(12)]
    assert by_semitone[0] == 0
    assert max(by_semitone) == by_semitone[1] == pytest.approx(1.3)
    assert melodic_charge.level_db(67, 0) == pytest.approx(0.2) == melodic_charge.level_db(62, 7)


@pytest.mark.parametrize(
    ("ms", "curve"),
    [(20, 0), (30, 0), (115, -5.5), (200, -11), (300, -9), (400, -7), (500, -3.5), (600, 0), (900, 0)],
)
def test_contrast_follows_its_three_lines(ms: float, curve: float):
    assert duration_contrast.contrast(ms) == pytest.approx(curve)
    assert duration_contrast.level_db(ms) == pytest.approx(0.075 * curve)


def test_gaps_of_short_notes():
    assert duration_contrast.gap_ms(200, slurred=False, repeated=False) == pytest.approx(66)
    assert duration_contrast.gap_ms(200, slurred=True, repeated=False) == pytest.approx(16.5)
    assert duration_contrast.gap_ms(200, slurred=False, repeated=True) == pytest.approx(16.5)
    assert duration_contrast.gap_ms(800, slurred=False, repeated=False) == 0


def test_the_arch_rises_to_its_turn_and_falls_further_than_it_rose():
    assert phrase_arch.level_db(0.0) == pytest.approx(-1.5)
    assert phrase_arch.level_db(0.6) == 0
    assert phrase_arch.level_db(1.0) == pytest.approx(-3.0)
    assert phrase_arch.level_db(0.3) == pytest.approx(-0.375)


def test_phrases_breathe_and_leaps_take_half_a_breath():
    assert punctuation.gap_ms(ends_phrase=True, leap=0) == 80
    assert punctuation.gap_ms(ends_phrase=False, leap=-9) == 40
    assert punctuation.gap_ms(ends_phrase=False, leap=7) == 0


def test_staccato_loses_a_fifth_to_two_thirds():
    assert staccato.gap_share(0.0) == 0
    assert staccato.gap_share(1e-9) == pytest.approx(0.2069, abs=1e-4)
    assert staccato.gap_share(1.0) == pytest.approx(0.665)


def test_noise_spans_its_range():
    assert motor_noise.shift_ms(1.0) == -motor_noise.shift_ms(-1.0) == 6.78


def test_a_pulse_leans_on_its_beats():
    factors = [cycle.factor(480 * eighth) for eighth in range(8)]
    assert [factor / factors[0] for factor in factors] == pytest.approx([1.0, 0.7, 0.85, 0.7] * 2)
    assert sum(factors) / 8 == pytest.approx(1.0)
    assert cycle.factor(240) == cycle.factor(481) == min(factors)
