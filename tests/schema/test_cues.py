from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.schema import cues, performance, picture, score, tempo, timeline
from bridge.schema.cues import CueSheet, MoodCurves
from bridge.schema.timeline import Shot, Timeline

FLAT = (0.0, 0.25, 0.5, 1.0)
CURVES = MoodCurves(FLAT, FLAT, FLAT, FLAT, FLAT)


def test_cue_seconds_are_exact_and_count_from_the_cues_first_frame() -> None:
    rate = Fraction(30_000, 1001)
    sheet = CueSheet("n", rate, True, 107_892, 300, 900, (), (), CURVES)
    assert sheet.cue_s(300) == 0
    assert sheet.cue_s(330) == Fraction(1001, 1000)
    assert sheet.cue_s(270) == -Fraction(1001, 1000)
    assert sheet.cue_length_s == Fraction(20_020, 1000)
    same = Timeline("n", rate, True, 107_892, 1000, 300, 900, ())
    assert same.cue_s(330) == sheet.cue_s(330)
    assert same.cue_frames == 600
    assert Shot("s", "", 12, 20).length_frames == 8


@pytest.mark.parametrize(
    ("start_s", "end_s", "mean"),
    [
        (0, 4, 0.4375), (1, 3, 0.375), (3, 4, 1.0), (2, 2, 0.5), (2.2, 2.4, 0.5), (-5, 1, 0.0), (3, 99, 1.0),
        (50, 60, 1.0),
    ],
)  # fmt: skip
def test_mean_mood_over_a_stretch(start_s: float, end_s: float, mean: float) -> None:
    assert CURVES.mean("energy", start_s, end_s) == pytest.approx(mean)


def test_there_is_no_sixth_curve() -> None:
    with pytest.raises(AttributeError):
        CURVES.mean("joy", 0, 1)


@pytest.mark.parametrize("module", [cues, performance, picture, score, tempo, timeline])
def test_every_noun_is_frozen_and_explained(module: object) -> None:
    nouns = [n for n in vars(module).values() if dataclasses.is_dataclass(n) and isinstance(n, type)]
    own = [noun for noun in nouns if noun.__module__ == module.__name__]
    assert own
    for noun in own:
        assert noun.__dataclass_params__.frozen, noun
        assert noun.__doc__ and not noun.__doc__.startswith(f"{noun.__name__}("), noun


def test_a_timeline_says_where_it_came_from() -> None:
    assert Timeline("n", Fraction(24), False, 0, 1, 0, 1, (), source=Path("a.otio")).source.name == "a.otio"
