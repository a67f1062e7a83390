"""What pictures mean, by an encoder that knows colours: where it looks, what it says, what it remembers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bridge.config import Settings
from bridge.errors import Cancelled, MediaError, SettingsError
from bridge.progress import Progress, Step
from bridge.schema.picture import Picture
from bridge.schema.timeline import Knot, MediaSpan, Shot, Timeline
from bridge.seeing import model_hashes, see
from bridge.seeing.semantic import MISSING, moments, smoothed, squares
from tests.make_encoder import EMOTIONS, SIDE, image_tower, make_encoder, unit
from tests.make_media import Scene, film, solid
from tests.seeing.conftest import SMALL, one_shot, timeline_of

YELLOW, GREEN, BLUE = (230, 230, 0), (0, 220, 0), (0, 0, 220)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUEBRIDGE_CACHE", str(tmp_path / "seen"))
    make_encoder(tmp_path / "home" / "encoder")
    return tmp_path / "home"


@pytest.fixture(scope="module")
def colors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yellow, green and blue, two seconds each."""
    path = tmp_path_factory.mktemp("films") / "colors.mkv"
    film(path, [Scene(48, solid(*c, SMALL)) for c in (YELLOW, GREEN, BLUE)], 24, size=SMALL, codec="ffv1")
    return path


def shot(path: Path, start: int, end: int, media_frame: int) -> Shot:
    first, length = Fraction(media_frame, 24), Fraction(end - start, 24)
    span = MediaSpan(path, (Knot(Fraction(0), first), Knot(length, first + length)))
    return Shot(f"s{start}", "shot", start, end, span)


def three(path: Path) -> Timeline:
    return timeline_of(*(shot(path, at, at + 48, at) for at in (0, 48, 96)))


def look(timeline: Timeline, **settings: str) -> Picture:
    return see(timeline, Settings(**settings), Progress())  # type: ignore[arg-type]


def test_every_shot_is_looked_into_and_fifteen_times_at_least() -> None:
    path = Path("x.mov")
    ten = timeline_of(*(shot(path, at, at + 3, at) for at in range(0, 30, 3)))
    assert {each.shot for each in moments(ten)} == set(range(10)) and len(moments(ten)) >= 15
    forty = timeline_of(*(shot(path, at, at + 12, at) for at in range(0, 480, 12)))
    assert [each.shot for each in moments(forty)] == list(range(40))
    long = timeline_of(shot(path, 0, 24 * 300, 0), shot(path, 24 * 300, 24 * 300 + 2, 0))
    found = moments(long)
    assert len(found) == 301 and found[-1].shot == 1
    gaps = np.diff([float(each.cue_s) for each in found[:-1]])
    assert gaps.min() >= 0.5 and gaps.max() <= 1.5
    assert moments(timeline_of(replace(long.shots[0], media=None))) == []


@pytest.mark.parametrize("frames", [1, 5, 11, 24, 29, 61, 500])
def test_looks_rise_and_lie_within_their_shots(frames: int) -> None:
    timeline = timeline_of(shot(Path("x.mov"), 0, frames, 7), shot(Path("x.mov"), frames, 2 * frames, 31))
    found = moments(timeline)
    assert [each.cue_s for each in found] == sorted(each.cue_s for each in found)
    for each in found:
        first = Fraction(7 if each.shot == 0 else 31, 24)
        assert first <= each.at_s < first + Fraction(frames, 24)


def test_what_is_seen_is_what_is_shown(home: Path, colors: Path) -> None:
    picture = look(three(colors))
    assert len(picture.semantic) == len(picture.semantic_s) >= 15
    for color, seconds in ((YELLOW, (0, 2)), (GREEN, (2, 4)), (BLUE, (4, 6))):
        inside = (picture.semantic_s >= seconds[0]) & (picture.semantic_s < seconds[1])
        assert picture.semantic[inside] == pytest.approx(unit([color] * int(inside.sum())), abs=0.02)
    assert picture.missing == ()
    assert picture.emotion_names == tuple(EMOTIONS) and picture.feeling_names == ("joyful", "lonely")
    assert picture.emotion is not None and picture.feeling is not None
    assert picture.emotion.shape == (picture.samples, 6)
    assert picture.emotion.sum(axis=1) == pytest.approx(1, abs=1e-5)
    names = [picture.emotion_names[place] for place in picture.emotion.argmax(axis=1)]
    # Nothing of one shot's emotion reaches into the next.
    assert names == ["exciting"] * 10 + ["relaxing"] * 10 + ["fearful"] * 10
    assert picture.feeling.argmax(axis=1).tolist()[::10] == [0, 0, 1]


