import pytest

from bridge.vocabulary import bars, tokens
from bridge.vocabulary.bars import ChordEvent, NoteEvent
from bridge.vocabulary.chords import Chord
from bridge.vocabulary.prompts import chords_prompt, notes_prompt, opening


def names(ids: tuple[int, ...]) -> str:
    return " ".join(tokens.name_of(token) for token in ids)


def test_a_sequence_opens_with_its_source_and_key() -> None:
    assert names(opening("quartet", "minor")) == "BOS SOURCE_quartet KEY_MINOR"


def test_a_key_stands_where_it_changes() -> None:
    assert names(chords_prompt((2, 2))) == "BAR METRE_2/2"
    assert names(chords_prompt((3, 4), key="major")) == "BAR METRE_3/4 KEY_MAJOR"


def test_a_bar_of_notes_is_told_texture_harmony_and_the_top_of_what_is_given() -> None:
    given = [NoteEvent(0, 60, 12), NoteEvent(0, 72, 12), NoteEvent(24, 67, 6)]
    prompt = notes_prompt((4, 4), [ChordEvent(0, Chord(0, "maj"))], texture="pad", given=given)
    assert names(prompt) == (
        "BAR METRE_4/4 TEXTURE_pad POS_0 CHORD_C:maj SEP POS_0 PITCH_72 POS_24 PITCH_67 SEP"
    )
    alone = notes_prompt((4, 4), [ChordEvent(0, None)])
    assert names(alone) == "BAR METRE_4/4 TEXTURE_open POS_0 CHORD_NC SEP"


def test_what_lies_outside_the_bar_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        notes_prompt((2, 4), [ChordEvent(0, None)], given=[NoteEvent(24, 60, 1)])


def test_drums_have_no_length_and_come_back() -> None:
    strokes = [NoteEvent(0, 36, 1), NoteEvent(0, 42, 6), NoteEvent(6, 42, 1)]
    body = bars.drums_body(strokes, 48)
    assert names(body) == "POS_0 PITCH_36 PITCH_42 POS_6 PITCH_42"
    assert bars.decode_drums(body) == tuple(note._replace(duration_steps=1) for note in strokes)
    with pytest.raises(ValueError, match="twice"):
        bars.drums_body([NoteEvent(0, 36, 1), NoteEvent(0, 36, 2)], 48)
    with pytest.raises(ValueError, match="out of place"):
        bars.decode_drums((tokens.PITCH_0,))
