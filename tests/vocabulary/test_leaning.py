import numpy as np
import pytest

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.leaning import MOST, STRENGTH, asked_strength, harmony_in_words, lean


def of(values: np.ndarray, quality: str, root: int = 0) -> float:
    return float(values[tokens.chord_id(Chord(root, quality))])


def test_the_middle_leans_nowhere() -> None:
    assert not lean(0.0, 0.0).any()


def test_bright_goes_to_major_and_dark_to_minor() -> None:
    bright, dark = lean(1.0, 0.0), lean(-1.0, 0.0)
    assert of(bright, "maj") - of(bright, "min") == pytest.approx(STRENGTH)
    assert of(dark, "min") - of(dark, "maj") == pytest.approx(STRENGTH)


def test_tension_goes_to_diminished_and_rest_is_left_to_the_model() -> None:
    tense = lean(0.0, 1.0)
    assert of(tense, "dim") > of(tense, "7") > of(tense, "maj")
    assert not lean(0.0, -1.0).any()


def test_every_root_leans_alike_and_other_tokens_do_not() -> None:
    values = lean(0.7, 0.4)
    assert len({of(values, "sus4", root) for root in range(12)}) == 1
    others = np.delete(values, range(tokens.CHORD_0 + 1, tokens.CHORD_0 + tokens.CHORDS))
    assert not others.any()


@pytest.mark.parametrize(
    ("brief", "strength"),
    [
        ("calm, plain chords", 0.0),
        ("Colourful harmony, tense", MOST * STRENGTH),
        ("rich harmonies", MOST * STRENGTH),
        ("less colourful chords", 0.0),
        ("not so plain harmony", MOST * STRENGTH),
        ("a rich city, plain words", STRENGTH),
        ("", STRENGTH),
    ],
)
def test_a_brief_sets_how_far_mood_leans_on_chords(brief: str, strength: float) -> None:
    assert asked_strength(brief) == strength
    assert bool(harmony_in_words(brief)) is (strength != STRENGTH)
