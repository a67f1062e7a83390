"""A language model's advice: what is asked, taken and refused, and every way of getting no answer."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from bridge.about import About
from bridge.advising import Advice, advise
from bridge.advising.question import HIT_FIELDS, PLOT_FIELDS
from bridge.config import Settings, language_model
from bridge.errors import Cancelled, SettingsError
from bridge.llm import LanguageModel
from bridge.progress import Progress
from bridge.schema.cue_json import cue_schema
from bridge.schema.cues import CueSheet, Label, Weight
from bridge.spotting import edited, spot
from bridge.writing import told_of_plots
from tests.advising.server import completion, serving
from tests.spotting.films import picture, timeline

FILM = timeline(60, [10, 20, 30, 40, 50])
SEEN = picture(FILM, [(0, {"brightness": 0.3}), (30, {"brightness": 0.7, "motion": 0.1})])
GOOD = {
    "plots": [
        {
            "id": "p01", "valence": 0.9, "tension": None, "label": "climax", "words": "a joke",
            "palette": "guitar",
        },
    ],
    "hits": [
        {"id": None, "frame": 300, "weight": "must", "words": "the door"},
        {"id": "h001", "weight": "nice"},
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CUEBRIDGE_CACHE", raising=False)


def _sheet(**settings: Any) -> CueSheet:
    about = About(audience="children", stills=("/secret/still.png",))
    return spot(FILM, SEEN, Settings(brief="funny", about=about, **settings), Progress())


def _advice(
    url: str, sheet: CueSheet | None = None, timeout_s: float = 20, progress: Progress | None = None
) -> Advice:
    cues = sheet or _sheet()
    model = LanguageModel(url, "small", timeout_s=timeout_s)
    told = told_of_plots(cues, FILM, SEEN)
    return advise(cues, told, ("guitar", "strings"), model, progress or Progress())


def _taken(advice: Advice, sheet: CueSheet) -> CueSheet:
    return edited(sheet, Settings(cues_json=advice.cues_json))


def test_a_good_answer_edits_the_sheet_as_a_person_would() -> None:
    sheet = _sheet()
    with serving((200, GOOD)) as server:
        advice = _advice(server.url, sheet)
    assert server.paths == ["/v1/chat/completions"]
    new = _taken(advice, sheet)
    plot = new.plots[0]
    assert (plot.valence, plot.label, plot.words, plot.palette) == (0.9, Label.CLIMAX, "a joke", "guitar")
    assert plot.tension == sheet.plots[0].tension and new.plots[1:] == sheet.plots[1:]
    assert new.brief == "funny"
    added = next(hit for hit in new.hits if hit.frame == 300)
    assert (added.weight, added.words) == (Weight.MUST, "the door")
    assert next(hit for hit in new.hits if hit.id == "h001").weight is Weight.NICE
    assert any("set in p01: " in note and "valence 0.9" in note for note in advice.notes)


def test_text_alone_is_sent_with_the_schema_of_what_may_be_set() -> None:
    with serving((200, {})) as server:
        _advice(server.url)
    body = server.asked[0]
    words = body["messages"][1]["content"]
    assert body["temperature"] == 0 and body["model"] == "small"
    assert "funny" in words and "children" in words and "Seen: " in words and "brightness" in words
    assert "secret" not in json.dumps(body) and "still" not in words.split("Notes on the plots")[0]
    told = body["response_format"]["json_schema"]
    plot = told["schema"]["properties"]["plots"]["items"]
    assert told["strict"] is True and plot["additionalProperties"] is False
    assert sorted(plot["required"]) == sorted(plot["properties"]) == sorted(("id", *PLOT_FIELDS))
    assert "Authorization" not in server.headers[0]


def test_only_what_a_person_may_change_can_be_set() -> None:
    schema = cue_schema()["properties"]
    for kind, fields in (("plots", PLOT_FIELDS), ("hits", HIT_FIELDS)):
        own = schema[kind]["items"]["properties"]
        assert all(own[name].get("x-editable") for name in fields)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"plots": [{"id": "p01", "valence": 1.5}]}, "1.5"),
        ({"plots": [{"id": "p01", "mood": "sad"}]}, "mood"),
        ({"plots": [{"id": "p99", "valence": 0.5}]}, "p99"),
        ({"plots": [{"id": "p01", "start_s": 3}]}, "start_s"),
        ({"plots": [{"id": "p01"}, {"id": "p01"}]}, "twice"),
        ({"plots": [{"id": "p01", "label": "finale"}]}, "finale"),
        ({"hits": [{"frame": 99_999, "weight": "must"}]}, "99999"),
        ({"hits": [{"frame": -1}]}, "-1"),
        ({"hits": [{"weight": "must"}]}, "neither"),
        ({"hits": [{"id": "h999"}]}, "h999"),
        ({"hits": [{"id": "h001", "frame": 5}]}, "not moved"),
        ({"seed": 7}, "seed"),
        ([], "object"),
        ("I would make it sadder.", "not JSON"),
        ('{"plots": [{"id": "p01", "valence": NaN}]}', "NaN"),
    ],
)  # fmt: skip
def test_anything_else_refuses_the_answer_and_is_said(answer: Any, said: str) -> None:
    body = completion(answer) if isinstance(answer, str) else answer
    with serving((200, body)) as server:
        advice = _advice(server.url)
    assert advice.cues_json == ""
    assert len(advice.notes) == 1 and "was not used" in advice.notes[0] and said in advice.notes[0]
    with serving((200, GOOD)) as server:
        assert _advice(server.url).cues_json  # a refused answer is not kept


def test_silence_stays_silence() -> None:
    settings = Settings(about=About(no_music=("240-480",)))
    sheet = spot(FILM, SEEN, settings, Progress())
    silent = next(plot.id for plot in sheet.plots if not plot.music)
    with serving((200, {"plots": [{"id": silent, "music": True, "energy": 0.9}]})) as server:
        advice = _advice(server.url, sheet)
    new = _taken(advice, sheet)
    assert [plot.music for plot in new.plots] == [plot.music for plot in sheet.plots]
    assert any("stays silent" in note for note in advice.notes)


def test_an_answer_between_fences_and_one_that_changes_nothing() -> None:
    with serving((200, completion(f"```json\n{json.dumps(GOOD)}\n```"))) as server:
        assert _advice(server.url).cues_json
    with serving((200, {"plots": [], "hits": []})) as server:
        advice = _advice(server.url, _sheet(seed=1))
        assert _taken(advice, _sheet()) == _sheet() and "changed nothing" in advice.notes[0]


@pytest.mark.parametrize("status", [400, 404, 422, 500, 501])
def test_a_server_without_schemas_is_asked_more_simply(status: int) -> None:
    with serving((status, "no"), (status, "no"), (200, GOOD)) as server:
        assert _advice(server.url).cues_json
    forms = [body.get("response_format", {}).get("type") for body in server.asked]
    assert forms == ["json_schema", "json_object", None]


@pytest.mark.parametrize(
    ("answer", "said", "asks"),
    [
        ((401, "no"), "CUEBRIDGE_LLM_KEY", 1),
        ((429, "no"), "too many", 1),
        ((500, "no"), "500", 3),
        ((404, "no"), "CUEBRIDGE_LLM_MODEL", 3),
        ((302, ""), "302", 1),
        ((200, "<html>"), "no chat completion", 1),
        ((200, '{"choices": []}'), "no chat completion", 1),
        ((200, completion(None)), "empty", 1),
        ((200, completion("{}", "length")), "cut off", 1),
        ((200, "x" * ((4 << 20) + 10)), "longer than", 1),
    ],
)
def test_no_answer_leaves_everything_as_it_is(answer: tuple[int, str], said: str, asks: int) -> None:
    with serving(answer) as server:
        advice = _advice(server.url)
    assert advice.cues_json == "" and "was not heard" in advice.notes[0] and said in advice.notes[0]
    assert len(server.asked) == asks


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be reached" in _advice(f"http://127.0.0.1:{port}/v1").notes[0]


@pytest.mark.parametrize("drip", [False, True], ids=["silent", "dripping"])
def test_a_slow_server_is_left_when_its_time_is_over(drip: bool) -> None:
    with serving((200, GOOD), hold=threading.Event(), drip=drip) as server:
        advice = _advice(server.url, timeout_s=1)
    assert "within 1 s" in advice.notes[0] and advice.cues_json == ""


def test_cancelling_ends_the_waiting() -> None:
    progress = Progress()
    with serving((200, GOOD), hold=threading.Event()) as server:
        threading.Thread(target=lambda: (server.came.wait(), progress.cancel()), daemon=True).start()
        with pytest.raises(Cancelled):
            _advice(server.url, timeout_s=500, progress=progress)


def test_what_was_asked_before_is_not_asked_again() -> None:
    with serving((200, GOOD)) as server:
        first, again = _advice(server.url), _advice(server.url)
        assert first == again and len(server.asked) == 1
        spotted = spot(FILM, SEEN, Settings(brief="sad"), Progress())
        assert _advice(server.url, spotted).cues_json and len(server.asked) == 2


def test_it_is_configured_by_the_environment_and_off_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "MODEL", "KEY", "TIMEOUT_S"):
        monkeypatch.delenv(f"CUEBRIDGE_LLM_{name}", raising=False)
    assert language_model() is None
    monkeypatch.setenv("CUEBRIDGE_LLM_URL", "http://localhost:11434/v1")
    with pytest.raises(SettingsError, match="no model"):
        language_model()
    monkeypatch.setenv("CUEBRIDGE_LLM_MODEL", "small")
    monkeypatch.setenv("CUEBRIDGE_LLM_KEY", "secret")
    model = language_model()
    assert model == LanguageModel("http://localhost:11434/v1", "small", "secret")
    assert "secret" not in repr(model)
    for url, said in (
        ("http://llm.example.com/v1", "unencrypted"),
        ("ftp://x", "no address"),
        ("http://[", "no addr"),
    ):
        monkeypatch.setenv("CUEBRIDGE_LLM_URL", url)
        with pytest.raises(SettingsError, match=said):
            language_model()
    monkeypatch.setenv("CUEBRIDGE_LLM_URL", "https://llm.example.com/v1")
    monkeypatch.setenv("CUEBRIDGE_LLM_TIMEOUT_S", "soon")
    with pytest.raises(SettingsError, match="TIMEOUT"):
        language_model()


def test_the_key_goes_into_the_header_alone() -> None:
    with serving((200, {})) as server:
        cues = _sheet()
        advise(cues, "", (), LanguageModel(server.url, "small", "secret"), Progress())
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert "secret" not in json.dumps(server.asked[0]).replace("/secret/", "")
