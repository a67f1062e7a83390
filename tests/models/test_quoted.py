"""The runs of training melodies as they are released: all known, and the same tunes give the same bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is for training only: `make test-train`")

from bridge.inference.quoting import FILE, load_quotes
from models import quoted
from models.judging import copying

LINES = (
    (60, 62, 64, 65, 67, 65, 64, 62, 60, 55, 57, 59, 60, 64, 67, 72, 71, 69),
    (50,) * 30,
    (40, 41, 42),
    (60, 60, 60, 60, 62, 62, 62, 62, 64, 64, 64, 64, 65, 65, 65, 65),
)
pytestmark = pytest.mark.train


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(quoted, "learnt_lines", lambda: iter(LINES))
    quoted.write(quoted.hashes(), tmp_path / quoted.NAME, "2026-11-29")
    return tmp_path / quoted.NAME


def test_what_copying_counts_is_what_is_known(released: Path) -> None:
    quotes = load_quotes(released)
    known = copying.Known(LINES)
    assert len(quotes) == 4
    for line in LINES:
        for end in range(len(line)):
            run = line[max(0, end - 15) : end + 1]
            assert bool(quotes.ending(run[:-1])[run[-1]]) == (known.count(run, 16)[0] == 1)


def test_the_card_describes_the_file_and_both_come_out_the_same_again(released: Path) -> None:
    content = (released / FILE).read_bytes()
    card = json.loads((released / "card.json").read_text())
    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert (card["bytes"], card["runs"]) == (len(content), 4)
    quoted.write(quoted.hashes(), released, "2026-11-30")
    assert (released / FILE).read_bytes() == content
    assert sorted(path.name for path in released.iterdir()) == ["card.json", FILE]
