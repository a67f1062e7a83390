"""A score read back from its own two files is the score that was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge import writing
from bridge.errors import CueSheetError, InputError
from bridge.progress import Progress
from bridge.reading import read_score
from bridge.schema.performance import Performance
from bridge.schema.record import Change, Origin, Record
from bridge.schema.score_json import solved
from bridge.writing.events import untangled
from tests.composing.forms import film
from tests.writing.make import make_cues, make_form, make_performance, make_score

CHANGE = Change("film", ("p1",), ("Violin é",), "calm", Origin(7, 2), ("Understood: calm",))
RECORD = Record({"p1": Origin(3), "p2": Origin(4, 1)}, "strings", 2.5, 40, 120, changes=(CHANGE,))


def files(parts: int = 3) -> tuple[object, object, Performance, bytes, str]:
    cues = make_cues(start=24)
    form = make_form(cues)
    performance = make_performance(form, parts)
    score = make_score(form, performance)
    made = writing.write(Path("n"), "n", None, cues, form, score, performance, RECORD, Progress())
    return cues, form, performance, made["mid"], made["cues.json"].decode()


@pytest.mark.parametrize("parts", [1, 3, 20])
def test_everything_comes_back(parts: int) -> None:
    cues, form, performance, midi, sheet = files(parts)
    made = read_score(midi, sheet, "n")
    assert made.form == form
    assert made.record == RECORD
    assert (made.stale, made.left_out) == (False, 0)
    assert [(k.tonic_pc, k.mode) for k in made.keys] == [(9, "minor")]
    assert [(c.name, c.root_pc) for c in made.chords] == [("A:min", 9)]
    for own, was in zip(made.performance.tracks, performance.tracks):
        assert (own.name, own.role, own.program) == (was.name, was.role, was.program)
        assert own.notes == untangled(was.notes)
    assert [track.channel for track in made.performance.tracks][:9] == list(range(parts))[:9]
    assert solved(made.cues) == solved(cues)  # type: ignore[arg-type]
    assert made.cues.plots == cues.plots  # type: ignore[attr-defined]
    assert made.cues.mood == cues.mood  # type: ignore[attr-defined]


def test_a_form_with_everything_in_it_comes_back() -> None:
    cues, form = film()
    performance = make_performance(form)
    score = make_score(form, performance)
    made = writing.write(Path("n"), "n", None, cues, form, score, performance, RECORD, Progress())
    assert read_score(made["mid"], made["cues.json"].decode(), "n").form == form


def test_changed_hits_are_noticed_and_other_edits_are_not_taken_for_them() -> None:
    *_, midi, sheet = files()
    document = json.loads(sheet)
    document["plots"][0]["energy"] = 0.9
    document["plots"][0]["words"] = "louder here"
    assert not read_score(midi, json.dumps(document), "n").stale
    document["hits"][0]["weight"] = "nice"
    assert read_score(midi, json.dumps(document), "n").stale


def test_foreign_events_are_counted() -> None:
    *_, midi, sheet = files(1)
    at = midi.index(b"MTrk", 30)
    size = int.from_bytes(midi[at + 4 : at + 8], "big")
    bent = midi[: at + 4] + (size + 4).to_bytes(4, "big") + b"\x00\xe0\x00\x41" + midi[at + 8 :]
    assert read_score(bent, sheet, "n").left_out == 1


def test_what_is_no_score_is_refused() -> None:
    *_, midi, sheet = files()
    document = json.loads(sheet)
    for broken in ("palette", "bars", "plots", "changes", "tempo"):
        told = {key: value for key, value in document["score"].items() if key != broken}
        with pytest.raises(CueSheetError, match="Score the timeline again"):
            read_score(midi, json.dumps({**document, "score": told}), "n")
    with pytest.raises(InputError, match="480 ticks"):
        read_score(midi[:12] + (480).to_bytes(2, "big") + midi[14:], sheet, "n")
