"""What `cuebridge models add` puts in place: a soundfont, and on Windows the synthesizer's library.

Neither travels with Cuebridge. Both are fetched from where their makers publish them, at the user's wish,
and are used only if their SHA-256 is the one written here.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote, urlsplit

from bridge import __version__, config
from bridge.errors import InputError, OutputError
from bridge.progress import Progress

_BLOCK_BYTES = 1 << 18
_TIMEOUT_S = 30
_LARGEST_BYTES = 4 << 30
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Source:
    """Where a thing is published, what its bytes must be, and whose it is."""

    url: str
    sha256: str
    licence_url: str
    licence: str


SOUNDFONT = Source(
    url="https://ftp.osuosl.org/pub/musescore/soundfont/MuseScore_General/MuseScore_General.sf3",
    sha256="5b85b6c2c61d10b2b91cddd41efcce7b25cd31c8271d511c73afafbef20b6fa3",
    licence_url="https://ftp.osuosl.org/pub/musescore/soundfont/MuseScore_General/MuseScore_General_License.md",
    licence="MuseScore General by S. Christian Collins and others, MIT",
)
SYNTHESIZER = Source(
    url="https://github.com/FluidSynth/fluidsynth/releases/download/v2.6.1/"
    "fluidsynth-v2.6.1-win10-x64-cpp11.zip",
    sha256="fab7a2e4b85675b66970f97a39bbc239729c5e0f237198b5922a6a73cbc8677c",
    licence_url="https://raw.githubusercontent.com/FluidSynth/fluidsynth/v2.6.1/LICENSE",
    licence="FluidSynth 2.6.1 by Peter Hanappe and others, LGPL-2.1-or-later",
)


@dataclass(frozen=True)
class Added:
    """What is in place now; `licence` says whose it is and where its text lies."""

    path: Path
    sha256: str
    licence: str


def add_soundfont(origin: str, progress: Progress, source: Source = SOUNDFONT) -> Added:
    """Put a soundfont where `--audio` finds it.

    Args:
        origin: a file or an address of the user's; empty: `source`, whose hash is checked.
        progress: told bytes.
        source: where it is published.

    Raises:
        InputError: it cannot be had, has another hash, or is no soundfont.
        OutputError: it cannot be written.
        Cancelled: somebody asked to stop.
    """
    folder = config.soundfonts_dir()
    with beside(folder) as fresh:
        sha256 = take(origin or source.url, fresh, "" if origin else source.sha256, progress)
        with fresh.open("rb") as file:
            head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"sfbk":
            raise InputError("this is not a soundfont", where=origin or source.url)
        path = folder / _name(origin or source.url, ".sf2")
        if origin:
            licence = source.licence if sha256 == source.sha256 else "Its licence is for you to know"
        else:
            licence = _licence(source, path.with_suffix(".LICENSE.md"), progress)
        put(fresh, path)
    return Added(path, sha256, licence)


def add_synthesizer(origin: str, progress: Progress, source: Source = SYNTHESIZER) -> Added:
    """Put FluidSynth's libraries for Windows where `--audio` finds them; arguments as in `add_soundfont`.

    Raises:
        InputError: it cannot be had, has another hash or no library in it.
        OutputError: it cannot be written.
        Cancelled: somebody asked to stop.
    """
    folder = config.synthesizer_dir()
    with beside(folder) as fresh:
        sha256 = take(origin or source.url, fresh, "" if origin else source.sha256, progress)
        libraries = _unpacked(fresh, folder, origin or source.url)
        licence = _licence(source, folder / "FluidSynth.LICENSE.txt", progress)
    return Added(libraries[0], sha256, licence)


def _unpacked(archive: Path, folder: Path, where: str) -> list[Path]:
    """Every library of an archive, beside each other, FluidSynth's own first."""
    try:
        with zipfile.ZipFile(archive) as packed:
            named = {
                PurePosixPath(name).name: name for name in packed.namelist() if name.lower().endswith(".dll")
            }
            names = sorted(named, key=lambda name: ("fluidsynth" not in name.lower(), name))
            if not names or "fluidsynth" not in names[0].lower():
                raise InputError("FluidSynth's library is not in it", where=where)
            for name in names:
                part = folder / f".{name}.part"
                part.write_bytes(packed.read(named[name]))
                put(part, folder / name)
    except zipfile.BadZipFile:
        raise InputError("this is not a zip archive", where=where) from None
    except OSError as error:
        raise unwritable(folder, error) from None
    return [folder / name for name in names]


