from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.composing import Models, compose
from bridge.composing.motif import VARIATIONS, Place, fitted, meeting, varied
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.cues import Label
from bridge.schema.score import PartRole
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord, pitch_classes
from tests.composing.forms import Scene, build

MOTIF = (
    (NoteEvent(0, 64, 12), NoteEvent(12, 65, 12), NoteEvent(24, 67, 24)),
    (NoteEvent(0, 69, 24), NoteEvent(24, 67, 24)),
)
STRONG = frozenset({0, 24})


def place(chord: Chord) -> Place:
    return Place(48, STRONG, (ChordEvent(0, chord),))


def pitches(bars: Sequence[Sequence[NoteEvent]]) -> list[int]:
    return [note.pitch for bar in bars for note in bar]


def test_on_the_harmony_it_was_made_for_it_stays_as_it_was() -> None:
    home = [place(Chord(0, "maj")), place(Chord(5, "maj7"))]
    settled = (MOTIF[0], (MOTIF[1][0], MOTIF[1][1]._replace(pitch=65)))
    assert fitted(settled, home, "major", 55, 84) == settled


def test_elsewhere_it_moves_along_the_scale_and_lands_on_chord_tones() -> None:
    for root, quality in ((2, "min7"), (9, "min"), (7, "7"), (11, "dim")):
        chord = Chord(root, quality)
        found = fitted(MOTIF, [place(chord)] * 2, "major", 55, 84)
        assert [note.step for bar in found for note in bar] == [0, 12, 24, 0, 24]
        for bar in found:
            for note in bar:
                assert 55 <= note.pitch <= 84
                assert note.step not in STRONG or note.pitch % 12 in pitch_classes(chord)


def test_a_note_foreign_to_key_and_chord_goes_to_the_key() -> None:
    sharp = ((NoteEvent(0, 69, 12), NoteEvent(12, 68, 12), NoteEvent(24, 69, 24)), ())
    found = pitches(fitted(sharp, [place(Chord(9, "min"))] * 2, "minor", 60, 80))
    assert found[1] % 12 in {0, 2, 4, 5, 7, 9, 11}


def test_a_narrow_range_is_kept() -> None:
    found = fitted(MOTIF, [place(Chord(0, "maj"))] * 2, "major", 48, 59)
    assert all(48 <= pitch <= 59 for pitch in pitches(found))


def test_variations_are_what_they_are_called() -> None:
    long = varied(MOTIF, "augmented", 48, "major")
    assert [(n.step, n.pitch, n.duration_steps) for n in long[0]] == [(0, 64, 24), (24, 65, 24)]
    assert [(n.step, n.pitch, n.duration_steps) for n in long[1]] == [(0, 67, 48)]
    assert pitches(varied(MOTIF, "inverted", 48, "major")) == [64, 62, 60, 59, 60]
    assert pitches(varied(MOTIF, "sequenced", 48, "major")) == [64, 65, 67, 65, 67, 69]
    with pytest.raises(ValueError, match="augmented"):
        varied(MOTIF, "retrograde", 48, "major")
    assert len(VARIATIONS) == 3


def test_a_hit_before_the_first_note_is_met_by_it_and_another_is_not() -> None:
    late = (NoteEvent(6, 60, 6), NoteEvent(24, 62, 24))
    assert meeting(late, frozenset({24})) == late
    assert meeting(late, frozenset({0})) == (NoteEvent(0, 60, 12), NoteEvent(24, 62, 24))
    assert meeting(late, frozenset({12})) is None
    assert meeting((), frozenset({0})) is None
    assert meeting((), frozenset()) == ()


def openings(models: Models, seed: int) -> list[list[tuple[Fraction, int]]]:
    """(start, interval from the first) of the first two bars of melody of each plot."""
    line = ("line", "bass")
    one = Scene(8, label=Label.DEVELOPMENT, energy=0.7, density=0.7, layers=line)
    other = replace(one, label=Label.CLIMAX)
    cues, form = build(one, other, one, other)
    score = compose(cues, form, Settings(seed=seed), models, Progress())
    sung = [note for part in score.parts if part.role is PartRole.MELODY for note in part.notes]
    out = []
    for plot in range(4):
        inside = [note for note in sung if 32 * plot <= note.start_beats < 32 * plot + 8]
        out.append([(note.start_beats - 32 * plot, note.pitch) for note in inside])
    return out


def test_plots_of_one_label_begin_with_the_same_rhythm_and_contour(models: Models) -> None:
    same = 0
    for seed in range(6):
        first, second, again, _ = openings(models, seed)
        assert [start for start, _ in first] == [start for start, _ in again]
        same += [start for start, _ in first] == [start for start, _ in second]
    assert same < 6
