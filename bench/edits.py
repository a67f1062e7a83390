"""Edits with exact truth, cut out of the shots of the reference films: what bench/shots.py judges by.

Shots are kept apart for tuning and for testing: the first half of Big Buck Bunny, the flower and NASA's first
shot are for tuning, everything else for testing. Every edit is a chain of shots that play on while they are
joined by hard cuts, dissolves, fades, dips and wipes, encoded as H.264. The same seed gives the same edits.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from bridge.seeing.frames import Film

Rgb = npt.NDArray[np.uint8]
Shares = npt.NDArray[np.float32]

RATE = 25
SIZE = (384, 216)
KINDS = ("cut", "dissolve", "fade out", "fade in", "dip to black", "dip to white", "wipe")
MOVES = ("pan", "soft pan", "zoom", "handheld", "light")
# Pixels left of a picture that is out of focus.
_SOFT = (24, 14)
# Frames a gradual change lasts, and frames of each shot left untouched between two joins.
_LENGTHS = (10, 48)
_CLEAN = (16, 60)
_LONGEST_CLIP = 150
_SHORTEST_CLIP = 40
# Joins of one edit: about half a minute.
_CHAIN = 12
BUNNY, _SINTEL, _NASA = "big_buck_bunny_704x396.mp4", "sintel_trailer_480p.mp4", "nasa_13013.mp4"
# Where tuning ends and testing begins in Big Buck Bunny: a hard cut near its middle.
BUNNY_HALF = 6051
# Shots without titles of the other films, frames [start, end), seen by eye.
_OTHERS = {
    "tune": ((_NASA, 0, 124), ("mdn_cc0_flower.mp4", 0, 150)),
    "test": (
        (_NASA, 152, 201),
        (_NASA, 203, 324),
        ("mdn_cc0_friday.mp4", 0, 185),
        (_SINTEL, 143, 203),
        (_SINTEL, 301, 354),
        (_SINTEL, 572, 620),
        (_SINTEL, 867, 965),
    ),
}


@dataclass(frozen=True)
class Span:
    """A true change over frames [start, end); a cut has start = end = the new shot's first frame."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Edit:
    """One film that was built, its length in frames and what is true of it."""

    path: Path
    frames: int
    spans: tuple[Span, ...]


class Clips:
    """The shots of one side, "tune" or "test", decoded once into a file that is read as an array.

    Args:
        media: the folder of the reference films.
        side: "tune" or "test".
        folder: where to put the frames, about 250 KB each.
        bunny: whether to take Big Buck Bunny's; without, there are a few shots, read in seconds.
    """

    def __init__(self, media: Path, side: str, folder: Path, bunny: bool = True) -> None:
        bounds = [*(_bunny_shots(media, side) if bunny else ()), *_OTHERS[side]]
        lengths = [min(end - start, _LONGEST_CLIP) for _, start, end in bounds]
        shape = (sum(lengths), SIZE[1], SIZE[0], 3)
        store = np.lib.format.open_memmap(folder / f"{side}.npy", "w+", np.uint8, shape)
        self.shots: list[Rgb] = []
        at = 0
        for length in lengths:
            self.shots.append(store[at : at + length])
            at += length
        for name in dict.fromkeys(name for name, _, _ in bounds):
            wanted = {
                start + offset: shot[offset]
                for (film, start, _), shot in zip(bounds, self.shots)
                if film == name
                for offset in range(len(shot))
            }
            with Film(media / name, *SIZE) as film:
                for number, (_, frame) in enumerate(film.frames()):
                    if number in wanted:
                        wanted.pop(number)[:] = frame
                    if not wanted:
                        break


def _bunny_shots(media: Path, side: str) -> list[tuple[str, int, int]]:
    """Big Buck Bunny's shots on one side, between its listed changes and two frames clear of them."""
    truth = json.loads((media / "big_buck_bunny_cuts.json").read_text())
    edges = [(cut, cut) for cut in truth["hard_cuts"]]
    edges += [(each["start"], each["end"]) for each in truth["gradual"]]
    edges += [(each["frame"], each["frame"]) for each in truth["ambiguous"]]
    edges.sort()
    low, high = (0, BUNNY_HALF) if side == "tune" else (BUNNY_HALF, truth["scored_range"][1])
    shots = []
    for (_, start), (end, _) in zip(edges, edges[1:]):
        if low <= start and end <= high and end - start - 4 >= _SHORTEST_CLIP:
            shots.append((BUNNY, start + 2, end - 2))
    return shots


@dataclass(frozen=True)
class _Join:
    """A change between two shots: frames of the old shot in it, of the new one, and of one colour between."""

    kind: str
    old: int
    new: int
    hold: int = 0


