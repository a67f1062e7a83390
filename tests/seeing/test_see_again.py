"""A second take, or an edit that moved, trims or repeats, looks at nothing again, and sees the same."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.picture import Picture
from bridge.schema.timeline import Knot, MediaSpan, Shot, Timeline
from bridge.seeing import see
from bridge.seeing.frames import Film
from bridge.seeing.sampling import sample
from tests.make_media import Scene, film, solid
from tests.seeing.conftest import SMALL, one_shot, timeline_of

ARRAYS = ("seen", "motion", "brightness", "saturation", "warmth", "contrast", "chroma")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUEBRIDGE_CACHE", str(tmp_path / "seen"))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Fraction]:
    """Every instant that a film is asked for."""
    asked: list[Fraction] = []
    at = Film.at

    def watched(self: Film, times_s: list[Fraction]) -> object:
        asked.extend(times_s)
        return at(self, times_s)

    monkeypatch.setattr(Film, "at", watched)
    return asked


def look(timeline: Timeline) -> Picture:
    return see(timeline, Settings(), Progress())


def shot(
    path: Path, name: str, start: int, end: int, media_frame: int, speed: Fraction = Fraction(1)
) -> Shot:
    first, length = Fraction(media_frame, 24), Fraction(end - start, 24)
    knots = (Knot(Fraction(0), first), Knot(length, first + length * Fraction(speed)))
    return Shot(name, name, start, end, MediaSpan(path, knots))


def same(one: Picture, other: Picture) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def test_a_second_take_opens_nothing(counting: Path, looked_at: list[Fraction]) -> None:
    timeline = timeline_of(
        shot(counting, "a", 0, 30, 7),
        shot(counting, "b", 30, 50, 60, "1/2"),
        shot(counting, "c", 50, 90, 3),
    )
    first = look(timeline)
    assert looked_at
    looked_at.clear()
    assert same(look(timeline), first)
    assert not looked_at


def test_without_what_is_kept_the_same_is_seen(counting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = timeline_of(shot(counting, "a", 0, 31, 7), shot(counting, "b", 31, 80, 0, "3/2"))
    look(timeline_of(shot(counting, "z", 0, 100, 1)))
    kept = look(timeline)
    monkeypatch.setenv("CUEBRIDGE_CACHE_MB", "0")
    assert same(look(timeline), kept)


def test_a_changed_edit_looks_at_what_is_new_alone(counting: Path, looked_at: list[Fraction]) -> None:
    look(timeline_of(shot(counting, "a", 0, 30, 10), shot(counting, "b", 30, 70, 40)))
    looked_at.clear()
    # Trimmed by five frames, moved by seven, and twice: nothing of it is new.
    look(
        timeline_of(
            shot(counting, "b", 0, 23, 45), shot(counting, "a", 23, 51, 12), shot(counting, "b2", 51, 70, 52)
        )
    )
    assert not looked_at
    # Ten frames longer at its end: what they show is new, and what the first of them is compared with.
    look(timeline_of(shot(counting, "b", 0, 50, 40)))
    assert looked_at and min(looked_at) >= Fraction(80, 24) - Fraction(1, 5)


def test_a_shot_that_moves_is_seen_as_it_was(counting: Path) -> None:
    def parts(lead: int) -> Picture:
        return look(timeline_of(shot(counting, "lead", 0, lead, 0), shot(counting, "b", lead, lead + 48, 50)))

    here, there = parts(24), parts(24 + 7)  # seven frames are no multiple of the 4.8 a sample takes
    levels = [set(picture.brightness[picture.brightness > 0.45].tolist()) for picture in (here, there)]
    # One has a sample in the shot's last fifth of a second, the other has not.
    assert levels[0] < levels[1] and (len(levels[0]), len(levels[1])) == (9, 10)


@pytest.mark.parametrize("frames", range(1, 12))
@pytest.mark.parametrize("media_frame", [0, 3, 4, 5, 9])
def test_a_shot_is_never_looked_at_outside_of_itself(frames: int, media_frame: int) -> None:
    one = shot(Path("x.mov"), "x", 0, frames, media_frame)
    timeline = timeline_of(one)
    assert one.media is not None
    first, end = Fraction(media_frame, 24), Fraction(media_frame + frames, 24)
    for index in range(-(-frames * 10 // 48)):
        seen = sample(timeline, one, one.media.knots, index)
        exact = first + index * Fraction(1, 5)
        assert first <= seen.at_s < end
        assert abs(seen.at_s - exact) <= Fraction(1, 5)
        assert seen.other_s is None or first <= seen.other_s < end


def test_what_went_wrong_is_said_every_time(counting: Path) -> None:
    timeline = one_shot(counting, [(0, 3), (5, 8)], 120)
    first = look(timeline)
    assert first.problems and look(timeline).problems == first.problems


def test_media_that_changed_is_looked_at_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    for color, sign in (((200, 0, 0), 1), ((0, 0, 200), -1)):
        film(path, [Scene(24, solid(*color, SMALL))], 24, size=SMALL, codec="ffv1")
        assert (look(one_shot(path, [(0, 0), (1, 1)], 24)).warmth * sign > 0.9).all()


def test_frames_of_a_sequence_are_looked_at_once(tmp_path: Path, looked_at: list[Fraction]) -> None:
    def write(number: int, level: int) -> None:
        with av.open(str(tmp_path / f"p.{number:04d}.png"), "w", format="image2") as out:
            stream = out.add_stream("png", rate=1)
            stream.width, stream.height, stream.pix_fmt = 64, 36, "rgb24"
            plain = np.full((36, 64, 3), level, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(plain, format="rgb24")))
            out.mux(stream.encode(None))

    for number in range(5):
        write(number, 20 * number)
    timeline = one_shot(tmp_path / "p.%04d.png", [(0, 0), (1, 1)], 24, pattern_rate=Fraction(5))
    first = look(timeline)
    assert first.brightness * 255 == pytest.approx([0, 20, 40, 60, 80], abs=1)
    looked_at.clear()
    assert same(look(timeline), first) and not looked_at
    write(2, 200)
    assert look(timeline).brightness[2] * 255 == pytest.approx(200, abs=1)


def test_a_media_used_in_any_order_is_read_in_its_own(counting: Path, looked_at: list[Fraction]) -> None:
    late, early = shot(counting, "late", 0, 24, 70), shot(counting, "early", 24, 48, 0)
    picture = look(timeline_of(late, early, shot(counting, "mid", 48, 72, 30)))
    assert looked_at == sorted(looked_at) and picture.seen.all()


def test_stopping_halfway_keeps_what_was_seen(counting: Path, looked_at: list[Fraction]) -> None:
    class Stop(Exception):
        pass

    class Stopping(Progress):
        left = 6

        def check(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Stop

    timeline = one_shot(counting, [(0, 0), (4, 4)], 96)
    with pytest.raises(Stop):
        see(timeline, Settings(), Stopping())
    looked_at.clear()
    picture = look(timeline)
    assert 0 < len(looked_at) < 20
    assert picture.seen.all()
    assert same(look(replace(timeline, name="again")), picture)
