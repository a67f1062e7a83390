from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bridge.schema.cues import MoodCurves
from bridge.schema.performance import Performance
from bridge.schema.tempo import Form, HitResult, Rung
from bridge.writing.page import page_png
from tests.writing.make import make_cues, make_form, make_performance, make_picture, make_score, make_timeline


def page(
    cues: Any, form: Form | None = None, performance: Performance | None = None, **changes: Any
) -> bytes:
    form = form or make_form(cues)
    played = performance if performance is not None else make_performance(form)
    picture = changes.get("picture", make_picture(cues))
    return page_png(make_timeline(cues), picture, cues, form, played, make_score(form, played))


def pixels(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def near(image: Any, color: str, tolerance: int = 12) -> int:
    """Pixels of a colour."""
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(image - rgb).max(axis=2) <= tolerance).sum())


def test_a_page_is_a_png_of_its_size_without_dates_or_versions_and_always_the_same() -> None:
    data = page(make_cues())
    assert data == page(make_cues())
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1650, 1100)
        assert not {"Software", "Creation Time", "date:create"} & image.info.keys()


def test_met_and_left_hits_differ_in_colour() -> None:
    cues = make_cues(plots=1)
    form = make_form(cues)
    quiet = Performance(())

    def with_results(met: bool) -> Any:
        results = tuple(
            HitResult(h.id, met, 960 if met else None, 2.0, Rung.TEMPO if met else Rung.NONE)
            for h in cues.hits
        )
        image = pixels(page(cues, replace(form, hits=results), quiet))
        return image[190:350, 90:1450]  # the row of hits

    blue, vermilion = "#0072B2", "#D55E00"
    met, left = with_results(True), with_results(False)
    assert near(met, blue) > 60 > 20 > near(met, vermilion)
    assert near(left, vermilion) > 60 > 20 > near(left, blue)


def test_silence_is_shaded() -> None:
    cues = make_cues(plots=2)
    silent, full = pixels(page(cues)), pixels(page(replace(cues, plots=tuple(
        replace(plot, music=True) for plot in cues.plots))))  # fmt: skip
    assert near(silent, "#EBEBEB", 2) > near(full, "#EBEBEB", 2) + 50_000


def test_any_name_and_words_can_be_drawn() -> None:
    odd = ["$x^2$ \\frac{", "东京 😀 \x00\n", "\ud83d", "", "n" * 400]
    cues = make_cues(length=2400, plots=len(odd))
    plots = tuple(replace(plot, words=words) for plot, words in zip(cues.plots, odd))
    form = make_form(cues)
    played = make_performance(form, len(odd))
    named = Performance(tuple(replace(t, name=f"_{words}") for t, words in zip(played.tracks, odd)))
    for name in odd[:3]:
        assert page(replace(cues, name=name, plots=plots), form, named)


@pytest.mark.parametrize(
    ("length", "rate", "cuts", "plots"),
    [
        (1, Fraction(24), (), 1),
        (96, Fraction(24_000, 1001), (40,), 1),
        (3000, Fraction(60), tuple(range(5, 2990, 3)), 60),
    ],
)
def test_short_and_crowded_cues_have_a_page(
    length: int, rate: Fraction, cuts: tuple[int, ...], plots: int
) -> None:
    cues = make_cues(rate=rate, length=length, cuts=cuts, plots=plots)
    assert pixels(page(cues)).shape == (1100, 1650, 3)


def test_nothing_seen_nothing_played() -> None:
    cues = make_cues()
    seen = make_picture(cues)
    blind = replace(seen, seen=np.zeros_like(seen.seen), motion=np.zeros_like(seen.motion))
    form = replace(make_form(cues), hits=(), base_bpm={})
    flat = MoodCurves(*([(0.5,)] * 5))
    assert page(replace(cues, mood=flat), form, Performance(()), picture=blind)
