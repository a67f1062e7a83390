"""The texture benchmark's counts on scores made by hand."""

from __future__ import annotations

from fractions import Fraction

from bench.palettes import labels_of, shared_time, time_of
from bench.textures import Tally, measure, promise_table, texture_table, trimmed
from bridge.schema.cues import Weight
from bridge.schema.score import ChordSpan, KeySpan, Note, Part, PartRole, Score
from tests.composing.forms import Scene, build

BAR = 3840


def score(*parts: Part) -> Score:
    chords = (
        ChordSpan(Fraction(0), Fraction(16), 0, "maj", "C:maj"),
        ChordSpan(Fraction(16), Fraction(32), 11, "dim", "B:dim"),
    )
    return Score(parts, chords, (KeySpan(Fraction(0), 0, "major"),), ("Palette: strings.",))


def test_labels_hits_boundaries_and_chords_are_counted():
    sheet = build(
        Scene(4, hits=((0, Weight.MUST), (5000, Weight.WANT))), Scene(4, hits=((0, Weight.MUST),)), bpm=120
    )
    drone = Part("Drone", PartRole.PAD, 43, (Note(Fraction(0), Fraction(32), 36),))
    pulse = tuple(Note(Fraction(16) + Fraction(i, 2), Fraction(1, 4), 50) for i in range(32))
    sting = Part("Hit", PartRole.EFFECT, 55, (Note(Fraction(0), Fraction(1), 60),))
    tally = Tally()
    measure(*sheet, score(drone, Part("Pulse", PartRole.RHYTHM, 45, pulse), sting), tally)
    assert tally.labels == {"drone": 4, "pulse": 2, "sparse": 1}
    assert (tally.windows, tally.silent) == (8, 2)
    assert tally.held == [4]
    assert tally.diminished_beats / tally.beats == Fraction(1, 2)
    assert (tally.hits, tally.hits_met) == (3, 2)
    assert (tally.boundaries, tally.boundaries_changed) == (1, 1)
    assert tally.away_s == [float(sheet[0].cue_length_s)]
    assert f"| hand | {100 * 4 / 7:.1f} |" in promise_table({"hand": tally.shown()})
    assert "| hand cues | 0.0 |" in texture_table({"hand": tally.shown()}, {})


def test_a_tremolo_patch_trembles_by_itself():
    held = (Note(Fraction(0), Fraction(8), 60),)
    assert labels_of(Part("T", PartRole.PAD, 44, held), [0.0, 4.0, 8.0]) == ("tremolo",)
    assert labels_of(Part("S", PartRole.PAD, 48, held), [0.0, 4.0, 8.0]) == ("drone",)


def test_a_trimmed_sheet_ends_where_it_is_told_and_keeps_a_second_free():
    cues, _ = build(Scene(8, hits=((0, Weight.MUST), (BAR, Weight.WANT))), Scene(8), bpm=120)
    short = trimmed(cues, 60)
    assert (short.cue_end_frame, short.plots[-1].end_frame, len(short.plots)) == (60, 60, 1)
    assert [hit.frame for hit in short.hits] == [0]
    assert trimmed(cues, 10**6).cue_end_frame == cues.cue_end_frame


def test_instruments_time_is_shared_in_the_mean_over_pairs_of_scores():
    def played(*times: tuple[int, int]) -> dict[str, float]:
        parts = [
            Part(str(program), PartRole.PAD, program, (Note(Fraction(0), Fraction(beats), 60),))
            for program, beats in times
        ]
        return time_of(score(*parts))

    some = [played((48, 3), (0, 1)), played((48, 1))]
    assert some[0] == {"String Ensemble 1": 0.75, "Acoustic Grand Piano": 0.25}
    assert shared_time(some, some) == 0.75
    assert shared_time(some, [played((0, 2))]) == 0.125
