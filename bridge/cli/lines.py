"""`--reaper-lines FILE`: a take as the rows that the REAPER actions read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from bridge.cli.scoring import absolute
from bridge.client import Client, Take
from bridge.errors import NotFoundError, OutputError
from bridge.writing.reaper_lines import TakeName, reaper_lines


def write_lines(client: Client, take: Take, path: Path) -> Path:
    """Write a take's rows, whole or not at all; where they lie.

    Raises:
        NotFoundError: the take has no MIDI file or no cue sheet.
        OutputError: the file cannot be written.
    """
    missing = [suffix for suffix in ("mid", "cues.json") if suffix not in take.suffixes]
    if missing:
        raise NotFoundError(f"take {take.take_id} has no .{missing[0]}", remedy="Score the timeline again")
    roles = take.summary.get("roles")
    seed = take.summary.get("seed") if take.summary.get("plain") else None
    named = TakeName(
        take.take_id, take.number, take.name, take.source, take.timeline_name,
        seed if isinstance(seed, int) else None,
        roles if isinstance(roles, dict) else {},
    )  # fmt: skip
    midi, cues = client.export(take.take_id, "mid"), client.export(take.take_id, "cues.json")
    place = absolute(path)
    beside = place.with_name(f".{place.name[:80]}.{secrets.token_hex(4)}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(reaper_lines(named, midi, cues))
        os.replace(beside, place)  # noqa: PTH105 (`Path.replace` would say the same)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise OutputError(
            f"it cannot be written ({error.strerror or error})", where=str(place), remedy="Choose another"
        ) from None
    return place
