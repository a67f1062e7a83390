"""A revision that is told of markers as they are now."""

from __future__ import annotations

import json

import pytest

from bridge.errors import InputError
from tests.pipeline.conftest import hear
from tests.pipeline.test_revise import check_outside, kept_map, places, revised


def test_hits_follow_markers_as_they_are_now() -> None:
    files = kept_map()
    sheet = json.loads(files.cues_json)
    plot = sheet["plots"][1]
    frame = plot["start_frame"] + 17
    assert frame not in {hit["frame"] for hit in sheet["hits"]}
    marks = {"markers": [{"frame": frame, "note": "must"}], "gone": [3]}
    new = revised(files, "p1", seed=9, markers_text=json.dumps(marks))
    check_outside(hear(files.midi), hear(new["mid"]), [places(files)["p1"]], conductor=False)
    told = {hit["frame"]: hit for hit in json.loads(new["cues.json"])["hits"]}
    assert set(told) == {frame, *(hit["frame"] for hit in sheet["hits"])}
    assert (told[frame]["weight"], told[frame]["kind"]) == ("must", "marker")
    with pytest.raises(InputError, match='"gone" is no list'):
        revised(files, "p1", markers_text='{"markers": [], "gone": ["x"]}')
