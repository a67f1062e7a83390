from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bridge.config import Settings
from bridge.errors import Cancelled
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, HitKind, Label, Weight
from bridge.schema.timeline import EditKind, EditPoint, Marker, Timeline
from bridge.spotting import spot
from tests.spotting.films import picture, timeline


def _spot(source: Timeline, stretches=(), seen=True, **settings) -> CueSheet:
    return spot(source, picture(source, stretches, seen), Settings(**settings), Progress())


def _kept(sheet: CueSheet):
    return [hit for hit in sheet.hits if not hit.grouped_with]


@pytest.mark.parametrize("length_s", [1 / 24, 1, 3.5, 60, 7200], ids=lambda s: f"{s:g}s")
@pytest.mark.parametrize("seen", [True, False], ids=["seen", "unseen"])
def test_plots_cover_the_cue_exactly(length_s, seen):
    sheet = _spot(timeline(length_s), seen=seen)
    assert sheet.plots[0].start_frame == sheet.cue_start_frame
    assert sheet.plots[-1].end_frame == sheet.cue_end_frame
    for before, after in zip(sheet.plots, sheet.plots[1:]):
        assert before.end_frame == after.start_frame
    assert all(plot.end_frame > plot.start_frame for plot in sheet.plots)
    assert any(plot.music for plot in sheet.plots)
    assert len({plot.id for plot in sheet.plots}) == len(sheet.plots)


def test_a_change_of_picture_at_a_cut_starts_a_plot_there():
    source = timeline(60, [7, 15, 22, 30, 39, 47])
    sheet = _spot(source, [(30, {"brightness": 0.8, "motion": 0.15, "saturation": 0.7})])
    assert [p.start_frame for p in sheet.plots] == [0, 30 * 24]
    first, second = sheet.plots
    assert second.energy > first.energy + 0.2
    assert second.valence > first.valence + 0.2
    start = next(hit for hit in sheet.hits if hit.frame == 30 * 24)
    assert (start.weight, start.kind, start.downbeat) == (Weight.MUST, HitKind.PLOT, True)
    assert (start.early_frames, start.late_frames) == (Fraction(-1, 2), Fraction(1, 2))


def test_a_film_in_which_nothing_changes_is_not_cut_to_bits():
    sheet = _spot(timeline(60, [8, 16, 24, 32, 40, 48]))
    assert len(sheet.plots) == 1


def test_dark_picture_reads_as_tenser_and_less_pleasant_than_bright():
    source = timeline(20)
    dark = _spot(source, [(0, {"brightness": 0.1, "contrast": 0.5})]).plots[0]
    bright = _spot(source, [(0, {"brightness": 0.75, "saturation": 0.5})]).plots[0]
    assert dark.valence < bright.valence - 0.3
    assert dark.tension > bright.tension + 0.2


def test_cuts_are_wanted_and_the_cue_start_is_no_hit():
    sheet = _spot(timeline(20, [4, 9, 14]))
    assert [(h.frame, h.weight, h.kind) for h in sheet.hits] == [
        (f * 24, Weight.WANT, HitKind.CUT) for f in (4, 9, 14)
    ]
    assert [h.id for h in sheet.hits] == ["h001", "h002", "h003"]


def test_cuts_less_than_a_second_after_a_kept_one_are_grouped_with_it():
    sheet = _spot(timeline(20, [4, 4.5, 4.9, 5.2, 9]))
    assert [(h.frame / 24, h.grouped_with) for h in sheet.hits] == [
        (4.0, ""), (4.5, "h001"), (round(4.9 * 24) / 24, "h001"), (round(5.2 * 24) / 24, ""), (9.0, ""),
    ]  # fmt: skip


def test_a_must_is_never_grouped_away():
    source = timeline(20, [4], [Marker(4 * 24 + 6, 0, "hit here")])
    marked = next(h for h in _spot(source).hits if h.kind is HitKind.MARKER)
    assert marked.weight is Weight.MUST
    assert marked.grouped_with == ""


def test_the_middle_of_a_transition_is_nice_to_hit():
    point = EditPoint(10 * 24, EditKind.TRANSITION, 10 * 24 - 20, 10 * 24 + 20, "Cross Dissolve")
    (hit,) = _spot(timeline(20, transitions=[point])).hits
    assert (hit.frame, hit.kind, hit.weight) == (10 * 24, HitKind.TRANSITION, Weight.NICE)
    assert (hit.early_frames, hit.late_frames) == Settings().hits.window_frames
    assert hit.words == "Cross Dissolve"


