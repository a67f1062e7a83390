"""An edited cue sheet on its way back: JSON text → what the user may change, checked.

The format is `cues.schema.json` beside this file. Everything in an edited sheet that is a result (errors,
tempo, timecodes) is ignored; what the schema marks "x-editable" is returned. Whoever applies the edits
compares `rate` and the cue's bounds with the timeline's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any, NoReturn

from bridge.errors import CueSheetError
from bridge.schema.cues import HitKind, Label, LayerPlan, Line, MoodCurves, Speech, Weight
from bridge.schema.layers_json import layers_digest, read_layers

SCHEMA_VERSION = 1
SCHEMA_FILE = "cues.schema.json"
MOOD_CURVES = ("valence", "energy", "tension", "density", "loudness")
_MAX_CHARS = 64 * 1024 * 1024
# Windows are fractions of a frame; a float that stands for one is brought back to it.
_WINDOW_DENOMINATOR = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class EditedHit:
    """A hit as the user wants it; None (or an empty text) where the sheet does not say."""

    id: str
    frame: int
    weight: Weight | None = None
    kind: HitKind | None = None
    early_frames: Fraction | None = None
    late_frames: Fraction | None = None
    downbeat: bool | None = None
    grouped_with: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class EditedPlot:
    """A plot as the user wants it, [start_frame, end_frame); None where the sheet does not say."""

    id: str
    start_frame: int
    end_frame: int
    label: Label | None = None
    words: str | None = None
    valence: float | None = None
    energy: float | None = None
    tension: float | None = None
    density: float | None = None
    loudness: float | None = None
    palette: str | None = None
    layers: tuple[str, ...] | None = None
    plan: tuple[LayerPlan, ...] = ()
    music: bool | None = None
    tempo_bpm: float | None = None
    tempo_change: bool | None = None


@dataclass(frozen=True)
class EditedCues:
    """An edited sheet: the whole list of hits (rising in frame; one that is not in it was removed) and
    of plots (which abut and cover the cue), mood, brief and speech where the sheet has them.
    """

    rate: Fraction
    cue_start_frame: int
    cue_end_frame: int
    hits: tuple[EditedHit, ...]
    plots: tuple[EditedPlot, ...]
    mood: MoodCurves | None = None
    brief: str | None = None
    speech: tuple[Speech, ...] | None = None
    instruments: tuple[tuple[str, str], ...] | None = None


@cache
def cue_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `cues.json`, as a dictionary that must not be changed."""
    text = resources.files("bridge.schema").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def parse_cues(text: str) -> EditedCues:
    """Read an edited cue sheet.

    Raises:
        CueSheetError: not JSON, another schema version, a value the schema does not allow, ids used
            twice, hits outside the cue, plots that overlap or leave gaps. Names the place in the sheet,
            the value, and what is allowed.
    """
    document = _load(text)
    _check(document)
    rate = Fraction(document["fps"])
    start, end = int(document["cue_start_frame"]), int(document["cue_end_frame"])
    if end <= start:
        _fail(
            "cue_end_frame", f"{end} is not after the cue's start, frame {start}", "Restore both as they were"
        )
    hits = tuple(_hit(i, entry, start, end) for i, entry in enumerate(document["hits"]))
    chosen = _chosen(document.get("score"))
    plots = tuple(_plot(entry, rate, start, chosen) for entry in document["plots"])
    _distinct_ids("hits", [hit.id for hit in hits])
    _distinct_ids("plots", [plot.id for plot in plots])
    _groups(hits)
    order = sorted(range(len(plots)), key=lambda i: (plots[i].start_frame, plots[i].end_frame))
    _cover([(i, plots[i]) for i in order], rate, start, end)
    return EditedCues(
        rate=rate,
        cue_start_frame=start,
        cue_end_frame=end,
        hits=tuple(sorted(hits, key=lambda hit: hit.frame)),
        plots=tuple(plots[i] for i in order),
        mood=_mood(document.get("mood")),
        brief=document.get("brief"),
        speech=_speech(document.get("speech"), start, end),
        instruments=tuple(document["instruments"].items()) if "instruments" in document else None,
    )


def _fail(where: str, what: str, remedy: str) -> NoReturn:
    raise CueSheetError(what, where=f"cue sheet, {where}" if where else "cue sheet", remedy=remedy)


