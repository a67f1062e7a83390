from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from bridge.errors import CueSheetError
from bridge.schema.cue_json import EditedHit, cue_schema, parse_cues
from bridge.schema.cues import HitKind, Label, Weight

RATE = Fraction(24_000, 1001)


def sheet() -> dict[str, Any]:
    """The least that is a sheet: 240 frames, two plots, two hits."""
    return {
        "schema": 1,
        "fps": "24000/1001",
        "cue_start_frame": 100,
        "cue_end_frame": 340,
        "hits": [{"id": "h1", "frame": 150}, {"id": "h2", "frame": 220, "weight": "must"}],
        "plots": [
            {"id": "p1", "start_s": 0, "end_s": float(120 / RATE)},
            {"id": "p2", "start_s": float(120 / RATE), "end_s": float(240 / RATE)},
        ],
    }


def test_the_schema_is_draft_2020_12_and_describes_every_property() -> None:
    schema = cue_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    assert '"x-editable": true' in schema["description"]

    def walk(node: Any, path: str) -> None:
        for name, child in node.get("properties", {}).items():
            assert len(child.get("description", "")) > 5, f"{path}.{name} has no description"
            walk(child, f"{path}.{name}")
        if "items" in node:
            assert node["items"].get("description"), f"{path}[] has no description"
            walk(node["items"], f"{path}[]")

    walk(schema, "")


def test_what_may_be_edited_is_what_is_parsed() -> None:
    schema = cue_schema()["properties"]

    def editable(node: dict[str, Any]) -> set[str]:
        return {name for name, child in node["properties"].items() if child.get("x-editable")}

    assert editable(schema["hits"]["items"]) == {
        "id", "frame", "weight", "kind", "early_frames", "late_frames", "downbeat", "grouped_with", "words",
    }  # fmt: skip
    assert editable(schema["plots"]["items"]) == {
        "id", "start_s", "end_s", "label", "words", "valence", "energy", "tension", "density", "loudness",
        "palette", "layers", "music", "tempo_bpm", "tempo_change",
    }  # fmt: skip


def test_a_least_sheet_says_only_what_it_says() -> None:
    edited = parse_cues(json.dumps(sheet()))
    assert edited.rate == RATE
    assert (edited.cue_start_frame, edited.cue_end_frame) == (100, 340)
    assert edited.hits == (EditedHit("h1", 150), EditedHit("h2", 220, Weight.MUST))
    assert [(p.start_frame, p.end_frame) for p in edited.plots] == [(100, 220), (220, 340)]
    assert edited.mood is None and edited.brief is None


def test_every_edit_arrives() -> None:
    document = sheet()
    document["brief"] = "leiser"
    document["hits"][0] |= {
        "weight": "nice", "kind": "marker", "early_frames": -0.5, "late_frames": 1 / 3, "downbeat": True,
        "grouped_with": "h2", "words": "Tür",
    }  # fmt: skip
    document["plots"][0] |= {
        "label": "climax", "words": "chase", "valence": 0.125, "energy": 1, "tension": 0, "density": 0.5,
        "loudness": 0.75, "palette": "guitar", "layers": ["drone"], "music": False,
    }  # fmt: skip
    document["mood"] = {n: [0.25, 1] for n in ("valence", "energy", "tension", "density", "loudness")}
    edited = parse_cues(json.dumps(document))
    assert edited.hits[0] == EditedHit(
        "h1", 150, Weight.NICE, HitKind.MARKER, Fraction(-1, 2), Fraction(1, 3), True, "h2", "Tür"
    )
    plot = edited.plots[0]
    assert (plot.label, plot.words, plot.valence, plot.energy) == (Label.CLIMAX, "chase", 0.125, 1.0)
    assert (plot.palette, plot.layers, plot.music) == ("guitar", ("drone",), False)
    assert edited.brief == "leiser"
    assert edited.mood is not None and edited.mood.tension == (0.25, 1.0)


def test_hits_and_plots_may_stand_in_any_order() -> None:
    document = sheet()
    document["hits"].reverse()
    document["plots"].reverse()
    edited = parse_cues(json.dumps(document))
    assert [h.id for h in edited.hits] == ["h1", "h2"]
    assert [p.id for p in edited.plots] == ["p1", "p2"]


def test_own_keys_and_a_byte_order_mark_are_let_through() -> None:
    document = sheet() | {"x-colour": 3}
    document["hits"][0]["x-mine"] = {"a": 1}
    assert parse_cues("\ufeff" + json.dumps(document)) == parse_cues(json.dumps(sheet()))


