"""From what a timeline says about its media to a file on this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

STILL_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *(
            "png",
            "jpg",
            "jpeg",
            "tif",
            "tiff",
            "bmp",
            "tga",
            "psd",
            "exr",
            "dpx",
            "cin",
            "jp2",
            "webp",
            "gif",
        ),
        *("heic", "heif", "avif", "svg", "ai", "pdf"),
    )
)
# Films, camera originals, and pictures that come only as numbered sequences.
_FILM_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("mov", "mp4", "m4v", "mxf", "avi", "mkv", "webm", "wmv", "asf", "flv", "f4v", "ogv", "divx"),
        *("mpg", "mpeg", "mpe", "mpv", "m2v", "m2t", "m2ts", "mts", "ts", "vob", "3gp", "3g2", "qt", "dv"),
        *("r3d", "braw", "ari", "arx", "crm", "rmf", "nev", "cine", "dng", "cdng", "mod", "tod", "lrv"),
        *("gxf", "lxf", "y4m", "yuv", "264", "h264", "265", "h265", "hevc", "hdr", "sgi", "j2c", "j2k"),
    )
)
# ".ai" is how web addresses end too, and those stand in titles.
_FILE_SUFFIXES = _FILM_SUFFIXES | STILL_SUFFIXES - {".ai"}
_WINDOWS = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\|//[^/])")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")
# Resolve names a numbered sequence `shot.[1001-1099].tif`.
_BRACKETS = re.compile(r"\[(\d+)-(\d+)\]")
# As many trailing folders of a moved project's path are tried below the timeline's own folder.
_TAIL_PARTS = 5


def looks_like_file(name: str) -> bool:
    """Whether a name ends as films and pictures do ("A001.mov"); "Text+", "www.site.com" and
    "Subtitle 1.srt" do not.
    """
    _, dot, suffix = name.rpartition(".")
    return f"{dot}{suffix.lower()}" in _FILE_SUFFIXES


@lru_cache(maxsize=4096)
def path_text(written: str) -> str:
    """A media path as an operating system spells it, from a bare path or a `file:` URL.

    Escapes are undone in URLs only: a bare path may hold a real percent sign. Other URLs come back empty.
    """
    if _WINDOWS.match(written) or not _URL.match(written):
        return written
    try:
        parts = urlsplit(written)
    except ValueError:
        return ""
    if parts.scheme.lower() != "file":
        return ""
    path = unquote(parts.path)
    if re.match(r"^/[A-Za-z]:", path):
        path = path[1:]
    if parts.netloc and parts.netloc.lower() != "localhost":
        path = (
            unquote(parts.netloc) + path
            if re.match(r"^[A-Za-z]:$", parts.netloc)
            else f"//{parts.netloc}{path}"
        )
    return path


def parts_of(path: str) -> tuple[str, ...]:
    """Folders and file name of a path in any system's spelling, without root or drive."""
    pure = PureWindowsPath(path) if _WINDOWS.match(path) or "\\" in path else PurePosixPath(path)
    return tuple(part for part in pure.parts if part != pure.anchor and part not in ("", ".", ".."))


@lru_cache(maxsize=4096)
def file_name(written: str) -> str:
    """The last part of a media path or URL."""
    parts = parts_of(path_text(written) or written)
    return parts[-1] if parts else ""


def sequence_pattern(path: str) -> tuple[str, int] | None:
    """`shot.[1001-1099].tif` as its printf pattern and first number; None for any other path."""
    match = _BRACKETS.search(path)
    if match is None:
        return None
    head, tail = path[: match.start()].replace("%", "%%"), path[match.end() :].replace("%", "%%")
    return f"{head}%0{len(match[1])}d{tail}", int(match[1])


@dataclass
class Locator:
    """Finds media for one timeline; remembers what it looked up, since edits use a file many times."""

    folder: Path
    _found: dict[tuple[str, int | None], Path | None] = field(default_factory=dict)

    def find(self, written: str, number: int | None = None) -> Path | None:
        """The file on this machine, or None.

        Tried in turn: the path as written; from the timeline's folder; the end of the path, longest
        first, below the timeline's folder, which ends with the bare name next to the timeline (projects
        are moved, and made on other systems).

        Args:
            written: path or URL as in the timeline; a printf pattern when `number` is given.
            number: number of a frame that must exist for the pattern to count as found.
        """
        key = (written, number)
        if key not in self._found:
            self._found[key] = self._search(path_text(written), number)
        return self._found[key]

    def _search(self, path: str, number: int | None) -> Path | None:
        if not path or "\0" in path:
            return None
        candidates = [self.folder / path]  # which is `path` itself when that is absolute here
        for spelling in dict.fromkeys((path, unquote(path))):
            parts = parts_of(spelling)
            for count in range(min(_TAIL_PARTS, len(parts)), 0, -1):
                candidates.append(self.folder.joinpath(*parts[-count:]))
        for candidate in candidates:
            try:
                sample = Path(str(candidate) % number) if number is not None else candidate
                if sample.is_file():
                    return candidate
            except (OSError, ValueError, TypeError):
                continue
        return None
