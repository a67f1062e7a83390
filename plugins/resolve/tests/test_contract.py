"""What the scripts call is published for the oldest version supported; their Python is old enough."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.resolve.tests.conftest import Sit
from plugins.resolve.tests.desk import PLUGIN, SCRIPTS, source_of
from tests.fake_resolve import SUPPORTED
from tests.fake_resolve.surface import CONSTANTS, surface

DOORS = ("call", "ask", "look", "several", "can", "constant")
# Asked for by `can` before they are called.
GUARDED = {"GetMarkInOut", "SetMarkInOut", "ClearMarkInOut", "GetSelectedClips", "SetSelectedClip"}
PARTS = sorted((PLUGIN / "cuebridge_resolve").glob("*.py"))
OTHERS = ("3.6", "3.7", "3.8", "3.9", "3.12", "3.13", "3.14")


def named_calls() -> dict[str, set[str]]:
    """Names by the door they go through."""
    found: dict[str, set[str]] = {door: set() for door in DOORS}
    for path in PARTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DOORS:
                name = node.args[1]
                if isinstance(name, ast.Constant):
                    found[node.func.id].add(name.value)
                elif path.name not in ("host.py", "edit.py"):  # the doors themselves, and the kinds of export
                    raise AssertionError(f"{path.name}:{node.lineno}: the name of a call is not written out")
    return found


def test_every_call_is_published_for_the_oldest_version_supported() -> None:
    found = named_calls()
    published = {name for has in surface(SUPPORTED[0]).values() for name in has}
    called = found["call"] | found["ask"] | found["look"] | found["several"]
    assert len(called) > 40
    assert called - published == GUARDED
    assert found["can"] == {"AddTrack", "GetMarkInOut", "GetSelectedClips"}
    newest = {name for has in surface(SUPPORTED[-1]).values() for name in has}
    assert called <= newest


def test_the_kinds_of_export_are_live_values_and_never_names() -> None:
    text = (PLUGIN / "cuebridge_resolve" / "edit.py").read_text(encoding="utf-8")
    for kind in ("EXPORT_OTIO", "EXPORT_FCP_7_XML"):
        assert kind in surface(SUPPORTED[0])[CONSTANTS]
        assert text.count(kind) == 1  # in the table whose values go through `constant`


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("edition", ["Studio", "Free"])
def test_all_three_scripts_run_on_every_version_and_edition(sit: Sit, version: str, edition: str) -> None:
    """The fake has nothing that the version lacks, and refuses wrong counts of arguments and keywords."""
    desk = sit(version, edition)
    before = desk.host.snapshot()
    assert "Take 1" in desk.run()
    desk.timeline.markers[100]["note"] = "less piano"
    assert "Take 2" in desk.run("Revise score")
    assert [(track.name, track.enabled) for track in desk.tracks()] == [
        ("SCORE v001", False),
        ("SCORE v002", True),
    ]
    assert "SCORE v002 is removed" in desk.run("Remove last score")
    assert "SCORE v001 is removed" in desk.run("Remove last score")
    assert desk.shown == []
    assert not desk.host.modal  # no call that the free edition answers with a dialog
    desk.timeline.markers[100]["note"] = "tense"
    if desk.host.numbers >= (19, 0):
        assert desk.host.snapshot() == before


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_one_file_of_the_standard_library_alone(name: str) -> None:
    tree = ast.parse(source_of(name))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= {
        "ctypes", "fractions", "glob", "json", "os", "queue", "re", "shutil", "subprocess", "sys", "tempfile",
        "threading", "time", "traceback", "unicodedata", "wave", "zlib", "DaVinciResolveScript",
    }  # fmt: skip
    assert source_of(name).isascii()


def vermin(path: Path) -> subprocess.CompletedProcess[str]:
    """Ask vermin whether Python 3.6 has all that a script uses; 1 when it lacks something."""
    words = ["-c", "import vermin; vermin.main()", "--no-tips", "--violations", "-t=3.6-", "--processes=1"]
    return subprocess.run([sys.executable, *words, str(path)], capture_output=True, text=True)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_written_for_python_3_6_on(name: str, tmp_path: Path) -> None:
    ast.parse(source_of(name), feature_version=(3, 6))
    path = tmp_path / "script.py"
    path.write_text(source_of(name), encoding="utf-8")
    done = vermin(path)
    assert done.returncode == 0, done.stdout


def test_what_is_too_new_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("import subprocess\nsubprocess.run(['x'], capture_output=True)\n", encoding="utf-8")
    assert vermin(path).returncode == 1


def interpreter(version: str) -> str | None:
    """A Python that runs, on the path or where pyenv and uv keep theirs: a shim on the path may run none."""
    name, home = f"python{version}", Path.home()
    kept = [Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"]
    kept += [Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")]
    found = [str(path) for folder in kept for path in sorted(folder.glob(f"*/bin/{name}"))]
    for command in [*filter(None, [shutil.which(name)]), *found]:
        if subprocess.run([command, "-c", "0"], capture_output=True).returncode == 0:
            return command
    return None


@pytest.mark.parametrize("version", OTHERS)
def test_other_pythons_take_the_scripts(version: str, tmp_path: Path) -> None:
    """Compiled, and run up to where Resolve is looked for: every import is made then."""
    command = interpreter(version)
    if command is None:
        pytest.skip(f"no Python {version} runs here")
    for name in SCRIPTS:
        path = tmp_path / f"{name}.py"
        path.write_text(source_of(name, str(tmp_path)), encoding="utf-8")
        done = subprocess.run([command, "-W", "error", str(path)], capture_output=True, text=True, timeout=60)
        assert "DaVinci Resolve cannot be reached." in done.stdout, done.stderr
        assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_listens_and_nothing_is_compiled(name: str) -> None:
    for word in ("socket", "http", "grpc", "JobStatus", "UIManager", "AddRenderJob"):
        assert word not in source_of(name)
