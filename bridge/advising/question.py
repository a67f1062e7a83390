"""What a language model is asked: the brief, what was seen and heard of every plot, and what it may set.

Text alone is sent: the user's words, numbers measured from the picture, what is said in the film as far as it
was transcribed, and the sheet. No picture, no sound, no path and no name of a file.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from bridge.schema.cue_json import cue_schema
from bridge.schema.cues import CueSheet

PLOT_FIELDS = (
    "label", "words", "valence", "energy", "tension", "density", "loudness", "palette", "music", "tempo_bpm",
    "tempo_change",
)  # fmt: skip
HIT_FIELDS = ("weight", "downbeat", "words")
MOST_HITS = 200
"""Hits that are told and that may be answered; a long film has thousands, and no model minds them all."""

_UNSENT = ("minimum", "maximum", "maxLength", "maxItems", "pattern", "exclusiveMinimum", "x-editable")
_MAX_TOLD_CHARS = 120_000
_RULES = (
    "You are the music editor of a film. You get a brief, notes on every plot (a stretch of picture"
    " that becomes one section of the score) and the spotting that was made of them. Correct the"
    " spotting where the brief asks for it or the notes speak against it, and leave alone what is right."
    " Answer with one JSON object as the schema has it: plots by their id, hits by the id of one that is"
    " there, or with id null by a frame at which one is added. Write null for every value that shall"
    " stay. Valence, energy, tension, density and loudness lie between 0 and 1; a plot is taken as it is"
    " told unless you change it. No text besides the JSON."
)


def question(cues: CueSheet, told: str, palettes: Collection[str], model: str) -> dict[str, Any]:
    """The body of the question, but for the form of its answer; the same for the same arguments."""
    about = cues.about
    asked = {
        "brief": cues.brief, "audience": about.audience, "brand": about.brand, "style": about.style,
        "instruments": about.instruments,
    }  # fmt: skip
    sheet = {
        "asked": {name: value for name, value in asked.items() if value},
        "frames_a_second": f"{cues.rate.numerator}/{cues.rate.denominator}",
        "first_frame": cues.cue_start_frame,
        "end_frame": cues.cue_end_frame,
        "palettes": sorted(palettes),
        "plots": [
            {
                "id": plot.id, "start_frame": plot.start_frame, "end_frame": plot.end_frame,
                **{name: getattr(plot, name) for name in PLOT_FIELDS},
            }
            for plot in cues.plots
        ],
        "hits": [
            {
                "id": hit.id, "frame": hit.frame, "kind": hit.kind.value,
                **{name: getattr(hit, name) for name in HIT_FIELDS},
            }
            for hit in cues.hits
            if not hit.grouped_with
        ][:MOST_HITS],
    }  # fmt: skip
    words = f"{json.dumps(sheet, ensure_ascii=False)}\n\nNotes on the plots:\n\n{told[:_MAX_TOLD_CHARS]}"
    return {
        "model": model,
        "temperature": 0,
        "messages": [{"role": "system", "content": _RULES}, {"role": "user", "content": words}],
    }


def answer_schema(cues: CueSheet) -> dict[str, Any]:
    """The JSON Schema of an answer: what a person may change in a cue sheet, of these plots and frames alone.

    Types, choices and ranges are the cue sheet's own; every value may be null, which leaves it as it is.
    """
    items = cue_schema()["properties"]
    plot, hit = (items[kind]["items"]["properties"] for kind in ("plots", "hits"))
    return _object(
        plots=_list(_object(
            id={"type": "string", "enum": [each.id for each in cues.plots]},
            **{name: _or_null(plot[name]) for name in PLOT_FIELDS},
        ), len(cues.plots)),
        hits=_list(_object(
            id=_or_null({"type": "string", "maxLength": 40}),
            frame=_or_null({
                "type": "integer", "minimum": cues.cue_start_frame, "maximum": cues.cue_end_frame - 1,
            }),
            **{name: _or_null(hit[name]) for name in HIT_FIELDS},
        ), MOST_HITS),
    )  # fmt: skip


def told_schema(schema: Any) -> Any:
    """The schema as it is sent: servers hold an answer to types and choices, not to every range."""
    if isinstance(schema, dict):
        return {name: told_schema(value) for name, value in schema.items() if name not in _UNSENT}
    return [told_schema(value) for value in schema] if isinstance(schema, list) else schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    out = {**schema, "type": [*dict.fromkeys((*kinds, "null"))]}
    if "enum" in out:
        out["enum"] = [*out["enum"], None]
    return out


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": [*properties], "additionalProperties": False,
    }  # fmt: skip


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}
