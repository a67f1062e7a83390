from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from bridge.about import About
from bridge.config import METRES, HitSettings, Settings, TempoSettings
from bridge.errors import InputError, SettingsError
from bridge.wire import convert
from bridge.wire.v1 import scoring_pb2 as pb

fractions = st.fractions(min_value=-20, max_value=20, max_denominator=1001)
windows = st.tuples(fractions, fractions).map(lambda pair: (-abs(pair[0]), abs(pair[1])))
weights = st.integers(0, 1000)
tempos = st.builds(
    TempoSettings,
    min_bpm=st.floats(20, 80),
    max_bpm=st.floats(90, 300),
    target_bpm=st.none() | st.floats(80, 90),
    free_bend=st.floats(0, 0.02),
    costed_bend=st.floats(0.02, 0.05),
    max_bend=st.floats(0.05, 0.08),
    ramp_min_beats=st.integers(0, 16),
    exact=st.booleans(),
    metre=st.sampled_from(sorted(METRES)),
    changes=st.just(False),
    follows=st.just("cuts"),
)
hits = st.builds(
    HitSettings,
    must_weight=weights,
    want_weight=weights,
    nice_weight=weights,
    must_window_frames=windows,
    window_frames=windows,
    group_s=fractions,
)
words = st.text(max_size=20)
abouts = st.builds(
    About,
    audience=words,
    brand=words,
    style=words,
    instruments=words,
    no_music=st.lists(st.just("1-20"), max_size=2).map(tuple),
    stills=st.lists(st.just("/a/b.png"), max_size=2).map(tuple),
)
settings = st.builds(
    Settings,
    fps=st.sampled_from(["", "25", "24000/1001"]),
    mark_in=st.sampled_from(["", "01:00:00:00"]),
    mark_out=st.sampled_from(["", "01:00:10;00"]),
    seed=st.integers(0, 2**63 - 1),
    variation=st.integers(0, 2**32 - 1),
    brief=st.text(max_size=20),
    encoder=st.text(max_size=20),
    cues_json=st.text(max_size=20),
    markers_text=st.text(max_size=20),
    tail_s=st.floats(0, 30),
    min_velocity=st.integers(1, 60),
    max_velocity=st.integers(60, 127),
    tempo=tempos,
    hits=hits,
    about=abouts,
    brief_document=words,
    only_spot=st.booleans(),
)


@given_settings(max_examples=40, deadline=None)
@given(settings)
def test_settings_survive_the_wire(wanted: Settings) -> None:
    message = pb.Settings.FromString(convert.settings_to_wire(wanted).SerializeToString())
    assert convert.settings_from_wire(message) == wanted


def test_a_tempo_that_follows_the_mood_survives_the_wire() -> None:
    wanted = Settings(tempo=TempoSettings(follows="mood", min_bpm=70))
    message = pb.Settings.FromString(convert.settings_to_wire(wanted).SerializeToString())
    assert convert.settings_from_wire(message) == wanted


def test_what_is_absent_keeps_its_default() -> None:
    assert convert.settings_from_wire(pb.Settings()) == Settings()
    given_seed = convert.settings_from_wire(pb.Settings(seed=3, tempo=pb.TempoSettings(exact=True)))
    assert given_seed == Settings(seed=3, tempo=replace(TempoSettings(), exact=True))


def test_zero_is_not_absent() -> None:
    assert convert.settings_from_wire(pb.Settings(tail_s=0)).tail_s == 0


@pytest.mark.parametrize(
    "message",
    [
        pb.Settings(min_velocity=0),
        pb.Settings(seed=2**63),
        pb.Settings(tail_s=31),
        pb.Settings(tempo=pb.TempoSettings(min_bpm=100, max_bpm=80)),
        pb.Settings(tempo=pb.TempoSettings(min_bpm=10)),
        pb.Settings(tempo=pb.TempoSettings(target_bpm=170)),
        pb.Settings(tempo=pb.TempoSettings(target_bpm=90, changes=True)),
        pb.Settings(tempo=pb.TempoSettings(follows="moon")),
        pb.Settings(tempo=pb.TempoSettings(target_bpm=90, follows="mood")),
        pb.Settings(tempo=pb.TempoSettings(max_bend=0.09)),
        pb.Settings(tempo=pb.TempoSettings(metre="4/3")),
        pb.Settings(tempo=pb.TempoSettings(metre="0/4")),
        pb.Settings(tempo=pb.TempoSettings(metre="")),
        pb.Settings(hits=pb.HitSettings(window_start=pb.Rational(numerator=1, denominator=1))),
        pb.Settings(hits=pb.HitSettings(window_end=pb.Rational(numerator=25, denominator=1))),
        pb.Settings(hits=pb.HitSettings(group_s=pb.Rational(numerator=1))),
        pb.Settings(tempo=pb.TempoSettings(max_bpm=1000)),
    ],
    ids=lambda message: " ".join(str(message).split()),
)
def test_settings_out_of_range_are_refused(message: pb.Settings) -> None:
    with pytest.raises(SettingsError):
        convert.settings_from_wire(message)


def test_a_fraction_too_long_for_the_wire_is_refused() -> None:
    with pytest.raises(SettingsError, match="digits"):
        convert.settings_to_wire(Settings(hits=HitSettings(group_s=Fraction(1, 2**70))))


def test_every_format_has_one_suffix_and_back() -> None:
    values = [value for value in pb.Format.values() if value != pb.FORMAT_UNSPECIFIED]
    assert sorted(convert.FORMATS.values()) == sorted(values)
    assert [convert.suffix_of(value) for value in convert.FORMATS.values()] == list(convert.FORMATS)
    with pytest.raises(InputError):
        convert.suffix_of(pb.FORMAT_UNSPECIFIED)
    assert convert.suffixes_of([pb.FORMAT_MIDI, pb.FORMAT_UNSPECIFIED]) == ["mid"]
