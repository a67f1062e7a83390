"""Running a program nobody here wrote, with a home of its own."""

from __future__ import annotations

import os
import shutil
import subprocess

_TIMEOUT_S = 850  # a busy machine takes ten times as long


class OutsideError(RuntimeError):
    """A reader from outside failed to read; its own words are in the message."""


def program(names: tuple[str, ...]) -> str | None:
    """Path of the first of these programs that is installed."""
    return next((found for found in map(shutil.which, names) if found), None)


def run(names: tuple[str, ...], arguments: list[str], home: str) -> str:
    """Run a program with a home of its own; what it printed."""
    found = program(names)
    if found is None:
        raise OutsideError(f"{names[0]} is not installed")
    environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [found, *arguments], env=environment, cwd=home, timeout=_TIMEOUT_S, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise OutsideError(f"{found} ended with {done.returncode}: {said[-500:]}")
    return said
