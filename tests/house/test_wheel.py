"""The wheel works from an empty venv, outside the checkout, with the models it carries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.make_media import make_demo

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("cuebridge-*.whl")
    return path


def test_the_wheel_carries_models_cards_and_schema(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    for model in ("chords-v2", "melody-v2", "accompaniment-v2", "bass-v2", "drums-v2", "voice-v1"):
        assert {f"bridge/_released/{model}/model.onnx", f"bridge/_released/{model}/card.json"} <= names
    assert "bridge/schema/cues.schema.json" in names
    for host, kind in (("reaper", "*.lua"), ("resolve", "*.py")):
        plugin, inside = ROOT / "plugins" / host, f"bridge/_plugins/{host}/"
        scripts = {p.relative_to(plugin).as_posix() for p in plugin.rglob(kind) if "tests" not in p.parts}
        packed = {name.removeprefix(inside) for name in names if name.startswith(inside)}
        assert packed == scripts - {"__init__.py"}
    assert not any(name.startswith(("tests/", "models/", "bench/")) for name in names)


@pytest.mark.timeout(900)
def test_a_film_is_scored_from_an_empty_venv_outside_the_checkout(wheel: Path, tmp_path: Path):
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"{wheel}[cpu]"], check=True, cwd=tmp_path)
    film, _ = make_demo(tmp_path / "media")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CUEBRIDGE"))}
    environment |= {"CUEBRIDGE_HOME": str(tmp_path / "state"), "CUEBRIDGE_IDLE_S": "1"}
    cuebridge = python.parent / "cuebridge"
    done = subprocess.run(
        [cuebridge, "score", str(film), "-o", str(tmp_path / "out"), "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "result"
    assert (tmp_path / "out" / "demo.mid").read_bytes()[:4] == b"MThd"