def test_without_an_encoder_the_picture_says_so(colors: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path))
    picture = look(three(colors))
    assert picture.emotion is None and picture.semantic.shape == (0, 0) and picture.missing == (MISSING,)
    assert look(three(colors), encoder="none").missing == ()


def test_with_one_that_is_there_it_may_be_gone_without(home: Path, colors: Path) -> None:
    picture = look(three(colors), encoder="none")
    assert picture.emotion is None and not len(picture.semantic) and picture.missing == ()
    assert set(model_hashes(Settings(encoder="none"))) == {"colour-v1", "motion-v1"}
    assert set(model_hashes(Settings())) == {"colour-v1", "motion-v1", "colours"}


def test_a_users_own_sees_and_feels_nothing(home: Path, colors: Path, tmp_path: Path) -> None:
    image_tower(tmp_path / "mine.onnx", floats=True)
    picture = look(three(colors), encoder=str(tmp_path / "mine.onnx"))
    assert picture.emotion is None and len(picture.semantic) >= 15
    assert picture.missing == ("What the pictures feel like is not read: mine has no words beside it",)
    with pytest.raises(SettingsError, match="no such file"):
        look(three(colors), encoder=str(tmp_path / "gone.onnx"))


def test_a_second_take_encodes_nothing(home: Path, colors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look(three(colors))

    def refuse(*given: object) -> None:
        raise AssertionError("it looked again")

    monkeypatch.setattr("bridge.inference.encoder.Encoder.embed_images", refuse)
    monkeypatch.setattr("bridge.seeing.media.Film", refuse)
    second = look(three(colors))
    assert np.array_equal(first.semantic, second.semantic)
    assert first.emotion is not None and second.emotion is not None
    assert np.array_equal(first.emotion, second.emotion)


def test_offline_media_is_not_looked_into(home: Path, colors: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mov"
    broken.write_text("no film")
    picture = look(timeline_of(shot(colors, 0, 48, 0), shot(broken, 48, 96, 0)))
    assert picture.semantic_s.max() < 2
    assert len(picture.problems) == 1
    assert picture.emotion is not None
    assert picture.emotion[-1].tolist() == [0, 0, 0, 0, 0, 1]  # neutral
    nothing = look(one_shot(None, [(0, 0), (1, 1)], 24))
    assert nothing.missing == () and nothing.emotion is None


def test_emotion_within_a_shot_changes_slowly() -> None:
    shares = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    on_clock = np.array([0] * 60 + [-1] * 5 + [2] * 5)
    at_s, shots = np.array([1, 11, 13.5], np.float32), np.array([0, 0, 2])
    found = smoothed(shares, at_s, shots, on_clock, ("sad", "neutral"))
    first = found[:60, 0]
    assert (np.diff(first) <= 1e-6).all() and first[0] > 0.95 > 0.05 > first[-1]
    assert found[29:31, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert found[60:].tolist() == [[0, 1]] * 10
    assert smoothed(shares, at_s, shots, np.array([7]), ("sad", "gay"))[0].tolist() == [0.5, 0.5]


def test_looking_reports_and_stops(home: Path, colors: Path) -> None:
    steps: list[Step] = []
    see(three(colors), Settings(), Progress(steps.append))
    assert [step.stage for step in steps][-1] == "meaning" and steps[-1].done == steps[-1].total

    progress = Progress()
    heard: list[Step] = []

    def stop(step: Step) -> None:
        heard.append(step)
        if step.stage == "meaning":
            progress.cancel()

    progress = Progress(stop)
    changed = timeline_of(shot(colors, 0, 40, 3))
    with pytest.raises(Cancelled):
        see(replace(changed, name="x"), Settings(encoder=str(_another(home))), progress)


def _another(home: Path) -> Path:
    image_tower(home / "another.onnx", side=16)
    return home / "another.onnx"


def test_squares_are_cut_at_the_middle_with_square_pixels(tmp_path: Path) -> None:
    picture = np.zeros((72, 128, 3), np.uint8)
    picture[:, 28:100] = (250, 250, 250)  # the middle square
    path = tmp_path / "wide.mkv"
    film(path, [Scene(4, lambda number: picture)], 24, size=(128, 72), codec="ffv1")
    (square,) = squares(path, [Fraction(0)], SIDE)
    assert square.shape == (SIDE, SIDE, 3) and square[:, 1:-1].min() > 200
    with pytest.raises(MediaError, match=r"ends before 9\.0 s"):
        squares(path, [Fraction(0), Fraction(9)], SIDE)
