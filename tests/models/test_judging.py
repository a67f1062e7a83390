import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from bridge.inference.card import find_models, read_card
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord
from models.judging import copying, cues, free, loudness, obeyed, six, spread, tables

BARS = [(0, 48), (48, 96)]


def test_the_six_measures_of_a_scale_by_hand() -> None:
    scale = [(12 * at, 12 * at + 6, pitch) for at, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 73))]
    found = six.measures(scale, BARS, bpm=120)
    assert found["scale consistency"] == 7 / 8
    assert found["pitch entropy"] == found["pitch-class entropy"] == pytest.approx(3.0)
    assert found["empty beat rate"] == 0
    assert found["inter-onset interval, s"] == pytest.approx(0.5)
    assert found["groove, 16 steps"] == 1


def test_a_beat_is_empty_unless_something_sounds_or_ends_on_it() -> None:
    assert six.empty_beats([(0, 12, 60), (40, 44, 60)], 0, 96) == 5 / 8
    assert six.groove(np.array([0, 12, 48]), BARS) == 1 - 1 / 16


def test_notes_struck_together_count_in_one_interval_and_not_in_the_other() -> None:
    found = six.measures([(0, 6, 60), (0, 6, 64), (24, 30, 60)], BARS, bpm=60)
    assert found["inter-onset interval, s"] == pytest.approx(1.0)
    assert found["interval between distinct onsets, s"] == pytest.approx(2.0)


def test_chord_tones_are_of_the_chord_that_sounds() -> None:
    chords = ((ChordEvent(0, Chord(0, "maj")), ChordEvent(24, Chord(7, "maj"))),)
    notes = ((NoteEvent(0, 64, 6), NoteEvent(12, 62, 6), NoteEvent(24, 62, 6), NoteEvent(36, 64, 6)),)
    assert free.chord_tones([(chords, notes)]) == 0.5
    assert math.isnan(free.chord_tones([(((ChordEvent(0, None),),), notes)]))


def test_runs_are_found_in_any_key_and_repeated_pitches_are_no_tune() -> None:
    tune = [60, 62, 64, 65, 67, 65, 64, 62, 60]
    known = copying.Known([tune])
    assert known.count([pitch + 5 for pitch in tune], 8) == (2, 2)
    assert known.count([*tune[:4], 70, *tune[4:]], 8)[0] == 0
    assert known.count([60] * 20, 8) == (0, 0)


def test_ranks_share_ties_and_order_is_all_that_counts() -> None:
    assert obeyed.ranks(np.array([3.0, 1.0, 3.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]
    assert obeyed.rank_correlation([[(1, 10), (2, 20)], [(3, 1000)]]) == pytest.approx(1.0)
    assert obeyed.rank_correlation([[(1, 3), (2, 2), (3, 1)]]) == pytest.approx(-1.0)


def test_differences_are_taken_piece_by_piece_where_pieces_are_shared() -> None:
    real = {song: float(song) for song in range(10)}
    shifted = {song: value + 0.1 + 0.01 * (song % 2) for song, value in real.items()}
    assert spread.apart(shifted, real) > 20
    others = {song + 100: value for song, value in shifted.items()}
    assert spread.apart(others, real) < 0.2
    assert spread.mean_of([1.0, float("nan"), 3.0]).count == 2


def test_lines_are_alike_by_their_trigrams() -> None:
    line = [2, 2, -4, 2, 2, -4]
    assert cues.likeness(line, line) == 1
    assert cues.likeness(line, [7, 7, 7, 7]) == 0
    assert math.isnan(cues.likeness(line, [1]))
    melody = [(Fraction(0), 60), (Fraction(1, 2), 62), (Fraction(2), 59)]
    assert cues.intervals(melody) == [2, -3]
    assert cues.rhythm(melody) == [6, 18]


def test_a_document_says_what_is_missed() -> None:
    text = tables.document({"moods": {"energy": {"tempo": {
        "rises": 0.9, "trials": 40, "mean": 1.0, "error": 0.1}}}, "size": {"a-v1": 7_000_000}})  # fmt: skip
    assert "90 % of 40" in text and "**missed**" in text and "7.0 MB of at most 60" in text


def test_what_models_know_stands_beside_the_best_floor_of_each_column() -> None:
    def changes(hits: float, perplexity: float) -> dict:
        return {"hits1": [hits, 0.01], "hits3": [hits + 0.3, 0.01], "hits5": [hits + 0.42, 0.01],
                "perplexity": [perplexity, 0.3]}  # fmt: skip

    def notes(bits: float) -> dict:
        return {"notes": 1000, "bits_per_note": [bits, 0.1], "pitch_hits1": [bits / 10, 0.01],
                "tokens_a_note": 3.2}  # fmt: skip

    past = "model and the song's own past"
    found = {
        "chords": {
            "name": "chords-v2",
            "figures": {"automatic": {"model": changes(0.4, 8.0), past: changes(0.42, 7.6)}},
            "floors": {
                "automatic": {
                    "Markov order 1": changes(0.2, 12.0),
                    "Markov order 2": changes(0.1, 9.0),
                    "the song's own past alone": changes(0.5, 20.0),
                }
            },
        },
        "melody": {
            "name": "melody-v2",
            "figures": {"pop, controls open": notes(5.0), "pop, controls told": notes(4.0)},
            "floors": {
                "pop": {"order 0": notes(9.0), "order 3": notes(7.5), "chord": {"pitch_hits1": [0.95, 0]}}
            },
        },
    }
    text = tables.document({"knowledge": found})
    assert "| automatic | best Markov | 0.200 | 0.500 | 0.620 | 9.00 |" in text
    assert "| automatic | chords-v2 and the song's own past | 0.420 ± 0.010 |" in text
    assert "perplexity at most 7.5: **missed**" in text
    found["chords"]["figures"]["automatic"][past] = changes(0.42, 7.5)
    assert "perplexity at most 7.5: cleared" in tables.document({"knowledge": found})
    assert (
        "| melody-v2 | pop | 1,000 | 5.00 ± 0.10 | 4.00 ± 0.10 | 7.50 | 0.500 ± 0.010 | 0.950 | 3.2 |" in text
    )


def test_all_released_models_together_are_at_most_sixty_megabytes() -> None:
    assert sum(read_card(folder / "card.json").bytes for folder in find_models().values()) <= 60_000_000


def test_a_level_counts_velocity_expression_volume_and_notes() -> None:
    def level(*notes: PlayedNote, **controllers: int) -> float:
        set_once = tuple(Controller(0, {"volume": 7, "expression": 11}[k], v) for k, v in controllers.items())
        return loudness.level(Performance((Track("t", PartRole.PAD, 0, 48, notes, set_once),)))

    one, above = PlayedNote(0, 960, 60, 127), PlayedNote(0, 960, 64, 127)
    assert level(one) == pytest.approx(0.0)
    assert level(one, above) == pytest.approx(10 * math.log10(2))
    assert level(replace(one, velocity=64)) == pytest.approx(40 * math.log10(64 / 127))
    assert level(one, expression=64) == level(one, volume=64) == level(replace(one, velocity=64))
    assert level(one, PlayedNote(9600, 960, 64, 127)) == pytest.approx(
        0.0
    )  # silence between counts for nothing
