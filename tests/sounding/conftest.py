from __future__ import annotations

import os
from typing import NoReturn

import pytest

from bridge.errors import InputError
from bridge.sounding import Studio
from bridge.sounding.fluid import FluidSynth
from tests.sounding.make import make_soundfont


def missing(reason: str) -> NoReturn:
    """Skip for want of a program; where continuous integration has installed it, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def synthesizer() -> FluidSynth:
    try:
        return FluidSynth()
    except InputError as error:
        missing(f"no synthesizer: {error}")


@pytest.fixture(scope="session")
def studio(synthesizer: FluidSynth, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(synthesizer, make_soundfont(tmp_path_factory.mktemp("font") / "test.sf2"))
