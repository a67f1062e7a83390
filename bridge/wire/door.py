"""The door: the file in which a daemon tells its own user where it listens and with which token."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from bridge import config

DOOR_NAME = "daemon.json"
# Cue sheets of long timelines travel inside one message; gRPC's own limit is 4 MiB.
MAX_MESSAGE_BYTES = 64 << 20


@dataclass(frozen=True)
class Door:
    """Where a daemon listens. `identity` is `wire.identity`'s; `leaves_when_idle`: a command started it."""

    pid: int
    address: str
    token: str
    identity: str
    leaves_when_idle: bool


def door_path() -> Path:
    """Where this user's door file lies."""
    return config.state_dir() / DOOR_NAME


def read_door() -> Door | None:
    """The door of this user's daemon, which may be gone; None when there is none or it cannot be read."""
    try:
        return Door(**json.loads(door_path().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_door(door: Door) -> None:
    """Write the door file, readable by its owner only, complete or not at all.

    Raises:
        OSError: the state folder cannot be written.
    """
    write_private(door_path(), json.dumps(asdict(door)))


def remove_door(door: Door) -> None:
    """Remove the door file if it still is this daemon's."""
    if read_door() == door:
        door_path().unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a small secret beside its place, mode 0600, then rename it into place.

    Raises:
        OSError: the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # On Windows the mode means nothing; there the profile folder is what keeps others out.
        with os.fdopen(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
