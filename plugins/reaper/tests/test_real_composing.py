"""The actions with the real command, mailbox, daemon and composing behind them; only the models are small."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mido
import pytest

from bridge import composing, performing, writing
from bridge.config import Settings
from bridge.daemon.options import Options
from bridge.daemon.scorer import Line
from bridge.daemon.server import Daemon
from bridge.progress import Progress
from bridge.schema.performance import Performance, PlayedNote, Track
from bridge.schema.record import Origin, Record
from bridge.schema.score import PartRole
from plugins.reaper.tests.conftest import Start
from plugins.reaper.tests.host import PLUGIN, Fake
from plugins.reaper.tests.played import Heard, notes, ours, tracks
from plugins.reaper.tests.work import Watch
from tests.composing.forms import Scene, build
from tests.daemon.scorers import Scored
from tests.make_models import write_models

ROOT = PLUGIN.parents[1]
ANOTHER, COMPLEMENT = "Another take of time selection", "Complement selected items"
# Only a limit for a machine under heavy load.
PATIENCE_S = 120


class Composer(Line):
    """The real line, but whatever the source, this cue is scored; `many` gives it so many notes more."""

    def __init__(self, many: int = 0) -> None:
        scene = Scene(8, valence=0.6, energy=0.5, layers=("inner", "bass", "pad"), palette="strings")
        self.cues, self.form = build(scene, scene, Scene(24), bpm=120)
        self.many = many

    def score(self, source: Path, settings: Settings, progress: Progress) -> Scored:
        written = composing.compose(self.cues, self.form, settings, composing.load_models(), progress)
        played = performing.perform(written, self.form, self.cues, settings)
        if self.many:
            step = self.form.end_tick // (self.many // 2)
            extra = tuple(
                Track(
                    f"More {part}", PartRole.ACCOMPANIMENT, 10 + part, 12,
                    tuple(PlayedNote(i * step, 5, 40 + i % 40, 64) for i in range(self.many // 2)),
                )
                for part in range(2)
            )  # fmt: skip
            played = Performance((*played.tracks, *extra))
        record = Record({plot.id: Origin(settings.seed) for plot in self.cues.plots}, written.palette)
        files = writing.write(
            source, source.stem, None, self.cues, self.form, written, played, record, progress
        )
        return Scored(source.stem, "f", files, {"roles": {t.name: t.role.value for t in played.tracks}})


@pytest.fixture(scope="module")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_models(tmp_path_factory.mktemp("models"))


Begin = Callable[[int], Fake]


@pytest.fixture
def connected(
    start: Start, tmp_path: Path, small_models: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Begin]:
    """REAPERs whose commands are real processes, and a daemon for them that composes."""
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUEBRIDGE_MODELS", str(small_models))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    processes: list[subprocess.Popen[bytes]] = []
    running: list[Daemon] = []

    def execute(line: bytes, timeout_ms: int) -> bytes:
        _, *words = shlex.split(line.decode())
        command = [sys.executable, "-m", "bridge", *words]
        processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return b"0\n"

    def begin(many: int) -> Fake:
        running.append(Daemon(Options(), Composer(many)))
        reaper = start()
        reaper.fake.execute = execute
        return reaper

    yield begin
    for process in processes:
        assert process.wait(PATIENCE_S) in (0, 2)
    for each in running:
        each.close()


def drive(reaper: Fake, action: str, watch: Callable[[], None] = lambda: None) -> None:
    reaper.begin(action)
    watch()
    until_s = time.monotonic() + PATIENCE_S
    while reaper.fake.tick():
        watch()
        assert time.monotonic() < until_s, reaper.messages
        time.sleep(0.01)
    watch()


def scored_project(reaper: Fake, folder: Path) -> None:
    """A project with a film, scored and inserted from 0 s."""
    folder.mkdir()
    reaper.set(project_file=str(folder / "Film.RPP"))
    reaper.video(reaper.track("film"), 0.0, 80.0, str(folder / "a.mp4"))
    reaper.say("inputs", "calm\n5")
    drive(reaper, "Score this project's video")
    assert reaper.messages == []


def sounding(reaper: Fake) -> dict[str, list[tuple[float, int]]]:
    """What is heard of our tracks, muted items left out: (seconds, pitch) by part."""
    found: dict[str, list[tuple[float, int]]] = {}
    for part in ours(reaper):
        heard: list[tuple[float, int]] = []
        for item in part[b"items"].values():
            if not item.mute:
                heard += [(n.start_s, n.pitch) for n in inside(reaper, item)]
        found[part.name.decode()] = sorted(heard)
    return found


def inside(reaper: Fake, item: Any) -> list[Heard]:
    """The notes that begin inside an item: what lies beyond a split's edge is in its take still."""
    skipped_s = (getattr(item.takes[1], "skipped_qn", None) or 0.0) * 0.5  # quarters of half a second
    from_s, to_s = item[b"from"], item[b"from"] + item.length
    return [
        Heard(n.start_s - skipped_s, n.end_s - skipped_s, n.pitch, n.start, n.end, 0, 0)
        for n in notes(reaper, item)
        if from_s - 1e-6 <= n.start_s - skipped_s < to_s - 1e-6
    ]


