"""REAPER: its resource folders, our actions in them, and how REAPER learns of those.

Everything of ours lies in `Scripts/Cuebridge`, with a list of what was put there. REAPER learns of the
actions by lines in `reaper-kb.ini`, or, when asked, by a marked block in `Scripts/__startup.lua`, which adds
them through REAPER's own function each time it starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge import __version__
from bridge.errors import InputError, OutputError, SettingsError
from bridge.installing import block, files
from bridge.installing.host import Place, Standing, Wish
from bridge.installing.reaper_actions import registered, with_actions, without_actions, without_memory
from bridge.installing.reaper_package import Package, reaper_package
from bridge.installing.source import command_words

FOLDER = "Cuebridge"
LIST, COMMAND = "installed.json", "cuebridge/command.txt"
KEYS, STARTUP, MEMORY = "reaper-kb.ini", "Scripts/__startup.lua", "reaper-extstate.ini"
# What REAPER keeps its settings in: a folder with it is a resource folder.
SETTINGS = "reaper.ini"
_AS_IT_WAS = ("keys_made", "keys_open_end", "startup_made", "scripts_made")
_BY_SETTINGS, _BY_STARTUP = "reaper-kb.ini", "__startup.lua"


def resource_folder(system: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where REAPER keeps a user's files, on win32, darwin or linux."""
    if system == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "REAPER"
    if system == "darwin":
        return home / "Library" / "Application Support" / "REAPER"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "REAPER"


def portable_folders(system: str, home: Path) -> tuple[Path, ...]:
    """Portable installations at usual places, known by the settings beside the program."""
    parents = {
        "win32": (Path("C:/"), Path("C:/Program Files"), home, home / "Desktop", home / "Documents"),
        "darwin": (Path("/Applications"), home / "Applications", home, home / "Desktop"),
    }.get(system, (Path("/opt"), home / "opt", home))
    found = []
    for parent in parents:
        if parent.is_dir():
            found += [path.parent for path in sorted(parent.glob(f"REAPER*/{SETTINGS}"))]
    return tuple(found)


def is_running(system: str) -> bool:
    """Whether REAPER runs on this machine; False where nobody can say."""
    try:
        if system == "win32":
            words = ["tasklist", "/FI", "IMAGENAME eq reaper.exe", "/NH"]
            return "reaper.exe" in subprocess.run(words, capture_output=True, text=True).stdout.lower()  # noqa: S603
        if system == "darwin":
            return subprocess.run(["pgrep", "-x", "REAPER"], capture_output=True).returncode == 0  # noqa: S607
        names = (path.read_text(errors="replace").strip() for path in Path("/proc").glob("[0-9]*/comm"))
        return "reaper" in names
    except OSError:
        return False


