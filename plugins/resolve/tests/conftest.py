from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.resolve.tests.desk import Desk
from tests.fake_resolve import FakeResolve, Quirks
from tests.fake_resolve.scenes import worked_in
from tests.fake_resolve.state import State, Timeline

Sit = Callable[..., Desk]


@pytest.fixture
def sit(tmp_path: Path) -> Sit:
    """Makes desks; their scores lie in a folder with a space and a letter beyond ASCII."""

    def down(
        version: str = "21.0.0", edition: str = "Studio", edit: Timeline | None = None,
        state: State | None = None, **quirks: object,
    ) -> Desk:  # fmt: skip
        shutil.rmtree(tmp_path / "Müller 1", ignore_errors=True)  # no desk finds another's scores
        host = FakeResolve(version, edition, state or worked_in(edit), Quirks(**quirks))  # type: ignore[arg-type]
        return Desk(host, tmp_path / "Müller 1" / "Scores")

    return down


@pytest.fixture
def desk(sit: Sit) -> Desk:
    return sit()
