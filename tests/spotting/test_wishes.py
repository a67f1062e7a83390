"""Words of a revision: what they move, who they name, and what becomes of those that nobody knows."""

from __future__ import annotations

import pytest

from bridge.composing.instruments import matches
from bridge.errors import SettingsError
from bridge.schema.score import PartRole
from bridge.spotting.wishes import EVERYTHING, INSTRUMENTS, Wishes, read_wishes


@pytest.mark.parametrize(
    ("text", "voices"),
    [
        ("less piano, more tension", [("piano", "less")]),
        ("no drums", [("drums", "no")]),
        ("without strings or brass", [("strings", "no"), ("brass", "no")]),
        ("less piano and harp, more cello", [("piano", "less"), ("harp", "less"), ("cello", "more")]),
        ("no more drums please", [("drums", "no")]),
        ("add a flute; drop the bass", [("flute", "more"), ("bass", "no")]),
        ("cello instead of violin", [("cello", "more"), ("violin", "no")]),
        ("More Piano.", [("piano", "more")]),
        ("a tune", [("melody", "more")]),
    ],
)
def test_who_plays(text: str, voices: list[tuple[str, str]]) -> None:
    assert list(read_wishes(text).voices) == voices
    assert read_wishes(text).unknown == ()


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("more tension", {"tension": 1}),
        ("less tension", {"tension": -1}),
        ("darker", {"valence": -1, "tension": 1}),
        ("not so dark", {"valence": 1, "tension": -1}),
        ("brighter", {"valence": 1, "energy": 1, "tension": -1}),
        ("calm", {"valence": 1, "energy": -1, "tension": -1}),
        ("louder", {"loudness": 1}),
        ("softer, quieter", {"loudness": -1}),
        ("less loud", {"loudness": -1}),
        ("busier", {"density": 1}),
        ("sparse", {"density": -1}),
        ("fewer notes", {"density": -1}),
        ("more energy", {"energy": 1}),
        ("", {}),
    ],
)
def test_what_moves_and_which_way(text: str, moved: dict[str, int]) -> None:
    wishes = read_wishes(text)
    for name in ("valence", "energy", "tension", "density", "loudness"):
        value = getattr(wishes, name)
        assert (value > 0) - (value < 0) == moved.get(name, 0), name


@pytest.mark.parametrize(
    "text", ["plain chords", "colourful harmony", "simple chords", "less rich harmonies"]
)
def test_words_on_chords_are_understood_and_move_nothing_else(text: str) -> None:
    wishes = read_wishes(f"more tension, {text}")
    assert wishes.harmony == text
    assert wishes.understood == ("more tension", text)
    assert (wishes.unknown, wishes.density, wishes.voices) == ((), 0.0, ())


def test_amounts_scale_and_stay_in_bounds() -> None:
    a_bit, plain, much = (read_wishes(text).tension for text in ("a bit tense", "tense", "much tenser"))
    assert 0 < a_bit < plain < much
    assert read_wishes("tense, tense, tense, tense, more tension").tension == 0.6


def test_density_is_asked_of_what_rules_write_too() -> None:
    assert read_wishes("busy").voices == ((EVERYTHING, "more"),)
    assert read_wishes("sparse, less strings").voices == (("strings", "less"), (EVERYTHING, "less"))


def test_a_palette_is_named_by_itself() -> None:
    assert read_wishes("orchestral").palette == "orchestral"
    assert read_wishes("strings").palette == "strings"
    assert read_wishes("more strings") == Wishes(voices=(("strings", "more"),), understood=("more strings",))


@pytest.mark.parametrize("text", ["slower", "a faster tempo", "calm but quicker", "120 bpm"])
def test_another_tempo_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(SettingsError, match="keeps the tempo map"):
        read_wishes(text)


def test_unknown_words_are_handed_back_once_each() -> None:
    wishes = read_wishes("calm zorp, more zorp and flurb, please make it warm")
    assert wishes.unknown == ("zorp", "flurb")
    assert "calm" in wishes.understood


def test_every_instrument_that_is_understood_can_be_looked_for() -> None:
    roles = {role.value for role in PartRole}
    for what in set(INSTRUMENTS.values()):
        assert what in roles or any(matches(what, program, None) for program in range(128)), what
