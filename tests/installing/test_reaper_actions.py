from __future__ import annotations

import pytest

from bridge.installing.reaper_actions import action_id, registered, with_actions, without_actions

PATHS = ("Cuebridge/Cuebridge_Insert score.lua", "Cuebridge/Cuebridge_Score this project's video.lua")
THEIRS = (
    b'SCR 4 0 RS7d3c52a3f0a4b0e2f4f3f6c1d5a7b9c0d1e2f304 "Custom: foo.lua" foo.lua\n'
    b'SCR 260 32060 RSabc "Custom: Cuebridge_Insert score.lua" "Other/Cuebridge_Insert score.lua"\n'
    b'ACT 1 0 "abc" "Custom: two" 40001 _RSabc\nKEY 1 65 _RSabc 0\n'
)


@pytest.mark.parametrize("text", [b"", THEIRS, THEIRS.replace(b"\n", b"\r\n"), THEIRS.rstrip(b"\n")])
def test_a_line_an_action_and_the_rest_as_it_was(text: bytes) -> None:
    added = with_actions(text, PATHS, b"\n")
    assert registered(added, PATHS) == PATHS
    assert with_actions(added, PATHS, b"\n") == added
    end = b"" if text.endswith(b"\n") or not text else b"\n"
    assert without_actions(added, PATHS) == text + end


def test_the_line_is_one_that_reaper_reads() -> None:
    (line, _) = with_actions(b"", PATHS, b"\n").decode().splitlines()
    assert line.split(" ", 4)[:3] == ["SCR", "4", "0"]
    assert line.endswith('"Custom: Cuebridge_Insert score.lua" "Cuebridge/Cuebridge_Insert score.lua"')
    number = action_id(PATHS[0])
    assert number.startswith("RS") and len(number) == 42 and number in line
    assert action_id(PATHS[1]) != number


def test_the_files_own_line_ends_are_kept() -> None:
    assert with_actions(THEIRS.replace(b"\n", b"\r\n"), PATHS, b"\n").count(b"\n") == 6
    assert with_actions(THEIRS.replace(b"\n", b"\r\n"), PATHS, b"\n").count(b"\r\n") == 6
    assert with_actions(b"", PATHS, b"\r\n").count(b"\r\n") == 2


WINDOWS = PATHS[0].replace("/", "\\")


@pytest.mark.parametrize("path", [PATHS[0], WINDOWS, f"C:\\R\\Scripts\\{WINDOWS}", f"/r/Scripts/{PATHS[0]}"])
def test_one_that_reaper_or_the_user_added_is_known(path: str) -> None:
    theirs = f'SCR 4 0 RSxyz "Custom: Cuebridge_Insert score.lua" "{path}"\n'.encode()
    assert registered(theirs, PATHS) == PATHS[:1]
    assert with_actions(theirs, PATHS, b"\n").startswith(theirs)
    assert with_actions(theirs, PATHS, b"\n").count(b"Insert") == 2
    assert without_actions(theirs, PATHS) == b""
