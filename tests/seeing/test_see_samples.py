"""Real films from outside, with cut lists made by eye. They lie beside the repository, where they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.edits import KINDS, Clips, edits
from bench.shots import cut_tally, find, hard, judge, span_tallies
from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.timeline import EditKind
from bridge.seeing import film_timeline, see

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"
pytestmark = pytest.mark.skipif(
    not MEDIA.is_dir(), reason="the reference films are not beside the repository"
)


def test_the_sintel_trailer() -> None:
    path = MEDIA / "sintel_trailer_480p.mp4"
    timeline = film_timeline(path, Settings(), Progress())
    truth = json.loads((MEDIA / "sintel_trailer_cuts.json").read_text())
    counts = judge(timeline.edit_points, truth)
    assert (timeline.rate, timeline.duration_frames) == (24, 1253)
    assert counts["found"] == counts["hard"] == 9
    assert counts["false"] == 0
    assert counts["met"] >= 12 and counts["matched"] >= 6
    picture = see(timeline, Settings(), Progress())
    assert picture.seen.all() and not picture.problems
    assert picture.brightness[20 * 5] < 0.01 or picture.brightness.min() < 0.01  # it fades to black


def test_live_action_with_a_dissolve() -> None:
    timeline = film_timeline(MEDIA / "nasa_13013.mp4", Settings(), Progress())
    assert [(p.kind, p.frame) for p in timeline.edit_points] == [
        (EditKind.TRANSITION, pytest.approx(138, abs=3)),
        (EditKind.CUT, 202),
    ]


@pytest.mark.parametrize("name", ["mdn_cc0_flower.mp4", "mdn_cc0_friday.mp4"])
def test_single_shots_are_single(name: str) -> None:
    timeline = film_timeline(MEDIA / name, Settings(), Progress())
    assert timeline.edit_points == () and len(timeline.shots) == 1


def test_an_edit_with_every_kind_of_change(tmp_path: Path) -> None:
    clips = Clips(MEDIA, "test", tmp_path, bunny=False)
    for edit in edits(clips, tmp_path, 3, dict.fromkeys(KINDS, 2)):
        points, frames = find(edit.path)
        assert frames == edit.frames
        true = [span for span in edit.spans if span.kind == "cut"]
        cuts = cut_tally(hard(points), [span.start for span in true])
        assert cuts.hit >= len(true) - 1 and cuts.false <= 1
        tallies = span_tallies(points, edit.spans).values()
        wanted = len(edit.spans) - len(true)
        assert sum(each.hit for each in tallies) >= 0.75 * wanted
        assert sum(each.false for each in tallies) <= 2
