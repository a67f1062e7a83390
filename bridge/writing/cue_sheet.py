"""The cue sheet as files: `cues.json` for tools and for editing, `cues.csv` for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bridge import __version__
from bridge.schema.cue_json import MOOD_CURVES, SCHEMA_VERSION
from bridge.schema.cues import CueSheet, Hit, LayerPlan, Plot
from bridge.schema.layers_json import layers_document
from bridge.schema.tempo import TICKS_PER_QUARTER, Form, HitResult, Rung
from bridge.timebase import frames_to_timecode

_MISSING = "timing did not report on this hit"
# A cell that starts so is taken for a formula by Excel, LibreOffice or Sheets, full-width signs included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = (
    "row", "id", "timecode", "end_timecode", "frame", "end_frame", "time_s", "end_s", "kind", "weight",
    "met", "error_frames", "rung", "reason", "early_frames", "late_frames", "downbeat", "on_downbeat",
    "bar", "grouped_with", "label", "words", "music", "entrance", "strength", "valence", "energy", "tension",
    "density", "loudness", "palette", "layers", "tempo_bpm", "tempo_change", "base_bpm",
)  # fmt: skip

Layers = Mapping[str, tuple[LayerPlan, ...]]


def cues_json(
    cues: CueSheet,
    form: Form,
    timeline_name: str,
    score: dict[str, Any] | None = None,
    layers: Layers = MappingProxyType({}),
) -> bytes:
    """The sheet as JSON, UTF-8, in the format of `bridge/schema/cues.schema.json`.

    `layers` are those that plots were planned in, by id; `score` says how the music was made
    (`schema.score_json.score_document`), None where that is not known. Numbers are written in full, so that a
    sheet handed back unchanged asks for the same music.
    """
    label = _labels(cues)
    document = {
        "schema": SCHEMA_VERSION,
        "generator": f"cuebridge {__version__}",
        "timeline": timeline_name,
        "fps": f"{cues.rate.numerator}/{cues.rate.denominator}",
        "drop_frame": cues.drop_frame,
        "start_timecode": label(0),
        "cue_start_timecode": label(cues.cue_start_frame),
        "cue_start_frame": cues.cue_start_frame,
        "cue_end_frame": cues.cue_end_frame,
        "brief": cues.brief,
        "about": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(cues.about).items()
        },
        "instruments": dict(cues.instruments),
        "notes": list(dict.fromkeys((*cues.notes, *form.notes))),
        "largest_bend": form.largest_bend,
        "hits": _hits(cues, form),
        "plots": [_plot(plot, cues, form, layers) for plot in cues.plots],
        "transitions": _transitions(cues),
        "speech": _speech(cues),
        "tempo": _tempo(form),
        "mood": {"step_s": 1, **{name: list(getattr(cues.mood, name)) for name in MOOD_CURVES}},
        "score": score,
    }
    return _pretty(document).encode("utf-8", "replace")


def cues_csv(cues: CueSheet, form: Form, layers: Layers = MappingProxyType({})) -> bytes:
    """The sheet for a spreadsheet: one row a hit, a plot, a transition point, a span of speech.

    RFC 4180, UTF-8 with a byte order mark (Excel needs it). A text that a spreadsheet would take for a
    formula gets an apostrophe in front.
    """
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, _COLUMNS, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for hit in _hits(cues, form):
        writer.writerow({name: _cell(value) for name, value in {"row": "hit", **hit}.items()})
    for entry in (_plot(plot, cues, form, layers) for plot in cues.plots):
        names = [each if isinstance(each, str) else each["texture"] for each in entry["layers"]]
        row = {
            "row": "plot", **entry,
            "timecode": entry["start_timecode"], "frame": entry["start_frame"], "time_s": entry["start_s"],
            "layers": ", ".join(dict.fromkeys(names)),
        }  # fmt: skip
        writer.writerow({name: _cell(value) for name, value in row.items()})
    for point in _transitions(cues):
        writer.writerow({name: _cell(value) for name, value in {"row": "transition", **point}.items()})
    for span in _speech(cues):
        row = {
            "row": "speech", **span,
            "timecode": span["start_timecode"], "frame": span["start_frame"],
            "time_s": _number(cues.cue_s(span["start_frame"])),
            "end_s": _number(cues.cue_s(span["end_frame"])),
        }  # fmt: skip
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return buffer.getvalue().encode("utf-8-sig", "replace")


def _labels(cues: CueSheet) -> Any:
    """Timeline frame → timecode."""
    return lambda frame: frames_to_timecode(cues.start_timecode_frames + frame, cues.rate, cues.drop_frame)


def _number(value: Fraction | float) -> int | float:
    exact = Fraction(value)
    return int(exact) if exact.denominator == 1 else float(exact)


def _hits(cues: CueSheet, form: Form) -> list[dict[str, Any]]:
    label = _labels(cues)
    results = {result.hit_id: result for result in form.hits}
    bars = [bar.tick for bar in form.bars]
    return [_hit(hit, results.get(hit.id), cues, label(hit.frame), bars) for hit in cues.hits]


def _hit(
    hit: Hit, result: HitResult | None, cues: CueSheet, timecode: str, bars: Sequence[int]
) -> dict[str, Any]:
    if result is None:
        result = HitResult(hit.id, False, None, 0.0, Rung.NONE, reason=_MISSING)
    return {
        "id": hit.id,
        "frame": hit.frame,
        "timecode": timecode,
        "time_s": _number(cues.cue_s(hit.frame)),
        "weight": hit.weight.value,
        "kind": hit.kind.value,
        "early_frames": _number(hit.early_frames),
        "late_frames": _number(hit.late_frames),
        "downbeat": hit.downbeat,
        "grouped_with": hit.grouped_with,
        "words": hit.words,
        "met": result.met,
        "error_frames": result.error_frames,
        "rung": result.rung.value,
        "reason": result.reason,
        "tick": result.tick,
        "bar": None if result.tick is None else max(1, bisect_right(bars, result.tick)),
        "on_downbeat": result.on_downbeat,
    }


def _plot(plot: Plot, cues: CueSheet, form: Form, layers: Layers) -> dict[str, Any]:
    label = _labels(cues)
    return {
        "id": plot.id,
        "start_s": _number(cues.cue_s(plot.start_frame)),
        "end_s": _number(cues.cue_s(plot.end_frame)),
        "start_frame": plot.start_frame,
        "end_frame": plot.end_frame,
        "start_timecode": label(plot.start_frame),
        "end_timecode": label(plot.end_frame),
        "label": plot.label.value,
        "reason": plot.reason,
        "words": plot.words,
        "valence": plot.valence,
        "energy": plot.energy,
        "tension": plot.tension,
        "density": plot.density,
        "loudness": plot.loudness,
        "given": list(plot.given),
        "palette": plot.palette,
        "layers": list(plot.layers) or layers_document(layers.get(plot.id, plot.plan)),
        "music": plot.music,
        "entrance": plot.entrance,
        "tempo_bpm": plot.tempo_bpm,
        "tempo_change": plot.tempo_change,
        "base_bpm": form.base_bpm.get(plot.id),
    }


def _transitions(cues: CueSheet) -> list[dict[str, Any]]:
    label = _labels(cues)
    return [
        {
            "frame": point.frame,
            "timecode": label(point.frame),
            "time_s": _number(cues.cue_s(point.frame)),
            "kind": point.kind.value,
            "strength": point.strength,
            "reason": point.reason,
        }
        for point in cues.transitions
    ]


def _speech(cues: CueSheet) -> list[dict[str, Any]]:
    label = _labels(cues)
    return [
        {
            "start_frame": span.start_frame,
            "end_frame": span.end_frame,
            "start_timecode": label(span.start_frame),
            "end_timecode": label(span.end_frame),
            "words": span.words,
            "heard": span.heard,
            "lines": [
                {
                    "start_frame": line.start_frame,
                    "end_frame": line.end_frame,
                    "start_timecode": label(line.start_frame),
                    "end_timecode": label(line.end_frame),
                    "words": line.words,
                    "speaker": line.speaker,
                }
                for line in span.lines
            ],
        }
        for span in cues.speech
    ]


def _tempo(form: Form) -> list[dict[str, Any]]:
    """One row at every tempo event and every change of metre."""
    metres = {event.tick: event.metre for event in form.metre_events()}
    ticks = sorted({*metres, *(event.tick for event in form.tempo_map.events)})
    metre, rows = "4/4", []
    for tick in ticks:
        metre = str(metres.get(tick, metre))
        us_per_quarter = form.tempo_map.us_per_quarter_at(tick)
        rows.append(
            {
                "tick": tick,
                "beat": _number(Fraction(tick, TICKS_PER_QUARTER)),
                "us_per_quarter": us_per_quarter,
                "bpm": 60_000_000 / us_per_quarter,
                "metre": metre,
            }
        )
    return rows


def _pretty(document: dict[str, Any]) -> str:
    """JSON with one hit, plot, tempo row or curve a line: long enough to read, short enough to edit."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            inner = ",\n".join(f"    {_compact(item)}" for item in value)
            text = f"[\n{inner}\n  ]"
        elif isinstance(value, dict):
            inner = ",\n".join(f"    {json.dumps(name)}: {_listed(item)}" for name, item in value.items())
            text = f"{{\n{inner}\n  }}"
        else:
            text = _compact(value)
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(value: Any) -> str:
    """A list of objects with one a line, anything else on one."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return _compact(value)
    return "[\n" + ",\n".join(f"      {_compact(item)}" for item in value) + "\n    ]"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet runs: numbers as they are, texts on one line and defused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
    text = " ".join(value.replace("\0", "").split())
    return f"'{text}" if text.startswith(_FORMULA) else text
