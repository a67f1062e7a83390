from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.reading import read_timeline
from bridge.schema.timeline import Timeline
from tests.reading import otio_json as o

Read = Callable[..., Timeline]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes tracks, a document or text to a file and reads it."""

    def run(*tracks: o.Node, text: str | bytes = "", name: str = "edit.otio", **more: object) -> Timeline:
        path = tmp_path / name
        settings = {
            key: more.pop(key) for key in ("fps", "mark_in", "mark_out", "markers_text") if key in more
        }
        if isinstance(text, bytes):
            path.write_bytes(text)
        elif text:
            path.write_text(text, encoding="utf-8")
        elif more.get("document") is not None:
            o.write(path, more["document"])
        else:
            o.write(path, o.timeline(*tracks, **more))  # type: ignore[arg-type]
        return read_timeline(path, Settings(**settings), Progress())  # type: ignore[arg-type]

    return run


def cuts(timeline: Timeline) -> list[int]:
    return [point.frame for point in timeline.edit_points if point.kind.value == "cut"]


def spans(timeline: Timeline) -> list[tuple[int, int]]:
    return [(shot.start_frame, shot.end_frame) for shot in timeline.shots]
