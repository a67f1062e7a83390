"""Ten real edits, scored, and read by MuseScore and Ardour: every tempo event, metre and note.

The edits lie beside the repository (`../shared`). Scoring all ten takes many minutes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.figures import SHARED, SOURCES
from bridge import pipeline
from bridge.config import Settings
from bridge.progress import Progress
from scripts.ardour_reader import ARDOUR
from scripts.musescore_reader import MUSESCORE
from scripts.outside_readers import agreement
from tests.slow.test_outside_readers import need

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
# Scores that are kept from run to run, to read them again without composing them again.
KEPT = os.environ.get("CUEBRIDGE_SCORES", "")


@pytest.mark.parametrize(("name", "options"), SOURCES, ids=[Path(name).stem for name, _ in SOURCES])
def test_outside_readers_agree_with_us(name: str, options: dict[str, str], tmp_path: Path) -> None:
    source = SHARED / name
    if not source.exists():
        pytest.skip(f"no {source.name} beside the repository (../shared/{name})")
    need(ARDOUR)
    need(MUSESCORE)
    folder = Path(KEPT) if KEPT else tmp_path
    midi, project = folder / f"{source.stem}.mid", folder / f"{source.stem}.rpp"
    if not (midi.exists() and project.exists()):
        scored = pipeline.score(source, Settings(**options), Progress(lambda step: None))  # type: ignore[arg-type]
        midi.write_bytes(scored.files["mid"])
        project.write_bytes(scored.files["rpp"])
    found = agreement(midi.read_bytes(), project.read_bytes())
    print(f"\n{name}: {found}")
    assert found.notes > 0
    # Ardour's clock is a whole sample: ours is rounded to one, then they are one apart at most.
    assert found.whole_samples <= 1
    assert found.project_samples is not None and found.project_samples <= 1.5
    # Half a hundredth where MuseScore rounds, and half a microsecond a hundredfold where we do.
    assert found.tempo_bpm <= 0.03
    assert found.metres > 0
