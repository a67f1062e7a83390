"""Controls measured from small pieces whose answers can be counted by hand."""

import numpy as np
import pytest

from bridge.vocabulary.chords import Chord
from bridge.vocabulary.measure import hits_of, measure, roughness, whole
from bridge.vocabulary.music import MeasuredBar, Music, Played

C, F, G7, A = Chord(0, "maj"), Chord(5, "maj"), Chord(7, "7"), Chord(9, "min")


def bars(count: int, **place: object) -> tuple[MeasuredBar, ...]:
    return tuple(MeasuredBar(48 * at, 48 * at + 48, 120.0, "major", **place) for at in range(count))  # type: ignore[arg-type]


def piece(*notes: tuple[int, int, int, int], count: int = 2, chords: object = ((0, C),)) -> Music:
    return Music(bars(count), chords, {"melody": [Played(*note) for note in notes]})  # type: ignore[arg-type]


def test_a_bar_of_quarters() -> None:
    music = piece((0, 12, 60, 80), (12, 12, 64, 90), (24, 12, 67, 100), (36, 12, 71, 70))
    first, second = measure(music, "melody")
    assert first.density == 1.0
    assert first.register == pytest.approx((60 + 64 + 67 + 71) / 4)
    assert first.loudness == 85.0
    assert first.polyphony == 1.0
    assert not first.rest
    assert not first.hold
    assert second.rest
    assert second.register is None
    assert second.density == 0.0


def test_polyphony_is_counted_over_the_time_in_which_anything_sounds() -> None:
    music = piece((0, 24, 60, 80), (0, 12, 64, 80), (0, 12, 67, 80))
    assert measure(music, "melody")[0].polyphony == pytest.approx((12 * 3 + 12 * 1) / 24)


def test_a_note_ringing_in_from_before_holds_the_bar() -> None:
    music = piece((0, 96, 60, 80))
    first, second = measure(music, "melody")
    assert first.hold
    assert second.hold
    assert second.density == 0.0
    assert not second.rest


def test_a_pickup_starts_in_the_last_quarter() -> None:
    music = piece((36, 12, 60, 80), (48, 12, 64, 80))
    assert [each.pickup for each in measure(music, "melody")] == [True, False]


def test_changes_of_chord_do_not_count_restatements() -> None:
    music = piece((0, 96, 60, 80), chords=((0, C), (24, F), (48, F), (60, G7), (72, A)))
    assert [each.harmonic_rhythm for each in measure(music, "melody")] == [2 / 4, 2 / 4]


def test_the_chords_part_hears_everything() -> None:
    music = Music(
        bars(1), ((0, C),), {"melody": [Played(0, 12, 72, 100)], "accompaniment": [Played(24, 12, 48, 60)]}
    )
    (found,) = measure(music, "chords")
    assert found.density == 0.5
    assert found.register == 60.0
    (heard,) = measure(music, "accompaniment", ("melody",))
    assert heard.onsets is not None
    assert [at for at, struck in enumerate(heard.onsets) if struck] == [0]


def test_minor_is_darker_and_clusters_are_tenser() -> None:
    triad = [(0, 48, 60, 80), (0, 48, 67, 80)]
    major = Music(bars(1), ((0, C),), {"melody": [Played(*n) for n in [*triad, (0, 48, 64, 80)]]})
    minor = Music(
        (MeasuredBar(0, 48, 120.0, "minor"),),
        ((0, Chord(0, "min")),),
        {"melody": [Played(*n) for n in [*triad, (0, 48, 63, 80)]]},
    )
    cluster = Music(bars(1), ((0, C),), {"melody": [Played(0, 48, pitch, 80) for pitch in (60, 61, 62)]})
    bright, dark, tense = (measure(music, "melody")[0] for music in (major, minor, cluster))
    assert bright.valence > dark.valence + 0.3  # type: ignore[operator]
    assert tense.tension > bright.tension + 0.2  # type: ignore[operator]


def test_roughness_lasts_while_notes_sound_together() -> None:
    notes = np.array([(0, 12, 60, 80), (6, 12, 61, 80)])
    found = roughness(notes, 24)
    assert (found[:6] == -1).all()
    assert (found[6:12] == 1).all()
    assert (found[12:] == -1).all()


def test_a_tutti_stands_out_as_a_hit_and_the_beats_to_it_are_counted() -> None:
    quiet = [Played(12 * at, 6, 60, 50) for at in range(32) if at != 12]
    tutti = [Played(144, 12, pitch, 120) for pitch in (36, 48, 55, 60, 64, 67)]
    music = Music(bars(8), ((0, C),), {"melody": sorted([*quiet, *tutti])})
    assert hits_of(music).tolist() == [144]
    found = measure(music, "melody")
    assert [each.beats_to_hit for each in found[:4]] == [12.0, 8.0, 4.0, 0.0]
    assert [each.accent for each in found] == [at == 3 for at in range(8)]
    assert found[4].beats_to_hit is None


def test_even_music_has_no_hits() -> None:
    assert hits_of(Music(bars(8), (), {"melody": [Played(12 * at, 6, 60, 64) for at in range(32)]})).size == 0


def test_the_place_in_the_form_is_told() -> None:
    plan = [("development", 2, 3, 4), ("development", 1, 3, 3), ("climax", 0, 1, 0)]
    music = Music(
        tuple(
            MeasuredBar(48 * at, 48 * at + 48, 90.0, "major", label, left, length, plot)
            for at, (label, left, length, plot) in enumerate(plan)
        ),
        (),
        {"melody": [Played(0, 12, 60, 64)]},
    )
    found = measure(music, "melody", heard=whole(music))
    assert [each.phrase_position for each in found] == [0.0, 0.5, 1.0]
    assert [each.bars_to_plot for each in found] == [5.0, 4.0, 1.0]
    assert found[2].label == "climax"


def test_drums_have_no_register() -> None:
    music = Music(bars(1), (), {"drums": [Played(0, 1, 36, 100)]}, frozenset(("drums",)))
    (found,) = measure(music, "drums")
    assert found.register is None
    assert found.polyphony is None
    assert found.loudness == 100.0
    assert found.valence is None
