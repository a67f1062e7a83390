import pytest

from bridge.vocabulary.chords import QUALITIES, Chord, parse, pitch_classes


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("Bb:min7/b3", Chord(10, "min7")),
        ("F#:sus4(b7)", Chord(6, "sus4")),
        ("C:maj6(9)", Chord(0, "maj")),
        ("Cb:maj", Chord(11, "maj")),
        ("B#:dim7", Chord(0, "dim")),
        ("E:hdim7/b5", Chord(4, "hdim7")),
        ("G", Chord(7, "maj")),
        ("N", None),
    ],
)
def test_it_reads_what_pop909_writes(text: str, chord: Chord | None) -> None:
    assert parse(text) == chord


@pytest.mark.parametrize("text", ["", "H:maj", "C:blue", "12"])
def test_it_refuses_what_is_no_chord(text: str) -> None:
    with pytest.raises(ValueError, match="chord"):
        parse(text)


def test_every_chord_survives_its_name_and_an_octave_of_transpositions() -> None:
    for root in range(12):
        for quality in QUALITIES:
            chord = Chord(root, quality)
            assert parse(chord.name) == chord
            assert chord.transposed(5).transposed(-5) == chord
            moved = {(pc + 3) % 12 for pc in pitch_classes(chord)}
            assert moved == set(pitch_classes(chord.transposed(3)))


def test_chord_tones_are_what_a_musician_expects() -> None:
    assert pitch_classes(Chord(7, "7")) == (7, 11, 2, 5)
    assert pitch_classes(Chord(11, "hdim7")) == (11, 2, 5, 9)
    assert pitch_classes(None) == ()


def test_a_root_or_quality_outside_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="pitch class"):
        Chord(12, "maj")
    with pytest.raises(ValueError, match="quality"):
        Chord(0, "6")
