"""An editor's desk: a fake Resolve, our scripts as they are installed, and a stand-in for the command."""

from __future__ import annotations

import contextlib
import io
import json
import math
import subprocess
import types
import wave
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from bridge.installing.resolve_script import one_file
from tests.fake_resolve import FakeResolve

PLUGIN = Path(__file__).resolve().parents[1]
SCRIPTS = ("Score timeline", "Remove last score", "Revise score")
COMMAND = ("/opt/cue bridge/python", "-m", "bridge")


@cache
def source_of(name: str, scores: str = "", record: bool = False, command: tuple[str, ...] = COMMAND) -> str:
    """A script as it is installed."""
    settings = {"COMMAND": list(command), "VERSION": "1.2.3", "SCORES": scores, "RECORD": record}
    return one_file(PLUGIN / f"{name}.py", settings)


@cache
def code_of(name: str, scores: str, record: bool) -> types.CodeType:
    return compile(source_of(name, scores, record), f"{name}.py", "exec")


def outside(snapshot: Any) -> Any:
    """A snapshot without what is ours, by the names that a person would go by."""
    for project in snapshot["projects"]:
        project["root"]["bins"] = [each for each in project["root"]["bins"] if each["name"] != "Score"]
        for timeline in project["timelines"]:
            tracks = timeline["tracks"]["audio"]
            timeline["tracks"]["audio"] = [t for t in tracks if not t["name"].startswith("SCORE v")]
            marks = timeline["markers"].items()
            timeline["markers"] = {f: m for f, m in marks if not m["customData"].startswith("cuebridge:")}
    return snapshot


