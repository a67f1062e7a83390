"""Where the plugins come from, and how they start the command that they belong to."""

from __future__ import annotations

import sys
from pathlib import Path

from bridge.errors import CuebridgeError

_PACKAGE = Path(__file__).resolve().parents[1]


def plugin_folder(name: str) -> Path:
    """The folder of one plugin: packed into the wheel, or beside the package in a checkout.

    Raises:
        CuebridgeError: neither is there.
    """
    for folder in (_PACKAGE / "_plugins" / name, _PACKAGE.parent / "plugins" / name):
        if folder.is_dir():
            return folder
    raise CuebridgeError(f"the plugin for {name} is missing", remedy="Install Cuebridge again")


def command_words() -> tuple[str, ...]:
    """How to start this very `cuebridge`: an absolute path first, because hosts search no PATH."""
    return (sys.executable, "-m", "bridge")
