"""Other systems: scores a folder of beats, one file a list, and writes ours in the same form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.sync import grids
from bench.sync.ceiling import Bends
from bench.sync.lists import CutList
from bench.sync.measure import Figures, figures
from bridge.config import Settings
from bridge.progress import Progress
from bridge.timing import solve

SUFFIXES = (".json", ".mid", ".midi")


class FolderError(Exception):
    """A folder of answers that cannot be scored; the message says which file and why."""


def answers(folder: Path, lists: Sequence[CutList]) -> dict[str, Path]:
    """Files by list id.

    Raises:
        FolderError: no such folder, none that answers a list, or two for one list.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder")
    found: dict[str, Path] = {}
    ids = {cuts.id for cuts in lists}
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(path.suffix)
        if path.suffix not in SUFFIXES or name not in ids:
            continue
        if name in found:
            raise FolderError(f"{found[name].name} and {path.name} both answer {name}: keep one")
        found[name] = path
    if not found:
        example = lists[0].id if lists else "sim-2s-24-00"
        raise FolderError(f"{folder} answers no list: name files by the list's id, {example}.mid or .json")
    return found


def scored(path: Path, cuts: CutList, bends: Bends, column: str) -> Figures:
    """One answer against one list.

    Raises:
        FolderError: the file cannot be read, or holds no beat.
    """
    try:
        grid = grids.read(path, cuts.length_s)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as fault:
        raise FolderError(f"{path} cannot be read as beats ({fault!r}): README.md has the format") from fault
    if not len(grid.beats_s):
        raise FolderError(f"{path} has no beat")
    return figures(cuts, grid, bends, column)


def export(folder: Path, lists: Sequence[CutList], settings: Settings) -> None:
    """Ours as JSON, a file a list: what `--score` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for cuts in lists:
        sheet = cuts.cue_sheet()
        grid = grids.of_form(sheet, solve(sheet, settings, Progress()))
        (folder / f"{cuts.id}.json").write_text(grids.to_json(grid), encoding="utf-8")
