"""Known runs of notes: found in any key, never one pitch, ended by no pitch that is masked."""

from __future__ import annotations

import numpy as np

from bridge.vocabulary.quotes import RUN_NOTES, Quotes, run_hashes

TUNE = (60, 62, 64, 65, 67, 65, 64, 62, 60, 55, 57, 59, 60, 64, 67, 72, 71, 69)


def test_every_run_of_a_tune_has_one_hash_whatever_the_key():
    found = run_hashes(TUNE)
    assert len(found) == len(TUNE) - RUN_NOTES + 1 == len(set(found.tolist()))
    assert run_hashes([pitch - 7 for pitch in TUNE]).tolist() == found.tolist()
    assert not len(run_hashes(TUNE[: RUN_NOTES - 1]))


def test_runs_of_one_pitch_are_no_runs():
    assert not len(run_hashes([60] * 40))
    assert len(run_hashes([60] * 20 + [62])) == 1


def test_only_the_note_that_ends_a_known_run_is_masked():
    quotes = Quotes(run_hashes(TUNE))
    assert len(quotes) == 3
    for shift in (0, -12, 5):
        line = [pitch + shift for pitch in TUNE]
        assert np.flatnonzero(quotes.ending(line[:15])).tolist() == [line[15]]
        assert np.flatnonzero(quotes.ending([0, 1, *line[:17]])).tolist() == [line[17]]
    assert not quotes.ending(TUNE[:14]).any()
    assert not quotes.ending([*TUNE[:14], 0]).any()
    assert not Quotes(()).ending(TUNE).any()


def test_a_repeated_pitch_stays_free():
    quotes = Quotes([*range(10), *run_hashes([60] * 15 + [61])])
    assert np.flatnonzero(quotes.ending([50] * 15)).tolist() == [51]
