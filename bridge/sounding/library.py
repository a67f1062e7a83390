"""Where FluidSynth's shared library is.

It is loaded as it is found (LGPL-2.1, linked dynamically) and comes to a machine without a compiler: on
Linux from the distribution, on macOS from Homebrew, on both in the wheels of pygame-ce (the extra
`audio`), on Windows in FluidSynth's own archive (`cuebridge models add synthesizer`).
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

from bridge import config
from bridge.errors import InputError

# 2.0 is where the calls of `fluid.py` have their present shape.
OLDEST = (2, 0, 0)
_NAMES = ("fluidsynth", "fluidsynth-3", "libfluidsynth-3", "libfluidsynth", "libfluidsynth-2")
_FOLDERS = (
    "/opt/homebrew/lib",
    "/usr/local/lib",
    "/opt/local/lib",
    r"C:\tools\fluidsynth\bin",
    r"C:\ProgramData\chocolatey\lib\fluidsynth\tools\bin",
)
_PATTERNS = ("libfluidsynth*.so.*", "libfluidsynth*.dylib", "libfluidsynth*.dll", "fluidsynth*.dll")


def load_library() -> tuple[ctypes.CDLL, str]:
    """The library, and its version.

    Raises:
        InputError: there is none, or it cannot be used.
    """
    named = config.fluidsynth_library()
    if named is not None and not named.is_file():
        raise InputError(
            "there is no such file", where=str(named), remedy="Set CUEBRIDGE_FLUIDSYNTH to the library itself"
        )
    refused: list[str] = []
    for candidate in [str(named)] if named is not None else _candidates():
        try:
            library = ctypes.CDLL(candidate)
            version = _version(library)
        except (OSError, AttributeError) as error:
            refused.append(f"{candidate}: {error}")
            continue
        if version >= OLDEST:
            return library, ".".join(map(str, version))
        refused.append(
            f"{candidate}: version {'.'.join(map(str, version))} is older than {OLDEST[0]}.{OLDEST[1]}"
        )
    found = f" ({'; '.join(refused)})" if refused else ""
    raise InputError(f"FluidSynth is not on this machine{found}", remedy=how_to_have_it())


def how_to_have_it() -> str:
    """What to do on this system to have FluidSynth, without a compiler."""
    if sys.platform == "win32":
        return "Run cuebridge models add synthesizer"
    installer = "brew install fluid-synth" if sys.platform == "darwin" else "apt install libfluidsynth3"
    return f'Run pip install "cuebridge[audio]", or {installer}'


def _version(library: ctypes.CDLL) -> tuple[int, int, int]:
    parts = [ctypes.c_int() for _ in range(3)]
    library.fluid_version(*(ctypes.byref(part) for part in parts))
    return parts[0].value, parts[1].value, parts[2].value


def _candidates() -> Iterator[str]:
    """Libraries, the likeliest first: ours, the system's, those of installers, those inside wheels."""
    yield from _in_folder(config.synthesizer_dir())
    for name in _NAMES:
        found = find_library(name)
        if found:
            yield found
    for folder in _FOLDERS:
        yield from _in_folder(Path(folder))
    spec = importlib.util.find_spec("pygame")
    for place in (spec.submodule_search_locations or []) if spec else []:
        # Where auditwheel and delocate put a wheel's libraries.
        for libraries in (Path(place) / ".dylibs", Path(place).parent / "pygame_ce.libs"):
            yield from _in_folder(libraries)


def _in_folder(folder: Path) -> list[str]:
    return sorted(str(path) for pattern in _PATTERNS for path in folder.glob(pattern))
