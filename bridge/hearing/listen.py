"""Listening to a cue: its sounds as the edit mixes them, how loud that is, and where somebody speaks."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

import numpy as np

from bridge import keeping
from bridge.config import Settings
from bridge.errors import ModelError
from bridge.hearing.level import FLOOR_DB, loudness_db
from bridge.hearing.mix import mixed
from bridge.hearing.voice import Array, Voice, spans
from bridge.hearing.words import Said, installed, line_spans, recognised
from bridge.inference.graph import released_graph
from bridge.progress import Progress
from bridge.schema.cues import Line, Speech
from bridge.schema.heard import Heard
from bridge.schema.timeline import Sound, Timeline

# Raised whenever the same sounds would be heard otherwise.
_VERSION = 1
_NO_SOUND = "there is no sound to listen to"


def hear(timeline: Timeline, settings: Settings, progress: Progress) -> Heard:
    """What is heard of a timeline's cue; nothing where `settings.listen` is off or nothing sounds.

    What was found is kept by the media's content, the sounds' times and gains, and the detector: a second
    take listens to nothing. Sounds that cannot be read are named once in `problems`. Where a recogniser of
    words is installed, speech has its lines.

    Raises:
        Cancelled: somebody asked to stop.
    """
    if not settings.listen:
        return Heard(unheard="listening is switched off")
    if not timeline.sounds:
        return Heard(unheard=_NO_SOUND)
    try:
        graph = released_graph("voice")
    except ModelError as error:
        problem = f"Nobody listens for speech: {error.what}"
        return Heard(problems=(problem,), unheard="the sound was not listened to, for want of the model")

    def listen() -> keeping.Arrays:
        problems: dict[str, None] = {}
        voice, probability, loudness = Voice(graph), [], []
        for block in mixed(timeline, problems, progress):
            probability.append(voice.hear(block))
            loudness.append(loudness_db(block))
        seconds = math.ceil(timeline.cue_s(timeline.cue_end_frame))
        return {
            "speech": np.concatenate(probability),
            "loudness_db": np.concatenate(loudness)[:seconds],
            "problems": np.array(list(problems), dtype=np.str_),
        }

    found = keeping.remember(_key(timeline, str(graph.card["sha256"])), listen)
    said, trouble = _said(timeline, found["speech"], str(graph.card["sha256"]), progress)
    lost = len(found["problems"]) > 0
    levels: tuple[float, ...] = ()
    if found["loudness_db"].max(initial=FLOOR_DB) <= FLOOR_DB:
        unheard = "the sounds could not be read" if lost else _NO_SOUND
    else:
        unheard = "not all of the cue's sounds could be read" if lost else ""
        levels = tuple(round(float(value), 2) for value in found["loudness_db"])
    return Heard(
        speech=_with_lines(timeline, spoken(timeline, found["speech"]), said),
        loudness_db=levels,
        problems=(*(str(problem) for problem in found["problems"]), *trouble),
        unheard=unheard,
    )


def model_hashes() -> dict[str, str]:
    """The voice detector's hash, and the recogniser's where one is installed."""
    try:
        found = {"voice": str(released_graph("voice").card["sha256"])}
    except ModelError:
        found = {}
    card = installed()
    return {**found, "words": hashlib.sha256(card.encode()).hexdigest()} if card else found


def _said(
    timeline: Timeline, speech: Array, sha256: str, progress: Progress
) -> tuple[list[Said], tuple[str, ...]]:
    """The lines of a cue, and why there are none although there is a recogniser."""
    card, lines = installed(), line_spans(speech)
    if not card or not lines:
        return [], ()

    def recognise() -> keeping.Arrays:
        said = recognised(mixed(timeline, {}, progress), lines, progress)
        return {
            "times_s": np.array([[line.start_s, line.end_s] for line in said], np.float64).reshape(-1, 2),
            "words": np.array([line.words for line in said], dtype=np.str_),
            "speakers": np.array([line.speaker for line in said], dtype=np.str_),
        }

    key = _key(timeline, sha256)
    try:
        found = keeping.remember(keeping.Key("words", _VERSION, key.media, f"{card}\n{key.about}"), recognise)
    except ModelError as error:
        return [], (f"Words are not recognised: {error.what}",)
    rows = zip(found["times_s"], found["words"], found["speakers"])
    return [Said(float(a), float(b), str(words), str(speaker)) for (a, b), words, speaker in rows], ()


def _with_lines(timeline: Timeline, speech: tuple[Speech, ...], said: list[Said]) -> tuple[Speech, ...]:
    """Spans with the lines that begin in them; a line's frames stay within its span."""
    if not said:
        return speech
    out = []
    for span in speech:
        lines = []
        for line in said:
            first = max(timeline.cue_start_frame + math.floor(line.start_s * timeline.rate), span.start_frame)
            last = min(timeline.cue_start_frame + math.ceil(line.end_s * timeline.rate), span.end_frame)
            if first < last:
                lines.append(Line(first, last, line.words, line.speaker))
        named = len({line.speaker for line in lines}) > 1
        words = " ".join(f"{line.speaker}: {line.words}" if named else line.words for line in lines)
        out.append(Speech(span.start_frame, span.end_frame, words, tuple(lines), heard=True))
    return tuple(out)


def spoken(timeline: Timeline, speech: Array) -> tuple[Speech, ...]:
    """Spans of speech on whole frames of the timeline, none touching another."""
    out: list[Speech] = []
    for start_s, end_s in spans(speech):
        first = timeline.cue_start_frame + math.floor(start_s * timeline.rate)
        last = min(timeline.cue_start_frame + math.ceil(end_s * timeline.rate), timeline.cue_end_frame)
        if out and first <= out[-1].end_frame:
            out[-1] = Speech(out[-1].start_frame, last, heard=True)
        elif first < last:
            out.append(Speech(first, last, heard=True))
    return tuple(out)


def _key(timeline: Timeline, sha256: str) -> keeping.Key:
    """Whatever the mix depends on, and the detector."""
    media = dict.fromkeys(sound.media.path for sound in timeline.sounds if sound.media is not None)
    ids = {path: keeping.media_id(path) for path in media}
    return keeping.Key(
        "voice",
        _VERSION,
        "" if "" in ids.values() else " ".join(ids.values()) or "none",
        "\n".join(
            [
                sha256,
                f"{timeline.rate} {timeline.cue_start_frame} {timeline.cue_end_frame}",
                *(
                    " ".join(_about(sound, ids[sound.media.path] if sound.media is not None else ""))
                    for sound in timeline.sounds
                ),
            ]
        ),
    )


def _about(sound: Sound, media: str) -> Iterator[str]:
    yield media or sound.problem
    yield f"{bool(sound.track)} {sound.start_frame} {sound.end_frame}"
    yield f"{sound.fade_in_s} {sound.fade_out_s} {sound.channels}"
    yield from (f"{point.offset_s}:{point.gain_db!r}" for point in sound.gain)
    if sound.media is not None:
        yield sound.media.path.name  # which the problems name
        yield from (f"{knot.offset_s}:{knot.media_s}" for knot in sound.media.knots)
