"""What a run of the line gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What one scoring gives.

    `files` maps a suffix ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md") to the file's
    bytes. `summary` holds plain JSON values for tables and events; `timing.compare` and `writing.summarise`
    document them.
    """

    timeline_name: str
    fingerprint: str
    files: dict[str, bytes]
    summary: dict[str, object]
