"""A complement: a musician's own MIDI file in, the same file with the parts it lacked out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from fractions import Fraction

from bridge import __version__, composing, hearing, performing, reading, seeing, spotting, timing, writing
from bridge.config import Complement, Settings
from bridge.errors import SettingsError
from bridge.pipeline.result import Result
from bridge.pipeline.score import read_source
from bridge.progress import Progress
from bridge.reading import GivenMusic
from bridge.schema.cues import CueSheet
from bridge.schema.score import Score
from bridge.schema.tempo import Form

# Onsets a second of music that could not be more energetic.
_LIVELIEST_HZ = 8.0


def complement(asked: Complement, settings: Settings, progress: Progress) -> Result:
    """Write the parts that are asked for beside those that are given.

    Tick 0 of the given file is the cue's first frame. Its tracks' chunks stay byte for byte, and so do its
    ticks a quarter and its tempo map, unless another is asked for: then its tracks that hold the map are
    written anew without it.

    Args:
        asked: the file, the timeline if there is one, and the parts.
        settings: frame rate, In and Out, seed and brief; its tempo limits have nothing to hold.
        progress: told of every stage.

    Raises:
        InputError: the file or the timeline cannot be read, or a part is not known.
        ModelError: a model is missing or is not what its card says.
        Cancelled: somebody asked to stop.
    """
    wanted = composing.wanted_parts(asked.parts)
    given = reading.read_given(asked.midi, str(asked.path))
    if asked.tempo_map:
        given = replace(given, map=reading.read_tempo_map(asked.tempo_map))
    models = composing.load_models()
    name = asked.path.stem
    if asked.timeline is None:
        if settings.mark_in or settings.mark_out:
            raise SettingsError("--in and --out cut a timeline, and none is given", remedy="Add --timeline")
        cues = _unseen(given, name, settings)
    else:
        settings = replace(settings, tempo_map_midi=asked.tempo_map or asked.midi)
        timeline = read_source(asked.timeline, settings, progress)
        picture, heard = seeing.see(timeline, settings, progress), hearing.hear(timeline, settings, progress)
        cues = spotting.spot(timeline, picture, settings, progress, heard)
    form = timing.solve(cues, settings, progress, given.map)
    score = composing.complement(cues, form, given.performance, wanted, settings, models, progress)
    played = writing.placed(given.performance, performing.perform(score, form, cues, settings))
    own, end = asked.midi, given.end
    if asked.tempo_map:
        head = 8 + int.from_bytes(own[4:8], "big")
        chunks = reading.retimed(given.tracks, given.division, given.map)
        own, end = own[:head] + chunks + own[end:], head + len(chunks)
    midi = writing.complemented(own, end, given.division, played.tracks, ports=given.with_ports)
    cues = replace(cues, notes=(*cues.notes, *score.notes))
    return Result(
        timeline_name=name,
        fingerprint=_fingerprint(asked, settings, models.hashes),
        files={
            "mid": midi,
            "cues.json": writing.cues_json(cues, form, name),
            "cues.csv": writing.cues_csv(cues, form),
        },
        summary=_summary(cues, form, score, given, {t.name: len(t.notes) for t in played.tracks})
        | {"seed": settings.seed, "plain": False, "roles": {t.name: t.role.value for t in played.tracks}},
    )


def _unseen(given: GivenMusic, name: str, settings: Settings) -> CueSheet:
    """A cue sheet made of the given music alone: as long as it is, to its last bar line."""
    length_s = given.map.tempo.s_at_tick(_bar_line(given))
    onsets = {note.tick for track in given.performance.tracks for note in track.notes}
    energy = float(len(onsets) / length_s) / _LIVELIEST_HZ
    wishes = spotting.read_wishes(settings.brief)
    return spotting.unseen(name, Fraction(length_s), round(energy, 3), wishes, settings.brief)


def _bar_line(given: GivenMusic) -> int:
    """The first bar line at or after the last note's end."""
    last = given.last_tick
    event = [each for each in given.map.metres if each.tick < last][-1]
    bars = -(-(last - event.tick) // event.metre.ticks)
    return event.tick + bars * event.metre.ticks


def _summary(
    cues: CueSheet, form: Form, score: Score, given: GivenMusic, notes: dict[str, int]
) -> dict[str, object]:
    """What was made, in the words of `writing.summarise` as far as they apply."""
    kept = [hit for hit in cues.hits if not hit.grouped_with]
    met = {result.hit_id for result in form.hits if result.met}
    tempi = [event.bpm for event in form.tempo_map.events]
    return {
        "length_s": float(cues.cue_length_s),
        "kept": len(kept),
        "met": len(met),
        "share_met": sum(hit.id in met for hit in kept) / len(kept) if kept else None,
        "plots": len(cues.plots),
        "bars": len(form.bars),
        "bpm": [min(tempi), max(tempi)],
        "notes": notes,
        "given": {track.name: len(track.notes) for track in given.performance.tracks},
        "keys": [f"{key.tonic_pc} {key.mode}" for key in score.keys],
        "chords": [chord.name for chord in score.chords],
        "remarks": list(cues.notes),
    }


def _fingerprint(asked: Complement, settings: Settings, hashes: dict[str, str]) -> str:
    digest = hashlib.sha256(asked.midi)
    digest.update(asked.tempo_map)
    digest.update(repr((asked.parts, asked.timeline)).encode())
    digest.update(json.dumps(asdict(settings), sort_keys=True, default=str).encode())
    digest.update(json.dumps(hashes, sort_keys=True).encode())
    digest.update(__version__.encode())
    return digest.hexdigest()
