"""The real lists are what their sources say. The sources lie beside the repository, where they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.sync.lists import CutList, real
from bridge.config import Settings
from bridge.progress import Progress
from bridge.reading import read_timeline

SHARED = Path(__file__).resolve().parents[3] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the samples are not beside the repository")
FILMS = ("big_buck_bunny", "sintel_trailer")
BY_ID = {cuts.id: cuts for cuts in real()}


def source(cuts: CutList) -> Path:
    (found,) = (SHARED / "samples" / "otio").rglob(f"{cuts.id}*")
    return found


@pytest.mark.parametrize("name", [name for name in BY_ID if name not in FILMS])
def test_edits_of_a_timeline_are_those_that_we_read_from_it(name: str) -> None:
    cuts = BY_ID[name]
    path = source(cuts)
    fps = "24" if path.suffix == ".edl" else ""  # an EDL does not say
    timeline = read_timeline(path, Settings(fps=fps), Progress())
    assert timeline.rate == cuts.rate
    assert timeline.cue_frames == cuts.length_frames
    assert [point.frame - timeline.cue_start_frame for point in timeline.edit_points] == list(cuts.edits)


@pytest.mark.parametrize("name", FILMS)
def test_edits_of_a_film_are_the_cuts_that_were_listed_by_eye(name: str) -> None:
    listed = json.loads((SHARED / "media" / f"{name}_cuts.json").read_text(encoding="utf-8"))
    frames = {*listed["hard_cuts"], *listed.get("hard_cuts_from_or_to_black", [])}
    assert sorted(frames) == list(BY_ID[name].edits)
    assert listed["n_frames"] == BY_ID[name].length_frames
