from __future__ import annotations

import json

import pytest

from bridge.config import Settings, TempoSettings
from bridge.errors import CueSheetError
from bridge.progress import Progress
from bridge.schema.cues import CueSheet, HitKind, Weight
from bridge.schema.tempo import Form, TempoEvent, TempoMap
from bridge.schema.timeline import Marker
from bridge.spotting import spot
from bridge.writing.cue_sheet import cues_json
from tests.spotting.films import picture, timeline

SOURCE = timeline(
    60, [7, 15, 22, 22.5, 30, 39, 47], [Marker(50 * 24, 8 * 24, "", "tense chase"), Marker(100, 0, "hit")]
)
PICTURE = picture(SOURCE, [(30, {"brightness": 0.8, "motion": 0.15, "saturation": 0.7})])
NO_FORM = Form(TempoMap((TempoEvent(0, 500_000),)), (), (), {}, 0)


def _spot(cues_text: str = "") -> CueSheet:
    return spot(SOURCE, PICTURE, Settings(cues_json=cues_text), Progress())


def _document() -> dict:
    return json.loads(cues_json(_spot(), NO_FORM, "test"))


def test_a_sheet_handed_back_unchanged_asks_for_the_same_music():
    own = _spot()
    again = _spot(json.dumps(_document()))
    assert (again.hits, again.plots, again.mood) == (own.hits, own.plots, own.mood)


def test_a_plots_number_moves_its_stretch_of_the_curve_and_no_other():
    document = _document()
    document["plots"][0]["energy"] = 0.93
    own, edited = _spot(), _spot(json.dumps(document))
    end = edited.plots[0].end_frame // 24
    assert edited.mood.mean("energy", 0, end) == pytest.approx(0.93, abs=2e-3)
    assert edited.mood.energy[end:] == own.mood.energy[end:]
    assert edited.mood.valence == own.mood.valence


def test_hits_are_moved_weighed_removed_and_added():
    document = _document()
    removed, moved = document["hits"][0]["id"], document["hits"][1]
    document["hits"] = document["hits"][1:]
    moved["frame"] += 5
    moved["weight"] = "must"
    del moved["early_frames"], moved["late_frames"]
    document["hits"].append({"id": "mine", "frame": 200, "weight": "nice"})
    edited = {hit.id: hit for hit in _spot(json.dumps(document)).hits}
    assert removed not in edited
    assert edited[moved["id"]].frame == moved["frame"]
    assert edited[moved["id"]].weight is Weight.MUST
    assert edited[moved["id"]].late_frames == Settings().hits.must_window_frames[1]
    assert (edited["mine"].frame, edited["mine"].kind) == (200, HitKind.MARKER)
    assert [h.frame for h in edited.values()] == sorted(h.frame for h in edited.values())


def _moved(document: dict, frames: int) -> tuple[dict, int, int]:
    """The document with its second plot begun later; the hit on its start, and where it starts now."""
    plots = document["plots"]
    old = round(plots[1]["start_s"] * 24)
    plots[0]["end_s"] = plots[1]["start_s"] = (old + frames) / 24
    [at] = [k for k, hit in enumerate(document["hits"]) if (hit["frame"], hit["kind"]) == (old, "plot")]
    return document, at, old + frames


def test_a_plot_that_is_moved_takes_its_hit_along():
    document, at, start = _moved(_document(), 9)
    hit = document["hits"][at]
    taken = {"id": "mine", "frame": start, "weight": "want", "words": "door"}
    near = {"id": "near", "frame": start + 5, "weight": "want", "grouped_with": "mine"}
    edited = _spot(json.dumps(document))
    found = {h.id: h for h in edited.hits}[hit["id"]]
    assert (found.frame, found.weight, found.downbeat) == (start, Weight.MUST, True)
    assert edited.plots[1].start_frame == start
    assert not any("without a hit" in note for note in edited.notes)
    document["hits"] += [taken, near]
    by_id = {h.id: h for h in _spot(json.dumps(document)).hits}
    assert "mine" not in by_id and "door" in by_id[hit["id"]].words
    assert by_id["near"].grouped_with == hit["id"]


def test_a_hit_that_was_moved_or_taken_out_by_hand_stays_as_it_says():
    document, at, start = _moved(_document(), 9)
    document["hits"][at]["frame"] += 3
    edited = _spot(json.dumps(document))
    assert {h.id: h.frame for h in edited.hits}[document["hits"][at]["id"]] == start - 6
    said = [note for note in edited.notes if "without a hit" in note]
    assert len(said) == 1 and f"frame {start}" in said[0]
    gone = document["hits"].pop(at)["id"]
    for hit in document["hits"]:
        hit.pop("grouped_with", None)
    edited = _spot(json.dumps(document))
    assert gone not in {h.id for h in edited.hits} and start not in {h.frame for h in edited.hits}