def _load(text: str) -> dict[str, Any]:
    if len(text) > _MAX_CHARS:
        _fail(
            "",
            f"{len(text):,} characters are more than a cue sheet can have",
            "Check that it is the right file",
        )

    def constant(name: str) -> NoReturn:
        _fail("", f"{name} is not a number that JSON has", "Write a finite number")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in items:
            if name in kept:
                _fail("", f"{_show(name)} stands twice in one object", "Keep one of the two")
            kept[name] = value
        return kept

    try:
        document = json.loads(text.removeprefix("\ufeff"), parse_constant=constant, object_pairs_hook=pairs)
    except json.JSONDecodeError as fault:
        _fail(f"line {fault.lineno}, column {fault.colno}", f"not JSON: {fault.msg}", "Mend it there")
    except (RecursionError, ValueError) as fault:
        _fail("", f"not JSON that can be read: {fault}", "Start again from the sheet that Cuebridge wrote")
    if not isinstance(document, dict):
        _fail("", f"a {_kind(document)} instead of an object", "Start from the sheet that Cuebridge wrote")
    if _SURROGATE.search(json.dumps(document, ensure_ascii=False)):
        _fail("", "a text holds half a character (a lone surrogate)", "Write the text again, as UTF-8")
    version = document.get("schema")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        _fail(
            "schema",
            f"version {_show(version)} is not read here",
            f"This Cuebridge reads schema {SCHEMA_VERSION}",
        )
    return document


def _check(document: dict[str, Any]) -> None:
    """Hold the document against the JSON Schema; the first fault in reading order is told."""
    import jsonschema  # slow to import, and only an edited sheet needs it

    validator = jsonschema.Draft202012Validator(cue_schema())
    faults = sorted(
        validator.iter_errors(document), key=lambda fault: [_rank(p) for p in fault.absolute_path]
    )
    if faults:
        first = faults[0]
        what, remedy = _explain(first)
        more = f"; {len(faults) - 1} more like it" if len(faults) > 1 else ""
        _fail(_path(first.absolute_path), what + more, remedy)


def _rank(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (0, part)


def _path(parts: Any) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _show(value: object) -> str:
    # Lone surrogates ("\\ud800" in JSON) can be parsed but never printed.
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: object) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "number")


_TYPE_WORDS = {
    "string": "a text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list in [ ]",
    "object": "an object in { }",
    "null": "null",
}


def _explain(fault: Any) -> tuple[str, str]:
    """(what is wrong, what is allowed) of one jsonschema error."""
    rule, limit, value = fault.validator, fault.validator_value, _show(fault.instance)
    if rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return f"{value} has the wrong type", "Write " + " or ".join(_TYPE_WORDS[kind] for kind in kinds)
    if rule == "enum":
        return f"{value} is not allowed", "Choose one of " + ", ".join(map(str, limit))
    if rule == "const":
        return f"{value} is not allowed", f"Write {_show(limit)}"
    if rule == "minimum":
        return f"{value} is too small", f"Write {limit} or more"
    if rule == "maximum":
        return f"{value} is too large", f"Write {limit} or less"
    if rule == "required":
        absent = [name for name in limit if name not in fault.instance]
        return f"{', '.join(absent)} is missing", "Write it as the sheet that Cuebridge made has it"
    if rule == "additionalProperties":
        known = fault.schema["properties"]
        strange = [name for name in fault.instance if name not in known and not name.startswith("x-")]
        return f"{', '.join(map(_show, strange))} is not known here", "Known are " + ", ".join(known)
    if rule == "pattern":
        return f"{value} has the wrong form", f"It must match {limit}"
    if rule in ("minItems", "minLength"):
        return "it is too short", f"Give at least {limit}"
    if rule in ("maxItems", "maxLength"):
        return "it is too long", f"Give at most {limit}"
    return str(fault.message), "See the description in cues.schema.json"


def _window(entry: dict[str, Any], name: str) -> Fraction | None:
    value = entry.get(name)
    return None if value is None else Fraction(value).limit_denominator(_WINDOW_DENOMINATOR)


def _hit(index: int, entry: dict[str, Any], start: int, end: int) -> EditedHit:
    frame = int(entry["frame"])
    if not start <= frame < end:
        _fail(
            f"hits[{index}].frame",
            f"hit {entry['id']} at frame {frame} lies outside the cue",
            f"Frames {start} to {end - 1} are in it",
        )
    return EditedHit(
        id=entry["id"],
        frame=frame,
        weight=Weight(entry["weight"]) if "weight" in entry else None,
        kind=HitKind(entry["kind"]) if "kind" in entry else None,
        early_frames=_window(entry, "early_frames"),
        late_frames=_window(entry, "late_frames"),
        downbeat=entry.get("downbeat"),
        grouped_with=entry.get("grouped_with"),
        words=entry.get("words"),
    )


def _chosen(score: Any) -> dict[str, str]:
    """Digests of the layers that Cuebridge chose by itself, by plot id; a result, of any form."""
    plots = score.get("plots") if isinstance(score, dict) else None
    rows = [row for row in plots if isinstance(row, dict)] if isinstance(plots, list) else []
    return {str(row.get("id")): str(row["layers"]) for row in rows if "layers" in row}


