"""The fake REAPER from Python: a script's Lua state, its project, and a stand-in for `cuebridge`."""

from __future__ import annotations

import importlib
import json
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bridge.cli.arguments import parse
from bridge.rows import fields_of, row

HERE = Path(__file__).parent
PLUGIN = HERE.parent
LUAS = ("lua53", "lua54")
SIGNATURES = Path(__file__).parents[4] / "shared" / "reference"
NEWER_MARKS = (
    "AddRegionOrMarker", "GetNumRegionsOrMarkers", "GetRegionOrMarker", "GetRegionOrMarkerInfo_Value",
    "SetRegionOrMarkerInfo_Value", "GetSetRegionOrMarkerInfo_String",
)  # fmt: skip
VERSION_6 = (*NEWER_MARKS, "InsertTrackInProject", "set_action_options")
OFFERS = ("Describe", "StartScore", "WatchJob", "CancelJob", "GetScore", "ListScores", "Export")
# Commands that an older daemon does not offer; see `test_offers.py`.
OPTIONAL = {"revise": "Revise", "complement": "Complement"}
MAX_TICKS = 5000

# What a stand-in for one command says: its rows, made of the arguments; it may write files as well.
Answer = Callable[[list[str]], Sequence[str]]


@cache
def lists() -> dict[str, Any] | None:
    """The published functions of REAPER, by name; None where they are not at hand."""
    path = SIGNATURES / "sdk_all_signatures.json"
    if not path.exists():
        return None
    merged: dict[str, Any] = json.loads(path.read_text())
    merged.update(json.loads((SIGNATURES / "reascript_signatures.json").read_text())["functions"])
    return merged


