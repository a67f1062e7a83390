"""The published surface, by version: `surface.tsv`, which `make_surface.py` makes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("surface.tsv")
VERSIONS = (
    "18.1.3", "18.5.0", "18.6.0", "18.6.6", "19.0", "19.1", "20.0", "20.1", "20.2", "20.2.2", "21.0.0",
)  # fmt: skip
# The plugin's own oldest; the one before stands for what is refused or goes with less.
SUPPORTED = VERSIONS[1:]
CONSTANTS = "Resolve.constants"


@dataclass(frozen=True)
class Method:
    """How many positional arguments a method takes."""

    least: int
    most: int


@cache
def surface(version: str) -> dict[str, dict[str, Method]]:
    """Methods by class that a version documents; constants are the class `Resolve.constants`."""
    at = VERSIONS.index(version)
    found: dict[str, dict[str, Method]] = {}
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        kind, name, since, gone, least, most = row.split("\t")
        if VERSIONS.index(since) <= at and (gone == "-" or at < VERSIONS.index(gone)):
            found.setdefault(kind, {})[name] = Method(int(least), int(most))
    return found
