"""All the files of one score, as bytes by suffix, and the figures a front end shows of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bridge.progress import Progress
from bridge.schema.cues import CueSheet
from bridge.schema.performance import Performance
from bridge.schema.picture import Picture
from bridge.schema.record import Record
from bridge.schema.score import Score
from bridge.schema.score_json import score_document
from bridge.schema.tempo import TICKS_PER_QUARTER, Form
from bridge.schema.timeline import Timeline
from bridge.writing.brief import brief_text
from bridge.writing.cue_sheet import cues_csv, cues_json
from bridge.writing.midi import hit_errors_from_midi, midi_bytes
from bridge.writing.otio import otio_bytes
from bridge.writing.page import page_png
from bridge.writing.rpp import rpp_bytes
from bridge.writing.srt import srt_bytes

FORMATS = ("mid", "cues.json", "cues.csv", "otio", "png", "rpp", "brief.md", "srt")
SPOTTED = ("cues.json", "cues.csv", "png", "brief.md", "srt")
"""Of both, `srt` is written only where words were recognised."""
# Which take this is, and so its files' stem, is known only once it is kept: see `named`.
_STEM = "@cuebridge-stem@"


WITHOUT_PICTURE = ("mid", "cues.json", "cues.csv")


def write(
    source: Path,
    name: str,
    seen: tuple[Timeline, Picture] | None,
    cues: CueSheet,
    form: Form,
    score: Score,
    performance: Performance,
    record: Record,
    progress: Progress,
) -> dict[str, bytes]:
    """Every format's bytes; `named` must put the files' stem in before they are kept.

    Args:
        source: the file that was read.
        name: what the timeline is called.
        seen: the timeline and its picture; without them only `WITHOUT_PICTURE` is written.
        cues: what the music obeys.
        form: its bars and tempo map.
        score: what is written.
        performance: what is played.
        record: how it was made.
        progress: told of every file.
    """
    files: dict[str, bytes] = {}
    formats = FORMATS if seen is not None else WITHOUT_PICTURE
    for done, suffix in enumerate(formats):
        progress.report("writing", done, len(formats), suffix)
        if suffix == "mid":
            files[suffix] = midi_bytes(performance, form, cues, name, score.keys)
        elif suffix == "cues.json":
            made = score_document(record, cues, form, score, performance)
            files[suffix] = cues_json(cues, form, name, made, score.layers)
        elif suffix == "cues.csv":
            files[suffix] = cues_csv(cues, form, score.layers)
        elif seen is None:
            continue
        elif suffix == "otio":
            files[suffix] = otio_bytes(source, seen[0], cues, form, f"{_STEM}.mid")
        elif suffix == "rpp":
            files[suffix] = rpp_bytes(performance, form, cues, seen[0], name)
        elif suffix == "brief.md":
            files[suffix] = brief_text(name, *seen, cues, form, score)
        elif suffix == "srt":
            files |= _subtitles(cues)
        else:
            files[suffix] = page_png(*seen, cues, form, performance, score)
    progress.report("writing", len(formats), len(formats))
    return files


def write_spotted(
    name: str, seen: tuple[Timeline, Picture], cues: CueSheet, form: Form, progress: Progress
) -> dict[str, bytes]:
    """The files of a cue that was spotted and not composed: sheet, brief, and the page without notes."""
    files: dict[str, bytes] = {}
    for done, suffix in enumerate(SPOTTED):
        progress.report("writing", done, len(SPOTTED), suffix)
        if suffix == "cues.json":
            files[suffix] = cues_json(cues, form, name)
        elif suffix == "cues.csv":
            files[suffix] = cues_csv(cues, form)
        elif suffix == "brief.md":
            files[suffix] = brief_text(name, *seen, cues, form)
        elif suffix == "srt":
            files |= _subtitles(cues)
        else:
            files[suffix] = page_png(*seen, cues, form, Performance(()))
    progress.report("writing", len(SPOTTED), len(SPOTTED))
    return files


def _subtitles(cues: CueSheet) -> dict[str, bytes]:
    made = srt_bytes(cues)
    return {"srt": made} if made else {}


def named(files: dict[str, bytes], stem: str) -> dict[str, bytes]:
    """The files as they are called `stem`: the marked timeline refers to `stem.mid` beside it."""
    inside = json.dumps(stem, ensure_ascii=False)[1:-1].encode()
    return {suffix: data.replace(_STEM.encode(), inside) for suffix, data in files.items()}


def summarise_spotted(cues: CueSheet, form: Form) -> dict[str, object]:
    """What was spotted and timed, as plain JSON values: the part of `summarise` that needs no notes."""
    kept = [hit for hit in cues.hits if not hit.grouped_with]
    met = {result.hit_id for result in form.hits if result.met}
    silent = sum(p.end_frame - p.start_frame for p in cues.plots if not p.music)
    tempi = [float(bpm) for bpm in form.base_bpm.values()]
    dotted = form.given is None and any(bar.beat_ticks > TICKS_PER_QUARTER for bar in form.bars)
    if form.given is not None:
        tempi = [event.bpm for event in form.tempo_map.events]
    return {
        "length_s": float(cues.cue_length_s),
        "met": len(met),
        "share_met": sum(hit.id in met for hit in kept) / len(kept) if kept else None,
        "rungs": dict(Counter(r.rung.value for r in form.hits if r.met)),
        "largest_bend": form.largest_bend,
        "silence_share": silent / (cues.cue_end_frame - cues.cue_start_frame),
        "plots": len(cues.plots),
        "bars": len(form.bars),
        "bpm": [min(tempi), max(tempi)] if tempi else [],
        "beat_quarters": 1.5 if dotted else 1.0,
        "remarks": list(cues.notes),
    }


def summarise(
    cues: CueSheet, form: Form, score: Score, performance: Performance, midi: bytes
) -> dict[str, object]:
    """What was made, as plain JSON values.

    `share_half_frame` and `share_window` are shares of kept hits (not grouped) whose music, on a beat or
    by another rung, lies within ±½ frame, or within the hit's own window, measured on the MIDI bytes by
    mido's parse. `rungs` counts the hits by what met them. `bpm` counts quarters, of which a beat of the
    metre has `beat_quarters`.
    """
    errors = hit_errors_from_midi(midi, cues)
    kept = [hit for hit in cues.hits if not hit.grouped_with]
    met = {result.hit_id for result in form.hits if result.met}
    half = [hit for hit in kept if hit.id in met and abs(errors[hit.id]) <= 0.5 + 1e-6]
    return {
        **summarise_spotted(cues, form),
        "share_half_frame": len(half) / len(kept) if kept else None,
        "notes": {track.name: len(track.notes) for track in performance.tracks},
        "keys": [f"{key.tonic_pc} {key.mode}" for key in score.keys],
        "remarks": [*cues.notes, *score.notes],
    }
