"""Score this project's video: what Cuebridge reads from the timeline that the action writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.cli.arguments import parse
from bridge.config import Settings
from bridge.progress import Progress
from bridge.reading import read_timeline
from plugins.reaper.tests.conftest import Start, offer
from plugins.reaper.tests.host import Fake
from plugins.reaper.tests.played import ours
from plugins.reaper.tests.scores import made

ACTION = "Score this project's video"
REPLACE = 7


def project(reaper: Fake, folder: Path, fps: float = 24_000 / 1001) -> Path:
    """A film cut in three, the second slowed down, a title track above, a muted one; markers and regions."""
    folder.mkdir(exist_ok=True)
    film = folder / "Mein Film #1 (ä) 100%.mp4"
    film.touch()
    reaper.set(project_file=str(folder / "Szene 7.rpp"))
    reaper.settings(fps=fps, offset=3600.0)
    frame = 1001 / 24_000 if fps < 24 else 1 / fps
    title, picture, muted = reaper.track("titles"), reaper.track("film"), reaper.track("old cut")
    muted.mute = True
    reaper.video(picture, 24 * frame, 48 * frame, str(film), offset=2.0)
    reaper.video(picture, 72 * frame, 48 * frame, str(film), offset=10.0, rate=0.5)
    reaper.video(picture, 120 * frame, 120 * frame, str(film), offset=20.0)
    reaper.video(title, 100 * frame, 24 * frame, str(folder / "missing.mov"))
    reaper.video(muted, 0.0, 60.0, str(film))
    reaper.item(title, 1.0, 5.0, kind="midi")
    reaper.fake.new_mark(False, 150 * frame, 150 * frame, b'must: "door"\\', 1, 0)
    reaper.fake.new_mark(True, 72 * frame, 120 * frame, b"tense, strings", 1, 0)
    return film


def answered(reaper: Fake, start: int = 24) -> None:
    offer(reaper, made(parts=2, start=start))
    reaper.say("inputs", "tense, dark\n7")
    reaper.say("boxes", REPLACE)


def test_the_timeline_is_the_projects_picture(reaper: Fake, tmp_path: Path) -> None:
    film = project(reaper, tmp_path / "Projekt ü")
    answered(reaper)
    reaper.run(ACTION)
    assert len(reaper.messages) == 1, reaper.messages  # the question about the MIDI item
    words = reaper.asked[-1]
    source = Path(words[1])
    assert source == tmp_path / "Projekt ü" / "Cuebridge" / "timeline" / "Szene 7.otio"
    assert words[2:4] == ["-o", str(tmp_path / "Projekt ü" / "Cuebridge")]
    options = dict(zip(words[4::2], words[5::2]))
    assert "--brief=tense, dark" in words
    assert (options["--in"], options["--out"], options["--seed"]) == ("24", "240", "7")
    assert options["--fps"] == "24000/1001"
    settings = Settings(mark_in=options["--in"], mark_out=options["--out"], fps=options["--fps"])
    timeline = read_timeline(source, settings, Progress())
    assert timeline.rate == Fraction(24_000, 1001)
    assert (timeline.cue_start_frame, timeline.cue_end_frame) == (24, 240)
    cuts = [point.frame for point in timeline.edit_points]
    assert cuts == [72, 100, 124]  # the one at 120 lies under the title
    shots = {shot.start_frame: shot for shot in timeline.shots}
    first, slow = shots[24], shots[72]
    assert first.media is not None
    assert first.media.path == film
    assert float(first.media.knots[0].media_s) == pytest.approx(2.0)
    assert slow.media is not None
    length = slow.media.knots[-1].media_s - slow.media.knots[0].media_s
    assert float(length) == pytest.approx(float(slow.length_frames / timeline.rate / 2), abs=1e-6)
    marks = {marker.name: (marker.frame, marker.duration_frames) for marker in timeline.markers}
    assert marks == {'must: "door"\\': (150, 0), "tense, strings": (72, 48)}


def test_the_score_lies_under_the_picture_it_was_made_for(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path / "p")
    answered(reaper)
    reaper.run(ACTION)
    starts = [item[b"from"] for part in ours(reaper) for item in part[b"items"].values()]
    assert starts == pytest.approx([24 * 1001 / 24_000] * 2)


def test_a_time_selection_is_the_cue(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path / "p", fps=25.0)
    reaper.project.selection = reaper.lua.table_from([2.0, 6.0])
    answered(reaper, 50)
    reaper.run(ACTION)
    words = reaper.asked[-1]
    assert words[words.index("--in") + 1] == "50"
    assert words[words.index("--out") + 1] == "150"
    reaper.project.selection = reaper.lua.table_from([50.0, 60.0])
    reaper.run(ACTION)
    assert "outside the video" in reaper.messages[-1]


def test_our_own_marks_are_no_direction_for_the_next_score(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path / "p")
    answered(reaper)
    reaper.run(ACTION)
    assert len(reaper.project.marks) > 4
    answered(reaper)
    reaper.run(ACTION)
    tree = json.loads(Path(reaper.asked[-1][1]).read_bytes())
    assert len(tree["tracks"]["markers"]) == 2


def test_a_project_without_video_or_name(reaper: Fake, tmp_path: Path) -> None:
    reaper.run(ACTION)
    assert "no video" in reaper.messages[-1]
    reaper.video(reaper.track("film"), 0.0, 9.0, str(tmp_path / "a.mp4"))
    answered(reaper, 0)
    reaper.run(ACTION)
    path = Path(reaper.asked[-1][1])
    assert path.parents[2] == reaper.folder / "Data/Cuebridge/unsaved"
    reaper.project.marks = reaper.lua.table()
    answered(reaper, 0)
    reaper.run(ACTION)
    assert Path(reaper.asked[-1][1]) == path
    reaper.project.ext = reaper.lua.table()  # another project
    answered(reaper, 0)
    reaper.run(ACTION)
    other = Path(reaper.asked[-1][1])
    assert (other.name, other == path) == (path.name, False)


def test_what_an_overlap_covers_comes_back_after_it(reaper: Fake, tmp_path: Path) -> None:
    """A (0-10 s) under B (2-4 s) and C (3-6 s): A, B, C, and A again from 6 s of its file."""
    reaper.settings(fps=25.0)
    track = reaper.track("film")
    for name, from_s, length in (("a", 0.0, 10.0), ("b", 2.0, 2.0), ("c", 3.0, 3.0)):
        reaper.video(track, from_s, length, str(tmp_path / f"{name}.mp4"))
    answered(reaper, 0)
    reaper.run(ACTION)
    tree = json.loads(Path(reaper.asked[-1][1]).read_bytes())
    (row,) = tree["tracks"]["children"]
    clips = [
        (clip["name"], *(clip["source_range"][key]["value"] for key in ("start_time", "duration")))
        for clip in row["children"]
    ]
    assert clips == [("a.mp4", 0, 50), ("b.mp4", 0, 25), ("c.mp4", 0, 75), ("a.mp4", 150, 100)]


def test_sections_are_walked_up_to_their_film(reaper: Fake, tmp_path: Path) -> None:
    track = reaper.track("film")
    item = reaper.video(track, 0.0, 9.0, str(tmp_path / "a.mp4"))
    whole = item.takes[1].source
    item.takes[1].source = reaper.lua.table_from({b"type": b"SECTION", b"parent": whole})
    answered(reaper, 0)
    reaper.run(ACTION)
    assert reaper.messages == []
    assert b"a.mp4" in Path(reaper.asked[-1][1]).read_bytes()


@pytest.mark.parametrize("seed", ["x", "-1", "1.5", ""])
def test_a_seed_that_is_none(reaper: Fake, tmp_path: Path, seed: str) -> None:
    project(reaper, tmp_path / "p")
    reaper.say("inputs", f"calm\n{seed}")
    reaper.run(ACTION)
    assert "whole number" in reaper.messages[-1]
    assert all(words[0] == "describe" for words in reaper.asked)


def test_leaving_the_dialog_changes_nothing(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path / "p")
    before = reaper.snapshot()
    reaper.say("inputs", False)
    reaper.run(ACTION)
    assert reaper.messages == []
    assert reaper.difference(before) is None


def test_a_brief_that_begins_with_a_dash_is_a_brief(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path)
    offer(reaper, made(parts=2, start=24))
    reaper.say("inputs", "-quiet\n7")
    reaper.say("boxes", REPLACE)
    reaper.run(ACTION)  # the stand-in reads the words as the command line does
    assert parse(reaper.asked[-1]).brief == "-quiet"


def test_the_brief_is_remembered(reaper: Fake, tmp_path: Path) -> None:
    project(reaper, tmp_path / "p")
    answered(reaper)
    reaper.run(ACTION)
    assert reaper.fake.ext_state[b"cuebridge/brief"] == b"tense, dark"


def test_windows_paths_become_file_urls(start: Start) -> None:
    reaper = start()
    reaper.begin("Remove last score")
    url = reaper.module("timeline").url
    assert url("/films/ä #1 100%.mov".encode()) == b"file:///films/%C3%A4%20%231%20100%25.mov"
    reaper.set(os="Win64")
    assert url(b"C:\\Films\\a b.mov") == b"file:///C:/Films/a%20b.mov"
    assert url(b"\\\\nas\\films\\a.mov") == b"file://nas/films/a.mov"


@pytest.mark.parametrize(
    "change",
    [
        b"fake_map[2] = { t = 2.0, bpm = 99.0, num = 0, den = 0, linear = false, flags = 0 }",
        b"fake_map[1].bpm = 99.0",  # as many markers as before
        b"fake_map[1].linear = true",
    ],
)
def test_a_map_that_changes_after_the_question_is_not_written_over(
    reaper: Fake, tmp_path: Path, change: bytes
) -> None:
    project(reaper, tmp_path / "p")
    reaper.tempo((0.0, 120.0, 4, 4, False))
    answered(reaper)
    compose = reaper.answers["score"]

    # Made beforehand: inside a call from Lua, lupa cannot look into tables.
    changes = reaper.lua.eval(b"function() " + change + b" end")
    reaper.lua.globals()[b"fake_map"] = reaper.project.map.markers

    def change_and_compose(words: list[str]) -> Sequence[str]:
        changes()
        return compose(words)

    reaper.answers["score"] = change_and_compose
    reaper.run(ACTION)
    assert "has changed since" in reaper.messages[-1]
    assert reaper.undo_names == []


@pytest.mark.parametrize("answer", [1, 2], ids=["OK", "Cancel"])
def test_music_that_rings_on_over_markers_is_asked_about_again(
    reaper: Fake, tmp_path: Path, answer: int
) -> None:
    """The picture ends before 10.5 s; the last bar of the music does not."""
    project(reaper, tmp_path / "p")
    reaper.tempo((0.0, 120.0, 4, 4, False), (10.5, 90.0, 0, 0, False))
    before = reaper.snapshot()
    answered(reaper)
    reaper.say("boxes", answer)
    reaper.run(ACTION)
    first, again = reaper.messages
    assert "1 tempo marker goes" not in first
    assert "1 tempo marker goes there too" in again
    assert len(reaper.undo_names) == (answer == 1)
    if answer != 1:
        assert reaper.difference(before) is None