@pytest.mark.parametrize(
    ("words", "weight"),
    [
        ("hit", Weight.MUST),
        ("Must: door slam", Weight.MUST),
        ("want this", Weight.WANT),
        ("nice", Weight.NICE),
    ],
)
def test_marker_words_make_hits(words, weight):
    sheet = _spot(timeline(20, markers=[Marker(100, 0, "Marker 1", words)]))
    assert [(h.frame, h.weight, h.kind) for h in sheet.hits] == [(100, weight, HitKind.MARKER)]


@pytest.mark.parametrize(
    "words",
    [
        "nice and warm strings",
        "I want this tense",
        "must feel huge",
        "no music, sorry: tense strings from here",
    ],
)
def test_ordinary_words_on_a_marker_with_a_length_describe_a_section(words):
    sheet = _spot(timeline(60, [10, 50], [Marker(20 * 24, 20 * 24, words)]))
    assert all(h.kind is not HitKind.MARKER for h in sheet.hits)
    section = next(p for p in sheet.plots if p.start_frame == 20 * 24)
    assert (section.end_frame, section.words, section.music) == (40 * 24, words, True)


def test_a_weight_that_leads_a_section_is_a_hit_at_its_start():
    sheet = _spot(timeline(60, [10, 50], [Marker(20 * 24, 20 * 24, "must", "tense strings")]))
    assert next(p for p in sheet.plots if p.start_frame == 20 * 24).palette == "strings"
    assert next(h for h in sheet.hits if h.frame == 20 * 24).weight is Weight.MUST


def test_a_name_and_a_note_together_still_ask_for_silence():
    sheet = _spot(timeline(60, [10, 50], [Marker(20 * 24, 20 * 24, "no music", "dialogue here")]))
    assert [(p.start_frame, p.end_frame) for p in sheet.plots if not p.music] == [(20 * 24, 40 * 24)]


def test_a_marked_hit_inside_a_silence_is_still_listed():
    markers = [Marker(20 * 24, 12 * 24, "no music"), Marker(25 * 24, 0, "must hit here")]
    assert any(h.frame == 25 * 24 for h in _spot(timeline(60, [10, 50], markers)).hits)


def test_a_marker_without_direction_is_named_in_the_notes():
    sheet = _spot(timeline(20, markers=[Marker(48, 0, "grade this")]))
    assert sheet.hits == ()
    assert any("01:00:02:00" in note and "grade this" in note for note in sheet.notes)


def test_no_music_marker_with_a_length_silences_exactly_its_span():
    sheet = _spot(timeline(60, [10, 25, 40, 50], [Marker(20 * 24, 12 * 24, "no music")]))
    silent = [(p.start_frame, p.end_frame) for p in sheet.plots if not p.music]
    assert silent == [(20 * 24, 32 * 24)]
    inside = [h for h in sheet.hits if 20 * 24 < h.frame < 32 * 24]
    assert inside == []  # the cut at 25 s has nothing to meet it


def test_music_out_until_music_in():
    markers = [Marker(20 * 24, 0, "music out"), Marker(35 * 24, 0, "music in")]
    sheet = _spot(timeline(60, [10, 50], markers))
    silent = [(p.start_frame, p.end_frame) for p in sheet.plots if not p.music]
    assert silent[0][0] == 20 * 24
    assert silent[-1][1] == 35 * 24
    returned = next(p for p in sheet.plots if p.start_frame == 35 * 24)
    assert returned.music
    assert returned.entrance


def test_a_section_marker_is_one_plot_directed_by_its_words():
    plain = _spot(timeline(60, [10, 25, 40, 50]))
    source = timeline(60, [10, 25, 40, 50], [Marker(20 * 24, 25 * 24, "Section", "tense chase with strings")])
    section = next(p for p in _spot(source).plots if p.start_frame == 20 * 24)
    assert section.end_frame == 45 * 24
    assert "tense chase" in section.words
    assert section.palette == "strings"
    assert section.tension > plain.plots[0].tension + 0.1
    assert section.energy > plain.plots[0].energy + 0.1


def test_the_brief_moves_the_whole_mood_and_says_what_it_understood():
    source = timeline(20)
    plain, calm = _spot(source), _spot(source, brief="calm and warm, solo piano, no menace")
    assert calm.plots[0].energy < plain.plots[0].energy
    assert calm.plots[0].tension < plain.plots[0].tension
    assert calm.plots[0].palette == "piano"
    assert any("calm" in note for note in calm.notes)
    unknown = _spot(source, brief="xyzzy")
    assert any("no word" in note for note in unknown.notes)


def test_black_head_is_silent_and_music_enters_with_the_picture():
    sheet = _spot(timeline(30, [10, 20]), [(0, {"brightness": 0.0}), (5, {"brightness": 0.5})])
    assert [(p.start_frame, p.music) for p in sheet.plots][:2] == [(0, False), (5 * 24, True)]
    assert "black" in sheet.plots[0].entrance


