"""The promises of the house: what importing costs, what versions say, what errors mean."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bridge
from bridge import errors

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "onnxruntime",
    "av",
    "mido",
    "opentimelineio",
    "grpc",
    "scenedetect",
    "cv2",
    "torch",
    "matplotlib",
    "numpy",
)


def test_importing_bridge_loads_no_heavy_library():
    code = f"import bridge, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_face_is_what_it_says():
    assert sorted(bridge.__all__) == bridge.__all__
    assert all(hasattr(bridge, name) for name in bridge.__all__)


def test_the_changelog_has_an_entry_for_this_version():
    assert f"## {bridge.__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_error_stands_in_the_tree_its_docstring_draws():
    drawn = set(re.findall(r"[A-Z]\w+", errors.__doc__.split("Each message")[0])) - {"Every"}
    defined = {n for n, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__}
    assert drawn == defined


@pytest.mark.parametrize(
    ("error", "code"),
    [(errors.CuebridgeError, 1), (errors.TimelineError, 2), (errors.OutputError, 2), (errors.ModelError, 1),
     (errors.DaemonError, 3), (errors.NotFoundError, 2), (errors.Cancelled, 130)],
)  # fmt: skip
def test_errors_carry_the_contracts_exit_codes(error, code):
    assert error("x").exit_code == code


def test_an_error_says_what_where_and_what_to_do():
    error = errors.MediaError("no pictures", where="/a/b.mov", remedy="Relink it")
    assert str(error) == "/a/b.mov: no pictures. Relink it"


@pytest.mark.parametrize("folder", ["bridge", "models", "plugins", "scripts", "tests", "bench", "proto"])
def test_no_file_of_ours_is_over_400_lines(folder):
    found = [p for suffix in ("py", "lua") for p in (ROOT / folder).rglob(f"*.{suffix}")]
    files = [p for p in found if "wire/v1" not in p.as_posix()]
    long = {str(p.relative_to(ROOT)): n for p in files if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}
