from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bridge.schema.timeline import Knot, MediaSpan, Shot, Timeline
from tests.make_media import Scene, counted, film, solid

SMALL = (128, 72)
# counted() greys: level = FIRST + STEP × frame.
FIRST, STEP = 20, 2
COUNTED_FRAMES = 110


@pytest.fixture(scope="session")
def counting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film at 24 fps whose grey says which frame it is, without loss."""
    path = tmp_path_factory.mktemp("films") / "counting.mkv"
    film(path, [Scene(COUNTED_FRAMES, counted(FIRST, STEP, SMALL))], 24, size=SMALL, codec="ffv1")
    return path


COLORS = {"red": (200, 40, 30), "blue": (30, 60, 190), "grey": (128, 128, 128), "black": (0, 0, 0)}


@pytest.fixture(scope="session")
def colored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red, blue, grey and black, a second each."""
    path = tmp_path_factory.mktemp("films") / "colored.mp4"
    film(path, [Scene(24, solid(*color, SMALL)) for color in COLORS.values()], 24, size=SMALL)
    return path


def one_shot(path: Path | None, knots: list[tuple[float, float]], frames: int, **more: object) -> Timeline:
    """A timeline of one shot with a given time map, at 24 fps."""
    span = None
    if path is not None:
        map_ = tuple(
            Knot(Fraction(a).limit_denominator(1000), Fraction(b).limit_denominator(1000)) for a, b in knots
        )
        span = MediaSpan(path, map_, **more)  # type: ignore[arg-type]
    return timeline_of(Shot("s0001", "shot", 0, frames, span, "" if span else "gone.mov was not found"))


def timeline_of(*shots: Shot, frames: int = 0, start: int = 0) -> Timeline:
    end = frames or shots[-1].end_frame
    return Timeline("t", Fraction(24), False, 0, end, start, end, shots)