def _plot(entry: dict[str, Any], rate: Fraction, start: int, chosen: dict[str, str]) -> EditedPlot:
    names, plan = read_layers(entry.get("layers", ()))
    if plan and chosen.get(entry["id"]) == layers_digest(plan):
        plan = ()  # nobody asked for these: they are chosen again
    means = {name: float(entry[name]) if name in entry else None for name in MOOD_CURVES}
    return EditedPlot(
        id=entry["id"],
        start_frame=start + round(Fraction(entry["start_s"]) * rate),
        end_frame=start + round(Fraction(entry["end_s"]) * rate),
        label=Label(entry["label"]) if "label" in entry else None,
        words=entry.get("words"),
        **means,
        palette=entry.get("palette"),
        layers=names if "layers" in entry else None,
        plan=plan,
        music=entry.get("music"),
        tempo_bpm=entry.get("tempo_bpm"),
        tempo_change=entry.get("tempo_change"),
    )


def _speech(entries: list[dict[str, Any]] | None, start: int, end: int) -> tuple[Speech, ...] | None:
    """Spans within the cue, rising; those that touch or overlap are one."""
    if entries is None:
        return None
    spans: list[Speech] = []
    for index, entry in enumerate(entries):
        first, last = int(entry["start_frame"]), int(entry["end_frame"])
        if last <= first:
            what = f"speech ends at frame {last}, not after its start, frame {first}"
            _fail(f"speech[{index}].end_frame", what, "Write the first frame after the last word")
        if first < start or last > end:
            what = f"speech from frame {first} to {last} does not lie within the cue"
            _fail(f"speech[{index}]", what, f"The cue is frames {start} to {end}")
        lines = tuple(
            Line(each["start_frame"], each["end_frame"], each["words"], each.get("speaker", ""))
            for each in entry.get("lines", [])
        )
        spans.append(Speech(first, last, entry.get("words", ""), lines, entry.get("heard", False)))
    return merged(spans)


def merged(spans: Iterable[Speech]) -> tuple[Speech, ...]:
    """Spans in order; those that touch or overlap are one, with the words of all."""
    out: list[Speech] = []
    for span in sorted(spans, key=lambda each: (each.start_frame, each.end_frame)):
        if out and span.start_frame <= out[-1].end_frame:
            words = "; ".join(dict.fromkeys(filter(None, (out[-1].words, span.words))))
            out[-1] = Speech(
                out[-1].start_frame,
                max(out[-1].end_frame, span.end_frame),
                words,
                (*out[-1].lines, *span.lines),
                out[-1].heard and span.heard,
            )
        else:
            out.append(span)
    return tuple(out)


def _distinct_ids(name: str, ids: list[str]) -> None:
    seen: dict[str, int] = {}
    for index, one in enumerate(ids):
        if one in seen:
            what = f"{one} is used by {name}[{seen[one]}] as well"
            _fail(f"{name}[{index}].id", what, "Give each its own id")
        seen[one] = index


def _groups(hits: tuple[EditedHit, ...]) -> None:
    """No two hits on one frame, and no group led by a hit that is not there."""
    ids = {hit.id: hit for hit in hits}
    frames: dict[int, str] = {}
    for index, hit in enumerate(hits):
        if hit.frame in frames:
            what = f"{frames[hit.frame]} and {hit.id} are both at frame {hit.frame}"
            _fail(f"hits[{index}].frame", what, "Keep one of them, or move one")
        frames[hit.frame] = hit.id
        if hit.grouped_with and (hit.grouped_with not in ids or hit.grouped_with == hit.id):
            what = f"there is no other hit {hit.grouped_with}"
            remedy = 'Name a hit of this sheet, or write "" to have this one chased'
            _fail(f"hits[{index}].grouped_with", what, remedy)


def _cover(plots: list[tuple[int, EditedPlot]], rate: Fraction, start: int, end: int) -> None:
    """Plots, in order, must abut and cover [start, end)."""

    def at(frame: int) -> str:
        return f"{float((frame - start) / rate):.3f} s"

    reached, before = start, ""
    for index, plot in plots:
        if plot.end_frame <= plot.start_frame:
            what = f"plot {plot.id} ends at {at(plot.end_frame)}, not after its start"
            _fail(f"plots[{index}].end_s", what, f"Write more than {at(plot.start_frame)}")
        if plot.start_frame != reached:
            fault = "overlaps" if plot.start_frame < reached else "leaves a gap after"
            other = f"plot {before}, which ends" if before else "the cue's start,"
            what = f"plot {plot.id} at {at(plot.start_frame)} {fault} {other} at {at(reached)}"
            remedy = f"Start it at {float((reached - start) / rate)!r}"
            _fail(f"plots[{index}].start_s", what, remedy + "; use music: false for silence")
        reached, before = plot.end_frame, plot.id
    if reached != end:
        index, last = plots[-1]
        what = f"the last plot, {last.id}, ends at {at(last.end_frame)}, the cue at {at(end)}"
        _fail(f"plots[{index}].end_s", what, f"End it at {float((end - start) / rate)!r}")


def _mood(entry: dict[str, Any] | None) -> MoodCurves | None:
    if entry is None:
        return None
    lengths = {name: len(entry[name]) for name in MOOD_CURVES}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in lengths.items())
        _fail("mood", f"the curves differ in length ({told})", "Give each one value a second")
    return MoodCurves(*(tuple(map(float, entry[name])) for name in MOOD_CURVES))
