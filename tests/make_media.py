"""Makes short films whose cuts, colours and motion are known exactly, and a timeline over some of them.

    python -m tests.make_media OUT_DIR

writes `demo.mp4` (29 s at 24 fps: a dark slow part, a dissolve, a bright fast part, a calm end),
`demo_cuts.json` with its cuts, and `demo.otio`, a timeline as DaVinci Resolve writes it over clips in
`clips/`. The same command writes the same pictures every time; nothing is downloaded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from tests.reading import otio_json as o

Rgb = npt.NDArray[np.uint8]
Paint = Callable[[int], Rgb]
SIZE = (320, 180)


@dataclass(frozen=True)
class Scene:
    """`length` frames that `paint` draws by their number in the scene."""

    length: int
    paint: Paint


def solid(red: int, green: int, blue: int, size: tuple[int, int] = SIZE) -> Paint:
    """One colour, unmoving."""
    frame = np.empty((size[1], size[0], 3), np.uint8)
    frame[:] = (red, green, blue)
    return lambda number: frame


def counted(first: int, step: int = 2, size: tuple[int, int] = SIZE) -> Paint:
    """A grey that says which frame it is: level = first + step × frame."""

    def paint(number: int) -> Rgb:
        return np.full((size[1], size[0], 3), first + step * number, np.uint8)

    return paint


def drifting(
    color: tuple[int, int, int], speed: float, seed: int, depth: float = 0.6, size: tuple[int, int] = SIZE
) -> Paint:
    """A soft pattern of one colour that drifts sideways by `speed` pixels a frame."""
    rng = np.random.default_rng(seed)
    waves = [
        (rng.integers(1, 6), rng.integers(0, 4), rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.0))
        for _ in range(6)
    ]
    tints = rng.uniform(-0.25, 0.25, (6, 3))
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    x, y = x / size[0] * 2 * np.pi, y / size[1] * 2 * np.pi

    picture = np.zeros((size[1], size[0], 3), np.float32)
    total = sum(wave[3] for wave in waves)
    for (across, down, phase, weight), tint in zip(waves, tints):
        ripple = np.sin(across * x + down * y + phase) * weight / total
        picture += ripple[..., None] * (1 + tint).astype(np.float32)
    picture = np.clip(np.asarray(color, np.float32) * (1 + depth * 1.6 * picture), 0, 255).astype(np.uint8)

    def paint(number: int) -> Rgb:
        # The pattern repeats sideways, so drifting is rolling; between two pixels it is blended, in 1/16.
        whole, part = divmod(round(speed * number * 16), 16)
        near = np.roll(picture, -whole, axis=1)
        if part == 0:
            return near
        far = np.roll(near, -1, axis=1)
        return ((near.astype(np.uint16) * (16 - part) + far.astype(np.uint16) * part + 8) >> 4).astype(
            np.uint8
        )

    return paint


def film(
    path: Path,
    scenes: Sequence[Scene],
    rate: Fraction | int = 24,
    dissolves: dict[int, int] | None = None,
    size: tuple[int, int] = SIZE,
    quality: int = 2,
    keyframes: int = 48,
    codec: str = "mpeg4",
) -> list[int]:
    """Encode scenes one after the other; gives their first frames.

    Args:
        path: .mp4, .mov, .mkv or .avi.
        scenes: what to show.
        rate: frames a second.
        dissolves: scene number → length in frames of a dissolve from the scene before, centred on the cut.
        size: width and height.
        quality: quantiser, 1 is best.
        keyframes: frames between key frames.
        codec: MPEG-4 part 2, which every PyAV has, or "ffv1" (Matroska) for colours exact to the bit.
    """
    starts = [sum(scene.length for scene in scenes[:index]) for index in range(len(scenes))]
    total = starts[-1] + scenes[-1].length
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=Fraction(rate))
        stream.width, stream.height = size
        stream.pix_fmt = "bgr0" if codec == "ffv1" else "yuv420p"
        stream.codec_context.qmin = stream.codec_context.qmax = quality
        stream.codec_context.gop_size = keyframes
        stream.codec_context.thread_count = 1
        for number in range(total):
            picture = _picture(number, scenes, starts, dissolves or {})
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, 1 / Fraction(rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return starts


def _picture(number: int, scenes: Sequence[Scene], starts: list[int], dissolves: dict[int, int]) -> Rgb:
    index = max(i for i, start in enumerate(starts) if start <= number)
    for later, length in dissolves.items():
        begin = starts[later] - length // 2
        if begin <= number < begin + length:
            share = (number - begin + 0.5) / length
            old = scenes[later - 1].paint(number - starts[later - 1])
            new = scenes[later].paint(number - starts[later])
            return np.rint(old * (1 - share) + new * share).astype(np.uint8)
    return scenes[index].paint(number - starts[index])


def demo_scenes(size: tuple[int, int]) -> tuple[list[Scene], dict[int, int]]:
    """The demo film: lengths are primes or odd, so that no tempo meets its cuts by chance."""
    blue, teal, red, sun, white = (28, 38, 66), (24, 52, 58), (196, 78, 52), (226, 176, 78), (214, 208, 196)
    looks = [
        (67, blue, 0.4, 0.5),
        (83, teal, 0.5, 0.5),
        (59, (40, 34, 62), 0.6, 0.6),
        (71, (96, 70, 84), 1.5, 0.7),
        (37, red, 6, 0.9),
        (29, sun, 8, 0.9),
        (41, (222, 120, 60), 7, 0.9),
        (23, white, 10, 0.8),
        (31, (204, 92, 100), 9, 0.9),
        (43, sun, 8, 0.9),
        (27, (236, 150, 90), 11, 0.9),
        (35, red, 9, 0.9),
        (61, (120, 118, 126), 1.5, 0.6),
        (89, (64, 80, 104), 0.6, 0.5),
    ]
    scenes = [
        Scene(length, drifting(color, speed * size[0] / 640, seed, depth, size))
        for seed, (length, color, speed, depth) in enumerate(looks, 11)
    ]
    return scenes, {3: 24}


def make_demo(folder: Path, size: tuple[int, int] = (480, 270)) -> tuple[Path, Path]:
    """`demo.mp4` with `demo_cuts.json`, and `demo.otio` with its clips; gives both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes, dissolves = demo_scenes(size)
    path = folder / "demo.mp4"
    starts = film(path, scenes, 24, dissolves, size, quality=3)
    truth = {
        "file": path.name,
        "fps": 24,
        "n_frames": starts[-1] + scenes[-1].length,
        "convention": "frame = index of the first frame of the new shot",
        "hard_cuts": [start for index, start in enumerate(starts) if index and index not in dissolves],
        "hard_cuts_from_or_to_black": [],
        "gradual": [
            {"type": "dissolve", "start": starts[index] - length // 2, "end": starts[index] + length // 2}
            for index, length in dissolves.items()
        ],
        "ambiguous": [],
    }
    (folder / "demo_cuts.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return path, make_demo_timeline(folder, size)


def make_demo_timeline(folder: Path, size: tuple[int, int] = (480, 270)) -> Path:
    """`demo.otio`: 01:00:00:00 start, a title over a shot, padded tracks, a dissolve, a retime, a shot that
    hides a cut, markers with notes in metadata, an offline clip, a fade to black."""
    clips = folder / "clips"
    clips.mkdir(parents=True, exist_ok=True)
    looks = {
        "harbour.mp4": (164, (30, 44, 70), 0.5),
        "street.mp4": (150, (70, 74, 80), 2.0),
        "runner.mp4": (150, (190, 120, 70), 7.0),
        "crowd.mp4": (136, (210, 90, 60), 9.0),
        "window.mp4": (134, (90, 96, 130), 0.8),
    }
    for seed, (name, (length, color, speed)) in enumerate(looks.items(), 41):
        paint = drifting(color, speed * size[0] / 640, seed, 0.8, size)
        film(clips / name, [Scene(length, paint)], 24, None, size, quality=3)

    def shot(name: str, start: float, length: float, **more: object) -> o.Node:
        reference = o.external(str((clips / name).absolute()), 0, looks[name][0])
        return o.clip(name, length, start, reference, **more)  # type: ignore[arg-type]

    lost = "A012_C003_0921.mov"
    video1 = o.track(
        shot("harbour.mp4", 12, 108),
        o.transition(12, 12, "Cross Dissolve"),
        shot("street.mp4", 20, 79),
        shot(
            "runner.mp4",
            0,
            61,
            effects=[o.warp(2.0)],
            markers=[o.marker(30, 1, "hit", "must: the gate opens")],
        ),
        o.clip(lost, 53, 86400, o.missing(lost, f"/Volumes/Rushes/Day 3/{lost}", 240)),
        shot("crowd.mp4", 8, 37),
        shot("runner.mp4", 100, 29),
        shot("crowd.mp4", 90, 41),
        shot("street.mp4", 120, 23),
        shot("runner.mp4", 40, 47),
        shot("window.mp4", 6, 121),
        o.transition(24, 0, "Dip To Color Dissolve"),
        name="Video 1",
    )
    length = 108 + 79 + 61 + 53 + 37 + 29 + 41 + 23 + 47 + 121
    title = o.title("Text+", 72)
    cover = shot("harbour.mp4", 130, 30)
    video2 = o.track(o.gap(24), title, o.gap(255), cover, o.gap(length - 24 - 72 - 255 - 30), name="Video 2")
    video3 = o.track(o.gap(length), name="Video 3")
    sound = o.track(
        o.gap(108),
        o.clip("street.mp4", 79, 20, o.external(str((clips / "street.mp4").absolute()), 0, 150)),
        o.gap(length - 187),
        kind="Audio",
        name="Audio 1",
    )
    notes = [
        o.marker(0, 187, "section", "quiet, waiting, before dawn"),
        o.marker(301, 177, "section", "the chase: fast, bright, restless"),
    ]
    document = o.timeline(video1, video2, video3, sound, markers=notes)
    return o.write(folder / "demo.otio", document)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.make_media OUT_DIR")
    for made in make_demo(Path(sys.argv[1])):
        print(made)