class Desk:
    """One Resolve and its user.

    Attributes:
        hits: frames of the hits that the command will find.
        plots: (first frame, frame after the last) of its plots; the whole cue without them.
        sound: whether the command writes sound; `suffixes` is what it says it writes.
        fails: an error event, in the place of a result.
        meanwhile: called while the command runs.
    """

    def __init__(self, host: FakeResolve, scores: Path) -> None:
        self.host, self.scores = host, scores
        self.hits: tuple[int, ...] = (48, 96, 144)
        self.plots: tuple[tuple[int, int], ...] = ()
        self.sound, self.tail_frames = True, 24
        self.suffixes = ["mid", "cues.json", "otio", "png", "rpp", "wav"]
        self.offers = ["StartScore", "Revise"]
        self.fails: dict[str, Any] | None = None
        self.meanwhile: Callable[[], object] = lambda: None
        self.commands: list[list[str]] = []
        self.sent: list[Any] = []
        self.shown: list[str] = []
        self.record = False
        self.code = 0  # what a script that was started outside Resolve ended with
        self.way = "resolve"

    @property
    def timeline(self) -> Any:
        """The current timeline's state."""
        return self.host.state.project.timeline  # type: ignore[union-attr]

    def run(self, name: str = "Score timeline") -> str:
        """Run a script from the menu; what it printed."""
        given: dict[str, Any] = {
            "resolve": {"resolve": self.host.resolve},
            "bmd": {"bmd": types.SimpleNamespace(scriptapp=lambda name: self.host.resolve)},
            "app": {"app": self.host.fusion},
            "broken": {"bmd": types.SimpleNamespace(scriptapp=_raise), "app": self.host.fusion},
            "none": {},
        }[self.way]
        return self._run(name, given)

    def run_against(self, resolve: Any, name: str = "Score timeline") -> str:
        """Run a script with another Resolve, such as a trace."""
        return self._run(name, {"resolve": resolve})

    def _run(self, name: str, given: dict[str, Any]) -> str:
        out = io.StringIO()
        with mock.patch.object(subprocess, "Popen", self._popen), contextlib.redirect_stdout(out):
            self.code = 0
            try:
                exec(code_of(name, str(self.scores), self.record), {**given, "__name__": "__main__"})
            except SystemExit as end:
                assert self.way == "none"  # in Resolve a script just ends
                self.code = int(str(end.code))
        return out.getvalue()

    def tracks(self) -> list[Any]:
        """Our tracks' state."""
        return [track for track in self.timeline.tracks["audio"] if track.name.startswith("SCORE")]

    def marks(self) -> dict[int, Any]:
        """Our markers' state."""
        found = self.timeline.markers.items()
        return {frame: about for frame, about in found if about["customData"].startswith("cuebridge:")}

    def words(self, command: str) -> list[str]:
        """The last command line of a name."""
        return [words for words in self.commands if words[0] == command][-1]

    def _popen(self, line: list[str], **more: Any) -> Any:
        if tuple(line[: len(COMMAND)]) != COMMAND:
            self.shown.append(line[-1])
            return None
        words = line[len(COMMAND) :]
        self.commands.append(words)
        assert words[-1] == "--json"
        assert not any(name.startswith("LD_") or name == "PYTHONHOME" for name in more["env"])
        events = list(self._answer(words))
        data = "".join(json.dumps(event) + "\n" for event in events).encode()
        code = 2 if events[-1]["event"] == "error" else 0
        return types.SimpleNamespace(
            stdout=io.BytesIO(data), poll=lambda: code, wait=lambda: code, terminate=lambda: None
        )

    def _answer(self, words: list[str]) -> Iterator[dict[str, Any]]:
        if words[0] == "describe":
            yield {"event": "describe", "offers": self.offers, "suffixes": self.suffixes}
            return
        yield {"event": "progress", "stage": "composing", "done": 1, "total": 2}
        self.meanwhile()
        if self.fails is not None:
            yield {"event": "error", **self.fails}
            return
        given = dict(zip(words[2:], words[3:]))  # each word and the one after it
        source, folder = Path(words[1]), Path(given["-o"])
        assert source.is_file()
        folder.mkdir(parents=True, exist_ok=True)
        if "--markers" in given:
            self.sent.append(json.loads(Path(given["--markers"]).read_text(encoding="utf-8"))["markers"])
        name = source.name.removesuffix(".cues.json").removesuffix(".mid")
        name = Path(name).stem if words[0] == "score" else name.split(".v0")[0]
        yield self._result(folder, name, given)

    def _picture_frames(self) -> int:
        """Where a cue ends without marks: with the picture, however long a score rings on after it."""
        items = [item for track in self.timeline.tracks["video"] for item in track.items]
        return max(item.end for item in items) - int(self.timeline.start_frame)

    def _result(self, folder: Path, name: str, given: dict[str, str]) -> dict[str, Any]:
        number = 1
        while (folder / f"{_stem(name, number)}.cues.json").exists():
            number += 1
        stem = folder / _stem(name, number)
        first = int(given.get("--in", 0))
        after = int(given.get("--out", self._picture_frames()))
        plots = self.plots or ((first, after),)
        sheet = {
            "cue_start_frame": first, "cue_end_frame": after,
            "hits": [
                {"id": f"h{i:03d}", "frame": frame, "met": True, "error_frames": 0.2, "rung": "tempo"}
                for i, frame in enumerate(self.hits, 1) if first < frame < after
            ],
            "plots": [
                {"id": f"p{i}", "start_frame": a, "end_frame": b, "label": "climax", "words": ""}
                for i, (a, b) in enumerate(plots, 1)
            ],
        }  # fmt: skip
        files = {suffix: f"{stem}.{suffix}" for suffix in ("mid", "cues.json", "otio")}
        Path(files["mid"]).write_bytes(b"MThd")
        Path(files["otio"]).write_bytes(b"{}")
        Path(files["cues.json"]).write_text(json.dumps(sheet), encoding="utf-8")
        if self.sound and "--audio" in given:
            files["wav"] = f"{stem}.wav"
            seconds = (after - first + self.tail_frames) / self.timeline.rate
            _wav(Path(files["wav"]), float(seconds))
            Path(f"{stem}.stems").mkdir(exist_ok=True)
            for part in ("Bass", "Strings ü"):
                files[f"stems/{part}.wav"] = f"{stem}.stems/{part}.wav"
                _wav(Path(files[f"stems/{part}.wav"]), float(seconds))
        problem = {} if self.sound else {"audio": {"problem": "no soundfont was found"}}
        return {"event": "result", "take": number, "files": files, "summary": problem}


def _raise(*_: object) -> None:
    raise RuntimeError("no connection")


def _stem(name: str, number: int) -> str:
    return name if number == 1 else f"{name}.v{number:03d}"


def _wav(path: Path, seconds: float) -> None:
    path.write_bytes(_silence(math.ceil(1000 * seconds)))


@cache
def _silence(samples: int) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(1000)
        file.writeframes(bytes(samples))
    return data.getvalue()
