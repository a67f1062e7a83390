"""The ReaPack index against the files it names, by the rules of ReaPack's own reader (`index_v1.cpp`)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import unquote

import pytest

from bridge import __version__
from bridge.installing.reaper_package import reaper_package
from bridge.installing.source import plugin_folder
from scripts.reapack_index import index, main

BASE = "https://example.org/cuebridge/v1/plugins/reaper"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> ElementTree.Element:
    path = tmp_path_factory.mktemp("index") / "index.xml"
    assert main(["--base", BASE + "/", "-o", str(path)]) == 0
    return ElementTree.parse(path).getroot()


def test_every_source_is_a_file_of_the_plugin_with_its_hash(written: ElementTree.Element) -> None:
    folder = plugin_folder("reaper")
    sources = list(written.iter("source"))
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*.lua") if "tests" not in p.parts}
    main_name = written.find("category/reapack").attrib["name"]  # type: ignore[union-attr]
    assert {source.get("file", main_name) for source in sources} == there
    assert len(sources) == len(there)
    for source in sources:
        address = source.text or ""
        assert address.startswith(f"{BASE}/") and " " not in address
        path = unquote(address.removeprefix(f"{BASE}/"))
        assert path == source.get("file", main_name)
        digest = source.attrib["hash"]
        # ReaPack's `Hash::getAlgorithm`: algorithm, length in bytes, then so many bytes in hexadecimal.
        assert int(digest[:2], 16) == 0x12 and len(digest) == 2 * int(digest[2:4], 16) + 4
        assert digest[4:] == hashlib.sha256((folder / path).read_bytes()).hexdigest()


def test_actions_are_marked_and_modules_are_not(written: ElementTree.Element) -> None:
    marked = {s.get("file", "") for s in written.iter("source") if s.get("main") == "main"}
    package = reaper_package()
    assert marked == {path if path != package.main else "" for path in package.actions}


def test_what_reapack_must_know_stands_there(written: ElementTree.Element) -> None:
    assert written.attrib == {"version": "1", "name": "Cuebridge"}
    (entry,) = written.iterfind("category/reapack")
    assert entry.attrib["type"] == "script"
    assert entry.attrib["desc"]
    (release,) = entry.iterfind("version")
    assert release.attrib == {"name": __version__, "author": "Cuebridge"}
    assert (entry.findtext("metadata/description") or "").startswith("{\\rtf1")


def test_the_heads_of_the_files_bear_this_version() -> None:
    for path in plugin_folder("reaper").glob("*.lua"):
        assert f"-- @version {__version__}\n" in path.read_text(encoding="utf-8")


def test_the_same_files_give_the_same_index() -> None:
    assert index(reaper_package(), BASE) == index(reaper_package(), BASE)


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no address"):
        index(reaper_package(), "plugins/reaper")
    words = [sys.executable, "-m", "scripts.reapack_index", "--base", "x", "-o", str(tmp_path / "i.xml")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 2 and "no address" in done.stderr
    assert not (tmp_path / "i.xml").exists()
