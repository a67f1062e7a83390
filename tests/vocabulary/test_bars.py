import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.vocabulary import bars, controls, tokens
from bridge.vocabulary.bars import BarControls, ChordEvent, NoteEvent
from bridge.vocabulary.chords import QUALITIES, Chord

METRES = st.sampled_from(tokens.METRES)
CHORDS = st.none() | st.builds(Chord, st.integers(0, 11), st.sampled_from(QUALITIES))


@st.composite
def controlled(draw: st.DrawFn) -> BarControls:
    graded = {
        kind.lower(): draw(st.none() | st.integers(0, levels - 1)) for kind, levels in tokens.LEVELS.items()
    }
    return BarControls(metre=draw(METRES), label=draw(st.sampled_from(tokens.LABELS)), **graded)


@st.composite
def harmonies(draw: st.DrawFn, steps: int) -> tuple[ChordEvent, ...]:
    later = draw(st.sets(st.integers(1, steps - 1), max_size=6))
    return tuple(ChordEvent(step, draw(CHORDS)) for step in sorted({0, *later}))


def note(steps: int) -> st.SearchStrategy[NoteEvent]:
    return st.builds(
        NoteEvent,
        st.integers(0, steps - 1),
        st.integers(0, 127),
        st.sampled_from(tokens.DURATIONS_STEPS),
    )


@given(st.data())
def test_chords_come_back_as_they_went_in(data: st.DataObject) -> None:
    wanted = data.draw(controlled())
    chords = data.draw(harmonies(wanted.steps))
    encoded = bars.encode_chord_bar(wanted, chords)
    assert bars.decode_chords(encoded.body) == chords
    assert encoded.prompt[0] == tokens.BAR
    assert len(encoded.prompt) == 7


@given(st.data())
def test_a_melody_comes_back_as_it_went_in(data: st.DataObject) -> None:
    wanted = data.draw(controlled())
    chords = data.draw(harmonies(wanted.steps))
    notes = data.draw(st.lists(note(wanted.steps), max_size=12, unique_by=lambda n: n.step))
    encoded = bars.encode_melody_bar(wanted, chords, notes)
    assert bars.decode_notes(encoded.body) == tuple(sorted(notes))
    assert encoded.prompt[-1] == tokens.SEP
    assert bars.decode_chords(encoded.prompt[7:-1]) == chords


@given(st.data())
def test_an_accompaniment_comes_back_as_it_went_in(data: st.DataObject) -> None:
    wanted = data.draw(controlled())
    chords = data.draw(harmonies(wanted.steps))
    melody = data.draw(st.lists(note(wanted.steps), max_size=6))
    notes = data.draw(st.lists(note(wanted.steps), max_size=20, unique_by=lambda n: (n.step, n.pitch)))
    encoded = bars.encode_accompaniment_bar(wanted, chords, melody, notes)
    assert bars.decode_notes(encoded.body) == tuple(sorted(notes))
    assert encoded.prompt.count(tokens.SEP) == 2


def test_controls_differ_only_where_their_token_does() -> None:
    plain = bars.chord_prompt(BarControls())
    tense = bars.chord_prompt(BarControls(tension=4))
    differing = [(a, b) for a, b in zip(plain, tense, strict=True) if a != b]
    assert differing == [(tokens.ANY, tokens.id_of("TENSION_4"))]


def test_a_bar_is_refused_where_it_could_not_be_read_back() -> None:
    with pytest.raises(ValueError, match="step 0"):
        bars.chord_body([ChordEvent(12, None)], 48)
    with pytest.raises(ValueError, match="two chords"):
        bars.chord_body([ChordEvent(0, None), ChordEvent(0, Chord(0, "maj"))], 48)
    with pytest.raises(ValueError, match="outside a bar"):
        bars.melody_body([NoteEvent(48, 60, 12)], 48)
    with pytest.raises(ValueError, match="one note at a time"):
        bars.melody_body([NoteEvent(0, 60, 12), NoteEvent(0, 64, 12)], 48)
    with pytest.raises(ValueError, match="5 steps"):
        bars.melody_body([NoteEvent(0, 60, 5)], 48)
    with pytest.raises(ValueError, match="twice"):
        bars.accompaniment_body([NoteEvent(0, 60, 12), NoteEvent(0, 60, 6)], 48)


def test_a_broken_body_is_refused() -> None:
    with pytest.raises(ValueError, match="out of place"):
        bars.decode_notes([tokens.PITCH_0, tokens.DUR_0])
    with pytest.raises(ValueError, match="out of place"):
        bars.decode_notes([tokens.POS_0, tokens.PITCH_0])
    with pytest.raises(ValueError, match="pairs"):
        bars.decode_chords([tokens.POS_0])


def test_controls_are_measured_as_documented() -> None:
    c, g = Chord(0, "maj"), Chord(7, "maj")
    two = [ChordEvent(0, c), ChordEvent(24, g)]
    assert controls.harmonic_rhythm(two, None, (4, 4)) == 2
    assert controls.harmonic_rhythm(two, c, (4, 4)) == 1
    assert controls.harmonic_rhythm([ChordEvent(0, c)], c, (4, 4)) == 0
    assert controls.harmonic_rhythm(two, c, (2, 4)) == 2
    four = [NoteEvent(step, 60, 12) for step in (0, 12, 24, 36)]
    assert controls.note_density(four, (4, 4)) == 2
    assert controls.note_density([], (4, 4)) == 0
    assert controls.register(four) == 3
    assert controls.register([]) is None
    assert controls.polyphony(four) == 0
    assert controls.polyphony([NoteEvent(0, 60, 12), NoteEvent(0, 64, 12)]) == 2
    assert controls.sounding(two, (4, 4)) == ((c, 24), (g, 24))
    assert controls.valence([(c, 24)]) == 4
    assert controls.valence([(Chord(9, "min"), 24), (None, 24)]) == 0
    assert controls.valence([(None, 48)]) is None
    assert controls.tension([(c, 24)]) == 0
    assert controls.tension([(Chord(11, "dim"), 24)]) == 4
    assert controls.energy(40, 0) == 0
    assert controls.energy(120, 4) == 4
    assert [controls.left(n) for n in (-1, 0, 3, 20)] == [0, 0, 3, 8]


@given(st.sampled_from(sorted(tokens.LEVELS)), st.floats(-1, 2))
def test_a_curve_between_0_and_1_gives_a_level_that_exists(kind: str, value: float) -> None:
    assert 0 <= controls.level_of_unit(value, kind) < tokens.LEVELS[kind]
