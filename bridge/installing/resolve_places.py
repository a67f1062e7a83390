"""Where DaVinci Resolve keeps scripts, on each system, and where it and its Python are.

Resolve shows what lies in `Fusion/Scripts/Utility` on every page. The folders are those of its own README of
21.1; an older one names another for Windows, which is wrong.
"""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SCRIPTS = Path("Fusion") / "Scripts"
UTILITY = "Utility"


def user_scripts(system: str, environment: Mapping[str, str], home: Path) -> Path:
    """`Fusion/Scripts` of one user, on win32, darwin or linux."""
    maker = Path("Blackmagic Design") / "DaVinci Resolve"
    if system == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / maker / "Support" / SCRIPTS
    if system == "darwin":
        return home / "Library" / "Application Support" / maker / SCRIPTS
    return home / ".local" / "share" / "DaVinciResolve" / SCRIPTS


def shared_scripts(system: str, environment: Mapping[str, str], root: Path = Path("/")) -> Path:
    """`Fusion/Scripts` of all users."""
    maker = Path("Blackmagic Design") / "DaVinci Resolve"
    if system == "win32":
        return Path(environment.get("PROGRAMDATA") or "C:/ProgramData") / maker / SCRIPTS
    if system == "darwin":
        return root / "Library" / "Application Support" / maker / SCRIPTS
    return root / "opt" / "resolve" / SCRIPTS


def program(system: str, environment: Mapping[str, str], root: Path = Path("/")) -> Path:
    """The program itself, where its installer puts it."""
    if system == "win32":
        files = Path(environment.get("PROGRAMFILES") or "C:/Program Files")
        return files / "Blackmagic Design" / "DaVinci Resolve" / "Resolve.exe"
    if system == "darwin":
        return root / "Applications" / "DaVinci Resolve" / "DaVinci Resolve.app"
    return root / "opt" / "resolve" / "bin" / "resolve"


def store_build(system: str, home: Path) -> Path | None:
    """The sandbox of a build from Apple's App Store, None where there is none."""
    if system != "darwin":
        return None
    boxes = (home / "Library" / "Containers").glob("com.blackmagic-design.DaVinciResolve*")
    return next(iter(sorted(boxes)), None)


def program_version(system: str, path: Path) -> str:
    """The version that the program's files say; "" where they say none that we read."""
    if system != "darwin":
        return ""
    try:
        with (path / "Contents" / "Info.plist").open("rb") as file:
            return str(plistlib.load(file).get("CFBundleShortVersionString", ""))
    except (OSError, ValueError, plistlib.InvalidFileException):
        return ""


def python_for_resolve(system: str, environment: Mapping[str, str], root: Path = Path("/")) -> str:
    """The Python that Resolve would find before 21.1, whose Studio brings its own; "" for none.

    Without one, it lists no `.py` in its menu and says nothing. On macOS it looks at `PYTHON3HOME` and for
    /usr/local/bin/python3 alone, so those of Homebrew, pyenv, uv and conda stay unseen.
    """
    if system == "win32":
        return environment.get("FUSION_PYTHON3_HOME") or _registered_python()
    if system == "darwin":
        home = environment.get("PYTHON3HOME") or _launched_with("PYTHON3HOME")
        if home:
            return home
        usual = root / "usr" / "local" / "bin" / "python3"
        return str(usual) if usual.exists() else ""
    usual = root / "usr" / "bin" / "python3"
    return str(usual) if usual.exists() else (shutil.which("python3") or "")


def _launched_with(name: str) -> str:
    """What programs started from the Dock see of the environment."""
    try:
        words = ["launchctl", "getenv", name]
        return subprocess.run(words, capture_output=True, text=True).stdout.strip()  # noqa: S603
    except OSError:
        return ""


def _registered_python() -> str:
    """The newest Python 3 in Windows' registry."""
    try:
        found = ""
        for hive in ("HKCU", "HKLM"):
            words = ["reg", "query", f"{hive}\\Software\\Python\\PythonCore", "/s", "/v", "ExecutablePath"]
            said = subprocess.run(words, capture_output=True, text=True).stdout  # noqa: S603
            found = found or next(iter(re.findall(r"REG_SZ\s+(.+python\.exe)", said, re.IGNORECASE)), "")
        return found.strip()
    except OSError:
        return ""
