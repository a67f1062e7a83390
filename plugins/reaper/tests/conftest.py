from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from plugins.reaper.tests.host import LUAS, Fake, serve_rows, serve_takes
from plugins.reaper.tests.scores import NAME, Made

Start = Callable[..., Fake]


@pytest.fixture(params=LUAS)
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Makes fake REAPERs on each Lua."""

    def begin(without: Sequence[str] = ()) -> Fake:
        return Fake(request.param, tmp_path / "REAPER ä (portable)", without)

    return begin


@pytest.fixture
def reaper(start: Start) -> Fake:
    return start()


def offer(reaper: Fake, score: Made, *others: tuple[str, str, int]) -> None:
    """Let `takes`, `fetch` and `score` answer with a score."""
    reaper.answers["takes"] = serve_takes(("t1", NAME, 1), *others)
    reaper.answers["fetch"] = serve_rows(score.rows)
    reaper.answers["score"] = serve_rows(score.rows)
