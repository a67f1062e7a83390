from __future__ import annotations

import pytest

from bridge.errors import OutputError
from bridge.installing.block import BEGIN, END, with_block, without_block

BODY = 'reaper.ShowConsoleMsg("one")\nlocal a = 1'
SCRIPTS = [
    b"",
    b"print(1)",
    b"print(1)\n",
    b"-- mine\r\nprint(1)\r\n",
    b"\n\n\t-- trailing bytes\n\n",
    b"#!/usr/bin/lua\nreturn 1\n",
    b"\xef\xbb\xbf-- with a byte order mark\nreturn 2",
    b"\xef\xbb\xbf# both\nreturn 3\n",
    b"\xff\xfe not text at all \x00\n",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_taking_the_block_out_leaves_the_bytes_as_they_were(script: bytes) -> None:
    marked = with_block(script, BODY, "there")
    assert BODY.encode().splitlines()[0] in marked
    assert without_block(marked, "there") == script
    assert with_block(marked, BODY, "there") == marked  # a second time changes nothing


@pytest.mark.parametrize("script", SCRIPTS[:-1])
def test_lua_runs_the_block_and_the_script_after_it(script: bytes) -> None:
    lua = pytest.importorskip("lupa.lua54").LuaRuntime(encoding=None)
    if script.startswith((b"#", b"\xef\xbb\xbf")):
        script = script.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[2]  # what `loadfile` skips
    lua.execute(
        b"said = {}; reaper = { ShowConsoleMsg = function(x) said[#said + 1] = x end }; print = print"
    )
    lua.execute(with_block(script, BODY, "there"))
    assert list(lua.eval(b"said").values()) == [b"one"]


@pytest.mark.parametrize(
    "script",
    [BEGIN + b"\n", END + b"\n", END + b"\n" + BEGIN + b"\n", BEGIN + b"\n" + END + b"\n" + BEGIN + b"\nx\n"],
)
def test_broken_marks_are_not_guessed_at(script: bytes) -> None:
    for change in (lambda: without_block(script, "there"), lambda: with_block(script, BODY, "there")):
        with pytest.raises(OutputError, match=r"there: the marks .* are broken"):
            change()


def test_the_users_newlines_are_kept() -> None:
    assert b"\n" not in with_block(b"a\r\n", BODY, "there").replace(b"\r\n", b"")