def test_a_short_cue_plays_through_and_a_long_one_rests():
    short = _spot(timeline(80, [10, 20, 30, 40, 50, 60, 70]))
    assert all(p.music for p in short.plots)
    cuts = list(range(8, 600, 8))
    changes = [
        (t, {"brightness": 0.2 + 0.6 * (i % 2), "motion": 0.01 + 0.1 * (i % 3)})
        for i, t in enumerate(range(0, 600, 24))
    ]
    long = _spot(timeline(600, cuts), changes)
    silent_s = sum(p.end_frame - p.start_frame for p in long.plots if not p.music) / 24
    assert 0.02 * 600 < silent_s < 0.5 * 600
    run = 0
    for plot in long.plots:
        run = run + plot.end_frame - plot.start_frame if plot.music else 0
        assert run / 24 < 330


def test_labels_run_from_introduction_over_a_climax_to_a_conclusion():
    changes = [
        (0, {"motion": 0.01}),
        (20, {"motion": 0.05, "brightness": 0.6}),
        (40, {"motion": 0.25, "brightness": 0.2}),
        (60, {"motion": 0.01, "brightness": 0.5}),
    ]
    sheet = _spot(timeline(80, [20, 40, 60]), changes)
    assert [p.label for p in sheet.plots] == [
        Label.INTRODUCTION, Label.DEVELOPMENT, Label.CLIMAX, Label.CONCLUSION,
    ]  # fmt: skip


def test_unseen_picture_is_spotted_from_its_edit_alone():
    cuts = [*range(4, 30, 5), *(30 + 0.8 * i for i in range(1, 25)), *range(52, 80, 7)]
    sheet = _spot(timeline(80, cuts), seen=False)
    fast = sheet.mood.mean("energy", 33, 47)
    slow = sheet.mood.mean("energy", 5, 25)
    assert fast > slow + 0.2


def test_in_point_moves_nothing_but_the_clock():
    whole = _spot(timeline(40, [12, 24, 31]))
    moved = _spot(timeline(40, [12, 24, 31], start_frame=500))
    assert [h.frame + 500 for h in whole.hits] == [h.frame for h in moved.hits]
    assert whole.mood == moved.mood


def test_ten_thousand_cuts_and_a_two_hour_shot_are_spotted():
    many = timeline(6000, [0.6 * i for i in range(1, 10_000)])
    sheet = _spot(many)
    silent_s = sum(p.end_frame - p.start_frame for p in sheet.plots if not p.music) / 24
    assert 0 < silent_s < 0.35 * 6000
    assert abs(len(sheet.hits) - (6000 - silent_s) / 0.6) < 100
    kept = _kept(sheet)
    assert all((b.frame - a.frame) >= 24 or b.weight is Weight.MUST for a, b in zip(kept, kept[1:]))


def test_cancel_stops_spotting():
    source = timeline(60, [10, 20])
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        spot(source, picture(source), Settings(), progress)


def test_spotting_is_a_pure_function():
    source = timeline(60, [10, 20, 33, 41])
    assert _spot(source) == _spot(replace(source))


def test_markers_say_where_somebody_speaks():
    markers = [
        Marker(5 * 24, 4 * 24, "VO", "Anna reads the letter"),
        Marker(8 * 24, 3 * 24, "Voice-over: tense"),
        Marker(20 * 24, 0, "dialogue in"),
        Marker(26 * 24, 0, "Dialogue out"),
        Marker(40 * 24, 0, "speech"),
    ]
    sheet = _spot(timeline(60, [10, 50], markers))
    spans = [(span.start_frame, span.end_frame) for span in sheet.speech]
    assert spans == [(5 * 24, 11 * 24), (20 * 24, 26 * 24)]
    assert "Anna reads the letter" in sheet.speech[0].words
    assert [h for h in sheet.hits if h.kind is HitKind.MARKER] == []
    # Mood words direct the stretch as a section's do, other words are only who speaks.
    assert any(p.words == "tense" and p.start_frame == 8 * 24 for p in sheet.plots)
    assert not any("Anna" in p.words for p in sheet.plots)
    assert [note for note in sheet.notes if "speech" in note and "dialogue out" in note]


@pytest.mark.parametrize("words", ["void", "speechless and warm", "vocal warm pad"])
def test_words_that_only_begin_like_speech_are_none(words):
    sheet = _spot(timeline(60, [10, 50], [Marker(20 * 24, 20 * 24, words)]))
    assert sheet.speech == ()


def test_speech_without_music_is_silent():
    sheet = _spot(timeline(60, [10, 50], [Marker(20 * 24, 10 * 24, "dialogue, no music")]))
    assert [(p.start_frame, p.end_frame) for p in sheet.plots if not p.music] == [(20 * 24, 30 * 24)]
