"""The manifest of the second generation: what was read, and which side of the split it stands on."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from models.corpus.scores import set_apart, work_of
from models.corpus.songs import split_of

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "models" / "manifest-v2.tsv"
DATA = ROOT.parent / "shared" / "data"


def rows() -> list[dict[str, str]]:
    with MANIFEST.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_source_has_its_three_sides() -> None:
    sides: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows():
        sides[row["source"]][row["split"]] += 1
    assert set(sides) == {"pop", "song", "quartet", "orchestra", "game", "drums"}
    for source, found in sides.items():
        assert found["train"] > 3 * found["validation"] > 0, source
        assert found["test"] > 0, source
    assert sides["pop"]["test"] == 91


def test_each_piece_stands_there_once_with_its_hash() -> None:
    found = rows()
    assert len({(row["source"], row["piece"]) for row in found}) == len(found)
    assert all(len(row["sha256"]) == 64 and int(row["bars"]) > 0 for row in found)


def test_songs_are_on_the_side_their_number_says() -> None:
    pop = [row for row in rows() if row["source"] == "pop"]
    assert all(row["split"] == split_of(int(row["piece"])) for row in pop)


def test_a_work_is_set_apart_whole() -> None:
    works = [f"work {number // 4}" for number in range(100)]
    apart = set_apart(works)
    assert 0 < sum(work in apart for work in works) <= 10
    assert set_apart(works) == apart


@pytest.mark.parametrize(
    "folder, source", [("orchestra", "orchestra"), ("quartets", "quartet"), ("lieder", "song")]
)
def test_no_work_is_on_two_sides(folder: str, source: str) -> None:
    archive = DATA / f"{folder}.tar.gz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here")
    import io
    import tarfile

    with tarfile.open(archive) as tar:
        handle = tar.extractfile(f"{folder}/manifest.tsv")
        assert handle is not None
        works = {
            row["id"]: work_of(row)
            for row in csv.DictReader(io.StringIO(handle.read().decode()), delimiter="\t")
        }
    sides: dict[str, set[str]] = defaultdict(set)
    for row in rows():
        if row["source"] == source:
            sides[works[row["piece"]]].add(row["split"])
    assert all(len(found) == 1 for found in sides.values())
