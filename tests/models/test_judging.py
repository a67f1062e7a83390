import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bench.palettes import PLACES, alike_palettes, palette_table
from bridge.inference.card import models_folder
from bridge.schema.performance import Controller, Performance, PlayedNote, Track
from bridge.schema.score import PartRole
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord
from models.judging import copying, cue_tables, cues, free, kept, loudness, obeyed, six, spread, tables
from models.judging.document import EVERY, SHOWN, document, of_card
from models.judging.kept import Kept

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


def of(**found: dict) -> dict[str, Kept]:
    return {name: Kept(each, {}, {}) for name, each in found.items()}


def shown(sections: dict[str, Kept]) -> str:
    return document(sections, {name: each.models for name, each in sections.items()})


def moved(rises: float = 0.9) -> dict:
    return {"energy": {"tempo": {"rises": rises, "trials": 40, "mean": 1.0, "error": 0.1}}}


def test_a_document_says_what_is_missed() -> None:
    text = shown(of(moods=moved(), size={"a-v1": 7_000_000, "voice-v1": 1_000_000}))
    assert "90 % of 40" in text and "**missed**" in text and "8.0 MB of at most 60: cleared" in text
    assert text.endswith(
        "Not measured yet: knowledge, generation, metres, controls, motif, picture, speed.\n"
    )


def test_sections_of_other_models_are_kept_and_marked(tmp_path: Path) -> None:
    sections = {"moods": Kept(moved(1 / 3), {"chords-v1": "a" * 64, "bass-v2": "b" * 64}, {"trials": 4})}
    kept.write(tmp_path, "moods", sections["moods"])
    read = kept.read(tmp_path)
    assert read["moods"].found["energy"]["tempo"]["rises"] == 0.3333
    assert (read["moods"].models, read["moods"].asked) == (sections["moods"].models, {"trials": 4})
    assert "Asked for: 4 trials an axis.\n\nOne cue sheet" in shown(read)
    now = {"chords-v2": "c" * 64, "bass-v2": "b" * 64}
    text = document(read, {"moods": now})
    assert "(measured with chords-v1, aaaaaaaa…; without chords-v2; models have changed since)" in text
    assert "## Moods" in text
    assert "bass-v2" not in text


def every_part() -> dict[str, Kept]:
    one = {"mean": 0.5, "error": 0.1, "apart": 1.0}
    measures = {*free.COUNTED, "chord tones, melody", "chord tones, accompaniment"}
    copied = {length: {"written": {}, "held-out": {}} for length in ("runs of 8 notes", "runs of 16 notes")}
    compared = {"written": one, "real": one, "difference": one}
    return of(
        generation={"measures": {"written": dict.fromkeys(measures, one)}, "copying": {"pop": copied}},
        metres={"3/4": {"melody": compared, "accompaniment": compared}},
        controls={"bass-v2": {"unit": "songs", "asked": {"density": {"spearman": 0.8, "error": 0.1}}}},
    )


def test_each_part_s_card_holds_what_concerns_it() -> None:
    sections = every_part()
    now: dict[str, dict[str, str]] = {name: {} for name in SHOWN}
    cards = {part: of_card(sections, now, part, f"{part}-v2") for part in EVERY}
    by_metre, played = "chord tones by metre", "free generation, all parts together"
    assert [part for part in EVERY if by_metre in cards[part]] == ["melody", "accompaniment"]
    assert [part for part in EVERY if played in cards[part]] == ["chords", "melody", "accompaniment"]
    assert [part for part in EVERY if "copying" in cards[part]] == ["melody"]
    assert list(cards["bass"]) == ["controls obeyed, Spearman over bars"]
    assert cards["drums"] == {}
    assert of_card(sections, {"metres": {"melody-v2": "a"}}, "melody", "melody-v2").keys() == {
        played,
        "copying",
    }


