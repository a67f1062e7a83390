from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction

import jsonschema
import pytest

from bridge.schema.cue_json import cue_schema, parse_cues
from bridge.schema.score_json import read_cues
from bridge.schema.tempo import TempoEvent
from bridge.writing.cue_sheet import cues_csv, cues_json
from tests.writing.make import make_cues, make_form

CUES = make_cues(start=24)
FORM = make_form(CUES)


def test_the_sheet_follows_its_schema_and_uses_every_property() -> None:
    document = json.loads(cues_json(CUES, FORM, "tl"))
    jsonschema.Draft202012Validator(cue_schema()).validate(document)
    schema = cue_schema()["properties"]
    assert document.keys() == schema.keys()
    assert document["hits"][0].keys() == schema["hits"]["items"]["properties"].keys()
    assert document["plots"][0].keys() == schema["plots"]["items"]["properties"].keys()
    assert document["tempo"][0].keys() == schema["tempo"]["items"]["properties"].keys()
    assert document["transitions"][0].keys() == schema["transitions"]["items"]["properties"].keys()


def test_turns_and_reasons_come_back_and_an_older_sheet_has_none() -> None:
    document = json.loads(cues_json(CUES, FORM, "tl"))
    back = read_cues(json.dumps(document), document, "x")
    assert back.transitions == CUES.transitions
    assert [(p.entrance, p.reason) for p in back.plots] == [(p.entrance, p.reason) for p in CUES.plots]
    del document["transitions"]
    for plot in document["plots"]:
        del plot["reason"]
    older = read_cues(json.dumps(document), document, "x")
    assert older.transitions == ()
    assert {plot.reason for plot in older.plots} == {""}


def test_the_sheet_says_what_the_design_says() -> None:
    document = json.loads(cues_json(CUES, FORM, "tl"))
    assert document["fps"] == "24000/1001"
    assert (document["start_timecode"], document["cue_start_timecode"]) == ("01:00:00:00", "01:00:01:00")
    assert (document["cue_start_frame"], document["cue_end_frame"]) == (24, 504)
    first, second, _, left = document["hits"]
    assert (first["frame"], first["timecode"]) == (84, "01:00:03:12")
    assert first["time_s"] == pytest.approx(60 * 1001 / 24_000)
    assert (first["met"], first["rung"], first["tick"]) == (True, "tempo", FORM.hits[0].tick)
    assert first["error_frames"] == FORM.hits[0].error_frames
    assert second["grouped_with"] == "h001"
    assert (left["met"], left["rung"], left["reason"]) == (False, "none", "no beat in reach")
    assert left["tick"] is left["bar"] is None
    plot = document["plots"][1]
    assert (plot["start_timecode"], plot["music"], plot["layers"]) == (
        "01:00:11:00",
        False,
        ["drone", "pulse"],
    )


def test_the_tempo_rows_hold_every_event_and_every_metre() -> None:
    rows = json.loads(cues_json(CUES, FORM, "tl"))["tempo"]
    ticks = {row["tick"]: row for row in rows}
    for event in FORM.tempo_map.events:
        assert ticks[event.tick]["us_per_quarter"] == event.us_per_quarter
    for bar in FORM.bars:
        at = max(tick for tick in ticks if tick <= bar.tick)
        assert ticks[at]["metre"] == str(bar.metre)
    assert [row["tick"] for row in rows] == sorted(ticks)
    assert rows[0]["bpm"] == 120.0
    assert all(row["beat"] * 960 == pytest.approx(row["tick"]) for row in rows)


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(25), Fraction(60_000, 1001)])
def test_a_sheet_handed_back_unchanged_asks_for_the_same(rate: Fraction) -> None:
    cues = make_cues(rate=rate, start=17, length=3333, cuts=tuple(range(20, 3300, 41)), plots=5)
    cues = replace(cues, hits=tuple(replace(h, late_frames=Fraction(i, 7)) for i, h in enumerate(cues.hits)))
    edited = parse_cues(cues_json(cues, make_form(cues), "tl").decode())
    assert edited.rate == cues.rate
    assert (edited.cue_start_frame, edited.cue_end_frame) == (cues.cue_start_frame, cues.cue_end_frame)
    assert edited.brief == cues.brief
    assert edited.mood == cues.mood
    for back, hit in zip(edited.hits, cues.hits, strict=True):
        assert vars(back) == vars(hit)
    for got, plot in zip(edited.plots, cues.plots, strict=True):
        results = ("entrance", "reason", "given")
        assert vars(got) == {name: value for name, value in vars(plot).items() if name not in results}


def test_one_hit_a_line_for_hand_editing() -> None:
    lines = cues_json(CUES, FORM, "tl").decode().splitlines()
    assert sum(line.startswith('    {"id": "h') for line in lines) == len(CUES.hits)


def test_ten_thousand_hits_go_out_and_come_back() -> None:
    cues = make_cues(length=200_000, cuts=tuple(range(10, 200_000, 20)), plots=100)
    form = make_form(cues, (TempoEvent(0, 500_000),))
    edited = parse_cues(cues_json(cues, form, "tl").decode())
    assert len(edited.hits) == len(cues.hits)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_table_has_a_row_a_hit_and_a_row_a_plot() -> None:
    table = rows(cues_csv(CUES, FORM))
    assert [row["row"] for row in table] == ["hit"] * 4 + ["plot"] * 2 + ["transition"]
    assert table[0]["timecode"] == "01:00:03:12"
    assert float(table[0]["error_frames"]) == pytest.approx(FORM.hits[0].error_frames, abs=1e-6)
    assert (table[3]["met"], table[3]["bar"], table[3]["reason"]) == ("no", "", "no beat in reach")
    assert (table[4]["timecode"], table[4]["end_timecode"]) == ("01:00:01:00", "01:00:11:00")
    assert (table[5]["music"], table[5]["layers"]) == ("no", "drone, pulse")
    assert (table[5]["entrance"], table[5]["reason"]) == ("nobody needs it", "no music")
    assert (table[6]["kind"], table[6]["strength"], table[6]["timecode"]) == ("tone", "0.7", "01:00:11:00")


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@a", "\t=1", "\n=cmd|' /C calc'!A0", "  =1", "＝1"])
def test_no_cell_can_be_taken_for_a_formula(words: str) -> None:
    cues = replace(CUES, hits=(replace(CUES.hits[0], words=words), *CUES.hits[1:]))
    assert rows(cues_csv(cues, FORM))[0]["words"] == "'" + words.strip()


def test_negative_timecode_is_text_and_negative_numbers_stay_numbers() -> None:
    cues = replace(CUES, start_timecode_frames=-1000)
    table = rows(cues_csv(cues, FORM))
    assert table[0]["timecode"].startswith("'-")
    assert float(table[0]["early_frames"]) == -1


def test_quotes_commas_and_line_ends_follow_rfc_4180() -> None:
    cues = replace(CUES, hits=(replace(CUES.hits[0], words='a "b", c\nd é'), *CUES.hits[1:]))
    data = cues_csv(cues, FORM)
    assert rows(data)[0]["words"] == 'a "b", c d é'
    assert b'"a ""b"", c d \xc3\xa9"' in data
    assert data.count(b"\r\n") == data.count(b"\n") == 8


def test_same_arguments_same_bytes() -> None:
    assert cues_json(CUES, FORM, "tl") == cues_json(CUES, FORM, "tl")
    assert cues_csv(CUES, FORM) == cues_csv(CUES, FORM)
