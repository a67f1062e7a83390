import pytest

from bridge.vocabulary import tokens
from bridge.vocabulary.chords import QUALITIES, Chord


def test_names_are_unique_and_ids_follow_them() -> None:
    assert len(set(tokens.NAMES)) == tokens.SIZE
    assert all(tokens.id_of(name) == index for index, name in enumerate(tokens.NAMES))


def test_the_table_is_the_one_released_models_were_trained_on() -> None:
    """Moving any of these breaks every released model: raise VERSION instead."""
    assert tokens.VERSION == 2
    assert tokens.SIZES == {1: 438, 2: 467}
    assert tokens.SIZES[tokens.VERSION] == tokens.SIZE
    landmarks = ("PAD", "KEY_MAJOR", "METRE_4/4", "LEFT_0", "CHORD_NC", "CHORD_C:maj")
    landmarks += ("POS_0", "PITCH_60", "DUR_12", "ANY")
    landmarks += ("METRE_2/2", "SOURCE_pop", "SOURCE_drums", "TEXTURE_silent", "TEXTURE_line", "TEXTURE_open")
    assert [tokens.id_of(name) for name in landmarks] == [
        *(0, 5, 11, 26, 69, 70),
        *(190, 346, 421, 437),
        *(438, 448, 454, 455, 460, 466),
    ]


def test_sources_and_textures_have_their_tokens() -> None:
    assert tokens.NAMES[tokens.source_id("quartet")] == "SOURCE_quartet"
    assert tokens.NAMES[tokens.texture_id("pad")] == "TEXTURE_pad"
    assert tokens.NAMES[tokens.texture_id(None)] == "TEXTURE_open"
    with pytest.raises(KeyError):
        tokens.source_id("jazz")


def test_every_chord_has_its_own_token_and_comes_back() -> None:
    chords = [None, *(Chord(root, quality) for root in range(12) for quality in QUALITIES)]
    ids = [tokens.chord_id(chord) for chord in chords]
    assert len(set(ids)) == 121
    assert [tokens.chord_of(token) for token in ids] == chords
    with pytest.raises(ValueError, match="no chord"):
        tokens.chord_of(tokens.POS_0)


def test_bars_are_as_long_as_their_metre() -> None:
    assert tokens.bar_steps((4, 4)) == 48
    assert tokens.bar_steps((7, 8)) == 42
    assert tokens.bar_steps((12, 8)) == 72
    assert max(tokens.bar_steps(metre) for metre in tokens.METRES) <= tokens.POSITIONS
    with pytest.raises(ValueError, match="11/8"):
        tokens.bar_steps((11, 8))


def test_lengths_go_to_the_nearest_of_the_table() -> None:
    assert [tokens.nearest_duration_steps(n) for n in (0, 1, 5, 7, 13, 47, 300)] == [
        *(1, 1, 6, 8, 12, 48, 96)
    ]
    assert all(tokens.nearest_duration_steps(n) == n for n in tokens.DURATIONS_STEPS)


def test_levels_are_checked() -> None:
    assert tokens.level_id("LEFT", 8) - tokens.level_id("LEFT", 0) == 8
    assert tokens.level_id("ENERGY", None) == tokens.ANY
    with pytest.raises(ValueError, match="0 to 4"):
        tokens.level_id("ENERGY", 5)