def test_free_generation_counts_measures_and_judges_copying_source_by_source() -> None:
    def row(apart: float) -> dict:
        measures = (*free.COUNTED, "chord tones, melody", "chord tones, accompaniment")
        return {name: {"mean": 0.95, "error": 0.01, "apart": apart} for name in measures}

    def shared(mean: float) -> dict:
        return {"found": 3, "of": 100, "mean": mean, "error": 0.001}

    copied = {
        "pieces": 14,
        "runs of 8 notes": {"written": shared(0.05), "held-out": shared(0.03)},
        "runs of 16 notes": {"written": shared(0.002), "held-out": shared(0.001)},
    }
    found = {
        "songs": 91,
        "bars": 7937,
        "measures": {"held-out songs": row(0.0), "written": row(2.4)},
        "copying": {"pop": copied, "quartet": copied},
    }
    text = shown(of(generation=found))
    assert "6 of 6, cleared" in text and "at least .93 (0.950, cleared)" in text
    assert (
        "| quartet | 14 | 3 of 100, 5.00 ± 0.10 % | 3 of 100, 3.00 ± 0.10 % | cleared"
        " | 3 of 100, 0.20 ± 0.10 % | 3 of 100, 0.10 ± 0.10 % | **missed** |" in text
    )


def test_controls_are_told_of_their_own_pieces_and_beside_floors() -> None:
    def obeyed_by(spearman: float, pieces: int) -> dict:
        return {"pieces": pieces, "bars": 16 * pieces, "density": {"spearman": spearman, "error": 0.01}}

    text = shown(
        of(
            controls={
                "melody-v2": {
                    "unit": "songs",
                    "asked": obeyed_by(0.9, 91),
                    "orchestra": obeyed_by(0.8, 91),
                    "nothing asked": obeyed_by(0.1, 91),
                },
                "drums-v2": {
                    "unit": "takes",
                    "asked": obeyed_by(0.7, 64),
                    "nothing asked": obeyed_by(0.0, 64),
                },
            }
        )
    )
    assert "| melody-v2 | 91 songs, 1456 bars | density | 0.900 ± 0.010 | 0.85 | cleared | 0.800" in text
    assert "| drums-v2 | 64 takes, 1024 bars | density | 0.700 ± 0.010 | 0.85 | **missed** |  | 0.000" in text


def test_pictures_bars_have_verdicts_and_corpora_stand_beside() -> None:
    kind = {
        "textures": {"pad": 30.0, "line": 50.1},
        "silent": 10.0,
        "pad + drone": 30.0,
        "line": 50.1,
        "ostinato + pulse": 14.0,
        "held": 8,
        "held long": 60.0,
        "diminished": 12.0,
        "hits": [5, 5],
        "boundaries": [8, 9],
        "away": 20.0,
        "palettes": 3,
        "keys": 4,
    }
    found = {
        "cues": 30,
        "kinds": dict.fromkeys(("underscore", "tension", "action"), kind),
        "references": {"orchestra": {"textures": {"pad": 9.0}, "silent": 40.0, "diminished": 7.5}},
        "palettes": {"seeds": 5, "palettes": {}},
    }
    text = shown(of(picture=found))
    assert "| underscore: line | 50.1 % | at most 50 % | **missed** |" in text
    assert "| underscore: pad + drone | 30.0 % | at least 25 % | cleared |" in text
    assert "| action: ostinato + pulse | 14.0 % | at least 15 % | **missed** |" in text
    assert "| hits that are met have an onset | 15 of 15 | all | cleared |" in text
    assert "| a chord changes where plots meet | 24 of 27 | at least 90 % | **missed** |" in text
    assert "| orchestra | 0.0 | 0.0 | 9.0 |" in text and "| 40 | 7.5 |" in text


def test_palettes_differ_by_two_pooled_standard_errors_of_some_measure() -> None:
    def palette(pitch: float, error: float) -> dict:
        measures = {name: {"mean": 1.0, "error": 0.0} for name in PLACES}
        measures["mean pitch"] = {"mean": pitch, "error": error}
        return {
            "instruments": ["Violin", "Viola", "Cello", "Contrabass", "Celesta", "Oboe"],
            "measures": measures,
            "textures": {"pad": 0.5},
            "shared": ["low", 0.251],
            "again": 0.8,
        }

    palettes = {"low": palette(50, 0.3), "high": palette(60, 0.4), "near": palette(60.9, 0.3)}
    found = {"seeds": 5, "palettes": palettes}
    assert alike_palettes(found) == [("high", "near")]
    text = palette_table(found)
    assert "2 of 3 pairs differ; high and near do not." in text
    assert "| low | Violin, Viola, Cello, Contrabass, Celesta and 1 more | 50.0 ± 0.3 |" in text
    assert "| pad 50 | 25, with low (with itself 80) |" in text