class Fake:
    """One REAPER with one script in it.

    Args:
        lua: "lua53" or "lua54".
        folder: its resource folder; commands' files pass through it.
        without: functions that this version lacks.
    """

    def __init__(self, lua: str, folder: Path, without: Sequence[str] = ()) -> None:
        self.lua = importlib.import_module(f"lupa.{lua}").LuaRuntime(
            encoding=None, unpack_returned_tuples=True
        )
        known = lists()
        listed = self.lua.table_from({name.encode(): True for name in known}) if known else None
        start = self.lua.eval(b"function(path, ...) return assert(loadfile(path))(...) end")
        self.fake = start(str(HERE / "fake" / "init.lua").encode(), str(HERE / "fake").encode(), listed)
        self.answers: dict[str, Answer] = {"describe": self._describe}
        self.asked: list[list[str]] = []
        self.offers: tuple[str, ...] = OFFERS
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.command = folder / "cuebridge tool" / "cuebridge"
        self.command.parent.mkdir(exist_ok=True)
        self.command.touch()
        self.set(resource=str(folder))
        self.fake.ext_state[b"cuebridge/command"] = str(self.command).encode()
        self.fake.execute = self._execute
        self.fake.make_folder = self._make_folder
        self.fake.list_folder = self._list_folder
        self.fake.remove(self.lua.table_from([name.encode() for name in without]))
        self._start = start

    # Lua's texts are bytes here, so that MIDI and paths pass unharmed.

    def set(self, **values: object) -> None:
        """Set plain fields of the fake."""
        for key, value in values.items():
            self.fake[key.encode()] = value.encode() if isinstance(value, str) else value

    @property
    def project(self) -> Any:
        """The project's Lua table; keys are bytes."""
        return self.fake.project

    def settings(self, **values: object) -> None:
        for key, value in values.items():
            self.project.settings[key.encode()] = value

    def say(self, kind: str, *values: object) -> None:
        """Answers to dialogs, in order; kind is boxes, inputs, files or menu."""
        queue = self.fake.answers[kind.encode()]
        for value in values:
            queue[len(queue) + 1] = value.encode() if isinstance(value, str) else value

    @property
    def messages(self) -> list[str]:
        return [text.decode() for text in self.fake.messages.values()]

    @property
    def undo_names(self) -> list[str]:
        return [step.name.decode() for step in self.fake.undo.values()]

    def snapshot(self) -> Any:
        return self.fake.snapshot()

    def difference(self, before: Any) -> str | None:
        """Where the project differs from a snapshot, or None."""
        found = self.fake.difference(before, self.project)
        return found.decode() if found else None

    def tempo(self, *markers: tuple[float, float, int, int, bool]) -> None:
        """Give the project a map of (seconds, bpm, numerator or 0, denominator or 0, linear)."""
        table = self.project.map.markers
        for t, bpm, num, den, linear in markers:
            fields = {
                b"t": t,
                b"bpm": bpm,
                b"num": num,
                b"den": den,
                b"linear": linear,
                b"flags": int(num > 0),
            }
            table[len(table) + 1] = self.lua.table_from(fields)

    def track(self, name: str, timebase: int = -1) -> Any:
        track = self.fake.new_track(len(self.project.tracks), name.encode())
        track.timebase = timebase
        return track

    def item(self, track: Any, from_s: float, length: float, timebase: int = -1, **take: object) -> Any:
        fields = {
            key.encode(): value.encode() if isinstance(value, str) else value for key, value in take.items()
        }
        item = self.fake.new_item(track, from_s, length, self.lua.table_from(fields))
        item.timebase = timebase
        return item

    def video(
        self, track: Any, from_s: float, length: float, file: str, offset: float = 0.0, rate: float = 1.0
    ) -> Any:
        source = self.lua.table_from({b"type": b"VIDEO", b"file": file.encode()})
        name = file.replace("\\", "/").rpartition("/")[2]
        take = {"kind": "file", "name": name, "source": source, "start": offset, "rate": rate}
        return self.item(track, from_s, length, **take)

    def run(self, action: str, until: Callable[[], bool] = lambda: False) -> None:
        """Run an action's file to its end, or until told to stop looking."""
        self.begin(action)
        for _ in range(MAX_TICKS):
            if until() or not self.fake.tick():
                return
        raise AssertionError(f"{action} never ends: {self.fake.gfx.words}")

    def begin(self, action: str) -> None:
        """Start an action as REAPER does: a Lua state of its own modules, everything else as it was."""
        self.fake.deferred = self.lua.table()
        self.lua.globals()[b"reaper"] = self.fake.reaper
        self.lua.globals()[b"gfx"] = self.fake.gfx
        self.lua.execute(
            b"for name in pairs(package.loaded) do"
            b" if name:find('^cuebridge%.') then package.loaded[name] = nil end end"
        )
        self._start(str(PLUGIN / f"Cuebridge_{action}.lua").encode())

    def module(self, name: str) -> Any:
        """One of the action's modules, as it was loaded by the last `begin`."""
        return self.lua.eval(f"(require('cuebridge.{name}'))".encode())

    def _execute(self, line: bytes, timeout_ms: int) -> bytes:
        command, word, stem = shlex.split(line.decode())
        assert (command, word) == (str(self.command), "mailbox"), line
        assert timeout_ms < 0, "a command that is waited for stops REAPER"
        request = Path(f"{stem}.request").read_bytes().decode()
        words = [fields_of(text)[0] for text in request.split("\n") if text]
        self.asked.append(words)
        if words[0] not in OPTIONAL:
            parse(words)  # a word list that the command line does not take never runs
        answer = self.answers.get(words[0])
        rows = answer(words) if answer else fault(f"{words[0]} is not a command here")
        with open(f"{stem}.answer", "w", encoding="utf-8", newline="\n") as file:
            file.writelines([row("begin", "pid=1"), *rows])
        return b"0\n"

    def _describe(self, words: list[str]) -> list[str]:
        offers = [f"offers.{index}={call}" for index, call in enumerate(self.offers)]
        return [row("describe", "version=0.1.0", *offers), done()]

    @staticmethod
    def _make_folder(path: bytes) -> int:
        os.makedirs(path, exist_ok=True)
        return 1

    @staticmethod
    def _list_folder(path: bytes, index: int) -> bytes | None:
        names = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
        return names[index] if index < len(names) else None


def done(code: int = 0) -> str:
    return row("end", f"exit_code={code}")


def fault(message: str, kind: str = "InputError", code: int = 2) -> list[str]:
    return [row("error", f"kind={kind}", f"message={message}"), done(code)]


def serve_rows(data: bytes) -> Answer:
    """A command that writes these rows where it is told to."""

    def answer(words: list[str]) -> Iterator[str]:
        Path(words[words.index("--reaper-lines") + 1]).write_bytes(data)
        yield row("progress", "stage=composing", "done=1", "total=2")
        yield row("result", "take=1")
        yield done()

    return lambda words: list(answer(words))


def serve_takes(*takes: tuple[str, str, int]) -> Answer:
    """`cuebridge takes` with (id, name, number), the newest first."""
    rows = [
        row("take", f"take_id={take_id}", f"name={name}", f"take={number}", "when=2026-11-21 15:00")
        for take_id, name, number in takes
    ]
    return lambda words: [*rows, done()]
