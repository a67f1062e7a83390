"""OTIO's zip bundle."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from bridge import config
from bridge.config import Settings
from bridge.errors import Cancelled, TimelineError
from bridge.progress import Progress
from bridge.reading import read_timeline
from tests.reading import otio_json as o


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))


def bundle(path: Path, media: dict[str, bytes], content: str | None = None) -> Path:
    track = o.track(o.clip("a", 50, reference=o.external("media/a ü.mov")), o.clip("b", 25))
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("content.otio", json.dumps(o.timeline(track)) if content is None else content)
        packed.writestr("version.txt", "1.0.0")
        for name, data in media.items():
            packed.writestr(name, data)
    return path


def read(path: Path, progress: Progress | None = None):  # type: ignore[no-untyped-def]
    return read_timeline(path, Settings(), progress or Progress())


def test_its_media_are_found_and_unpacked_once(tmp_path: Path) -> None:
    path = bundle(tmp_path / "edit.otioz", {"media/a ü.mov": b"picture"})
    first = read(path)
    span = first.shots[0].media
    assert span is not None
    assert span.path.read_bytes() == b"picture"
    assert span.path.is_relative_to(config.unpacked_dir())
    stamp = span.path.stat().st_mtime_ns
    again = read(path).shots[0].media
    assert again is not None
    assert (again.path, again.path.stat().st_mtime_ns) == (span.path, stamp)


def test_no_path_leads_out_of_its_folder(tmp_path: Path) -> None:
    names = ["media/../../evil.mov", "../evil.mov", "/evil.mov", "media/deep/evil.mov", "evil.mov"]
    path = bundle(tmp_path / "edit.otioz", dict.fromkeys(names, b"x"))
    assert read(path).shots[0].media is None
    assert not list(tmp_path.rglob("evil*"))


def test_what_nobody_used_for_a_day_is_thrown_away(tmp_path: Path) -> None:
    read(bundle(tmp_path / "old.otioz", {"media/a ü.mov": b"old"}))
    (old,) = config.unpacked_dir().iterdir()
    before_s = time.time() - 2 * 24 * 3600
    os.utime(old / ".done", (before_s, before_s))
    read(bundle(tmp_path / "new.otioz", {"media/a ü.mov": b"new"}))
    (left,) = config.unpacked_dir().iterdir()
    assert left != old


def test_too_little_room_leaves_the_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.reading.otioz._SPARE_BYTES", 1 << 60)
    timeline = read(bundle(tmp_path / "edit.otioz", {"media/a ü.mov": b"picture"}))
    assert timeline.cue_frames == 75
    assert any("do not fit" in warning for warning in timeline.warnings)


def test_a_stop_leaves_nothing_half_unpacked(tmp_path: Path) -> None:
    path = bundle(tmp_path / "edit.otioz", {"media/a ü.mov": bytes(3 << 20)})
    looks: list[int] = []

    class Stopping(Progress):
        def check(self) -> None:
            looks.append(1)
            if len(looks) == 3:
                self.cancel()
            super().check()

    with pytest.raises(Cancelled):
        read(path, Stopping())
    assert list(config.unpacked_dir().iterdir()) == []


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a zip|cannot be read"),
        (b"PK\x03\x04 nonsense", "cannot be read"),
        (None, "no content.otio"),
    ],
)
def test_what_is_no_bundle_is_said(tmp_path: Path, data: bytes | None, what: str) -> None:
    path = tmp_path / "edit.otioz"
    if data is None:
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("other.txt", "x")
    else:
        path.write_bytes(data)
    with pytest.raises(TimelineError, match=what) as caught:
        read(path)
    assert caught.value.where == "edit.otioz"


def test_a_timeline_inside_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(TimelineError) as caught:
        read(bundle(tmp_path / "edit.otioz", {}, content="{"))
    assert caught.value.where == "edit.otioz"
