"""The films there are, seen by the product's own eyes and heard once a second; measured once and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bridge.config import Settings
from bridge.progress import Progress
from bridge.schema.picture import Picture
from bridge.seeing import film_timeline, see
from models.sight import sound

HERE = Path(__file__).resolve().parents[1]
MEDIA = HERE.parent.parent / "shared" / "media"
BUILD = HERE / "build" / "sight"
TAUGHT = "big_buck_bunny_704x396"
"""The one film long enough to learn from: ten minutes, with a score composed for it. CC BY 3.0."""
TRIED = "sintel_trailer_480p"
"""A trailer of 52 s, by other makers, that nothing is learnt from. CC BY 3.0."""
_VERSION = 2

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Film:
    """One film: its picture, and (seconds,) LUFS and onsets a second of its sound."""

    name: str
    sha256: str
    picture: Picture
    loudness: Array
    onsets: Array

    @property
    def seconds(self) -> int:
        """Whole seconds that are both seen and heard."""
        return len(self.loudness)


def film(name: str, folder: Path = MEDIA) -> Film:
    """A film by its name, from the cache if it was measured before."""
    path = folder / f"{name}.mp4"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = BUILD / f"{name}-{digest[:12]}-{_VERSION}.npz"
    if not kept.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        beside = kept.with_suffix(".part.npz")
        np.savez(beside, **_measured(path))
        beside.replace(kept)
    with np.load(kept) as found:
        arrays = dict(found)
    loudness, onsets = arrays.pop("heard_loudness"), arrays.pop("heard_onsets")
    return Film(name, digest, Picture(**arrays), loudness, onsets)


def _measured(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    settings, progress = Settings(), Progress()
    timeline = film_timeline(path, settings, progress)
    picture = see(timeline, settings, progress)
    samples = sound.read_mono(path)
    seconds = min(picture.samples // 5, len(samples) // sound.RATE)
    fields = ("seen", "motion", "brightness", "saturation", "warmth", "contrast", "chroma", "cut_rate")
    return {
        **{name: getattr(picture, name) for name in fields},
        "heard_loudness": sound.loudness(samples, seconds),
        "heard_onsets": sound.onset_density(samples, seconds),
    }
