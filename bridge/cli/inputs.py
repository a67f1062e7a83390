"""What a batch is to score: folders and globs made plain, and stems that would collide."""

from __future__ import annotations

import glob
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from bridge.cli.scoring import absolute
from bridge.errors import InputError


def gather(words: Iterable[str], readable: Callable[[], Iterable[str]]) -> dict[Path, InputError | None]:
    """The inputs behind the arguments, absolute, each once, in the order given.

    Each maps to None, or to what is wrong with it: a folder that cannot be read is an input that fails.

    A folder gives the files right inside it that the daemon can read, by name, leaving out results that
    lie there; `folder/**` reaches deeper. A glob gives what it matches. Anything else is kept as it is,
    so that a file that is missing is named when its turn comes.

    Args:
        words: the arguments.
        readable: gives the suffixes that the daemon can read; asked only when there is a folder.

    Raises:
        InputError: nothing is left, or two inputs have one stem.
    """
    found: dict[Path, InputError | None] = {}
    for word in words:
        path = absolute(Path(word))
        if os.path.isdir(path):  # noqa: PTH112 (says no, instead of failing, where a path cannot be)
            try:
                found |= dict.fromkeys(_inside(path, readable()))
            except OSError as error:
                found[path] = InputError(
                    f"the folder cannot be read ({error.strerror or error})",
                    where=str(path),
                    remedy="Give yourself permission there, or leave it out",
                )
        elif glob.has_magic(word) and not os.path.lexists(path):
            # `Path.glob` takes no absolute pattern.
            matches = sorted(glob.glob(os.path.expanduser(word), recursive=True))  # noqa: PTH111, PTH207
            found |= dict.fromkeys(absolute(Path(match)) for match in matches if _may_be_file(Path(match)))
        else:
            found[path] = None
    if not found:
        raise InputError("there is nothing to score", where=" ".join(words), remedy="Check the paths")
    _check_stems([source for source, fault in found.items() if fault is None])
    return found


def _inside(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    """The files right inside a folder that the daemon can read.

    Raises:
        OSError: the folder cannot be listed.
    """
    known = {suffix.lower() for suffix in suffixes}
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [p for p in paths if p.suffix.lower() in known and _may_be_file(p) and not _is_result(p)]


def _may_be_file(path: Path) -> bool:
    """Whether it is a file, or cannot be looked at, so that its turn will say why."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False  # a link to nowhere
    except OSError:
        return True


def _is_result(path: Path) -> bool:
    """Whether an .otio lies among its sister files and so is something that scoring has written."""
    sisters = [path.with_name(f"{path.stem}.{suffix}") for suffix in ("mid", "cues.json")]
    return path.suffix == ".otio" and all(map(os.path.exists, sisters))


def _check_stems(sources: list[Path]) -> None:
    by_stem: dict[str, list[Path]] = {}
    for source in sources:
        # Results may go to a disk that tells neither case nor composed letters apart.
        stem = unicodedata.normalize("NFC", source.stem).casefold()
        by_stem.setdefault(stem, []).append(source)
    clashes = [same for same in by_stem.values() if len(same) > 1]
    if clashes:
        named = "; ".join(" and ".join(str(path) for path in same) for same in clashes)
        raise InputError(
            f"these inputs would write the same files: {named}",
            remedy="Rename one of each, or score them into different folders",
        )
