"""Commands in the background: started, followed, cancelled, tidied; on every system, from every folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.rows import row
from plugins.reaper.tests.conftest import Start, offer
from plugins.reaper.tests.host import Fake, done
from plugins.reaper.tests.scores import made

ACTION = "Insert score"


def files(reaper: Fake) -> list[str]:
    return sorted(os.listdir(reaper.folder / "Data" / "Cuebridge"))


class Slow:
    """A command whose answer a test writes bit by bit."""

    def __init__(self, reaper: Fake) -> None:
        self.reaper = reaper
        self.stem = ""
        reaper.fake.execute = self._begin

    def _begin(self, line: bytes, timeout_ms: int) -> bytes:
        self.stem = line.decode().rsplit('"', 2)[1]
        return b""

    def write(self, text: str) -> None:
        with open(f"{self.stem}.answer", "a", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def tick(self, times: int = 1) -> bool:
        return [self.reaper.fake.tick() for _ in range(times)][-1]


def test_progress_is_shown_while_reaper_goes_on(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    assert slow.tick(3)
    slow.write(row("begin", "pid=1"))
    whole = row("progress", "stage=composing ä", "done=1", "total=4")
    slow.write(whole[:13])
    assert slow.tick()
    slow.write(whole[13:])
    assert slow.tick()
    assert "composing ä".encode() in dict(reaper.fake.gfx.words)
    slow.write("".join([row("error", "message=that's all"), done(2)]))
    assert not slow.tick()
    assert reaper.messages == ["that's all"]
    assert files(reaper) == []


@pytest.mark.parametrize("way", ["escape", "window closed", "button"])
def test_cancelling_asks_the_command_to_stop_and_waits_for_it(reaper: Fake, way: str) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    slow.write(row("begin", "pid=1"))
    slow.tick(2)
    gfx = reaper.fake.gfx
    if way == "escape":
        gfx.key = 27
    elif way == "window closed":
        gfx.is_open = False
    else:
        gfx.mouse_x, gfx.mouse_y, gfx.mouse_cap = 330, 60, 1
    assert slow.tick(2)
    assert os.path.exists(f"{slow.stem}.cancel")
    slow.write(row("error", "kind=Cancelled", "message=cancelled") + done(130))
    assert not slow.tick(2)
    assert reaper.messages == []
    assert files(reaper) == []
    assert reaper.undo_names == []


def test_a_click_beside_the_button_cancels_nothing(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    gfx = reaper.fake.gfx
    gfx.mouse_x, gfx.mouse_y, gfx.mouse_cap = 10, 60, 1
    slow.tick()
    gfx.mouse_x = 330  # dragged onto it
    slow.tick()
    assert not os.path.exists(f"{slow.stem}.cancel")


def test_an_action_that_is_ended_asks_its_command_to_stop(reaper: Fake) -> None:
    """The command still has to find the request to stop, so nothing is tidied then."""
    slow = Slow(reaper)
    reaper.begin(ACTION)
    slow.write(row("begin", "pid=1"))
    slow.tick(2)
    reaper.fake.at_exit()
    assert os.path.exists(f"{slow.stem}.cancel")
    assert not slow.tick(5)
    assert reaper.messages == []
    assert not reaper.fake.gfx.is_open


def test_what_was_left_behind_is_swept_after_a_day(reaper: Fake) -> None:
    folder = reaper.folder / "Data" / "Cuebridge"
    folder.mkdir(parents=True)
    for name in ("job-20200101000000-1-1.request", "job-29990101000000-1-1.answer", "mine.txt"):
        (folder / name).touch()
    offer(reaper, made())
    reaper.run(ACTION)
    assert files(reaper) == ["job-29990101000000-1-1.answer", "mine.txt"]


def test_a_command_that_never_answers_is_given_up(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    for _ in range(60 * 31):
        if not slow.tick():
            break
    assert "did not start" in reaper.messages[-1]
    assert "cuebridge doctor" in reaper.messages[-1]


def ticks_of(slow: Slow, most: int) -> int:
    """How many ticks the action lives, at 30 a second."""
    for count in range(most):
        if not slow.tick():
            return count
    raise AssertionError(f"still there after {most} ticks")


def test_a_command_that_dies_is_noticed(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    slow.write(row("begin", "pid=1"))
    for _ in range(3):  # a minute of work, with signs of life
        assert slow.tick(20 * 30)
        slow.write(row("alive"))
    assert 29 * 30 <= ticks_of(slow, 40 * 30) <= 31 * 30
    assert "not heard of any more" in reaper.messages[-1]
    assert os.path.exists(f"{slow.stem}.cancel")  # for one that is there after all


@pytest.mark.parametrize("words", ["", row("begin", "pid=1")], ids=["before it began", "after it began"])
def test_cancelling_a_command_that_is_dead_ends_the_action(reaper: Fake, words: str) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    if words:
        slow.write(words)
    slow.tick(2)
    reaper.fake.gfx.key = 27
    assert 9 * 30 <= ticks_of(slow, 20 * 30) <= 11 * 30
    assert reaper.messages == []
    assert os.path.exists(f"{slow.stem}.cancel")


def test_a_computer_that_slept_is_no_silence(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    slow.write(row("begin", "pid=1"))
    slow.tick(2)
    reaper.fake.now_s += 3600
    assert slow.tick(30)
    slow.write(done(1))
    assert not slow.tick()


def test_an_end_without_a_reason(reaper: Fake) -> None:
    slow = Slow(reaper)
    reaper.begin(ACTION)
    slow.write(done(1))
    slow.tick()
    assert reaper.messages == ["The cuebridge command ended with code 1."]


def test_nothing_is_waited_for_and_no_shell_is_used(reaper: Fake) -> None:
    offer(reaper, made())
    reaper.run(ACTION)
    lines = [line.decode() for line in reaper.fake.processes.values()]
    assert all(line.startswith(f'"{reaper.command}" mailbox "{reaper.folder}') for line in lines)


def host(reaper: Fake) -> object:
    reaper.begin("Remove last score")
    return reaper.module("host")


def test_the_installers_note_comes_first(reaper: Fake, tmp_path: Path) -> None:
    found = host(reaper)
    program = tmp_path / "venv ü" / "python"
    program.parent.mkdir()
    program.touch()
    (tmp_path / "command.txt").write_text(f"{program}\n-m\nbridge\n", encoding="utf-8")
    words = found.command(f"{tmp_path}/".encode())  # type: ignore[attr-defined]
    assert [word.decode() for word in words.values()] == [str(program), "-m", "bridge"]
    program.unlink()  # an environment that has moved
    words = found.command(f"{tmp_path}/".encode())  # type: ignore[attr-defined]
    assert [word.decode() for word in words.values()] == [str(reaper.command)]


def test_the_user_is_asked_where_the_command_is_and_remembered(
    reaper: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    reaper.fake.ext_state = reaper.lua.table()
    offer(reaper, made())
    reaper.say("files", str(reaper.command))
    reaper.run(ACTION)
    assert reaper.messages == []
    assert reaper.fake.ext_state[b"cuebridge/command"] == str(reaper.command).encode()
    assert reaper.fake.persisted[b"cuebridge/command"]
    reaper.fake.ext_state = reaper.lua.table()
    reaper.say("files", False)
    reaper.run(ACTION)
    assert reaper.messages == []


@pytest.mark.parametrize(
    ("system", "joined"),
    [
        ("Win64", b"C:\\REAPER (x64)\\Data\\Cuebridge"),
        ("macOS-arm64", b"C:\\REAPER (x64)/Data/Cuebridge"),
        ("Other", b"C:\\REAPER (x64)/Data/Cuebridge"),
    ],
)
def test_paths_have_the_systems_separator(reaper: Fake, system: str, joined: bytes) -> None:
    found = host(reaper)
    reaper.set(os=system)
    assert found.join(b"C:\\REAPER (x64)", b"Data", b"Cuebridge") == joined  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("Win32", b"windows"),
        ("Win64", b"windows"),
        ("OSX64", b"macos"),
        ("macOS-arm64", b"macos"),
        ("Other", b"linux"),
    ],
)
def test_systems_by_name(reaper: Fake, name: str, system: bytes) -> None:
    found = host(reaper)
    reaper.set(os=name)
    assert found.system() == system  # type: ignore[attr-defined]


def test_a_quote_in_a_path_is_refused_with_what_to_do(start: Start) -> None:
    found = host(start())
    with pytest.raises(Exception):  # noqa: B017 (a Lua table, whatever lupa makes of it)
        found.quoted(b'a"b')  # type: ignore[attr-defined]


def test_colours_are_in_the_systems_order(reaper: Fake) -> None:
    offer(reaper, made())
    reaper.run(ACTION)
    reaper.set(os="Win64")
    marks = reaper.module("marks")
    assert marks.native(reaper.lua.table_from([1, 2, 3])) == 0x1030201
    reaper.set(os="Other")
    assert marks.native(reaper.lua.table_from([1, 2, 3])) == 0x1010203