def test_speed_is_held_against_torch_length_and_a_minute() -> None:
    found = {
        "paces": [
            {"rows": 1, "tokens": 200, "alike": 1, "ours": 700.0, "a": 350.0, "b": 100.0, "ours / a": 2.0,
             "ours / b": 7.0},
        ],
        "growth": [
            {"bars": 8, "tokens": 100, "read": 700, "seconds": 0.05},
            {"bars": 16, "tokens": 200, "read": 1400, "seconds": 0.2},
            {"bars": 512, "tokens": 10_000, "read": 20_000, "seconds": 12.9},
        ],
        "cues": [{"music": 60.0, "seconds": 5.0}, {"music": 480.0, "seconds": 53.0}],
        "context": 768,
        "minute": {"music": 30.0, "parts": 5, "notes": 400, "seconds": 4.5, "shares": {"all else": 1.0}},
    }  # fmt: skip
    text = shown(of(speed=found))
    assert "| faster than (a), a row at a time | 2.0 times | at least 1.5 | cleared |" in text
    assert "| faster than (b), a row at a time | 7.0 times | at least 8 | **missed** |" in text
    assert "fills the context | 1.29 | at most 1.3 | cleared |" in text
    assert "a minute of the longest cue to one of the shortest | 1.32 | at most 1.3 | **missed** |" in text
    assert "| 480 | 53.0 | 6.6 |" in text
    assert "| a minute of 5 parts | 9.0 s of one core | at most 8 s | **missed** |" in text


def test_a_motif_is_held_against_two_standard_errors_with_moods_and_without() -> None:
    def likeness(difference: float) -> dict:
        each = {"mean": 0.3, "error": 0.02}
        return {
            "same label": each,
            "different labels": each,
            "difference": {"mean": difference, "error": 0.02},
            "different cues": each,
        }

    text = cue_tables.motif({"cues": 30, "intervals": likeness(0.05), "intervals, one mood": likeness(0.03)})
    assert text.count("cleared") == 1
    assert text.splitlines()[-1].endswith("**missed** |")
    own, one = (cues.labelled(1, one_mood=one_mood) for one_mood in (False, True))
    assert len({plot.energy for plot in own.plots}) > 1
    assert len({(plot.valence, plot.energy, plot.tension, plot.density) for plot in one.plots}) == 1
    assert [plot.label for plot in own.plots] == [plot.label for plot in one.plots]


def test_shares_of_known_runs_are_means_over_pieces() -> None:
    tune = [60, 62, 64, 65, 67, 65, 64, 62, 60]
    found = copying.shares([[tune, tune[::-1]], [[60, 61] * 10]], copying.Known([tune]))["runs of 8 notes"]
    # The tune is its own mirror, so that both lines of the first piece are known, and none of the second.
    assert (found["found"], found["of"]) == (4, 17)
    assert found["mean"] == pytest.approx(0.5)


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
            "figures": {tables.AUTOMATIC: {"model": changes(0.4, 8.0), past: changes(0.42, 7.6)}},
            "floors": {
                tables.AUTOMATIC: {
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
    text = shown(of(knowledge=found))
    assert f"| {tables.AUTOMATIC} | best Markov | 0.200 | 0.500 | 0.620 | 9.00 |" in text
    assert f"| {tables.AUTOMATIC} | chords-v2 and the song's own past | 0.420 ± 0.010 |" in text
    assert "twelve minutes (given, not measured here) | .364 | .660 | .795 | 8.82 |" in text
    assert "perplexity at most 7.5: **missed**" in text
    found["chords"]["figures"][tables.AUTOMATIC][past] = changes(0.42, 7.5)
    assert "perplexity at most 7.5: cleared" in shown(of(knowledge=found))
    assert (
        "| melody-v2 | pop | 1,000 | 5.00 ± 0.10 | 4.00 ± 0.10 | 7.50 | 0.500 ± 0.010 | 0.950 | 3.2 |" in text
    )


def test_all_released_models_together_are_at_most_sixty_megabytes() -> None:
    assert sum(path.stat().st_size for path in models_folder().glob("*/model.onnx")) <= 60_000_000


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
