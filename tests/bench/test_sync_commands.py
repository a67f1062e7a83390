"""The benchmark's command line on a few lists, and another system's answers."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from bench.sync import __main__ as command
from bench.sync import growth, notes, outside
from bench.sync.__main__ import chosen, main, parsed
from bench.sync.lists import real, simulated

FEW = ["--seeds", "1", "--rate", "24", "--range", "middle", "--no-real"]


def cells(text: str, name: str) -> list[list[str]]:
    return [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines() if f"| {name}" in line]


def test_the_options_choose_the_lists() -> None:
    assert len(chosen(parsed(["--quick"]))) == 6
    assert len(chosen(parsed(["--seeds", "3"]))) == 45
    assert len(chosen(parsed(["--rate", "23.976"]))) == 60
    assert len(chosen(parsed([]))) == 300


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two simulated lists and three real ones."""
    drawn = [cuts for cuts in simulated() if cuts.seed == 0 and cuts.rate == 24 and cuts.mean_s != 6]
    monkeypatch.setattr(command, "simulated", lambda: drawn)
    monkeypatch.setattr(command, "real", lambda: [cuts for cuts in real() if len(cuts.edits) < 10][:3])


@pytest.mark.usefixtures("few")
def test_our_own_beats_score_as_we_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*FEW, "--by-list", str(tmp_path / "lists.csv")]) == 0
    direct = capsys.readouterr().out
    assert main([*FEW, "--export", str(tmp_path / "ours")]) == 0
    assert main([*FEW, "--score", str(tmp_path / "ours")]) == 0
    told = capsys.readouterr().out
    synced = [row for row in cells(direct, "100–116 bpm") if len(row) == 8]
    assert synced
    assert synced == [row for row in cells(told, "100–116 bpm") if len(row) == 8]
    (tempo,) = [row for row in cells(direct, "100–116 bpm, 2 s") if len(row) == 9 and "(" in row[1]]
    assert tempo in cells(told, "100–116 bpm, 2 s")
    with (tmp_path / "lists.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2 * 3 * 6
    ours = [line for line in lines if line["column"] == "Cuebridge" and line["window"] == "−1/+2"]
    met = sum(int(line["kept_on_beat"]) for line in ours) / sum(int(line["kept"]) for line in ours)
    assert f"{100 * met:.1f} ±" in direct


@pytest.mark.usefixtures("few")
def test_every_section_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--exact"]) == 0
    out = capsys.readouterr().out
    heads = [line for line in out.splitlines() if line.startswith("### ")]
    assert len(heads) == 14
    assert "60–160 bpm, exact, pooled" in out
    assert "ElFuente" in out
    assert "±0.0 · 1.00" in out or "100.0 · 1.00" in out


@pytest.mark.usefixtures("few")
def test_the_whole_report_goes_into_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "report", lambda: ["how it grows"])
    monkeypatch.setattr(notes, "report", lambda lists, settings: [f"{len(lists)} cues"])
    assert main(["--range", "middle", "--no-real", "--results", str(tmp_path / "R.md")]) == 0
    text = (tmp_path / "R.md").read_text(encoding="utf-8")
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert [head.split(",")[0].split(":")[0] for head in heads] == [
        "## Bars",
        "## Default settings",
        "## Exact mode",
        "## Notes where hits are met",
        "## Growth and drift",
    ]
    assert "on beats in −1/+2, 100–116 bpm" in text
    assert "on beats in ±½, 60–160 bpm, exact" in text
    assert "2 cues" in text
    assert text.endswith("how it grows\n")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "answers no list"),
        ({"Chimera.json": '{"beats_s": [1, 1]}'}, "numbers that rise"),
        ({"Chimera.json": '{"beats_s": []}'}, "no beat"),
        ({"Chimera.json": "[]"}, "cannot be read as beats"),
        ({"Chimera.mid": "no midi"}, "cannot be read as beats"),
        ({"Chimera.json": '{"beats_s": [1]}', "Chimera.mid": ""}, "both answer Chimera"),
    ],
)
def test_answers_that_cannot_be_scored(
    files: dict[str, str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert main(["--seeds", "1", "--rate", "24", "--score", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(outside.FolderError, match="is not a folder"):
        outside.answers(tmp_path / "gone", real())


def test_a_slope_is_the_exponent() -> None:
    assert growth.slope([10, 100, 1000], [0.5, 0.5 * 10**1.3, 0.5 * 10**2.6]) == pytest.approx(1.3)


@pytest.mark.parametrize("rate", growth.FILM_RATES)
def test_a_clock_without_a_window_is_within_half_a_millisecond(rate: Fraction) -> None:
    found = growth.drift(growth.long_list(40, 6.0, rate, 1))
    assert found.musts >= 3
    assert abs(found.last_ms) <= found.worst_ms < 0.5


def test_a_film_is_two_hours_of_1500_cuts() -> None:
    cuts = growth.film(growth.FILM_RATES[0])
    assert len(cuts.edits) == 1500
    assert cuts.length_s == pytest.approx(7200, rel=0.03)
