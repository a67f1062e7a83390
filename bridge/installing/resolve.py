"""DaVinci Resolve: our scripts in its menu Workspace > Scripts.

Each script is one file in `Fusion/Scripts/Utility`. Its first line says of which version it is, the digest of
what follows, and how many folders were made for it: no list of ours lies in a folder whose every file Resolve
would show in the menu.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from bridge import __version__
from bridge.errors import InputError, OutputError, SettingsError
from bridge.installing import files
from bridge.installing.host import Place, Standing, Wish
from bridge.installing.resolve_places import (
    UTILITY,
    program,
    program_version,
    python_for_resolve,
    shared_scripts,
    store_build,
    user_scripts,
)
from bridge.installing.resolve_script import one_file
from bridge.installing.source import command_words, plugin_folder

SCRIPTS = ("Score timeline.py", "Revise score.py", "Remove last score.py")
# Versions: the oldest that the scripts run in, the first that places by script, the first whose free edition
# runs no Python.
_OLDEST, _PLACES, _PYTHON_LEFT = [18, 0], [18, 5], [21, 1]
_HEAD = re.compile(rb"# cuebridge (\S+) ([0-9a-f]{64}) folders (\d+)\n")
_COMMAND = re.compile(r"^COMMAND = (\[.*\])$", re.MULTILINE)
_STORE = (
    "This Mac has Resolve from the App Store. That build runs in a sandbox, keeps its scripts elsewhere and "
    "may not start the cuebridge command: install the one from blackmagicdesign.com, or export by hand"
)
_HAND = "export the timeline by hand (File > Export > Timeline) and run `cuebridge score --bundle`"
_STUDIO_ALONE = (
    "Since 21.1 only Studio runs Python: the free edition lists no script of it, and says nothing. There, "
    f"stay with 21.0, or {_HAND}"
)
_NO_PYTHON = (
    "Resolve before 21.1 lists no Python scripts, and says nothing, until it finds a Python: "
    "install Python 3 from python.org, then start Resolve again"
)


class Resolve:
    """DaVinci Resolve as a `Host`.

    Args:
        system: `sys.platform`.
        environment: the process's environment.
        home: the user's home folder.
        root: what absolute paths of macOS and Linux begin with.
    """

    def __init__(
        self,
        system: str = sys.platform,
        environment: Mapping[str, str] = os.environ,
        home: Path | None = None,
        root: Path = Path("/"),
    ) -> None:
        self._system = system
        self._environment = environment
        self._home = home
        self._root = root

    def places(self, to: Path | None, everywhere: bool, all_users: bool = False) -> tuple[Place, ...]:
        """See `Host`. The folder itself may be missing: Resolve does not make it."""
        home = self._home or Path.home()
        if to is not None:
            return (Place(_utility(to)),)
        user = user_scripts(self._system, self._environment, home)
        shared = shared_scripts(self._system, self._environment, self._root)
        path = program(self._system, self._environment, self._root)
        # The folder two above `Scripts` is Resolve's own, made when it is first started.
        if not (path.exists() or user.parents[1].is_dir() or shared.parents[1].is_dir()):
            found = store_build(self._system, home)
            raise InputError(
                "DaVinci Resolve is not installed there" if found is None else _STORE,
                where=str(path if found is None else found),
                remedy="Start Resolve once, or name its folder Fusion/Scripts with --to",
            )
        if everywhere:
            # All users' only where it is in use: in both, the menu would show each script twice.
            used = any((shared / UTILITY / name).is_file() for name in SCRIPTS)
            return (Place(user / UTILITY), *([Place(shared / UTILITY)] if used else []))
        return (Place((shared if all_users else user) / UTILITY),)

    def install(self, place: Place, wish: Wish) -> tuple[str, ...]:
        """See `Host`."""
        if wish.startup:
            raise SettingsError("--startup is for REAPER", remedy="Leave it out")
        folder, source = place.folder, plugin_folder("resolve")
        for name in SCRIPTS:
            found = files.read(folder / name)
            if found is not None and _head_of(found) is None:
                raise OutputError(
                    "a script of that name is there that Cuebridge has not written",
                    where=str(folder / name),
                    remedy="Rename it, or move it away",
                )
        made = _folders_made(folder)
        settings = {"COMMAND": list(command_words()), "VERSION": __version__, "RECORD": wish.record}
        for name in SCRIPTS:
            body = one_file(source / name, settings).encode()
            head = f"# cuebridge {__version__} {files.sha256(body)} folders {made}\n".encode()
            files.replace(folder / name, head + body)
        said = ["In Resolve, with a project open: Workspace > Scripts > Score timeline"]
        if wish.record:
            said.append(
                "Every run writes a trace of its calls into ~/Cuebridge, until installed without --record"
            )
        if self._version() >= _PYTHON_LEFT or not self._version():
            said.append(_STUDIO_ALONE)
        return (*said, *self._warnings(place))

    def uninstall(self, place: Place) -> tuple[str, ...]:
        """See `Host`."""
        said, count = [], 0
        for name in SCRIPTS:
            path = place.folder / name
            data = files.read(path)
            head = _head_of(data) if data is not None else None
            if data is None or head is None:
                continue
            if files.sha256(data[head.end() :]) != head[2].decode():
                said.append(f"{path} was changed by somebody and is left there")
                continue
            # Folders that were made for it go with the last one, as far as they are empty then.
            files.remove(path, up_to=place.folder.parents[int(head[3]) - 1] if int(head[3]) else place.folder)
            count += 1
        if not count and not said:
            return ("Nothing of Cuebridge's is installed there",)
        return (*said, f"{count} scripts are taken out; scores and their files stay")

    def status(self, place: Place) -> Standing:
        """See `Host`."""
        faults, versions = [], []
        for name in SCRIPTS:
            data = files.read(place.folder / name)
            head = _head_of(data) if data is not None else None
            if data is None or head is None:
                faults.append(f"{name} is missing" if data is None else f"{name} is not Cuebridge's")
                continue
            versions.append(head[1].decode())
            if files.sha256(data[head.end() :]) != head[2].decode():
                faults.append(f"{name} was changed")
            command = _command_of(data)
            if not command or not Path(command[0]).exists():
                faults.append(f"the command that {name} starts is gone: {command[0] if command else 'none'}")
        if not versions:
            return Standing(place)
        for version in sorted(set(versions) - {__version__}):
            faults.append(f"it is of version {version}, this is {__version__}")
        if faults:
            faults.append("`cuebridge plugins install resolve` puts it right")
        return Standing(place, versions[0], "Workspace > Scripts", (*faults, *self._warnings(place)))

    def _warnings(self, place: Place) -> tuple[str, ...]:
        """What else stands in the way."""
        return (*self._copies(place), *(() if self.runs_python() else (_NO_PYTHON,)))

    def _copies(self, place: Place) -> tuple[str, ...]:
        """Other folders of the menu that have our scripts too."""
        home = self._home or Path.home()
        found = []
        both = (user_scripts(self._system, self._environment, home),
                shared_scripts(self._system, self._environment, self._root))  # fmt: skip
        for other in (folder for scripts in both for folder in sorted(scripts.glob("*/"))):
            copies = [name for name in SCRIPTS if (other / name).is_file()]
            if copies and other != place.folder:
                found.append(
                    f"a second copy lies in {other}, so the menu shows {copies[0]} twice: remove one"
                )
        return tuple(found)

    def runs_python(self) -> bool:
        """Whether Resolve has a Python to find, or is known to bring its own."""
        own = self._version() >= _PYTHON_LEFT
        return own or bool(python_for_resolve(self._system, self._environment, self._root))

    def _version(self) -> list[int]:
        """The first two numbers of the version that is installed; none where its files say nothing."""
        return _digits(program_version(self._system, program(self._system, self._environment, self._root)))

    def doctor(self) -> tuple[str, tuple[str, ...]]:
        """(what is found, what would stop a script), for `cuebridge doctor`; "" where Resolve is not used."""
        home = self._home or Path.home()
        try:
            standings = [self.status(place) for place in self.places(None, everywhere=True)]
        except InputError:
            return (_STORE if store_build(self._system, home) else ""), ()
        here = [standing for standing in standings if standing.version]
        if not here:
            return "not installed in DaVinci Resolve", ()
        faults = list(here[0].faults)
        for standing in here[1:]:  # the first has told of the others
            copies = self._copies(standing.place)
            faults += [fault for fault in standing.faults if fault not in copies]
        if store_build(self._system, home):
            faults.append(_STORE)
        said, more = self._stopped_by_version(_last_run(home))
        return said, tuple(dict.fromkeys([*faults, *more]))

    def _stopped_by_version(self, about: dict[str, object] | None) -> tuple[str, list[str]]:
        """(what is known of version and edition, what stops a script by them).

        A Resolve that runs no Python leaves no word of itself. So the version is the program's where its
        files say it, and the edition is that of the last run, which an update does not change.
        """
        version = self._version()
        if about is None:
            if version and version < _PYTHON_LEFT:
                return "installed, and not run yet", []
            return f"installed, and not run yet. {_STUDIO_ALONE}", []
        ran = _digits(str(about.get("version")))
        product = str(about.get("product"))
        said = f"last run in {product} {about.get('version')} with Python {about.get('python')}"
        if (version or ran) != ran:
            said += f"; {'.'.join(map(str, version))} is installed now"
        now = version or ran
        if now < _OLDEST:
            return said, [f"Resolve {'.'.join(map(str, now))} is too old for scripts like these: {_HAND}"]
        if now < _PLACES:
            return f"{said}. Before 18.5 the music is to be dragged onto the timeline", []
        if "Studio" in product:
            return said, []
        if now >= _PYTHON_LEFT:
            return said, [_STUDIO_ALONE]
        return (said if version else f"{said}. {_STUDIO_ALONE}"), []


def _utility(to: Path) -> Path:
    """The folder `Utility` behind what a user names.

    Raises:
        InputError: it is no folder of scripts.
    """
    for folder, fits in ((to, to.name == UTILITY), (to / UTILITY, to.name == "Scripts")):
        if fits and to.is_dir():
            return folder
    raise InputError(
        "it is no folder of Resolve's scripts",
        where=str(to),
        remedy="Name the folder Fusion/Scripts, or Utility in it",
    )


def _digits(version: str) -> list[int]:
    """The first two numbers of a version."""
    return [int(word) for word in re.findall(r"\d+", version)[:2]]


def _head_of(data: bytes) -> re.Match[bytes] | None:
    return _HEAD.match(data)


def _command_of(data: bytes) -> list[str]:
    found = _COMMAND.search(data.decode("utf-8", "replace"))
    try:
        words = ast.literal_eval(found[1]) if found else []
    except (ValueError, SyntaxError):
        return []
    return [str(word) for word in words]


def _folders_made(folder: Path) -> int:
    """How many folders an install makes, or made the first time."""
    for name in SCRIPTS:
        head = _head_of(files.read(folder / name) or b"")
        if head:
            return int(head[3])
    return sum(not each.exists() for each in (folder, *folder.parents))


def _last_run(home: Path) -> dict[str, object] | None:
    """What the scripts were last run in, by what they leave beside the scores."""
    try:
        about = json.loads((home / "Cuebridge" / "last-run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return about if isinstance(about, dict) else None


RESOLVE = Resolve()
