"""What the tests of the fake begin with: one that somebody has worked in, and a sound placed on it."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

from tests.fake_resolve import FakeResolve, Quirks
from tests.fake_resolve.scenes import worked_in


def made(version: str = "21.0.0", edition: str = "Studio", **quirks: Any) -> FakeResolve:
    """A fake with quirks."""
    return FakeResolve(version, edition, worked_in(), Quirks(**quirks))


def project_of(host: FakeResolve) -> Any:
    """The project that is open."""
    return host.resolve.GetProjectManager().GetCurrentProject()


def sound(folder: Path, seconds: float = 2.0) -> str:
    """Write a sound; its path."""
    path = folder / "mix.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(1000)
        file.writeframes(bytes(int(1000 * seconds)))
    return str(path)


def placed(host: FakeResolve, folder: Path, **changes: Any) -> Any:
    """Import a sound, add a track for it, append it there; what AppendToTimeline gave."""
    pool, edit = project_of(host).GetMediaPool(), project_of(host).GetCurrentTimeline()
    (clip,) = pool.ImportMedia([sound(folder)])
    edit.AddTrack("audio", "stereo")
    info = {
        "mediaPoolItem": clip, "startFrame": 0, "endFrame": 48, "mediaType": 2,
        "trackIndex": edit.GetTrackCount("audio"), "recordFrame": 86410,
    }  # fmt: skip
    return pool.AppendToTimeline([{**info, **changes}])


def last_items(host: FakeResolve) -> list[Any]:
    """What lies on the last audio track."""
    edit = project_of(host).GetCurrentTimeline()
    return list(edit.GetItemListInTrack("audio", edit.GetTrackCount("audio")))
