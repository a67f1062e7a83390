from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli import figures
from bridge.cli.report import Lines, Row
from bridge.cli.table import show
from bridge.client import Job


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00.0"), (59.94, "0:59.9"), (59.96, "1:00.0"), (62.5, "1:02.5"), (119.97, "2:00.0")],
)
def test_a_length_is_rounded_before_it_is_split(seconds: float, said: str) -> None:
    assert figures.length({"length_s": seconds}) == said


def test_one_is_not_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.sentences({"bars": 1}) == ["1 bar"]
    assert figures.sentences({"bars": 18}) == ["18 bars"]
    remarks = ["x"] * figures.MAX_REMARKS
    assert figures.sentences({"remarks": [*remarks, "x"]})[-1] == "... and 1 more remark"
    assert figures.sentences({"remarks": [*remarks, "x", "x"]})[-1] == "... and 2 more remarks"
    assert figures.sentences({"remarks": remarks}) == remarks
    row = Row(Path("/a.otio"), "cancelled")
    show([row])
    assert capsys.readouterr().out.splitlines()[-1] == "1 input: 1 cancelled"
    show([row, row])
    assert capsys.readouterr().out.splitlines()[-1] == "2 inputs: 2 cancelled"
    for waiting in (0, 1, 2):
        Lines(brief=False).standing(row.source, Job("j", "queued", "/a.otio", waiting))
    assert capsys.readouterr().err.splitlines() == [
        "a.otio: waiting",
        "a.otio: waiting for 1 other",
        "a.otio: waiting for 2 others",
    ]


def test_dotted_beats_are_called_so() -> None:
    assert figures.tempo({"bpm": [90.0, 90.0], "beat_quarters": 1.5}) == "60 dotted quarters a minute"
    assert figures.tempo({"bpm": [90.0, 93.2], "beat_quarters": 1.0}) == "90 to 93 bpm"
