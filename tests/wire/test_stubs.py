"""The committed stubs are what the proto files give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_generating_the_stubs_again_changes_nothing(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "proto/generate.py", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    committed = ROOT / "bridge" / "wire" / "v1"
    names = {path.name for path in committed.iterdir() if path.suffix in (".py", ".pyi")}
    assert names == {path.name for path in tmp_path.iterdir()}
    for name in sorted(names):
        again, known = (tmp_path / name).read_text(), (committed / name).read_text()
        assert again == known, (
            f"{name} is stale: run python proto/generate.py (dev extra, pinned grpcio-tools)"
        )
