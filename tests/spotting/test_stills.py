"""Stills: read from files as frames are, and moving the mood by half of the way to their light and colour."""

from __future__ import annotations

from pathlib import Path

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