Change = Callable[[dict[str, Any]], Any]
FAULTS: list[tuple[Change, tuple[str, ...]]] = [
    (lambda d: d.update(schema=2), ("schema", "version 2", "schema 1")),
    (lambda d: d.pop("schema"), ("schema", "null")),
    (lambda d: d.pop("fps"), ("fps", "missing")),
    (lambda d: d.update(fps="25 fps"), ("fps", '"25 fps"', "match")),
    (lambda d: d.update(cue_end_frame=100), ("cue_end_frame", "100")),
    (lambda d: d.update(tempi=[]), ('"tempi"', "not known", "tempo")),
    (lambda d: d["hits"][1].update(weight="maybe"), ("hits[1].weight", '"maybe"', "must, want, nice")),
    (lambda d: d["hits"][1].update(wieght="must"), ("hits[1]", '"wieght"', "weight")),
    (lambda d: d["hits"][0].update(frame="150"), ("hits[0].frame", '"150"', "whole number")),
    (lambda d: d["hits"][0].update(frame=150.5), ("hits[0].frame", "150.5", "whole number")),
    (lambda d: d["hits"][0].update(frame=True), ("hits[0].frame", "true", "whole number")),
    (lambda d: d["hits"][0].update(frame=10**40), ("hits[0].frame", "too large")),
    (lambda d: d["hits"][0].update(frame=99), ("hits[0].frame", "h1 at frame 99", "100 to 339")),
    (lambda d: d["hits"][0].update(frame=340), ("hits[0].frame", "340", "100 to 339")),
    (lambda d: d["hits"][0].update(early_frames=1), ("hits[0].early_frames", "too large", "0 or less")),
    (lambda d: d["hits"][0].update(late_frames=-1), ("hits[0].late_frames", "too small", "0 or more")),
    (lambda d: d["hits"][0].update(id="a b"), ("hits[0].id", '"a b"')),
    (lambda d: d["hits"][1].update(id="h1"), ("hits[1].id", "h1", "hits[0]")),
    (lambda d: d["hits"][1].update(frame=150), ("hits[1].frame", "h1 and h2", "150")),
    (lambda d: d["hits"][1].update(grouped_with="h9"), ("hits[1].grouped_with", "h9")),
    (lambda d: d["hits"][1].update(grouped_with="h2"), ("hits[1].grouped_with", "h2")),
    (lambda d: d["hits"].append(3), ("hits[2]", "3", "object")),
    (lambda d: d["plots"][1].update(id="p1"), ("plots[1].id", "plots[0]")),
    (lambda d: d["plots"][1].update(start_s=4.0), ("plots[1].start_s", "p2", "overlaps plot p1", "5.005")),
    (lambda d: d["plots"][1].update(start_s=6.0), ("plots[1].start_s", "gap after plot p1", "5.005")),
    (lambda d: d["plots"][0].update(start_s=1.0), ("plots[0].start_s", "the cue's start", "0.0")),
    (lambda d: d["plots"][1].update(end_s=9.0), ("plots[1].end_s", "last plot", "10.01")),
    (lambda d: d["plots"][1].update(end_s=11.0), ("plots[1].end_s", "last plot", "10.01")),
    (lambda d: d["plots"][0].update(end_s=0), ("plots[0].end_s", "p1", "not after its start")),
    (lambda d: d["plots"][0].update(valence=1.2), ("plots[0].valence", "1.2", "1 or less")),
    (lambda d: d["plots"][0].update(music="no"), ("plots[0].music", '"no"', "true or false")),
    (lambda d: d["plots"][0].update(label="chorus"), ("plots[0].label", "introduction, development")),
    (lambda d: d.update(plots=[]), ("plots", "too short")),
    (lambda d: d["plots"][0].update(words="x" * 100_001), ("plots[0].words", "too long", "100000")),
    (lambda d: d["plots"][0].update(words="\ud800"), ("surrogate",)),
    (
        lambda d: d.update(mood={n: [0.5] * (1 + (n == "energy")) for n in (
            "valence", "energy", "tension", "density", "loudness")}),
        ("mood", "energy 2", "a second"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), FAULTS)
def test_a_fault_is_told_with_its_place_and_what_is_allowed(change: Change, told: tuple[str, ...]) -> None:
    document = sheet()
    change(document)
    with pytest.raises(CueSheetError) as caught:
        parse_cues(json.dumps(document))
    message = str(caught.value)
    for words in told:
        assert words in message
    assert message.startswith("cue sheet")
    message.encode("utf-8")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1"),
        ("{'schema': 1}", "line 1, column 2"),
        ('{\n  "schema": 1,\n}', "line"),
        ("[1, 2]", "a list instead of an object"),
        ("null", "null instead of an object"),
        ('{"schema": 1, "schema": 1}', '"schema" stands twice'),
        ('{"schema": 1, "brief": NaN}', "NaN"),
        ('{"schema": 1, "brief": -Infinity}', "-Infinity"),
        ("[" * 200_000, "not JSON"),
        ('{"schema": ' + "9" * 5000 + "}", "not JSON"),
        ("\x00\x01", "not JSON"),
    ],
)
def test_what_is_not_json_is_told_where(text: str, told: str) -> None:
    with pytest.raises(CueSheetError, match=r"^cue sheet") as caught:
        parse_cues(text)
    assert told in str(caught.value)


def test_infinity_by_exponent_is_refused() -> None:
    text = json.dumps(sheet()).replace('"frame": 150', '"frame": 1e999')
    with pytest.raises(CueSheetError, match=r"hits\[0\].frame"):
        parse_cues(text)


def test_several_faults_are_counted() -> None:
    document = sheet()
    document["hits"][0]["weight"] = document["hits"][1]["weight"] = 3
    with pytest.raises(CueSheetError, match=r"hits\[0\].weight.*more"):
        parse_cues(json.dumps(document))
