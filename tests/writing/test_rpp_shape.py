"""Our project's structure against projects that REAPER saved: the same statements in the same blocks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bridge.schema.timeline import Knot, MediaSpan
from bridge.writing.rpp import rpp_bytes
from scripts.project_reader import project
from tests.writing.test_rpp import CUES, FORM, PLAYED, with_media

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "rpp"
# None of the samples has a tempo point or a film: their layout is what SWS writes, and what scripts that
# edit project files expect.
NOT_IN_SAMPLES = {"REAPER_PROJECT/TEMPOENVEX PT", "REAPER_PROJECT/NOTES"}

Shape = dict[str, set[int]]


def shape(element: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """(path, number of tokens) of every block and statement."""
    here = f"{path}/{element.tag}" if path else element.tag
    yield here, len(element.attrib)
    for child in element.children:
        if isinstance(child, list):
            yield f"{here} {child[0]}", len(child)
        elif hasattr(child, "tag"):
            yield from shape(child, here)


def shapes(texts: list[str]) -> Shape:
    found: Shape = {}
    for text in texts:
        for path, tokens in shape(project(text.encode())):
            found.setdefault(path, set()).add(tokens)
    return found


@pytest.fixture(scope="module")
def saved() -> Shape:
    paths = [p for p in sorted(SAMPLES.glob("*.RPP")) if not p.name.startswith("CONSTRUCTED")]
    if not paths:
        pytest.skip("no sample projects beside the repository (../shared/samples/rpp)")
    return shapes([path.read_text(encoding="utf-8", errors="replace") for path in paths])


@pytest.fixture(scope="module")
def ours() -> Shape:
    film = MediaSpan(Path("/a.mov"), (Knot(Fraction(0), Fraction(0)), Knot(Fraction(10), Fraction(10))))
    data = rpp_bytes(PLAYED, FORM, CUES, with_media(film, None), "n")
    return shapes([data.decode()])


def test_every_statement_of_ours_is_one_that_reaper_writes_there(saved: Shape, ours: Shape) -> None:
    assert len(ours) > 80
    assert {path for path in ours if path not in saved} == NOT_IN_SAMPLES & set(ours)


def test_statements_have_as_many_fields_as_reapers(saved: Shape, ours: Shape) -> None:
    apart = {p: (sorted(n), sorted(saved[p])) for p, n in ours.items() if p in saved and not n <= saved[p]}
    assert apart == {}
