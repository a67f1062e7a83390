"""Stills: read from files as frames are, and moving the mood by half of the way to their light and colour."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bridge import pipeline
from bridge.about import About
from bridge.config import Settings
from bridge.errors import MediaError, SettingsError
from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.stills import Stills
from bridge.seeing import look_at_stills
from bridge.spotting import spot
from bridge.spotting.emotion import SHARE, felt
from bridge.spotting.mood import mood_axes, secondly
from bridge.spotting.stills import leant_to
from tests.make_encoder import EMOTIONS, FEELINGS, image_tower, make_encoder, unit
from tests.make_media import Scene, solid
from tests.make_media import film as make_film
from tests.spotting.films import picture, timeline

FILM = timeline(40, [10, 20, 30])


def _still(folder: Path, name: str, color: tuple[int, int, int], size: tuple[int, int] = (320, 180)) -> Path:
    path = folder / name
    Image.new("RGB", size, color).save(path)
    return path


def _spot(stills: Stills) -> CueSheet:
    return spot(FILM, picture(FILM), Settings(), Progress(), stills=stills)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif"])
def test_a_still_is_measured_in_the_units_of_a_film(tmp_path: Path, suffix: str) -> None:
    stills = look_at_stills(
        [_still(tmp_path, f"warm.{suffix}", (200, 100, 50)), _still(tmp_path, f"black.{suffix}", (0, 0, 0))],
        Progress(),
    )
    assert stills.names == (f"warm.{suffix}", f"black.{suffix}")
    luma = (0.2126 * 200 + 0.7152 * 100 + 0.0722 * 50) / 255
    assert stills.brightness == pytest.approx((luma, 0), abs=0.03)
    assert stills.saturation[0] == pytest.approx(0.75, abs=0.05)
    assert stills.warmth[0] == pytest.approx(0.6, abs=0.05)
    assert stills.contrast == pytest.approx((0, 0), abs=0.02)


def test_dark_and_cold_stills_darken_the_mood_and_bright_ones_lighten_it(tmp_path: Path) -> None:
    dark = look_at_stills([_still(tmp_path, "night.png", (8, 12, 30))], Progress())
    bright = look_at_stills([_still(tmp_path, "beach.png", (255, 220, 150))], Progress())
    night, plain, beach = _spot(dark), _spot(Stills()), _spot(bright)
    for index in range(len(plain.plots)):
        assert night.plots[index].valence < plain.plots[index].valence < beach.plots[index].valence
        assert night.plots[index].tension > plain.plots[index].tension > beach.plots[index].tension
    assert any("Stills (night.png) move the mood: valence -" in note for note in night.notes)
    assert not any("Stills" in note for note in plain.notes)


def test_stills_like_the_film_move_nothing() -> None:
    alike = Stills(("same",), (0.45,), (0.3,), (0.0,), (0.3,))
    assert _spot(alike).plots == _spot(Stills()).plots


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUEBRIDGE_HOME", str(tmp_path / "home"))
    make_encoder(tmp_path / "home" / "encoder")
    return tmp_path


def test_an_encoder_reads_stills_as_it_reads_frames(home: Path) -> None:
    paths = [_still(home, "sun.png", (230, 230, 0)), _still(home, "sea.jpg", (0, 0, 220), (180, 320))]
    stills = look_at_stills(paths, Progress())
    assert stills.emotion_names == tuple(EMOTIONS) and stills.feeling_names == tuple(FEELINGS)
    near = 20 * unit([(230, 230, 0)])[0] @ unit(list(EMOTIONS.values())).T
    assert stills.emotion[0] == pytest.approx(np.exp(near) / np.exp(near).sum(), abs=0.01)
    assert stills.emotion_names[int(np.argmax(stills.emotion[1]))] == "fearful"
    assert [len(row) for row in stills.feeling] == [2, 2]
    for without in (look_at_stills(paths, Progress(), "none"), replace(stills, emotion=())):
        assert without.emotion == () and without.brightness == stills.brightness
        assert not any("nearest" in note for note in _spot(without).notes)


def test_an_encoder_without_words_leaves_stills_as_they_are(home: Path) -> None:
    image_tower(home / "mine.onnx")
    paths = [_still(home, "sun.png", (230, 230, 0))]
    assert look_at_stills(paths, Progress(), str(home / "mine.onnx")) == look_at_stills(
        paths, Progress(), "none"
    )


def test_the_emotion_of_stills_moves_the_mood_by_half_of_what_frames_of_it_would(home: Path) -> None:
    alike = Stills(("same",), (0.45,), (0.3,), (0.0,), (0.3,))
    names, finer = ("sad", "exciting"), {"feeling": ((0.9, 0.1),), "feeling_names": ("lonely", "gay")}
    sad = replace(alike, emotion=((1.0, 0.0),), emotion_names=names, **finer)
    film = picture(FILM)
    glad = replace(film, emotion=np.tile(np.float32([0, 1]), (film.samples, 1)), emotion_names=names)
    features = secondly(film)
    plain = mood_axes(features)
    half = SHARE / 2 * math.sqrt(0.5)
    for seen, far in ((film, 1), (glad, 2)):
        before = felt(plain, seen)
        axes, notes = leant_to(sad, features, before, seen)
        for axis, old in zip(axes[:2], before):
            assert axis == pytest.approx(old - far * half, abs=1e-6)
        assert notes[1] == "Stills are nearest to the words same: sad (100 %), lonely and gay"
    happy = replace(sad, emotion=((0.0, 1.0),))
    assert leant_to(happy, features, felt(plain, glad), glad)[0][0] == pytest.approx(felt(plain, glad)[0])


def test_the_whole_line_says_what_stills_are_nearest_to(home: Path) -> None:
    source = home / "film.mkv"
    make_film(source, [Scene(24, solid(90, 90, 90, (64, 36)))], 12, size=(64, 36), codec="ffv1")
    still = _still(home, "sun.png", (230, 230, 0))
    settings = Settings(about=About(stills=(str(still),)), only_spot=True)
    brief = pipeline.score(source, settings, Progress()).files["brief.md"].decode()
    assert "Stills are nearest to the words sun.png: exciting (" in brief
    brief = pipeline.score(source, replace(settings, encoder="none"), Progress()).files["brief.md"].decode()
    assert "Stills (sun.png) move the mood" in brief and "nearest to the words" not in brief


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    words = tmp_path / "words.png"
    words.write_text("no picture")
    with pytest.raises(MediaError, match=r"words\.png"):
        look_at_stills([words], Progress())


def test_a_still_outside_the_allowed_folders_is_not_looked_at(tmp_path: Path) -> None:
    still = _still(tmp_path, "a.png", (1, 2, 3))
    source = tmp_path / "cut.otio"
    source.write_text("not even a timeline")
    for stills, roots in (
        ((str(still),), (str(tmp_path / "other"),)),
        (("a.png",), ()),
        ((str(source) + "x",), ()),
    ):
        settings = Settings(about=About(stills=stills), media_roots=roots, only_spot=True)
        with pytest.raises(SettingsError, match="no such still"):
            pipeline.score(source, settings, Progress())