class Reaper:
    """REAPER as a `Host`.

    Args:
        system: `sys.platform`.
        environment: the process's environment.
        home: the user's home folder.
    """

    def __init__(
        self,
        system: str = sys.platform,
        environment: Mapping[str, str] = os.environ,
        home: Path | None = None,
    ) -> None:
        self._system = system
        self._environment = environment
        self._home = home

    def places(self, to: Path | None, everywhere: bool, all_users: bool = False) -> tuple[Place, ...]:
        """See `Host`."""
        if all_users:
            raise SettingsError("REAPER has no place for all users", remedy="Leave out --all-users")
        home = self._home or Path.home()
        usual = resource_folder(self._system, self._environment, home)
        if to is not None:
            if not (to / SETTINGS).is_file():
                raise InputError(
                    f"it is no resource folder of REAPER: there is no {SETTINGS} in it",
                    where=str(to),
                    remedy="In REAPER, Options > Show REAPER resource path shows it; start REAPER there once",
                )
            return (Place(to, portable=to != usual),)
        found = [Place(usual)] if usual.is_dir() else []
        if everywhere:
            found += [Place(folder, portable=True) for folder in portable_folders(self._system, home)]
        if not found:
            raise InputError(
                "REAPER has no resource folder there",
                where=str(usual),
                remedy="Start REAPER once, or name a portable one with --to",
            )
        return tuple(found)

    def install(self, place: Place, wish: Wish) -> tuple[str, ...]:
        """See `Host`."""
        if wish.record:
            raise SettingsError("--record is for Resolve", remedy="Leave it out")
        startup = wish.startup
        package = reaper_package()
        paths = _action_paths(package)
        listed = _list(place)
        keys = files.read(place.folder / KEYS)
        script = files.read(place.folder / STARTUP)
        wanted_keys = keys
        if startup:
            wanted_script: bytes | None = block.with_block(
                script or b"", _body(paths), str(place.folder / STARTUP)
            )
        else:
            wanted_script = _without_block(script, place)
            newline = b"\r\n" if self._system == "win32" else b"\n"
            wanted_keys = with_actions(keys or b"", paths, newline)
            if wanted_keys != keys:
                self._must_rest(place, "Close it, or add --startup")
        new = {file.path: file.data for file in package.files}
        new[COMMAND] = "".join(f"{word}\n" for word in command_words()).encode()
        home = place.folder / "Scripts" / FOLDER
        made = {
            "version": __version__,
            "files": {path: files.sha256(data) for path, data in sorted(new.items())},
            # How the user's files were, so that they can be left as they were.
            "keys_made": listed.get("keys_made", keys is None),
            "keys_open_end": listed.get("keys_open_end", not (keys or b"\n").endswith(b"\n")),
            "startup_made": listed.get("startup_made", script is None),
            "scripts_made": listed.get("scripts_made", not home.parent.is_dir()),
        }
        # The list first: should a later write fail, `uninstall` knows what to take out.
        files.replace(home / LIST, (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
        for path, data in new.items():
            files.replace(home / path, data)
        for path in set(listed.get("files", {})) - set(new):
            files.remove(home / path, up_to=home)
        _put(place.folder / STARTUP, wanted_script, bool(made["startup_made"]))
        if wanted_keys is not None:
            files.replace(place.folder / KEYS, wanted_keys)
        how = "when it starts next" if startup or keys != wanted_keys else "already"
        return (f"REAPER knows {len(paths)} actions {how}: Actions > Show action list, then type Cuebridge",)

    def uninstall(self, place: Place) -> tuple[str, ...]:
        """See `Host`."""
        listed = _list(place)
        if not listed:
            return ("Nothing of Cuebridge's is installed there",)
        script, keys = files.read(place.folder / STARTUP), files.read(place.folder / KEYS)
        wanted_script = _without_block(script, place)
        paths = tuple(f"{FOLDER}/{path}" for path in listed["files"] if path.endswith(".lua"))
        wanted_keys = without_actions(keys or b"", paths)
        if keys is not None and wanted_keys != keys:
            self._must_rest(place, "Close it first")
            if listed["keys_open_end"] and keys.startswith(wanted_keys):
                wanted_keys = wanted_keys.removesuffix(b"\n").removesuffix(b"\r")
        _put(place.folder / STARTUP, wanted_script, listed["startup_made"])
        if keys is not None:
            _put(place.folder / KEYS, wanted_keys, listed["keys_made"])
        if memory := files.read(place.folder / MEMORY):
            files.replace(place.folder / MEMORY, without_memory(memory))
        said, home = [], place.folder / "Scripts" / FOLDER
        up_to = place.folder if listed["scripts_made"] else home.parent
        for path, digest in listed["files"].items():
            data = files.read(home / path)
            if data is not None and files.sha256(data) != digest:
                said.append(f"{home / path} was changed by somebody and is left there")
            else:
                files.remove(home / path, up_to)
        files.remove(home / LIST, up_to)
        return (*said, f"{len(listed['files'])} files are taken out; REAPER's own are as they were")

    def status(self, place: Place) -> Standing:
        """See `Host`."""
        listed = _list(place)
        if not listed:
            return Standing(place)
        home = place.folder / "Scripts" / FOLDER
        faults = []
        for path, digest in listed["files"].items():
            data = files.read(home / path)
            if data is None:
                faults.append(f"{path} is missing")
            elif files.sha256(data) != digest:
                faults.append(f"{path} was changed")
        words = (files.read(home / COMMAND) or b"").decode("utf-8", "replace").splitlines()
        if not words or not Path(words[0]).exists():
            faults.append(f"the command it starts is gone: {words[0] if words else 'none'}")
        if listed["version"] != __version__:
            faults.append(f"it is of version {listed['version']}, this is {__version__}")
        paths = tuple(f"{FOLDER}/{path}" for path in listed["files"] if path.endswith(".lua"))
        ways = [_BY_SETTINGS] * bool(registered(files.read(place.folder / KEYS) or b"", paths))
        ways += [_BY_STARTUP] * (block.BEGIN in (files.read(place.folder / STARTUP) or b""))
        if not ways:
            faults.append("REAPER does not know its actions")
        if faults:
            faults.append("`cuebridge plugins install reaper` puts it right")
        return Standing(place, listed["version"], " and ".join(ways), tuple(faults))

    def _must_rest(self, place: Place, remedy: str) -> None:
        if is_running(self._system):
            raise SettingsError(
                f"REAPER is running and writes {KEYS} when it ends", where=str(place.folder), remedy=remedy
            )


def _action_paths(package: Package) -> tuple[str, ...]:
    return tuple(f"{FOLDER}/{path}" for path in package.actions)


def _body(paths: tuple[str, ...]) -> str:
    """Lua that adds the actions; a script that is there already keeps its id."""
    names = ", ".join(json.dumps(path) for path in paths)
    return (
        f"for index, path in ipairs({{ {names} }}) do\n"
        '  local script = reaper.GetResourcePath() .. "/Scripts/" .. path\n'
        "  if reaper.file_exists(script) then\n"
        f"    reaper.AddRemoveReaScript(true, 0, script, index == {len(paths)})\n"
        "  end\n"
        "end"
    )


def _without_block(script: bytes | None, place: Place) -> bytes | None:
    return None if script is None else block.without_block(script, str(place.folder / STARTUP))


def _put(path: Path, data: bytes | None, ours: bool) -> None:
    """Write a file of REAPER's or the user's; one that we made goes when nothing is left in it."""
    if data:
        files.replace(path, data)
    elif data is not None:
        if ours:
            files.remove(path, up_to=path.parent)
        else:
            files.replace(path, data)


def _list(place: Place) -> dict[str, Any]:
    """What was installed there; empty when nothing was.

    Raises:
        OutputError: the list is broken.
    """
    path = place.folder / "Scripts" / FOLDER / LIST
    data = files.read(path)
    if data is None:
        return {}
    try:
        listed: dict[str, Any] = json.loads(data)
        if not {"version", "files", *_AS_IT_WAS} <= set(listed):
            raise ValueError
    except ValueError:
        raise OutputError(
            "the list of what was installed is broken", where=str(path), remedy="Remove that folder by hand"
        ) from None
    return listed


REAPER = Reaper()