def _licence(source: Source, path: Path, progress: Progress) -> str:
    """Keep the licence's text beside the thing; without it nothing is put in place."""
    part = path.with_name(f".{path.name}.part")
    try:
        take(source.licence_url, part, "", progress)
        put(part, path)
    finally:
        part.unlink(missing_ok=True)
    return f"{source.licence} ({path})"


def take(origin: str, path: Path, sha256: str, progress: Progress) -> str:
    """Copy a file or an address into a new file; its SHA-256."""
    digest, done = hashlib.sha256(), 0
    try:
        with _opened(origin) as (stream, total), path.open("xb") as file:
            while block := stream.read(_BLOCK_BYTES):
                done += len(block)
                progress.report("fetching", done, max(total, done), origin)
                if done > _LARGEST_BYTES:
                    raise InputError("it is larger than 4 GiB", where=origin)
                digest.update(block)
                file.write(block)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(
            f"it cannot be fetched ({reason})",
            where=origin,
            remedy="Try again later, or fetch it in a browser and add --from FILE",
        ) from None
    except OSError as error:
        raise unwritable(path.parent, error) from None
    if total and done != total:
        raise InputError(f"only {done} of {total} bytes came", where=origin, remedy="Try again")
    if sha256 and digest.hexdigest() != sha256:
        raise InputError(
            f"its SHA-256 is {digest.hexdigest()}, not {sha256}: it has been changed, and is not used",
            where=origin,
            remedy="Try again later, or take one you trust with --from FILE",
        )
    return digest.hexdigest()


@contextlib.contextmanager
def _opened(origin: str) -> Iterator[tuple[IO[bytes], int]]:
    """(stream, length in bytes or 0) of a file or an address."""
    if urlsplit(origin).scheme.lower() in _SCHEMES:
        head = {"User-Agent": f"cuebridge/{__version__}"}
        asked = urllib.request.Request(origin, headers=head)  # noqa: S310 (http and https alone)
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as stream:  # noqa: S310
            length = stream.headers.get("Content-Length", "")
            yield stream, int(length) if length.isdigit() else 0
        return
    path = Path(origin).expanduser()
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror or error})", where=origin, remedy="Check the path"
        ) from None
    with stream:
        yield stream, os.fstat(stream.fileno()).st_size


def _name(origin: str, suffix: str) -> str:
    """The file name at an origin's end, with a soundfont's suffix."""
    path = urlsplit(origin).path if urlsplit(origin).scheme.lower() in _SCHEMES else origin
    name = Path(unquote(path)).name or "soundfont"
    return name if name.lower().endswith((".sf2", ".sf3")) else name + suffix


@contextlib.contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """A name in a folder for what is not whole yet; nothing is left of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    path = folder / f".{secrets.token_hex(4)}.part"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def put(path: Path, place: Path) -> None:
    """Move a file to its place.

    Raises:
        OutputError: it cannot be written there.
    """
    try:
        path.replace(place)
    except OSError as error:
        raise unwritable(place.parent, error) from None


def unwritable(folder: Path, error: OSError) -> OutputError:
    """What to say of a folder that cannot be written."""
    return OutputError(
        f"the folder cannot be written ({error.strerror or error})",
        where=str(folder),
        remedy="Make room or permission there, or set CUEBRIDGE_HOME to another",
    )
