from dataclasses import replace

import pytest

from bridge.vocabulary.mood import REACHED, WEIGHTS, Cues, asked, decibels, mood

MIDDLE = Cues(mode=0.0, bpm=100.0, onsets_per_s=3.0, mean_pitch=60.0, velocity=72.0, roughness=0.38)


def test_the_middle_is_nothing_in_particular() -> None:
    assert mood(MIDDLE) == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "axis", "way"),
    [
        ({"mode": 1.0}, 0, 1),
        ({"mode": -1.0}, 2, 1),
        ({"bpm": 150.0}, 1, 1),
        ({"bpm": 60.0}, 1, -1),
        ({"onsets_per_s": 8.0}, 1, 1),
        ({"velocity": 102.0}, 1, 1),
        ({"roughness": 0.8}, 2, 1),
        ({"roughness": 0.8}, 0, -1),
    ],
)
def test_each_cue_moves_its_axis(change: dict[str, float], axis: int, way: int) -> None:
    assert mood(replace(MIDDLE, **change))[axis] * way > 0.05


def test_six_decibels_are_what_film_ratings_say() -> None:
    """+1.0 energy and +.65 tension on a scale of 1 to 9, which is 4 either way."""
    louder = 72.0 * 10 ** (6 / 40)
    assert decibels(louder) == pytest.approx(6.0)
    _, energy, tension = mood(replace(MIDDLE, velocity=louder))
    assert energy == pytest.approx(1.0 / 4)
    assert tension == pytest.approx(0.65 / 4, abs=0.005)


def test_mode_outweighs_tempo_and_tempo_register_for_valence() -> None:
    weights = WEIGHTS["valence"]
    assert weights["mode"] > weights["tempo"] > weights["register"] > abs(weights["loudness"])


def test_the_axes_stay_within_one() -> None:
    wild = Cues(mode=-1, bpm=400, onsets_per_s=80, mean_pitch=10, velocity=127, roughness=3)
    assert all(-1 <= value <= 1 for value in mood(wild))


def test_a_cue_sheet_asks_for_what_music_reaches() -> None:
    for axis, (low, high) in REACHED.items():
        assert (asked(axis, 0.0), asked(axis, 1.0)) == pytest.approx((low, high))
        assert -1 <= low < asked(axis, 0.5) < high <= 1
