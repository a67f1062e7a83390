"""Seeing: what a cue's pictures look like, and where a flat film is cut. Heavy imports wait until used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.config import Settings
    from bridge.progress import Progress
    from bridge.schema.picture import Picture
    from bridge.schema.stills import Stills
    from bridge.schema.timeline import Timeline

__all__ = ["FILM_SUFFIXES", "film_timeline", "is_film", "look_at_stills", "model_hashes", "see"]

FILM_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("mp4", "mov", "m4v", "mkv", "webm", "avi", "mxf", "mpg", "mpeg", "ts", "mts", "m2ts", "wmv"),
        *("flv", "ogv", "3gp", "y4m", "dv", "qt"),
    )
)


def is_film(path: Path) -> bool:
    """Whether a path names a film by its suffix, which is all that decides between film and timeline."""
    return path.suffix.lower() in FILM_SUFFIXES


def film_timeline(path: Path, settings: Settings, progress: Progress) -> Timeline:
    """A bare film as a timeline of its detected shots; see `bridge.seeing.film`."""
    from bridge.seeing import film

    return film.film_timeline(path, settings, progress)


def see(timeline: Timeline, settings: Settings, progress: Progress) -> Picture:
    """Picture features of a timeline's cue; see `bridge.seeing.picture`."""
    from bridge.seeing import picture

    return picture.see(timeline, settings, progress)


def model_hashes(settings: Settings) -> dict[str, str]:
    """What seeing depends on besides the film: a hash by the name of each graph; for fingerprints."""
    from bridge.inference.encoder import encoder_hashes
    from bridge.inference.graph import released_graph

    cards = [released_graph(part).card for part in ("colour", "motion")]
    return {**{card["name"]: card["sha256"] for card in cards}, **encoder_hashes(settings.encoder)}


def look_at_stills(paths: Sequence[Path], progress: Progress, encoder: str = "") -> Stills:
    """Light, colour and emotion of pictures; see `bridge.seeing.still`."""
    from bridge.seeing import still

    return still.look_at_stills(paths, progress, encoder)