def test_a_plot_moved_to_the_cues_start_needs_no_hit():
    document = _document()
    old = round(document["plots"][1]["start_s"] * 24)
    del document["plots"][0]
    document["plots"][0]["start_s"] = 0
    edited = _spot(json.dumps(document))
    assert edited.plots[0].start_frame == 0
    assert not {0, old} & {h.frame for h in edited.hits}


def test_a_plot_can_be_silenced():
    document = _document()
    document["plots"][1]["music"] = False
    assert [p.music for p in _spot(json.dumps(document)).plots][1] is False


def test_a_sheet_of_another_cue_is_refused():
    document = _document()
    document["fps"] = "25/1"
    with pytest.raises(CueSheetError):
        _spot(json.dumps(document))


def test_text_that_is_no_cue_sheet_is_refused_with_its_place():
    with pytest.raises(CueSheetError, match="line 1"):
        _spot("{nonsense")


def test_a_plots_tempo_is_kept_and_held_to_the_range():
    document = _document()
    document["plots"][1] |= {"tempo_bpm": 150, "tempo_change": True}
    edited = _spot(json.dumps(document))
    assert (edited.plots[1].tempo_bpm, edited.plots[1].tempo_change) == (150, True)
    assert [(p.tempo_bpm, p.tempo_change) for p in edited.plots[2:]] == [(None, False)] * (
        len(edited.plots) - 2
    )
    document["plots"][1]["tempo_bpm"] = 190
    with pytest.raises(CueSheetError, match=r"190 bpm lies outside the range of 60 to 160.*--tempo-range"):
        _spot(json.dumps(document))


@pytest.mark.parametrize(
    ("brief", "allowed"),
    [
        ("tense, tempo changes at each scene", True),
        ("the tempo may change", True),
        ("change of tempo when she leaves", True),
        ("no tempo changes, please", False),
        ("without a change of tempo", False),
        ("not sad. New tempo at the end", True),
        ("calm", False),
    ],
)
def test_a_brief_may_let_the_tempo_change(brief: str, allowed: bool):
    sheet = spot(SOURCE, PICTURE, Settings(brief=brief), Progress())
    assert {plot.tempo_change for plot in sheet.plots[1:]} == {allowed}
    assert not sheet.plots[0].tempo_change
    assert any("tempo changes" in note for note in sheet.notes) is allowed


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"tempo": TempoSettings(target_bpm=96)}, "--tempo holds"),
        ({"tempo_map_midi": b"MThd"}, "--keep-tempo-map"),
    ],
    ids=["tempo", "map"],
)
def test_words_change_no_tempo_that_is_held(held: dict, said: str):
    marked = timeline(60, [7, 15, 30], [Marker(30 * 24, 8 * 24, "", "chase, new tempo")])
    for source, brief in ((SOURCE, "tense, tempo changes"), (marked, "")):
        sheet = spot(source, PICTURE, Settings(brief=brief, **held), Progress())
        assert not any(plot.tempo_change for plot in sheet.plots)
        assert any(said in note and "Tempo changes" in note for note in sheet.notes)
        assert not any("understood" in note and "tempo changes" in note for note in sheet.notes)
    quiet = spot(SOURCE, PICTURE, Settings(brief="tense", **held), Progress())
    assert not any("Tempo changes" in note for note in quiet.notes)


def test_the_setting_lets_the_tempo_change_and_the_sheet_takes_it_back():
    wish = TempoSettings(changes=True)
    sheet = spot(SOURCE, PICTURE, Settings(tempo=wish), Progress())
    assert all(plot.tempo_change for plot in sheet.plots[1:])
    kept = spot(SOURCE, PICTURE, Settings(tempo=wish, cues_json=json.dumps(_document())), Progress())
    assert not any(plot.tempo_change for plot in kept.plots)
    assert any("--tempo-changes moves none" in note for note in kept.notes)


def test_a_plot_has_no_tempo_of_its_own_inside_a_kept_map():
    document = _document()
    document["plots"][0]["tempo_bpm"] = 90
    with pytest.raises(CueSheetError, match="tempo map is kept"):
        spot(SOURCE, PICTURE, Settings(cues_json=json.dumps(document), tempo_map_midi=b"MThd"), Progress())


def test_speech_is_taken_from_the_edited_sheet():
    document = _document()
    start, end = document["cue_start_frame"], document["cue_end_frame"]
    document["speech"] = [
        {"start_frame": start + 30, "end_frame": start + 60, "words": "Anna"},
        {"start_frame": start + 10, "end_frame": start + 30},
    ]
    spans = _spot(json.dumps(document)).speech
    assert [(span.start_frame, span.end_frame, span.words) for span in spans] == [
        (start + 10, start + 60, "Anna")
    ]
    document["speech"] = [{"start_frame": start, "end_frame": end + 1}]
    with pytest.raises(CueSheetError, match="does not lie within the cue") as caught:
        _spot(json.dumps(document))
    assert "speech[0]" in caught.value.where
    document["speech"] = [{"start_frame": start + 9, "end_frame": start + 9}]
    with pytest.raises(CueSheetError, match="not after its start"):
        _spot(json.dumps(document))
