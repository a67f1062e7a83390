"""The line with a language model configured: its advice is in the sheet; without any nothing changes."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from bridge import pipeline
from bridge.config import Settings
from bridge.errors import Cancelled
from bridge.progress import Progress
from bridge.wire.identity import identity
from tests.advising.server import serving
from tests.make_media import make_demo_timeline


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo_timeline(tmp_path_factory.mktemp("media"), (160, 90))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    for name in ("URL", "MODEL", "KEY", "TIMEOUT_S"):
        monkeypatch.delenv(f"CUEBRIDGE_LLM_{name}", raising=False)


def _spotted(demo: Path, **settings: Any) -> tuple[dict[str, Any], pipeline.Result]:
    asked = Settings(only_spot=True, mark_out="01:00:06:00", **settings)  # short: the tempo map takes longest
    result = pipeline.score(demo, asked, Progress())
    return json.loads(result.files["cues.json"]), result


def test_advice_is_in_the_sheet_and_no_answer_changes_nothing(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, without = _spotted(demo)
    alone = identity()
    first = plain["plots"][0]["id"]
    answer = {"plots": [{"id": first, "valence": 0.91, "words": "a joke", "palette": "guitar"}]}
    monkeypatch.setenv("CUEBRIDGE_LLM_MODEL", "small")
    with serving((200, answer)) as server:
        monkeypatch.setenv("CUEBRIDGE_LLM_URL", server.url)
        advised, result = _spotted(demo)
        assert identity() != alone
        told = server.asked[0]["messages"][1]["content"]
        again, _ = _spotted(demo)
        assert (len(server.asked), again) == (1, advised)
        handed, _ = _spotted(demo, cues_json=without.files["cues.json"].decode())
        assert len(server.asked) == 1 and any("was not asked" in note for note in handed["notes"])
    assert demo.stem not in told and str(demo.parent) not in told and "harbour" not in told
    assert advised["plots"][0]["valence"] == 0.91 and advised["plots"][0]["palette"] == "guitar"
    assert advised["plots"][1:] == plain["plots"][1:] and advised["hits"] == plain["hits"]
    assert result.fingerprint != without.fingerprint
    monkeypatch.delenv("CUEBRIDGE_LLM_URL")
    asked = Settings(only_spot=True, mark_out="01:00:06:00")
    assert pipeline.fingerprint(demo, asked, Progress()) == without.fingerprint
    assert "The language model set in" in result.files["brief.md"].decode()

    with serving((500, "no")) as server:
        monkeypatch.setenv("CUEBRIDGE_LLM_URL", server.url)
        failed, _ = _spotted(demo)
    assert any("was not heard" in note for note in failed["notes"])
    assert {**failed, "notes": plain["notes"]} == plain

    out_of_range = {"plots": [{"id": first, "tempo_bpm": 290}]}
    with serving((200, out_of_range)) as server:
        monkeypatch.setenv("CUEBRIDGE_LLM_URL", server.url)
        refused, _ = _spotted(demo)
    assert any("was not used" in note and "290" in note for note in refused["notes"])
    assert refused["plots"] == plain["plots"]


def test_cancelling_ends_a_job_that_waits_for_an_answer(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_LLM_MODEL", "small")
    progress = Progress()
    with serving((200, {}), hold=threading.Event()) as server:
        monkeypatch.setenv("CUEBRIDGE_LLM_URL", server.url)
        threading.Thread(target=lambda: (server.came.wait(), progress.cancel()), daemon=True).start()
        with pytest.raises(Cancelled):
            pipeline.score(demo, Settings(only_spot=True), progress)
