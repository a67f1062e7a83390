"""The REAPER actions as a package: which files belong to it, and which of them are actions."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import CuebridgeError
from bridge.installing.source import plugin_folder

_PROVIDES = re.compile(r"^--\s+\[(main|nomain)\]\s+(.+?)\s*$")
_TAG = re.compile(r"^-- @(\w+)\s*(.*?)\s*$")


@dataclass(frozen=True)
class File:
    """One file: its path below the package's folder, with `/`, its bytes, and whether it is an action."""

    path: str
    data: bytes
    action: bool


@dataclass(frozen=True)
class Package:
    """All of it. `main` is the file whose head describes it, as ReaPack reads it."""

    main: str
    description: str
    author: str
    about: str
    files: tuple[File, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """The paths of the actions."""
        return tuple(file.path for file in self.files if file.action)


def reaper_package(folder: Path | None = None) -> Package:
    """Read the package from its files' heads (`@provides`, as ReaPack has it).

    Raises:
        CuebridgeError: the plugin is missing or its heads do not tell.
    """
    folder = plugin_folder("reaper") if folder is None else folder
    there = sorted(
        path.relative_to(folder).as_posix()
        for path in (*folder.glob("*.lua"), *folder.glob("cuebridge/*.lua"))
    )
    mains = [path for path in there if "/" not in path and "@noindex" not in _head(folder / path)]
    if len(mains) != 1:
        raise CuebridgeError("the REAPER plugin has no one file that describes it", where=str(folder))
    head = _head(folder / mains[0])
    provided = filter(None, map(_PROVIDES.match, head.splitlines()))
    patterns = [("main", mains[0]), *((match[1], match[2]) for match in provided)]
    files = []
    for path in there:
        kinds = [kind for kind, pattern in patterns if fnmatch.fnmatchcase(path, pattern)]
        if kinds:
            files.append(File(path, (folder / path).read_bytes(), kinds[0] == "main"))
    tags = {m[1]: m[2] for line in head.splitlines() if (m := _TAG.match(line))}
    about = head.partition("-- @about\n")[2].partition("\n-- @")[0]
    return Package(
        main=mains[0],
        description=tags["description"],
        author=tags["author"],
        about=" ".join(line.removeprefix("--").strip() for line in about.splitlines()),
        files=tuple(files),
    )


def _head(path: Path) -> str:
    """The comment that a file starts with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
    return "\n".join(lines[:end])
