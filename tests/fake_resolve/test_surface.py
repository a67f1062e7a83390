"""The surface is the published one, and the fake models nothing beside it."""

from __future__ import annotations

import json
from types import FunctionType

import pytest

from tests.fake_resolve import SUPPORTED, VERSIONS
from tests.fake_resolve.host import CALLS
from tests.fake_resolve.make_surface import SOURCE, rows
from tests.fake_resolve.surface import CONSTANTS, TABLE, surface


def test_the_table_is_what_the_published_one_gives():
    if not SOURCE.exists():
        pytest.skip(f"the published table is not beside the repository: {SOURCE.name}")
    document = json.loads(SOURCE.read_text(encoding="utf-8"))
    assert tuple(document) == VERSIONS
    assert TABLE.read_text(encoding="utf-8") == "\n".join(rows(document)) + "\n"


def test_all_that_is_modelled_is_published():
    published = {
        (kind, name) for version in VERSIONS for kind, has in surface(version).items() for name in has
    }
    modelled = {
        (kind, name) for kind, calls in CALLS.items() for name, each in vars(calls).items()
        if isinstance(each, FunctionType)
    }  # fmt: skip
    assert modelled <= published
    assert len(modelled) > 60


@pytest.mark.parametrize(
    ("name", "since"),
    [("AddTrack", "18.5.0"), ("SetTrackEnable", "18.5.0"), ("GetTrackSubType", "19.0"),
     ("GetMarkInOut", "19.1"), ("GetVoiceIsolationState", "20.1")],
)  # fmt: skip
def test_a_method_is_there_from_its_version_on(name: str, since: str):
    assert [v for v in VERSIONS if name in surface(v)["Timeline"]] == list(VERSIONS[VERSIONS.index(since) :])


def test_what_was_taken_away_is_gone():
    assert "ApplyGradeFromDRX" in surface("19.0")["Timeline"]
    assert "ApplyGradeFromDRX" not in surface("19.1")["Timeline"]


def test_the_export_of_otio_came_with_the_oldest_version_supported():
    assert [v for v in VERSIONS if "EXPORT_OTIO" in surface(v)[CONSTANTS]] == list(SUPPORTED)
