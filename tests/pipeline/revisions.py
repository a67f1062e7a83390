"""A cue and revisions of it, for the tests of both."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from bridge import pipeline
from bridge.config import Revision
from bridge.progress import Progress
from bridge.schema.record import ScoreFiles
from tests.composing.forms import film
from tests.pipeline.conftest import scored


@cache
def base(seed: int = 3) -> ScoreFiles:
    return scored(film(), seed)


def revised(files: ScoreFiles, *plots: str, **asked: Any) -> dict[str, bytes]:
    return pipeline.revise(files, Revision(plots, **asked), (), Progress()).files


def again(files: ScoreFiles, new: dict[str, bytes]) -> ScoreFiles:
    return ScoreFiles("film.v002", files.source, new["mid"], new["cues.json"].decode())


def places(files: ScoreFiles) -> dict[str, tuple[int, int]]:
    """Where each plot's music is, by its own words; the last plot's rings on for ever."""
    plots = json.loads(files.cues_json)["score"]["plots"]
    found = {plot["id"]: (plot["start_tick"], plot["end_tick"]) for plot in plots}
    last = max(found, key=lambda plot_id: found[plot_id][1])
    return {**found, last: (found[last][0], 1 << 60)}


def inside(tick: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= tick < end for start, end in spans)
