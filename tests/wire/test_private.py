from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.wire.private import private

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes mean nothing here")


def test_a_wide_file_is_narrowed_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before ")
    path.chmod(0o644)
    with open(path, "a", encoding="utf-8", opener=private) as log:
        log.write("after")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "before after"


def test_a_device_is_left_as_it_is() -> None:
    mode = Path(os.devnull).stat().st_mode
    with open(os.devnull, "a", opener=private):
        pass
    assert Path(os.devnull).stat().st_mode == mode