def test_the_actions_are_shown_once_any_action_has_run(connected: Begin, tmp_path: Path) -> None:
    reaper = connected(0)
    scored_project(reaper, tmp_path / "P")
    shown = {Path(path.decode()).stem for path in dict(reaper.fake.actions)}
    assert shown == {f"Cuebridge_{ANOTHER}", f"Cuebridge_{COMPLEMENT}"}


Sounding = dict[str, list[tuple[float, int]]]


def outside(heard: Sounding) -> Sounding:
    """What begins outside the second of three plots, 16 to 32 s."""
    kept = {k: [n for n in v if not 16 - 1e-3 <= n[0] < 32 - 1e-3] for k, v in heard.items()}
    return {name: own for name, own in kept.items() if own}


def same_outside(after: Sounding, before: Sounding) -> None:
    assert outside(after).keys() == outside(before).keys()
    for name, own in outside(before).items():
        assert outside(after)[name] == [pytest.approx(each, abs=1e-6) for each in own], name


def test_another_take_changes_its_plot_and_nothing_else(connected: Begin, tmp_path: Path) -> None:
    """Composed, inserted and compared by seconds and pitch."""
    reaper = connected(0)
    scored_project(reaper, tmp_path / "P")
    before = sounding(reaper)
    reaper.project.selection = reaper.lua.table_from([20.0, 21.0])
    snapshot = reaper.snapshot()
    reaper.say("inputs", "busy, more cello")
    drive(reaper, ANOTHER)
    assert reaper.messages == []
    after = sounding(reaper)

    same_outside(after, before)
    assert sum(map(len, outside(before).values())) > 50
    assert {k: set(v) for k, v in after.items()} != {k: set(v) for k, v in before.items()}
    assert (tmp_path / "P" / "Cuebridge" / "Film.v002.mid").exists()
    # The next one is another take of this one; each is one step to undo.
    reaper.say("inputs", "calm")
    drive(reaper, ANOTHER)
    assert reaper.messages == []
    same_outside(sounding(reaper), before)
    assert (tmp_path / "P" / "Cuebridge" / "Film.v003.mid").exists()
    assert reaper.fake.do_undo() == 1
    assert reaper.fake.do_undo() == 1
    assert reaper.difference(snapshot) is None


def test_what_the_command_refuses_is_said_and_nothing_is_written(connected: Begin, tmp_path: Path) -> None:
    reaper = connected(0)
    scored_project(reaper, tmp_path / "P")
    reaper.project.selection = reaper.lua.table_from([20.0, 21.0])
    before = reaper.snapshot()
    reaper.say("inputs", "slower")
    drive(reaper, ANOTHER)
    assert "keeps the tempo map" in reaper.messages[-1]
    assert reaper.difference(before) is None


