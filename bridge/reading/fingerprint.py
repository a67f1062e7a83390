"""What the music depends on, as one hash: equal for the same edit wherever its files lie."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction

from bridge.schema.timeline import EditPoint, Marker, Shot, Sound


def fingerprint(
    rate: Fraction,
    cue: tuple[int, int],
    shots: tuple[Shot, ...],
    points: tuple[EditPoint, ...],
    markers: tuple[Marker, ...],
    sounds: tuple[Sound, ...] = (),
) -> str:
    """SHA-256, in hex, over rate, cue, shots' bounds and media, edit points, markers and sounds.

    Media count by file name and time map, not by folder: a project that moves keeps its score. Whether
    the file is there counts, because it decides what can be seen.
    """
    content = {
        "version": 1,
        "rate": str(rate),
        "cue": cue,
        "shots": [[shot.start_frame, shot.end_frame, _media(shot)] for shot in shots],
        "edits": [
            [point.frame, point.kind.value, point.start_frame, point.end_frame, point.style]
            for point in points
        ],
        "markers": [[m.frame, m.duration_frames, m.name, m.note, m.color] for m in markers],
    }
    if sounds:
        content["sounds"] = [
            [sound.start_frame, sound.end_frame, _media(sound), _mixing(sound)] for sound in sounds
        ]
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _mixing(sound: Sound) -> list[object]:
    gain = [[str(point.offset_s), point.gain_db] for point in sound.gain]
    return [gain, str(sound.fade_in_s), str(sound.fade_out_s), sound.channels]


def _media(shot: Shot | Sound) -> list[object] | None:
    media = shot.media
    if media is None:
        return None
    knots = [[str(knot.offset_s), str(knot.media_s)] for knot in media.knots]
    return [media.path.name, media.first_number, str(media.pattern_rate), knots]
