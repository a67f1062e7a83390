from __future__ import annotations

from pathlib import Path

import pytest

from bridge.client import Shelf
from bridge.errors import Cancelled, OutputError
from bridge.wire.convert import FORMATS

FILES = {"mid": b"m", "cues.json": b"{}"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_made_and_files_are_put_in(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "a" / "b", "cut", FORMATS)
    shelf.prepare()
    assert names(shelf.folder) == []
    assert shelf.write(1, FILES) == {
        "mid": shelf.folder / "cut.mid",
        "cues.json": shelf.folder / "cut.cues.json",
    }
    assert shelf.write(2, FILES)["mid"].name == "cut.v002.mid"
    assert names(shelf.folder) == ["cut.cues.json", "cut.mid", "cut.v002.cues.json", "cut.v002.mid"]
    assert (shelf.folder / "cut.mid").read_bytes() == b"m"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(OutputError) as raised:
            Shelf(folder, "cut", FORMATS).prepare()
        assert raised.value.exit_code == 2
    assert names(tmp_path) == ["file"]


def test_a_folder_made_for_nothing_goes_again(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    shelf = Shelf(tmp_path / "a" / "b" / "c", "cut", FORMATS)
    shelf.prepare()
    shelf.abandon()
    assert names(tmp_path / "a") == []
    shelf.prepare()
    shelf.write(1, FILES)
    shelf.abandon()
    assert len(names(shelf.folder)) == 2


@pytest.mark.parametrize(
    ("there", "free"),
    [
        ([], 1),
        (["cut.mid"], 2),
        (["cut.otio"], 2),
        (["cut.v002.png"], 3),
        (["cut.mid", "cut.v017.cues.csv"], 18),
        (["cut.v1000.mid"], 1001),
        (["cut.txt", "cut.v009.txt", "cutter.mid", "cut", "uncut.mid", "cut.v2.mid"], 1),
        (["cut.v002.v003.mid"], 1),
    ],
)
def test_the_next_number_is_past_everything_there(tmp_path: Path, there: list[str], free: int) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert Shelf(tmp_path, "cut", FORMATS).first_free() == free


def test_a_name_may_look_like_a_pattern(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, "a[1]*.b", FORMATS)
    shelf.write(1, FILES)
    assert shelf.first_free() == 2
    assert Shelf(tmp_path, "a1x.b", FORMATS).first_free() == 1


def test_nothing_is_overwritten_and_nothing_half_left(tmp_path: Path) -> None:
    (tmp_path / "cut.cues.json").write_text("mine")
    with pytest.raises(OutputError, match="just appeared"):
        Shelf(tmp_path, "cut", FORMATS).write(1, FILES)
    assert names(tmp_path) == ["cut.cues.json"]
    assert (tmp_path / "cut.cues.json").read_text() == "mine"


def test_stopping_at_the_last_moment_leaves_nothing(tmp_path: Path) -> None:
    def stop() -> None:
        assert len(names(tmp_path)) == 2  # all is on disk, beside its place
        raise Cancelled

    with pytest.raises(Cancelled):
        Shelf(tmp_path, "cut", FORMATS).write(1, FILES, last_check=stop)
    assert names(tmp_path) == []


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("bridge.client.shelf.os.link", refused)
    shelf = Shelf(tmp_path, "cut", FORMATS)
    shelf.write(1, FILES)
    with pytest.raises(OutputError):
        shelf.write(1, FILES)
    assert names(tmp_path) == ["cut.cues.json", "cut.mid"]


def test_a_folder_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "out", "cut", FORMATS)
    shelf.prepare()
    shelf.folder.rmdir()
    assert shelf.write(1, FILES)["mid"].exists()
