"""The benchmark's lists are fixed files that follow the rules they state."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from bench.sync.lists import FORMAT, HERE, WINDOWS_FRAMES, real, simulated
from bench.sync.make_lists import RATES, SHORTEST, kept, weighed
from bridge.schema.cues import HitKind, Weight


@pytest.mark.parametrize("name", ["simulated.json", "edits.json"])
def test_weights_and_plots_in_the_files_are_those_of_the_rule(name: str) -> None:
    held = json.loads((HERE / name).read_text(encoding="utf-8"))
    assert held["format"] == FORMAT
    assert held["windows_frames"] == {k: [float(a), float(b)] for k, (a, b) in WINDOWS_FRAMES.items()}
    for entry in held["lists"]:
        assert entry == weighed({k: v for k, v in entry.items() if k not in ("kept", "musts", "plots")})


def test_simulated_lists_are_of_the_stated_kind() -> None:
    lists = simulated()
    assert len(lists) == 300
    assert len({cuts.id for cuts in (*lists, *real())}) == 310
    assert {(cuts.mean_s, cuts.rate, cuts.seed) for cuts in lists} == {
        (mean, rate, seed) for mean in (2.0, 3.5, 6.0) for rate in RATES for seed in range(20)
    }
    for cuts in lists:
        shots = [b - a for a, b in zip((0, *cuts.edits), cuts.edits)]
        assert len(shots) == 60
        assert min(shots) >= SHORTEST
    for mean in (2.0, 3.5, 6.0):
        of_kind = [cuts for cuts in lists if cuts.mean_s == mean]
        found = sum(cuts.edits[-1] / float(cuts.rate) for cuts in of_kind) / (60 * len(of_kind))
        assert found == pytest.approx(mean, rel=0.03)


def test_every_real_list_names_its_source_and_licence() -> None:
    entries = json.loads((HERE / "edits.json").read_text(encoding="utf-8"))["lists"]
    assert all(entry["source"] and entry["licence"] for entry in entries)


def test_a_cut_within_a_second_of_a_kept_one_is_not_kept() -> None:
    # 24 is kept; 47 is 23 frames later; 48 a second later; 71 is 23 after 48, whatever 47 was.
    assert kept([24, 47, 48, 71, 72], Fraction(24)) == [24, 48, 72]
    assert kept([24, 48], Fraction(24_000, 1001)) == [24, 48]  # 24 frames are 1.001 s
    assert kept([30, 54], Fraction(25)) == [30]


def test_each_eighth_kept_hit_is_a_must_and_each_sixteenth_starts_a_plot() -> None:
    edits = [100 * k for k in range(1, 35)]
    entry = weighed({"rate": [25, 1], "seed": 9, "length_frames": 3500, "edits": edits})
    assert entry["musts"] == [800, 1600, 2400, 3200]
    assert entry["plots"] == [[0, 1600, 0.75], [1600, 3200, 0.85], [3200, 3500, 0.75]]


def test_the_cue_sheet_is_the_list() -> None:
    cuts = next(cuts for cuts in simulated() if len(cuts.kept) < len(cuts.edits))
    sheet = cuts.cue_sheet()
    assert [hit.frame for hit in sheet.hits] == list(cuts.edits)
    assert [hit.frame for hit in sheet.hits if not hit.grouped_with] == list(cuts.kept)
    assert [hit.frame for hit in sheet.hits if hit.weight is Weight.MUST] == list(cuts.musts)
    starts = [hit.frame for hit in sheet.hits if hit.kind is HitKind.PLOT and hit.downbeat]
    assert starts == [plot.start_frame for plot in sheet.plots[1:]]
    assert sheet.plots[-1].end_frame == cuts.length_frames