def _join(kind: str, rng: random.Random) -> _Join:
    length = rng.randint(*_LENGTHS)
    if kind == "cut":
        return _Join(kind, 0, 0)
    if kind in ("dissolve", "wipe"):
        return _Join(kind, length, length)
    if kind in ("dip to black", "dip to white"):
        hold = rng.choice((0, 0, 0, 1, 2, 4, 6))
        half = max(4, (length - hold) // 2)
        return _Join(kind, half, half, hold)
    return _Join("fades", length, rng.randint(*_LENGTHS), rng.randint(20, 50))


def edits(clips: Clips, folder: Path, seed: int, each: dict[str, int], name: str = "edit") -> Iterator[Edit]:
    """Edits that hold `each[kind]` changes of every kind, in an order drawn by `seed`.

    "fade out" and "fade in" come in pairs with black (one in five: white) of 0.8 to 2 s between, and count
    once each.
    """
    rng = random.Random(seed)
    kinds = [kind for kind, count in each.items() if kind != "fade in" for _ in range(count)]
    rng.shuffle(kinds)
    joins = [_join(kind, rng) for kind in kinds]
    for number, low in enumerate(range(0, len(joins), _CHAIN)):
        yield _build(clips, folder / f"{name}{number:02d}.mp4", joins[low : low + _CHAIN], rng)


def _build(clips: Clips, path: Path, joins: Sequence[_Join], rng: random.Random) -> Edit:
    shots: list[Rgb] = []
    last = -1
    for before, after in zip([_Join("cut", 0, 0), *joins], [*joins, _Join("cut", 0, 0)]):
        taken = before.new + after.old
        fits = [n for n, shot in enumerate(clips.shots) if n != last and len(shot) >= taken + _CLEAN[0]]
        last = rng.choice(fits)
        length = taken + rng.randint(_CLEAN[0], min(_CLEAN[1], len(clips.shots[last]) - taken))
        first = rng.randint(0, len(clips.shots[last]) - length)
        shots.append(clips.shots[last][first : first + length])
    spans: list[Span] = []
    with _Writer(path) as out:
        at = 0
        for index, shot in enumerate(shots):
            new = joins[index - 1].new if index else 0
            old = joins[index].old if index < len(joins) else 0
            out.write(shot[new : len(shot) - old])
            if index == len(joins):
                break
            spans += _change(out, joins[index], shot[len(shot) - old :], shots[index + 1], rng)
        at = out.count
    return Edit(path, at, tuple(spans))


def _change(out: _Writer, join: _Join, old: Rgb, following: Rgb, rng: random.Random) -> list[Span]:
    """Write the frames of a change; gives its true spans."""
    start, new = out.count, following[: join.new]
    if join.kind == "cut":
        return [Span("cut", start, start)]
    if join.kind == "dissolve":
        out.write(_mixed(a, b, share) for a, b, share in zip(old, new, _ramp(len(new), rng)))
        return [Span("dissolve", start, out.count)]
    if join.kind == "wipe":
        sweep, soft = _sweep(rng)
        for a, b, share in zip(old, new, _ramp(len(new), rng)):
            mask = np.clip((share * (1 + soft) - sweep) / soft, 0, 1)[..., None]
            out.write([_mixed(a, b, mask)])
        return [Span("wipe", start, out.count)]
    white = join.kind == "dip to white" or (join.kind == "fades" and rng.random() < 0.2)
    plain = np.full_like(old[0], 255 if white else 0)
    out.write(_mixed(a, plain, share) for a, share in zip(old, _ramp(len(old), rng)))
    low = out.count
    out.write([plain] * join.hold)
    high = out.count
    out.write(_mixed(plain, b, share) for b, share in zip(new, _ramp(len(new), rng)))
    if join.kind == "fades":
        return [Span("fade out", start, low), Span("fade in", high, out.count)]
    return [Span(join.kind, start, out.count)]


def _ramp(length: int, rng: random.Random) -> list[float]:
    """Shares of the new picture: straight in two of three, else eased in and out."""
    straight = [(number + 0.5) / length for number in range(length)]
    return straight if rng.random() < 2 / 3 else [x * x * (3 - 2 * x) for x in straight]


def _mixed(old: Rgb, new: Rgb, share: float | Shares) -> Rgb:
    mixed = old * np.float32(1) + (new.astype(np.float32) - old) * np.asarray(share, np.float32)
    return np.rint(mixed).astype(np.uint8)


def _sweep(rng: random.Random) -> tuple[Shares, float]:
    """When a wipe reaches each pixel, 0 to 1, and how wide its edge is: lines at any angle, half of them
    upright or level, or (one in five) an iris or a clock hand.
    """
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    x, y = x - (SIZE[0] - 1) / 2, y - (SIZE[1] - 1) / 2
    kind = rng.random()
    if kind < 0.1:
        sweep = np.hypot(x, y)
        sweep = sweep if rng.random() < 0.5 else -sweep
    elif kind < 0.2:
        sweep = np.arctan2(x, -y)
    else:
        angle = np.pi / 2 * rng.randrange(4) if kind < 0.6 else rng.uniform(0, 2 * np.pi)
        sweep = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    sweep = (sweep - sweep.min()) / (sweep.max() - sweep.min())
    return sweep.astype(np.float32), rng.choice((0.01, 0.02, 0.05, 0.15))


def moves(clips: Clips, folder: Path, seed: int, count: int, length: int = 125) -> Iterator[Edit]:
    """Camera moves over the shots while they play, `count` of each of MOVES, `length` frames long, hard cuts
    between: nothing gradual is in them. A soft pan is one over what is out of focus.
    """
    rng = random.Random(seed)
    for kind in MOVES:
        spans = []
        path = folder / f"{kind.replace(' ', '-')}.mp4"
        with _Writer(path) as out:
            for index in range(count):
                if index:
                    spans.append(Span("cut", out.count, out.count))
                shot = rng.choice(clips.shots)
                to_and_fro = [*range(len(shot)), *range(len(shot) - 2, 0, -1)]
                light = _light(kind, length, rng)
                for number, (x, y, zoom) in enumerate(_path(kind, length, rng)):
                    view = shot[to_and_fro[number % len(to_and_fro)]]
                    if kind == "soft pan":
                        view = cv2.resize(cv2.resize(view, _SOFT, interpolation=cv2.INTER_AREA), SIZE)
                    view = _view(view, x, y, zoom)
                    out.write([_mixed(np.zeros_like(view), view, light[number])])
        yield Edit(path, out.count, tuple(spans))


def _light(kind: str, length: int, rng: random.Random) -> list[float]:
    """Exposure, frame by frame: for "light" it moves to another level over 8 to 60 frames, twice."""
    if kind != "light":
        return [1.0] * length
    levels = [rng.uniform(0.4, 1.0) for _ in range(3)]
    at, knots = 0, [(0, levels[0])]
    for before, after in zip(levels, levels[1:]):
        at += rng.randint(5, length // 4)
        knots.append((at, before))
        at += rng.randint(8, 60)
        knots.append((at, after))
    return [float(value) for value in np.interp(np.arange(length), *zip(*knots))]


def _path(kind: str, length: int, rng: random.Random) -> list[tuple[float, float, float]]:
    """Centre (−1 to 1 of what can be reached) and size of the view, frame by frame."""
    speed = rng.uniform(0.3, 1.0)
    if "pan" in kind:
        angle = rng.uniform(0, 2 * np.pi)
        x, y = np.cos(angle) * speed, np.sin(angle) * speed
        return [(x * t, y * t, 0.55) for t in np.linspace(-1, 1, length)]
    if kind == "zoom":
        ends = (0.95, 0.95 - 0.5 * speed)
        first, last = ends if rng.random() < 0.5 else ends[::-1]
        return [(0.0, 0.0, float(first * (last / first) ** t)) for t in np.linspace(0, 1, length)]
    x = y = vx = vy = 0.0
    steps = []
    for _ in range(length):
        vx, vy = (v * 0.9 - p * 0.02 + rng.gauss(0, 0.02 * speed) for v, p in ((vx, x), (vy, y)))
        x, y = float(np.clip(x + vx, -1, 1)), float(np.clip(y + vy, -1, 1))
        steps.append((x, y, 0.8))
    return steps


def _view(frame: Rgb, x: float, y: float, zoom: float) -> Rgb:
    width, height = SIZE
    left = (width * (1 - zoom)) * (x + 1) / 2
    top = (height * (1 - zoom)) * (y + 1) / 2
    matrix = np.array([[zoom, 0, left], [0, zoom, top]], np.float32)
    turned = cv2.warpAffine(
        frame, matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


class _Writer:
    """An H.264 file at an ordinary rate (CRF 23, about 0.5 Mbit/s at this size)."""

    def __init__(self, path: Path) -> None:
        self._out = av.open(str(path), "w")
        self._stream = self._out.add_stream("libx264", rate=RATE, options={"crf": "23", "preset": "veryfast"})
        self._stream.width, self._stream.height = SIZE
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.thread_count = 1
        self.count = 0

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *ended: object) -> None:
        self._out.mux(self._stream.encode(None))
        self._out.close()

    def write(self, frames: Iterator[Rgb] | Sequence[Rgb] | Rgb) -> None:
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = self.count, Fraction(1, RATE)
            self._out.mux(self._stream.encode(frame))
            self.count += 1
