from __future__ import annotations

from fractions import Fraction

import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import Weight
from bridge.timing import compare, solve
from bridge.timing.layout import sounding_beats
from tests.timing.sheets import random_cuts, sheet

SETTINGS = Settings()


@pytest.mark.parametrize("seed", range(6))
def test_a_silence_is_met_by_stopping_on_it(seed):
    cuts = random_cuts(seed, 12, 3.0, Fraction(24))
    weights = [Weight.MUST if frame == cuts[7] else Weight.WANT for frame in cuts[:8]]
    cues = sheet(cuts[:8], end=cuts[-1], plot_frames=[cuts[7]], music=[True, False], weights=weights)
    form = solve(cues, SETTINGS, Progress())
    result = form.hits[-1]
    assert result.met
    assert abs(result.error_frames) <= 0.5
    assert "music stops" in result.reason
    assert any(bar.rest and bar.tick == result.tick for bar in form.bars)


@pytest.mark.parametrize("seed", range(6))
def test_only_beats_that_sound_are_counted(seed):
    cuts = random_cuts(seed, 30, 3.0, Fraction(24))
    middle = [cuts[9], cuts[19]]
    cues = sheet(cuts, plot_frames=middle, music=[True, False, True])
    form = solve(cues, SETTINGS, Progress())
    rests = [(bar.tick, bar.end_tick) for bar in form.bars if bar.rest]
    assert rests
    assert not any(start < tick < end for tick in sounding_beats(form.bars) for start, end in rests)
    inside = sum(middle[0] < frame < middle[1] for frame in cuts)
    assert compare(cues, form, SETTINGS)["kept"] == len(cuts) - inside


def test_pooled_over_lists_the_beats_beat_the_best_constant_tempo_at_half_a_frame_too():
    ours = theirs = 0.0
    for seed in range(12):
        cues = sheet(random_cuts(seed, 25, 3.5, Fraction(24)))
        numbers = compare(cues, solve(cues, SETTINGS, Progress()), SETTINGS)
        assert numbers["on_beat_window"] >= numbers["best_constant_window"]
        ours += numbers["on_beat_half_frame"]
        theirs += numbers["best_constant_half_frame"]
    assert ours > theirs + 12 * 0.1


def test_no_kept_hit_gives_no_share():
    cues = sheet([], end=240)
    numbers = compare(cues, solve(cues, SETTINGS, Progress()), SETTINGS)
    assert (numbers["kept"], numbers["on_beat_window"]) == (0, None)
