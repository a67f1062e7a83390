"""`cuebridge models add speech`, against a server of our own."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bridge.errors import Cancelled, InputError
from bridge.hearing.words import installed, speech_dir
from bridge.installing.speech import add_speech
from bridge.progress import Progress
from tests.installing.test_added import Site, home, site  # noqa: F401 (fixtures)

FILES = {
    "w/base.en-encoder.onnx": b"large encoder",
    "w/base.en-encoder.int8.onnx": b"small encoder",
    "w/base.en-decoder.int8.onnx": b"small decoder",
    "w/base.en-decoder.onnx": b"large decoder",
    "w/base.en-tokens.txt": b"a 1",
    "../../outside.txt": b"never read",
}


def archive(files: dict[str, bytes] = FILES) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def published(site: Site) -> Site:  # noqa: F811
    site.pages |= {"/words.tar.bz2": archive(), "/voices.onnx": b"voices"}
    return site


def test_the_smaller_files_are_put_in_place_with_their_licences(published: Site) -> None:
    made = add_speech("", Progress(), published.source("/words.tar.bz2"), published.source("/voices.onnx"))
    assert made.path == speech_dir()
    assert {path.name: path.read_bytes() for path in speech_dir().glob("*.onnx")} == {
        "encoder.onnx": b"small encoder", "decoder.onnx": b"small decoder", "voices.onnx": b"voices"
    }  # fmt: skip
    assert (speech_dir() / "tokens.txt").read_bytes() == b"a 1"
    assert (speech_dir() / "whisper.LICENSE.txt").is_file() and (
        speech_dir() / "voices.LICENSE.txt"
    ).is_file()
    assert json.loads(installed())["words"]["sha256"] == made.sha256
    assert not list(speech_dir().parent.glob(".*"))
    assert not list(speech_dir().parent.parent.rglob("outside.txt"))


def test_a_changed_file_is_not_used_and_what_was_there_stays(published: Site) -> None:
    words, voices = published.source("/words.tar.bz2"), published.source("/voices.onnx")
    add_speech("", Progress(), words, voices)
    before = installed()
    published.pages["/voices.onnx"] = b"others"
    with pytest.raises(InputError, match="SHA-256"):
        add_speech("", Progress(), words, voices)
    assert installed() == before
    assert (speech_dir() / "voices.onnx").read_bytes() == b"voices"


def test_an_archive_of_the_users_own(published: Site, tmp_path: Path) -> None:
    path = tmp_path / "mine.tar.bz2"
    path.write_bytes(archive())
    made = add_speech(str(path), Progress(), voices=published.source("/voices.onnx"))
    assert "for you to know" in made.licence
    assert "/words.tar.bz2" not in published.asked


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "not an archive"),
        (archive({"w/encoder.onnx": b"", "w/tokens.txt": b""}), "no decoder"),
        (archive()[:200], "not an archive|no encoder"),
    ],
)
def test_what_holds_no_recogniser_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.tar.bz2"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        add_speech(str(path), Progress(), voices=None)
    assert installed() == "" and not speech_dir().exists()


def test_it_stops_when_asked(published: Site) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        add_speech("", progress, published.source("/words.tar.bz2"), None)
    assert not list(speech_dir().parent.glob("**/*.part"))