def musician(reaper: Fake, count: int) -> None:
    """Bass and drums of a musician's own on two tracks, `count` notes in all, selected, from 2 s on."""
    for name, pitches in (("Drums", (36, 42)), ("Bass", (33, 29, 36, 31))):
        track = reaper.track(name)
        length = 40.0
        item = reaper.item(track, 2.0, length, kind="midi", ppq=960, events=reaper.lua.table(), sets=1)
        ticks = round(length * 2 * 960)
        step = ticks // (count // 2)
        events = item.takes[1].events
        for index in range(count // 2):
            pitch = pitches[index * step // 3840 % len(pitches)]
            for ppq, status in ((index * step, 0x90), (index * step + max(1, step // 2), 0x80)):
                event = {b"ppq": ppq, b"flag": 0, b"message": bytes((status, pitch, 90))}
                events[len(events) + 1] = reaper.lua.table_from(event)
        end = {b"ppq": ticks, b"flag": 0, b"message": b"\xb0\x7b\x00"}
        events[len(events) + 1] = reaper.lua.table_from(end)
        item.selected = True


def test_complement_adds_parts_and_leaves_the_rest(connected: Begin, tmp_path: Path) -> None:
    reaper = connected(0)
    reaper.set(project_file=str(tmp_path / "Song.RPP"))
    reaper.tempo((0.0, 120.0, 4, 4, False))
    musician(reaper, 320)
    before = reaper.snapshot()
    mine = [track.name.decode() for track in tracks(reaper)]
    reaper.say("inputs", "piano,strings")
    drive(reaper, COMPLEMENT)
    assert reaper.messages == []
    names = {part.name.decode(): part for part in ours(reaper)}
    assert set(names) == {"Piano", "Strings"}
    for part in names.values():
        (item,) = part[b"items"].values()
        heard = notes(reaper, item)
        assert len(heard) > 10
        assert all(2.0 - 1e-6 <= note.start_s < 43.0 for note in heard)
    assert [t.name.decode() for t in tracks(reaper) if t.name.decode() in mine] == mine
    made = tmp_path / "Cuebridge" / "Song complement.mid"
    given, *_ = [t for t in mido.MidiFile(file=io.BytesIO(made.read_bytes())).tracks if "Drums" in t.name]
    assert sum(message.type == "note_on" for message in given) == 160
    assert reaper.fake.do_undo() == 1
    assert reaper.difference(before) is None


@pytest.mark.parametrize("start", ["lua54"], indirect=True)
def test_twenty_thousand_notes_through_another_take(connected: Begin, tmp_path: Path) -> None:
    reaper = connected(20_000)
    scored_project(reaper, tmp_path / "P")
    assert sum(map(len, sounding(reaper).values())) > 20_000
    reaper.project.selection = reaper.lua.table_from([20.0, 21.0])
    reaper.say("inputs", "")
    watch = Watch(reaper)
    drive(reaper, ANOTHER, watch)
    assert reaper.messages == []
    fresh = [i for part in ours(reaper) for i in part[b"items"].values() if b"take 2" in i.takes[1].name]
    watch.check("Another take of 20,000 notes", 60_000, fresh)
    outside = [n for own in sounding(reaper).values() for n in own if not 16 <= n[0] < 32]
    assert len(outside) > 10_000


@pytest.mark.parametrize("start", ["lua54"], indirect=True)
def test_twenty_thousand_notes_are_complemented(connected: Begin) -> None:
    reaper = connected(0)
    reaper.tempo((0.0, 120.0, 4, 4, False))
    musician(reaper, 20_000)
    reaper.say("inputs", "piano")
    watch = Watch(reaper)
    drive(reaper, COMPLEMENT, watch)
    assert reaper.messages == []
    fresh = [item for part in ours(reaper) for item in part[b"items"].values()]
    watch.check("Complement of 20,000 notes", 80_000, fresh)
    assert [part.name.decode() for part in ours(reaper)] == ["Piano"]
