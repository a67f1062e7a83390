"""Which soundfont plays a score: the user's, one that was added, or one of the system's."""

from __future__ import annotations

from pathlib import Path

from bridge import config
from bridge.errors import InputError

SUFFIXES = (".sf2", ".sf3")
# MuseScore General before others: it is the one that levels and figures were checked with.
_PREFERRED = ("MuseScore_General", "FluidR3_GM", "default-GM")
_SYSTEM = (
    "/usr/share/sounds/sf3",
    "/usr/share/sounds/sf2",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
)


def find_soundfont(named: Path | None = None) -> Path:
    """The soundfont to play with.

    Args:
        named: the user's choice; None: CUEBRIDGE_SOUNDFONT, else what `cuebridge models add soundfont`
            has put in place, else one that the system has.

    Raises:
        InputError: the choice cannot be used, or there is none at all.
    """
    chosen = named if named is not None else config.soundfont_file()
    if chosen is not None:
        return checked(chosen)
    for folder in (config.soundfonts_dir(), *map(Path, _SYSTEM)):
        there = [path for path in sorted(folder.glob("*")) if path.suffix.lower() in SUFFIXES]
        for path in sorted(there, key=_rank):
            try:
                return checked(path)
            except InputError:
                continue
    raise InputError(
        "there is no soundfont on this machine",
        remedy="Run cuebridge models add soundfont, or name one with --soundfont FILE.sf2",
    )


def checked(path: Path) -> Path:
    """The path, if a soundfont lies there.

    Raises:
        InputError: nothing does, or something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise InputError(
            f"the soundfont cannot be read ({error.strerror or error})",
            where=str(path),
            remedy="Check --soundfont, or CUEBRIDGE_SOUNDFONT",
        ) from None
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        raise InputError(
            "this is not a soundfont", where=str(path), remedy="Name an .sf2 or .sf3 file with --soundfont"
        )
    return path


def _rank(path: Path) -> int:
    return next((i for i, name in enumerate(_PREFERRED) if path.name.startswith(name)), len(_PREFERRED))
