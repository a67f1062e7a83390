"""The part of a cue sheet that says how its score was made, written and read back.

It stands under `score` and holds what cannot be told from the MIDI file: what each part does, keys and
chords, bars with their phrases, and the seeds of every plot. Ticks are those of the file, 960 a quarter.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from fractions import Fraction
from typing import Any, NoReturn

from bridge.about import About
from bridge.config import TempoSettings
from bridge.errors import CueSheetError
from bridge.schema.cue_json import EditedCues, parse_cues
from bridge.schema.cues import (
    CueSheet,
    Hit,
    HitKind,
    Label,
    LayerPlan,
    MoodCurves,
    Plot,
    ShiftKind,
    TransitionPoint,
    Weight,
)
from bridge.schema.layers_json import layers_digest, read_layers
from bridge.schema.performance import Performance
from bridge.schema.record import Change, Origin, Record, regions
from bridge.schema.score import ChordSpan, KeySpan, Score
from bridge.schema.tempo import TICKS_PER_QUARTER, Bar, Form, HitResult, Metre, Rung
from bridge.timebase import timecode_to_frames

_BAR_FIELDS = tuple(field.name for field in fields(Bar) if field.name not in ("index", "metre"))
_AGAIN = "Score the timeline again"


def score_document(
    record: Record, cues: CueSheet, form: Form, score: Score, performance: Performance
) -> dict[str, Any]:
    """The value of `score` in a cue sheet; `read_record` and its neighbours are the way back."""
    free = {plot.id for plot in cues.plots if not plot.layers and not plot.plan}
    chosen = free & score.layers.keys()
    return {
        "palette": record.palette,
        "tail_s": record.tail_s,
        "min_velocity": record.min_velocity,
        "max_velocity": record.max_velocity,
        "tempo": asdict(record.tempo),
        "keeps_tempo_map": form.given is not None,
        "end_tick": form.end_tick,
        "solved": solved(cues),
        "parts": [
            {"name": t.name, "role": t.role.value, "program": t.program, "channel": t.channel}
            for t in performance.tracks
        ],
        "plots": [
            {
                "id": plot_id,
                "start_tick": start,
                "end_tick": end,
                **_origin(record, plot_id),
                **({"layers": layers_digest(score.layers[plot_id])} if plot_id in chosen else {}),
            }
            for plot_id, (start, end) in regions(form.bars).items()
        ],
        "keys": [
            {"tick": _tick(key.start_beats), "tonic_pc": key.tonic_pc, "mode": key.mode} for key in score.keys
        ],
        "chords": [
            {
                "tick": _tick(c.start_beats),
                "end_tick": _tick(c.end_beats),
                "root_pc": c.root_pc,
                "quality": c.quality,
                "name": c.name,
            }
            for c in score.chords
        ],
        "bars": [_bar(bar) for bar in form.bars],
        "changes": [
            {
                "of": change.of,
                "plots": list(change.plots),
                "locked": list(change.parts),
                "brief": change.brief,
                **asdict(change.origin),
                "words": list(change.words),
            }
            for change in record.changes
        ],
    }


def _origin(record: Record, plot_id: str) -> dict[str, Any]:
    origin = record.origins.get(plot_id)
    return {} if origin is None else asdict(origin)


def _tick(beats: Fraction) -> int:
    return round(beats * TICKS_PER_QUARTER)


def _bar(bar: Bar) -> dict[str, Any]:
    """A bar without what is as usual; `read_bars` puts it back."""
    usual = Bar(0, 0, bar.metre, "")
    told = {name: getattr(bar, name) for name in _BAR_FIELDS}
    kept = {name: value for name, value in told.items() if value != getattr(usual, name) or name == "tick"}
    return {**{k: list(v) if isinstance(v, tuple) else v for k, v in kept.items()}, "metre": str(bar.metre)}


def solved(cues: CueSheet) -> str:
    """A digest of what a tempo map is solved for: hits, speech, and where plots and music begin."""
    told = [
        [
            [
                h.id,
                h.frame,
                h.weight.value,
                str(h.early_frames),
                str(h.late_frames),
                h.downbeat,
                h.grouped_with,
            ]
            for h in cues.hits
        ],
        [[p.id, p.start_frame, p.end_frame, p.music, p.tempo_bpm, p.tempo_change] for p in cues.plots],
        *[[span.start_frame, span.end_frame] for span in cues.speech],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def load_sheet(text: str, where: str) -> dict[str, Any]:
    """A score's own cue sheet as a document, with how it was made.

    Raises:
        CueSheetError: it breaks the schema, or does not say how its score was made.
    """
    parse_cues(text)
    document: dict[str, Any] = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(document.get("score"), dict):
        raise CueSheetError(
            "it does not say how its score was made, so the score cannot be revised",
            where=where,
            remedy=_AGAIN + "; sheets of earlier versions, and of music complemented, say nothing of it",
        )
    return document


def read_cues(text: str, document: dict[str, Any], where: str) -> CueSheet:
    """The whole cue sheet, edits included.

    Raises:
        CueSheetError: something is missing that a score's own sheet has.
    """
    edited = parse_cues(text)
    try:
        return _cues(edited, document)
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def _about(told: dict[str, Any]) -> About:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    return About(**values)


def _cues(edited: EditedCues, document: dict[str, Any]) -> CueSheet:
    rate = edited.rate
    numbers = {each["id"]: each for each in document["plots"]}
    if edited.mood is None:
        raise KeyError("mood")
    return CueSheet(
        name=document["timeline"],
        rate=rate,
        drop_frame=document["drop_frame"],
        start_timecode_frames=timecode_to_frames(document["start_timecode"], rate),
        cue_start_frame=edited.cue_start_frame,
        cue_end_frame=edited.cue_end_frame,
        hits=tuple(
            Hit(
                hit.id, hit.frame, hit.weight or Weight.WANT, hit.kind or HitKind.MARKER,
                Fraction(-1) if hit.early_frames is None else hit.early_frames,
                Fraction(2) if hit.late_frames is None else hit.late_frames,
                bool(hit.downbeat), hit.words or "", hit.grouped_with or "",
            )
            for hit in edited.hits
        ),
        plots=tuple(
            Plot(
                id=plot.id,
                start_frame=plot.start_frame,
                end_frame=plot.end_frame,
                label=plot.label or Label.DEVELOPMENT,
                words=plot.words or "",
                **{name: float(numbers[plot.id][name]) for name in MoodCurves.__dataclass_fields__},
                palette=plot.palette or "",
                layers=plot.layers or (),
                plan=plot.plan,
                music=plot.music is not False,
                entrance=numbers[plot.id]["entrance"],
                reason=numbers[plot.id].get("reason", ""),
                given=tuple(numbers[plot.id].get("given", ())),
                tempo_bpm=plot.tempo_bpm,
                tempo_change=bool(plot.tempo_change),
            )
            for plot in edited.plots
        ),
        mood=edited.mood,
        brief=edited.brief or "",
        notes=tuple(document["notes"]),
        speech=edited.speech or (),
        transitions=tuple(
            TransitionPoint(each["frame"], ShiftKind(each["kind"]), each["strength"], each["reason"])
            for each in document.get("transitions", ())
        ),
        about=_about(document.get("about") or {}),
        instruments=edited.instruments or (),
    )  # fmt: skip


def read_planned(document: dict[str, Any], where: str) -> dict[str, tuple[LayerPlan, ...]]:
    """The layers that each plot was written in, by its id, as the sheet has them.

    Raises:
        CueSheetError: as `read_cues`.
    """
    try:
        return {plot["id"]: read_layers(plot["layers"])[1] for plot in document["plots"]}
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def read_record(document: dict[str, Any], where: str) -> Record:
    """How the score was made.

    Raises:
        CueSheetError: as `read_cues`.
    """
    told = document["score"]
    try:
        return Record(
            origins={
                each["id"]: Origin(each["seed"], each["variation"])
                for each in told["plots"]
                if "seed" in each
            },
            palette=told["palette"],
            tail_s=float(told["tail_s"]),
            min_velocity=told["min_velocity"],
            max_velocity=told["max_velocity"],
            tempo=TempoSettings(**told["tempo"]),
            changes=tuple(
                Change(
                    each["of"],
                    tuple(each["plots"]),
                    tuple(each["locked"]),
                    each["brief"],
                    Origin(each["seed"], each["variation"]),
                    tuple(each["words"]),
                )
                for each in told["changes"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def _tuples(value: object) -> object:
    """A list of JSON, and all lists in it, as tuples."""
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value


def read_bars(document: dict[str, Any], where: str) -> tuple[Bar, ...]:
    """The bars of the form.

    Raises:
        CueSheetError: as `read_cues`.
    """
    try:
        return tuple(
            Bar(
                index=index,
                metre=Metre.parse(each["metre"]),
                **{  # type: ignore[arg-type]  # as `_bar` wrote them
                    name: _tuples(each[name]) for name in _BAR_FIELDS if name in each
                },
            )
            for index, each in enumerate(document["score"]["bars"])
        )
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def read_results(document: dict[str, Any], where: str) -> tuple[HitResult, ...]:
    """How each hit fared.

    Raises:
        CueSheetError: as `read_cues`.
    """
    try:
        return tuple(
            HitResult(
                hit["id"], hit["met"], hit["tick"], float(hit["error_frames"]), Rung(hit["rung"]),
                hit["on_downbeat"], hit["reason"],
            )
            for hit in document["hits"]
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def read_harmony(document: dict[str, Any], where: str) -> tuple[tuple[KeySpan, ...], tuple[ChordSpan, ...]]:
    """Keys and chords.

    Raises:
        CueSheetError: as `read_cues`.
    """
    told = document["score"]
    try:
        keys = tuple(
            KeySpan(Fraction(key["tick"], TICKS_PER_QUARTER), key["tonic_pc"], key["mode"])
            for key in told["keys"]
        )
        chords = tuple(
            ChordSpan(
                Fraction(each["tick"], TICKS_PER_QUARTER),
                Fraction(each["end_tick"], TICKS_PER_QUARTER),
                each["root_pc"],
                each["quality"],
                each["name"],
            )
            for each in told["chords"]
        )
        return keys, chords
    except (KeyError, TypeError, ValueError) as error:
        _fail(where, error)


def _fail(where: str, error: Exception) -> NoReturn:
    raise CueSheetError(
        f"it is not the cue sheet of a score ({type(error).__name__}: {error})", where=where, remedy=_AGAIN
    ) from None
