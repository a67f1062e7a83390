"""Where the checks run, the tests that need JACK fail without it; elsewhere they are skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("ci", "said"), [("true", "1 error"), ("", "1 skipped")])
def test_without_jackd(tmp_path: Path, ci: str, said: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/playing/test_jack.py"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert said in ran.stdout, ran.stdout
    assert "jackd" in ran.stdout
    assert ran.returncode == (2 if ci else 5)  # interrupted by an error; nothing left to run
