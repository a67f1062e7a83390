"""`--record` writes every call; that can be run again without Resolve, and tells where scripts diverge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import Desk
from tests.fake_resolve.replay import Diverged, Replay


def recorded(desk: Desk) -> Path:
    """Score a timeline and record it; the trace."""
    desk.record = True
    before = set(desk.scores.glob("resolve-trace-*.jsonl"))
    said = desk.run()
    (trace,) = set(desk.scores.glob("resolve-trace-*.jsonl")) - before
    assert "with the names and paths of this project" in said
    return trace


def again(desk: Desk, trace: Path) -> tuple[str, Replay]:
    """Score a timeline against a trace, with the command's answers of that day."""
    kept = trace.with_name("kept.jsonl")
    shutil.copyfile(trace, kept)
    for folder in desk.scores.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    replay = Replay(kept)
    desk.record = False
    return desk.run_against(replay.resolve), replay


@pytest.mark.parametrize("version", ["18.5.0", "19.0", "21.0.0"])
def test_a_trace_replays_to_its_end(sit: Sit, version: str) -> None:
    desk = sit(version)
    trace = recorded(desk)
    rows = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    calls = [row for row in rows if row[0] == "call"]
    assert len(calls) == len(desk.host.calls)
    assert [row[2] for row in calls] == [name for _, name, _ in desk.host.calls]
    said, replay = again(desk, trace)
    assert "Take 1" in said
    assert replay.left == []


def test_a_trace_of_a_failure_replays_as_well(sit: Sit) -> None:
    desk = sit()
    desk.host.fails = {40: "raise", 41: "raise", 42: "raise", 43: "raise"}
    trace = recorded(desk)
    shown = list(desk.shown)
    _, replay = again(desk, trace)
    assert replay.left == []
    assert desk.shown[len(shown) :] == shown


def test_a_script_that_asks_something_else_is_told(sit: Sit) -> None:
    desk = sit()
    trace = recorded(desk)
    rows: list[Any] = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    place = next(index for index, row in enumerate(rows) if row[:1] == ["call"] and row[2] == "AddTrack")
    rows[place][3] = ["audio", "mono"]
    trace.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(Diverged, match="AddTrack was given"):
        again(desk, trace)


def test_without_it_nothing_is_written(desk: Desk) -> None:
    desk.run()
    assert list(desk.scores.glob("resolve-trace-*")) == []
