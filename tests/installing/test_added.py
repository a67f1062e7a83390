"""`cuebridge models add`, against a server of our own."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge import config
from bridge.errors import Cancelled, InputError, OutputError
from bridge.installing import added
from bridge.installing.added import Source, add_soundfont, add_synthesizer
from bridge.progress import Progress

FONT = b"RIFF\x00\x00\x00\x00sfbk" + bytes(range(256)) * 4000
LICENCE = b"MIT, and so on"


@dataclass
class Site:
    """What the server answers by path, and how; `cut` sends half of what it announced."""

    pages: dict[str, bytes] = field(default_factory=dict)
    cut: bool = False
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def source(self, path: str, sha256: str = "") -> Source:
        digest = sha256 or hashlib.sha256(self.pages.get(path, b"")).hexdigest()
        return Source(f"{self.address}{path}", digest, f"{self.address}/LICENSE", "Somebody, MIT")


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site({"/font.sf3": FONT, "/LICENSE": LICENCE})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            page = site.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page[: len(page) // 2] if site.cut else page)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_soundfont_is_fetched_checked_and_kept_with_its_licence(site: Site) -> None:
    told: list[tuple[int, int]] = []
    progress = Progress(lambda step: told.append((step.done, step.total)))
    made = add_soundfont("", progress, site.source("/font.sf3"))
    assert made.path.read_bytes() == FONT
    assert made.sha256 == hashlib.sha256(FONT).hexdigest()
    assert there(config.soundfonts_dir()) == ["font.LICENSE.md", "font.sf3"]
    assert (config.soundfonts_dir() / "font.LICENSE.md").read_bytes() == LICENCE
    assert "Somebody, MIT" in made.licence
    assert told[-2][0] == len(FONT)


def test_another_hash_is_refused_and_what_was_there_stays(site: Site) -> None:
    add_soundfont("", Progress(), site.source("/font.sf3"))
    site.pages["/font.sf3"] = FONT + b"more"
    with pytest.raises(InputError, match="it has been changed, and is not used"):
        add_soundfont("", Progress(), site.source("/font.sf3", "0" * 64))
    assert (config.soundfonts_dir() / "font.sf3").read_bytes() == FONT
    assert there(config.soundfonts_dir()) == ["font.LICENSE.md", "font.sf3"]


def test_a_connection_that_breaks_off_leaves_nothing(site: Site) -> None:
    site.cut = True
    with pytest.raises(InputError, match=r"only \d+ of \d+ bytes came|cannot be fetched"):
        add_soundfont("", Progress(), site.source("/font.sf3"))
    assert there(config.soundfonts_dir()) == []


@pytest.mark.parametrize("missing", ["/font.sf3", "/LICENSE"])
def test_without_font_or_licence_nothing_is_put_in_place(site: Site, missing: str) -> None:
    source = site.source("/font.sf3")
    del site.pages[missing]
    with pytest.raises(InputError, match=r"cannot be fetched.*--from FILE"):
        add_soundfont("", Progress(), source)
    assert there(config.soundfonts_dir()) == []


def test_nobody_who_answers_is_said() -> None:
    source = Source("http://127.0.0.1:9/font.sf3", "", "http://127.0.0.1:9/LICENSE", "")
    with pytest.raises(InputError, match="cannot be fetched"):
        add_soundfont("", Progress(), source)


def test_what_is_no_soundfont_is_refused(site: Site, tmp_path: Path) -> None:
    site.pages["/font.sf3"] = b"<html>a page of excuses</html>"
    for origin in ("", f"{site.address}/font.sf3"):
        with pytest.raises(InputError, match="not a soundfont"):
            add_soundfont(origin, Progress(), site.source("/font.sf3"))
    assert there(config.soundfonts_dir()) == []


def test_a_file_of_the_users_own_is_copied(tmp_path: Path, site: Site) -> None:
    mine = tmp_path / "meine klänge.sf2"
    mine.write_bytes(FONT)
    made = add_soundfont(str(mine), Progress(), Source("", "", "", "Known"))
    assert (made.path.name, made.path.read_bytes()) == ("meine klänge.sf2", FONT)
    assert "for you to know" in made.licence
    assert site.asked == []
    known = add_soundfont(str(mine), Progress(), Source("", made.sha256, "", "Known"))
    assert known.licence == "Known"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        add_soundfont(str(tmp_path / "none.sf2"), Progress())


def test_a_stop_leaves_nothing(site: Site) -> None:
    progress = Progress(lambda step: progress.cancel() if step.done > len(FONT) // 2 else None)
    with pytest.raises(Cancelled):
        add_soundfont("", progress, site.source("/font.sf3"))
    assert there(config.soundfonts_dir()) == []


def test_a_folder_that_cannot_be_made_is_said(home: Path) -> None:
    home.write_bytes(b"a file, no folder")
    with pytest.raises(OutputError, match="CUEBRIDGE_HOME"):
        add_soundfont("", Progress(), Source("http://127.0.0.1:9/a.sf3", "", "", ""))


def packed(path: Path, names: list[str]) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path.read_bytes()


def test_the_synthesizers_libraries_are_unpacked_side_by_side(site: Site, tmp_path: Path) -> None:
    names = ["f/bin/SDL3.dll", "f/bin/libfluidsynth-3.dll", "f/bin/fluidsynth.exe", "../../evil.dll"]
    site.pages["/f.zip"] = packed(tmp_path / "f.zip", names)
    made = add_synthesizer("", Progress(), site.source("/f.zip"))
    folder = config.synthesizer_dir()
    assert there(folder) == ["FluidSynth.LICENSE.txt", "SDL3.dll", "evil.dll", "libfluidsynth-3.dll"]
    assert made.path == folder / "libfluidsynth-3.dll"
    assert not (tmp_path / "evil.dll").exists()


@pytest.mark.parametrize("names", [["f/bin/SDL3.dll"], ["readme.txt"], None], ids=["other", "none", "no zip"])
def test_an_archive_without_the_library_is_refused(
    site: Site, tmp_path: Path, names: list[str] | None
) -> None:
    site.pages["/f.zip"] = packed(tmp_path / "f.zip", names) if names else b"PK, but not really"
    with pytest.raises(InputError, match=r"not in it|not a zip"):
        add_synthesizer("", Progress(), site.source("/f.zip"))
    assert there(config.synthesizer_dir()) == []


def test_what_is_published_is_named_by_a_whole_hash_over_https() -> None:
    for source in (added.SOUNDFONT, added.SYNTHESIZER):
        assert source.url.startswith("https://")
        assert source.licence_url.startswith("https://")
        assert len(bytes.fromhex(source.sha256)) == 32
