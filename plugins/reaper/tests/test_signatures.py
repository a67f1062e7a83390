"""The fake's functions are those of the published list, argument by argument and result by result."""

from __future__ import annotations

import re
from typing import Any

import pytest

from plugins.reaper.tests.conftest import Start
from plugins.reaper.tests.host import SIGNATURES, Fake, lists

PUBLISHED = lists()
KINDS = {
    "ReaProject|nil|0": "proj", "integer": "int", "number": "num", "boolean": "bool", "string": "str",
    "MediaTrack": "track", "MediaItem": "item", "MediaItem_Take": "take", "PCM_source": "source",
    "function": "fn", "ReaProject": "any", "userdata": "any",
}  # fmt: skip
C_KINDS = {
    "ReaProject*": "proj", "int": "int", "double": "num", "bool": "bool", "const char*": "str",
    "ProjectMarker*": "mark", "char*": "str", "MediaTrack*": "track",
}  # fmt: skip

needs_list = pytest.mark.skipif(PUBLISHED is None, reason=f"no list of functions in {SIGNATURES}")


def param(words: str) -> str:
    kind = words.split(" ", 1)[1]
    optional = "?" if kind.endswith("?") else ""
    kind = kind.removesuffix("?")
    return ("str" if kind.endswith("_Param") else KINDS[kind]) + optional


def result(words: str) -> str:
    kind = words.split(" ", 1)[0]
    optional = "?" if kind.endswith("?") else ""
    return KINDS[kind.removesuffix("?")] + optional


def from_lua(entry: dict[str, Any]) -> str:
    params = " ".join(map(param, entry["lua_param_types"]))
    return f"{params} -> {' '.join(map(result, entry['lua_returns']))}".strip()


def from_c(ret: str, args: list[str]) -> str:
    """The Lua form of a C signature: out-parameters become results, a text buffer is given and comes back."""
    params, results = [], [] if ret == "void" else [C_KINDS[ret]]
    for arg in args:
        kind, name = arg.rsplit(" ", 1)
        if kind == "double*" and name.endswith("InOut"):
            params.append("num")
            results.append("num")
        elif kind == "char*":
            params.append("str")
            results.append("str")
        elif not name.endswith("_sz"):
            params.append(C_KINDS[kind])
    return f"{' '.join(params)} -> {' '.join(results)}".strip()


def published(name: str) -> str:
    assert PUBLISHED is not None
    entry = PUBLISHED[name]
    if "lua_returns" in entry:
        return from_lua(entry)
    if "c" in entry:
        match = re.match(r"(.+?) ?\w+\((.*)\)$", entry["c"])
        assert match
        return from_c(match[1].strip(), [arg for arg in match[2].split(", ") if arg])
    return from_c(entry["ret"], entry["args"])


@needs_list
def test_every_function_has_the_published_arguments_and_results(reaper: Fake) -> None:
    signatures = {name.decode(): text.decode().strip() for name, text in reaper.fake.signatures.items()}
    assert len(signatures) > 70
    wrong = {name: (text, published(name)) for name, text in signatures.items() if text != published(name)}
    assert wrong == {}


@needs_list
def test_a_function_that_reaper_lacks_cannot_be_called(reaper: Fake) -> None:
    with pytest.raises(Exception, match="REAPER has no function InsertSymphony"):
        reaper.fake.reaper[b"InsertSymphony"]


def test_one_that_the_fake_does_not_model_says_so(reaper: Fake) -> None:
    with pytest.raises(Exception, match="does not model ShowConsoleMsg"):
        reaper.fake.reaper[b"ShowConsoleMsg"]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("reaper.CountTracks(0, 1)", "takes 1 arguments, not 2"),
        ("reaper.GetTrack(0)", "argument 2 is missing"),
        ("reaper.GetTrack(0, 'x')", "is x, not int"),
        ("reaper.GetTrackGUID(nil)", "is nil, not track"),
        ("reaper.GetTrack(0, 0.5)", "is 0.5, not int"),
    ],
)
def test_a_call_that_does_not_fit_is_an_error(reaper: Fake, call: str, fault: str) -> None:
    reaper.lua.globals()[b"reaper"] = reaper.fake.reaper
    with pytest.raises(Exception, match=fault):
        reaper.lua.execute(call.encode())


def test_an_older_version_lacks_what_it_lacks(start: Start) -> None:
    old = start(without=("AddRegionOrMarker",))
    assert old.fake.reaper[b"AddRegionOrMarker"] is None
    assert old.fake.reaper[b"APIExists"](b"AddRegionOrMarker") is False
