"""What is asked is checked before anything is looked at."""

from pathlib import Path

import pytest

from bridge import pipeline
from bridge.config import Settings
from bridge.errors import SettingsError
from bridge.progress import Progress
from bridge.schema.brief_text import MARK

BRIEF = f"# Brief: film\n\n<!-- {MARK} -->\n\n## p01: 01:00:00:00 to 01:00:10:00\n\n- palette: %s\n"


def test_a_palette_nobody_knows_is_named_with_its_line_before_the_film_is_sought(tmp_path: Path) -> None:
    film = tmp_path / "nowhere.mp4"
    with pytest.raises(SettingsError, match="no palette 'kazoo band'") as fault:
        pipeline.score(film, Settings(brief_document=BRIEF % "kazoo band", only_spot=True), Progress())
    assert fault.value.where == "brief, line 5"
    assert "strings" in str(fault.value)
    with pytest.raises(Exception, match="no such file"):
        pipeline.score(film, Settings(brief_document=BRIEF % "Strings", only_spot=True), Progress())
