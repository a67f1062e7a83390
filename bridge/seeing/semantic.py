"""What a cue's pictures mean and feel like, by a semantic encoder where there is one.

Frames are taken as Herrmann-1 takes them (Haseeb, Hammoudeh and Xia, ICASSP 2024): from every shot, and at
least fifteen from a film of fewer shots; long shots are looked into about once a second.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bridge.config import Settings
from bridge.errors import MediaError
from bridge.inference.encoder import NONE, Encoder, Frames, load_encoder
from bridge.progress import Progress
from bridge.schema.picture import SAMPLE_STEP_S, Array, Picture
from bridge.schema.timeline import Timeline
from bridge.seeing.cache import Rows, nanoseconds
from bridge.seeing.media import Media, Remarks, View, frames_at
from bridge.seeing.sampling import settled_time, shot_of_samples, shot_s

LEAST_FRAMES: Final = 15
FRAMES_A_SECOND: Final = 1
"""Within a shot. More, at most two, only where a shot is shorter than a second or frames would be too few."""
_STAGE = "meaning"
_VERSION = 1
_BATCH = 16
# Emotion is a shot's, and of a long shot that of some seconds around.
_SIGMA_S = 4.0
_NEUTRAL = "neutral"
MISSING: Final = (
    "What the pictures mean is not read, only their colour, motion and cuts: no semantic encoder is "
    "installed (cuebridge models add clip)"
)


@dataclass(frozen=True)
class Moment:
    """One look: where in the cue, in which shot, and at which second of which media."""

    cue_s: Fraction
    shot: int
    media: Media
    at_s: Fraction


def moments(timeline: Timeline) -> list[Moment]:
    """The looks that a cue gets, in order; none where it has no media."""
    shots = [(number, shot) for number, shot in enumerate(timeline.shots) if shot.media is not None]
    whole_s = sum((shot_s(timeline, shot) for _, shot in shots), Fraction(0))
    if not whole_s:
        return []
    density = max(Fraction(FRAMES_A_SECOND), LEAST_FRAMES / whole_s)
    found = []
    for number, shot in shots:
        if shot.media is None:
            continue
        length_s = shot_s(timeline, shot)
        count = max(1, math.ceil(length_s * density))
        for place in range(count):
            offset_s = length_s * (2 * place + 1) / (2 * count)
            at_s = settled_time(timeline, shot, shot.media.knots, offset_s)
            found.append(
                Moment(timeline.cue_s(shot.start_frame) + offset_s, number, Media.of(shot.media), at_s)
            )
    return found


def understood(timeline: Timeline, picture: Picture, settings: Settings, progress: Progress) -> Picture:
    """A picture with what it means, or with a sentence that says it goes without.

    Raises:
        SettingsError: the encoder asked for is not there, or is none.
        ModelError: the one that is installed is broken.
        Cancelled: the user asked to stop.
    """
    if not picture.seen.any():
        return picture
    encoder = load_encoder(settings.encoder)
    if encoder is None:
        return picture if settings.encoder == NONE else replace(picture, missing=(*picture.missing, MISSING))
    looks = moments(timeline)
    rows, problems = _rows(looks, encoder, progress)
    seen = [index for index, row in enumerate(rows) if row is not None]
    semantic = np.stack([row for row in rows if row is not None]) if seen else picture.semantic
    cue_s = np.array([float(looks[index].cue_s) for index in seen], np.float32)
    picture = replace(
        picture,
        semantic_s=cue_s,
        semantic=semantic,
        problems=tuple(dict.fromkeys((*picture.problems, *problems))),
    )
    emotions, feelings = (encoder.emotions(semantic), encoder.feelings(semantic)) if seen else (None, None)
    if emotions is None or feelings is None:
        words = f"What the pictures feel like is not read: {encoder.card.name} has no words beside it"
        return replace(picture, missing=(*picture.missing, words)) if seen else picture
    shots = np.array([looks[index].shot for index in seen], np.int64)
    on_clock = shot_of_samples(timeline, picture.samples)
    return replace(
        picture,
        emotion=smoothed(emotions, cue_s, shots, on_clock, encoder.card.emotions),
        emotion_names=encoder.card.emotions,
        feeling=smoothed(feelings, cue_s, shots, on_clock, encoder.card.feelings),
        feeling_names=encoder.card.feelings,
    )


def smoothed(
    shares: Array,
    at_s: Array,
    shots: npt.NDArray[np.int64],
    on_clock: npt.NDArray[np.int64],
    names: Sequence[str],
) -> Array:
    """Shares (m, k) of looks at `at_s` in `shots`, on the regular clock, (n, k); a bell of 4 s in a shot.

    A sample of a shot that was not seen is neutral, or evenly all where no name is that.
    """
    rest = np.full(len(names), 1 / max(1, len(names)), np.float32)
    if _NEUTRAL in names:
        rest = np.eye(len(names), dtype=np.float32)[list(names).index(_NEUTRAL)]
    out = np.tile(rest, (len(on_clock), 1))
    times = np.arange(len(on_clock)) * float(SAMPLE_STEP_S)
    for shot in np.unique(shots):
        inside, looks = np.flatnonzero(on_clock == shot), np.flatnonzero(shots == shot)
        far = (times[inside, None] - at_s[None, looks]) / _SIGMA_S
        # The nearest look counts fully, so that far from all of them nothing is divided by nothing.
        weights = np.exp(-0.5 * (far**2 - (far**2).min(axis=1, keepdims=True)))
        out[inside] = (weights / weights.sum(axis=1, keepdims=True)) @ shares[looks]
    return out.astype(np.float32)


def squares(path: Path, times_s: Sequence[Fraction], side: int) -> Frames:
    """Frames (n, side, side, 3) of a film at rising times, or of a still: upright, filled, cut at the middle.

    Raises:
        MediaError: it cannot be read, or ends before one of the times.
    """
    found = list(frames_at(Media(path), times_s, View(side, side, crop=True), Remarks()))
    shown = [frame for frame in found if frame is not None]
    if len(shown) < len(times_s):
        raise MediaError(f"it ends before {float(times_s[len(shown)]):.1f} s", where=path.name)
    return np.stack(shown)


def _rows(
    looks: Sequence[Moment], encoder: Encoder, progress: Progress
) -> tuple[list[Array | None], list[str]]:
    """A vector for each look, None where nothing is shown; and sentences about what could not be read."""
    by_media: dict[Media, list[int]] = defaultdict(list)
    for index, moment in enumerate(looks):
        by_media[moment.media].append(index)
    found: list[Array | None] = [None] * len(looks)
    problems: list[str] = []
    done = 0
    for media, indices in by_media.items():
        kept = Rows("semantic", _VERSION, media.id, encoder.card.sha256, encoder.card.width)
        remarks = Remarks()
        try:
            _look(
                media,
                [looks[index] for index in indices],
                encoder,
                kept,
                remarks,
                progress,
                (done, len(looks)),
            )
        except MediaError as error:
            problems.append(f"{media.path.name}: {error.what}")
        finally:
            if remarks.none:
                kept.save()
        problems += remarks.problems
        for index in indices:
            instant = (nanoseconds(looks[index].at_s),)
            if instant in kept:
                found[index] = kept.read([instant])[0]
        done += len(indices)
    progress.report(_STAGE, len(looks), len(looks))
    return found, problems


def _look(
    media: Media,
    looks: Sequence[Moment],
    encoder: Encoder,
    kept: Rows,
    remarks: Remarks,
    progress: Progress,
    count: tuple[int, int],
) -> None:
    """Encode what is not kept yet, a batch at a time, so that no more frames than that are held."""
    times = {nanoseconds(each.at_s): each.at_s for each in looks}
    order = [at for (at,) in kept.missing((at,) for at in times)]
    if not order:
        return
    view = View(encoder.card.side, encoder.card.side, crop=True)
    done, whole = count
    batch: list[tuple[int, Frames]] = []

    def encode() -> None:
        if batch:
            kept.add(
                [(at,) for at, _ in batch], encoder.embed_images(np.stack([frame for _, frame in batch]))
            )
            batch.clear()

    for frame, at in zip(frames_at(media, [times[at] for at in order], view, remarks), order):
        done += 1
        progress.report(_STAGE, min(done, whole), whole, media.path.name)
        if frame is not None:
            batch.append((at, frame))
        if len(batch) == _BATCH:
            encode()
    encode()
