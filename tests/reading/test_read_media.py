"""Media: where it is, which part of it is seen, and what is said when it is not there."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import pytest

from bridge.reading.kinds import png_has_alpha
from bridge.reading.paths import Locator, file_name, looks_like_file, path_text, sequence_pattern
from bridge.schema.timeline import Shot, Timeline
from tests.reading import otio_json as o
from tests.reading.conftest import Read, cuts


def knots(shot: Shot) -> list[tuple[Fraction, Fraction]]:
    assert shot.media is not None, shot.problem
    return [(knot.offset_s, knot.media_s) for knot in shot.media.knots]


@pytest.mark.parametrize(
    ("written", "path", "name"),
    [
        ("/Users/jo/My Film.mov", "/Users/jo/My Film.mov", "My Film.mov"),
        ("/Users/jo/100%25.mov", "/Users/jo/100%25.mov", "100%25.mov"),
        ("C:\\Rushes\\A 1.mov", "C:\\Rushes\\A 1.mov", "A 1.mov"),
        ("\\\\nas\\post\\a.mov", "\\\\nas\\post\\a.mov", "a.mov"),
        ("file:///Volumes/Disk%201/a%20b.mov", "/Volumes/Disk 1/a b.mov", "a b.mov"),
        ("file://localhost/Volumes/x/%C3%A9.mov", "/Volumes/x/é.mov", "é.mov"),
        ("file:///C:/Rushes/a%23b.mov", "C:/Rushes/a#b.mov", "a#b.mov"),
        ("file://localhost/C%3A/x/a.mov", "C:/x/a.mov", "a.mov"),
        ("file://nas/post/a.mov", "//nas/post/a.mov", "a.mov"),
        ("clips/a.mov", "clips/a.mov", "a.mov"),
        ("https://example.com/a.mov", "", "a.mov"),
    ],
)
def test_paths_of_every_system(written: str, path: str, name: str) -> None:
    assert path_text(written) == path
    assert file_name(written) == name


def test_media_is_found_where_it_was_moved_to(tmp_path: Path) -> None:
    (tmp_path / "footage" / "day 1").mkdir(parents=True)
    for name in ("footage/day 1/a.mov", "b.mov", "c d.mov"):
        (tmp_path / name).touch()
    locator = Locator(tmp_path)
    inside = tmp_path / "footage" / "day 1" / "a.mov"
    assert locator.find(str(inside)) == inside
    assert locator.find("footage/day 1/a.mov") == inside
    assert locator.find("/Users/jo/project/footage/day 1/a.mov") == inside
    assert locator.find("D:\\project\\footage\\day 1\\a.mov") == inside
    assert locator.find("\\\\nas\\share\\b.mov") == tmp_path / "b.mov"
    assert locator.find("file:///Volumes/x/c%20d.mov") == tmp_path / "c d.mov"
    assert locator.find("/Users/jo/project/a.mov") is None
    assert locator.find("nul\0.mov") is None
    assert locator.find("https://example.com/b.mov") is None


def test_names_of_files_and_of_titles() -> None:
    assert looks_like_file("A001_C003.mov") and looks_like_file("shot.R3D")
    assert looks_like_file("shot.[1001-1099].dpx") and looks_like_file("C0001.MXF")
    for title in ("Text+", "Scene 1.0", "www.site.com", "made.with.ai", "Subtitle 1.srt", "mov", "Vol.2", ""):
        assert not looks_like_file(title), title
    assert sequence_pattern("x/a.[0101-0199].tif") == ("x/a.%04d.tif", 101)
    assert sequence_pattern("x/100% [12-13].tif") == ("x/100%% %02d.tif", 12)


def test_offline_media_is_a_shot_with_a_reason(read: Read) -> None:
    timeline = read(o.track(o.clip("a.mov", 10, 0, o.external("C:\\Rushes\\a.mov"))))
    (shot,) = timeline.shots
    assert shot.media is None
    assert "a.mov was not found on this machine" in shot.problem and "C:\\Rushes\\a.mov" in shot.problem


def test_source_times_start_at_the_medias_own_timecode(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.exr.mov").touch()
    reference = o.external("a.exr.mov", 87399, 101, 24)
    timeline = read(o.track(o.clip("a", 74, 91046.625, reference, rate=25)), start=o.rt(0, 25))
    # 91046.625 / 25 − 87399 / 24 = 0.24 s, and 74 frames at 25 are 2.96 s.
    assert knots(timeline.shots[0]) == [(0, Fraction(6, 25)), (Fraction(74, 25), Fraction(80, 25))]


def shot_of(read: Read, tmp_path: Path, effects: list[o.Node], length: int = 48, start: int = 24) -> Shot:
    (tmp_path / "a.mov").touch()
    timeline: Timeline = read(o.track(o.clip("a.mov", length, start, effects=effects)))
    return timeline.shots[0]


@pytest.mark.parametrize(
    ("effects", "first_s", "last_s"),
    [
        ([], Fraction(1), Fraction(3)),
        ([o.warp(2.0)], Fraction(1), Fraction(5)),
        ([o.warp(2.5)], Fraction(1), Fraction(6)),
        ([o.warp(0.5)], Fraction(1), Fraction(2)),
        ([o.warp(0.0)], Fraction(1), Fraction(1)),
        ([{"OTIO_SCHEMA": "FreezeFrame.1", "time_scalar": 0.0}], Fraction(1), Fraction(1)),
        # The same two seconds backwards, from the last of their frames.
        ([o.warp(-1.0)], Fraction(3) - Fraction(1, 24), Fraction(1) - Fraction(1, 24)),
    ],
    ids=["none", "double", "2.5", "half", "zero", "freeze", "reverse"],
)
def test_constant_retimes(
    read: Read, tmp_path: Path, effects: list[o.Node], first_s: Fraction, last_s: Fraction
) -> None:
    assert knots(shot_of(read, tmp_path, effects)) == [(0, first_s), (2, last_s)]


def ramp(keys: list[list[object]], ratio: float | None = None) -> o.Node:
    note: dict[str, object] = {"Key Frames": keys}
    if ratio is not None:
        note["Speed Ratio"] = ratio
    return {"OTIO_SCHEMA": "TimeEffect.1", "metadata": {"Resolve_OTIO": note}, "name": "", "effect_name": ""}


def test_a_stepped_ramp_has_a_knot_at_each_key(read: Read, tmp_path: Path) -> None:
    keys = [[t, s, False, 0, 0, 0, 0] for t, s in ((0, 0), (1, 1), (3, 1.5), (5, 3.5))]
    shot = shot_of(read, tmp_path, [ramp(keys)], length=96, start=0)
    assert knots(shot) == [(0, 0), (1, 1), (3, Fraction(3, 2)), (4, Fraction(5, 2))]


def test_an_eased_ramp_bends_between_its_keys(read: Read, tmp_path: Path) -> None:
    # Handles leave flat and arrive flat, so the middle piece is an S through its middle.
    keys = [
        [0, 0, False, 0, 0, 0, 0],
        [1, 1, True, 0, 0, 1, 0],
        [3, 5, True, -1, 0, 0, 0],
        [4, 6, False, 0, 0, 0, 0],
    ]
    points = dict(knots(shot_of(read, tmp_path, [ramp(keys)], length=96, start=0)))
    assert points[Fraction(1)] == 1 and points[Fraction(3)] == 5
    assert points[Fraction(2)] == 3
    early = [media for offset, media in points.items() if 1 < offset < Fraction(3, 2)]
    assert early and all(media < 2 for media in early)  # a straight line reaches 2 at 1.5 s


def test_a_ramp_without_keys_is_read_straight_with_a_warning(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    timeline = read(o.track(o.clip("a.mov", 48, 24, effects=[ramp([])])))
    assert knots(timeline.shots[0]) == [(0, 1), (2, 3)]
    assert any("speed ramp" in warning for warning in timeline.warnings)


def test_a_still_holds_its_one_frame(read: Read, tmp_path: Path) -> None:
    (tmp_path / "card.png").touch()
    timeline = read(o.track(o.clip("card", 48, 0, o.external("card.png", 0, 1))))
    assert knots(timeline.shots[0]) == [(0, 0), (2, 0)]


def sequence(base: str, start: int = 1001, available: o.Node | None = None) -> o.Node:
    return {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "metadata": {},
        "name": "",
        "available_range": available,
        "available_image_bounds": None,
        "target_url_base": base,
        "name_prefix": "plate.",
        "name_suffix": ".tif",
        "start_frame": start,
        "frame_step": 1,
        "rate": 24.0,
        "frame_zero_padding": 4,
        "missing_frame_policy": "error",
    }


def test_an_image_sequence_has_a_pattern(read: Read, tmp_path: Path) -> None:
    (tmp_path / "tif").mkdir()
    (tmp_path / "tif" / "plate.1001.tif").touch()
    for base, available, start in (("tif", o.span(0, 99), 39), ("X:\\job\\tif", None, 1040)):
        timeline = read(o.track(o.clip("p", 24, start, sequence(base, available=available))))
        media = timeline.shots[0].media
        assert media is not None, timeline.shots[0].problem
        assert (media.path, media.first_number) == (tmp_path / "tif" / "plate.%04d.tif", 1001)
        assert media.pattern_rate == 24
        assert media.knots[0].media_s == Fraction(39, 24)


def test_a_media_file_beside_the_timeline_serves_an_offline_clip(read: Read, tmp_path: Path) -> None:
    (tmp_path / "B001.mov").touch()
    lost = o.clip("B001.mov", 24, 0, o.missing("B001.mov", "/Volumes/gone/B001.mov"))
    assert read(o.track(lost)).shots[0].media is not None


def test_shots_joined_by_a_dissolve_reach_into_their_handles(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    (tmp_path / "b.mov").touch()
    track = o.track(o.clip("a.mov", 48, 0), o.transition(0, 24), o.clip("b.mov", 48, 24))
    first, second = read(track).shots
    assert knots(first)[-1] == (Fraction(60, 24), Fraction(60, 24))
    assert knots(second)[0] == (0, Fraction(36, 24))


def png(color_type: int, extra: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, color_type, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0"))


def test_transparency_of_a_png_decides_whether_it_covers(read: Read, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(png(2))
    (tmp_path / "frame.png").write_bytes(png(6))
    assert png_has_alpha(tmp_path / "photo.png") is False
    assert png_has_alpha(tmp_path / "frame.png") is True
    v1 = o.track(o.clip("a.mov", 100))
    for name, expected in (("photo.png", [20, 60]), ("frame.png", [])):
        v2 = o.track(o.gap(20), o.clip(name, 40, 0, o.external(name, 0, 1)), o.gap(40))
        assert cuts(read(v1, v2)) == expected
