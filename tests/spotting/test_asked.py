"""What a brief and its notes ask, what is not understood, where no music is, and a brief handed back."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bridge.about import About
from bridge.config import Settings
from bridge.errors import SettingsError
from bridge.progress import Progress
from bridge.schema.brief_text import MARK
from bridge.schema.cues import CueSheet, Label
from bridge.schema.timeline import Marker
from bridge.spotting import asked as asked_module
from bridge.spotting import spot
from bridge.spotting.lexicon import mood_of, norm_of, read_words
from bridge.spotting.likeness import MOST, placed
from bridge.spotting.wishes import Wishes, read_brief
from bridge.writing.brief import brief_text
from tests.spotting.films import picture, timeline
from tests.writing.make import make_form

FILM = timeline(60, [10, 20, 30, 40, 50])
LOOK = [(0, {"brightness": 0.3}), (20, {"brightness": 0.7, "motion": 0.1}), (40, {"brightness": 0.2})]


def _spot(brief: str = "", document: str = "", **about: object) -> CueSheet:
    settings = Settings(brief=brief, brief_document=document, about=About(**about))  # type: ignore[arg-type]
    return spot(FILM, picture(FILM, LOOK), settings, Progress())


def _document(sheet: CueSheet) -> str:
    return brief_text("film", FILM, picture(FILM, LOOK), sheet, make_form(sheet)).decode()


def _mean(sheet: CueSheet, axis: str) -> float:
    return sheet.mood.mean(axis, 0, 60)


@pytest.mark.parametrize(
    ("text", "axis", "way"),
    [
        ("dark", "valence", -1),
        ("not dark", "valence", 1),
        ("not very dark at all", "valence", 1),
        ("without tension", "tension", -1),
        ("less tense", "tension", -1),
        ("murder", "valence", -1),
        ("a magnificent day", "valence", 1),
        ("no murder", "valence", 1),
        ("sparse", "density", -1),
        ("loud", "loudness", 1),
        ("children", "valence", 0),
    ],
)
def test_words_of_a_brief_move_their_axis(text: str, axis: str, way: int) -> None:
    value = getattr(read_brief(text), axis)
    assert (value > 0) - (value < 0) == way


def test_amounts_scale_a_word_and_a_long_brief_does_not_saturate() -> None:
    slight, plain, much = (read_brief(f"{word} tense").tension for word in ("slightly", "", "very"))
    assert 0 < slight < plain < much
    assert read_brief("tense " * 20).tension == plain
    assert read_brief("dark but not slow").energy > 0


def test_words_nobody_knows_are_handed_back_and_said() -> None:
    assert read_brief("a zorblax of the calm flurb").unknown == ("zorblax", "flurb")
    notes = _spot("calm zorblax", audience="quargs").notes
    assert "Not understood: zorblax, quargs" in notes


def test_a_stem_takes_its_own_endings_alone() -> None:
    assert mood_of("darker") == mood_of("dark")
    assert mood_of("suspenseful") is not None
    for other in ("funeral", "fearless", "scarf", "lightning", "saddle"):
        assert mood_of(other) is None, other
    rated = norm_of("fearless")
    assert rated is not None and rated[0] > 0 > rated[2]


def test_a_marker_is_read_by_the_words_of_film_music_alone() -> None:
    assert read_words("the murder weapon").understood == ()
    assert read_brief("the murder weapon").understood == ("murder", "weapon")


def test_notes_are_read_by_their_own_tables_and_weigh_by_kind() -> None:
    assert read_brief("children", "audience").tension < 0
    assert read_brief("children").understood == ()
    assert read_brief("minimal techno", "style").palette == "pulse"
    plain, brief, brand = _spot(), _spot("bold"), _spot(brand="bold")
    assert _mean(brand, "energy") > _mean(plain, "energy")
    assert _mean(_spot(style="techno"), "energy") > _mean(plain, "energy") + 0.2
    assert _mean(_spot(audience="playful"), "valence") < _mean(_spot("playful"), "valence")
    assert brief.brief == "bold" and brand.about.brand == "bold"


def test_instruments_name_the_palette_and_who_plays() -> None:
    sheet = _spot("strings", instruments="piano, more cello, no drums")
    assert {plot.palette for plot in sheet.plots} == {"piano"}
    assert sheet.instruments == (("cello", "more"), ("drums", "no"))
    assert read_brief("piano and cello").voices == (("cello", "more"),)
    assert read_brief("no drums") == Wishes(voices=(("drums", "no"),), understood=("no drums",))


def test_no_music_is_silence_with_its_reason_at_exactly_those_frames() -> None:
    sheet = _spot(no_music=("01:00:12:00-01:00:18:12", "1200 to 1250"))
    silent = [plot for plot in sheet.plots if not plot.music]
    assert [(p.start_frame, p.end_frame) for p in silent] == [(288, 444), (1200, 1250)]
    assert {p.entrance for p in silent} == {"the brief asks for no music"}
    assert {p.words for p in silent} == {""}


@pytest.mark.parametrize(
    ("span", "what"),
    [
        ("01:00:20:00-01:00:10:00", "ends before"),
        ("02:00:00:00-02:00:10:00", "outside the cue"),
        ("01:00:10:99-01:00:20:00", "does not exist"),
        ("soon-later", "not a timecode"),
        ("01:00:10:00", "not a span"),
    ],
)
def test_a_span_that_makes_no_sense_is_named(span: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what) as fault:
        _spot(no_music=(span,))
    assert fault.value.where == "--no-music" and span in str(fault.value)


def test_a_brief_handed_back_unchanged_asks_for_the_same() -> None:
    first = _spot("calm, less strings", audience="children", no_music=("240-360",))
    again = _spot(document=_document(first))
    assert again == first


def test_no_music_asked_beside_a_brief_handed_back_takes_its_spans_out_of_the_plots() -> None:
    first = _spot()
    text = _document(first)
    assert all(plot.music for plot in first.plots)
    asked = text.replace("- no music:", "- no music: 264-312", 1)
    for sheet in (_spot(document=asked), _spot(document=text, no_music=("264-312",))):
        assert [(p.start_frame, p.end_frame) for p in sheet.plots if not p.music] == [(264, 312)]
        assert sheet.plots[0].start_frame == 0 and sheet.plots[-1].end_frame == 60 * 24
        assert all(a.end_frame == b.start_frame for a, b in zip(sheet.plots, sheet.plots[1:]))
        assert len({plot.id for plot in sheet.plots}) == len(sheet.plots)
        silent = next(plot for plot in sheet.plots if not plot.music)
        assert silent.entrance == "the brief asks for no music" and silent.words == ""
        assert _spot(document=_document(sheet)) == sheet, "and handed back once more it stays so"


def test_numbers_of_a_brief_stand_in_the_next_one() -> None:
    text = _document(_spot()).replace("- mood:", "- mood: energy 0.9, tension 0.2", 1)
    first = _spot(document=text)
    assert (first.plots[0].energy, first.plots[0].tension) == (0.9, 0.2)
    again = _document(first)
    assert again.count("- mood: energy 0.9, tension 0.2") == 1
    assert _spot(document=again) == first


def test_lines_of_a_brief_handed_back_have_the_last_word() -> None:
    first = _spot()
    text = _document(first)
    plot = first.plots[1]
    head, tail = text.split(f"## {plot.id}:")
    tail = tail.replace("- words:", "- words: a funny chase with guitar", 1).replace(
        "- tempo:", "- tempo: 96", 1
    )
    changed = _spot(document=f"{head}## {plot.id}:{tail}")
    assert changed.plots[0] == first.plots[0]
    new = changed.plots[1]
    assert new.words == "a funny chase with guitar" and new.palette == "guitar" and new.tempo_bpm == 96
    assert new.energy > plot.energy and (new.start_frame, new.end_frame) == (plot.start_frame, plot.end_frame)
    silent = _spot(document=f"{head}## {plot.id}:{tail.replace('music: yes', 'music: no', 1)}").plots[1]
    assert not silent.music and silent.entrance == "the brief says so"
    numbered = tail.replace("- mood:", "- mood: valence 0.9, tension 0.1", 1)
    numbered = numbered.replace(f"- label: {plot.label.value}", "- label: introduction", 1)
    fixed = _spot(document=f"{head}## {plot.id}:{numbered}").plots[1]
    assert (fixed.valence, fixed.tension, fixed.label) == (0.9, 0.1, Label.INTRODUCTION)


def test_labels_and_entrances_follow_the_plots_that_a_brief_changes() -> None:
    first = _spot()
    text = _document(first)
    assert [plot.label.value for plot in first.plots[:2]] == ["introduction", "development"]
    count = len(first.plots)
    silenced = text.replace("- music: yes", "- music: no", 1)
    sheet = _spot(document=silenced)
    assert not sheet.plots[0].music and sheet.plots[0].reason == "no music"
    assert sheet.plots[1].label is Label.INTRODUCTION and "music begins" in sheet.plots[1].reason
    assert sheet.plots[1].entrance.startswith("music returns")
    assert "music enters here" in _document(sheet).split(f"## {sheet.plots[1].id}:")[1].split("\n## ")[0]
    assert f"of {count} plots" in " ".join(plot.reason for plot in first.plots)
    assert f"of {count} plots" not in " ".join(plot.reason for plot in sheet.plots)
    assert _spot(document=_document(sheet)) == sheet

    stated = silenced.replace("- label: development", "- label: conclusion", 1)
    sheet = _spot(document=stated)
    assert (sheet.plots[1].label, sheet.plots[1].reason) == (Label.CONCLUSION, "the brief says so")
    assert _spot(document=_document(sheet)) == sheet
    split = _spot(document=text.replace("- no music:", "- no music: 264-312", 1))
    assert _spot(document=_document(split)) == split


def test_plots_may_be_joined_and_a_gap_is_named() -> None:
    joined = _spot(document=f"{MARK}\n## all: 01:00:00:00 to 01:01:00:00\n- words: dread")
    assert [(p.id, p.start_frame, p.end_frame) for p in joined.plots] == [("all", 0, 1440)]
    assert joined.plots[0].tension > _mean(_spot(), "tension")
    for bounds, what in (
        ("00:00:00:00 to 00:00:10:00", "leaves a gap|overlaps"),
        ("01:00:00:00 to 01:00:10:00", "does not end with the cue"),
        ("01:00:10:00 to 01:00:10:00", "ends before"),
        ("yes to no", "not a timecode"),
    ):
        with pytest.raises(SettingsError, match=what) as fault:
            _spot(document=f"{MARK}\n## p01: {bounds}")
        assert fault.value.where == "brief, line 2"


def test_what_the_request_says_goes_before_what_the_document_says() -> None:
    document = _document(_spot("dark", audience="children"))
    sheet = _spot("bright", document)
    assert (sheet.brief, sheet.about.audience) == ("bright", "children")


def test_words_of_a_section_marker_stay_a_plots_words() -> None:
    film = replace(FILM, markers=(Marker(20 * 24, 20 * 24, "Section", "tense chase"),))
    first = spot(film, picture(film, LOOK), Settings(), Progress())
    text = brief_text("film", film, picture(film, LOOK), first, make_form(first)).decode()
    assert "- words: Section: tense chase" in text
    assert spot(film, picture(film, LOOK), Settings(brief_document=text), Progress()).plots == first.plots


class _Reader:
    """Knows two emotions: words with an x are sad, those with a y exciting, others half and half."""

    def embed_text(self, words):
        return np.array(
            [[("x" in w.split()[1]) + 0.5, ("y" in w.split()[1]) + 0.5] for w in words], np.float32
        )

    def emotions(self, seen):
        return seen**8 / (seen**8).sum(axis=1, keepdims=True)


def test_an_encoder_that_reads_text_places_words_that_no_table_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("sad", "exciting")
    sad, exciting = placed(("xo", "yo"), _Reader(), names)
    assert (sad.word, sad.emotion) == ("xo", "sad") and sad.shift[0] < 0 and sad.shift[1] < 0
    assert exciting.shift[0] > 0 and exciting.shift[1] > 0
    assert max(abs(value) for value in (*sad.shift[:2], *exciting.shift[:2])) <= MOST
    assert placed((), _Reader(), names) == () and placed(("xo",), _Reader(), ()) == ()
    thirds = type(
        "Even", (_Reader,), {"emotions": lambda self, seen: np.full((len(seen), 3), 1 / 3, np.float32)}
    )
    assert placed(("oo",), thirds(), ("sad", "tense", "exciting")) == ()

    reader = _Reader()
    reader.card = SimpleNamespace(emotions=names)  # type: ignore[attr-defined]
    plain = _spot("zxqz")
    monkeypatch.setattr(asked_module, "load_encoder", lambda asked: reader)
    sheet = _spot("zxqz")
    assert sheet.plots[0].valence < plain.plots[0].valence and sheet.plots[0].energy < plain.plots[0].energy
    assert any("by likeness" in note and "zxqz as sad" in note for note in sheet.notes)
    assert any("Not understood: zxqz" in note for note in plain.notes)
    assert not any("Not understood" in note for note in sheet.notes)
