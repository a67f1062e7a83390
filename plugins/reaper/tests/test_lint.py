"""The Lua is clean: luacheck finds nothing, and both Luas can read every file."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from plugins.reaper.tests.host import LUAS, PLUGIN

FILES = sorted(PLUGIN.rglob("*.lua"))


def test_luacheck_finds_nothing() -> None:
    program = shutil.which("luacheck")
    if program is None:
        words = "luacheck is not installed: apt-get install lua-check"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    ran = subprocess.run([program, "--no-color", "-q", "."], cwd=PLUGIN, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("lua", LUAS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_luas_read_it(lua: str, path: Path) -> None:
    runtime = importlib.import_module(f"lupa.{lua}").LuaRuntime()
    chunk = runtime.eval("function(text) return load(text) end")(path.read_text(encoding="utf-8"))
    assert chunk is not None
