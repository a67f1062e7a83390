"""A language model's answer, held against what a person could set, and made an edited cue sheet.

Nothing of an answer is used unless all of it can be: a field that is not known, a value out of range, a plot
that is not there or a frame outside the cue refuses it whole. The sheet then goes the way of any that a
person hands back.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from bridge.advising.question import HIT_FIELDS, PLOT_FIELDS, answer_schema
from bridge.schema.cues import CueSheet

_FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*)\n\s*```\s*$", re.DOTALL | re.IGNORECASE)


class Refused(Exception):
    """The answer cannot be used; the message is a clause for a person."""


def edited_sheet(text: str, cues: CueSheet) -> tuple[str, tuple[str, ...]]:
    """The sheet as the answer would have it, in the JSON that `parse_cues` reads, and sentences on changes.

    Silence stays silence: a span that somebody asked to be silent is not to sound because a model says so.

    Raises:
        Refused: something in the answer is not JSON, not known, out of range, or not there.
    """
    answer = _load(text)
    _check(answer, cues)
    plots: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(answer["plots"]):
        if entry["id"] in plots:
            raise Refused(f"plots[{number}].id: {entry['id']} stands twice")
        plots[entry["id"]] = {name: entry[name] for name in PLOT_FIELDS if entry[name] is not None}
    told, rows = [], []
    for plot in cues.plots:
        wanted = plots.get(plot.id, {})
        if not plot.music and wanted.pop("music", False):
            told.append(f"The language model would have music in {plot.id}, which stays silent")
        changes = {name: value for name, value in wanted.items() if value != _plain(getattr(plot, name))}
        if changes:
            said = ", ".join(f"{name} {_short(value)}" for name, value in changes.items())
            told.append(f"The language model set in {plot.id}: {said}")
        ends = ((plot.start_frame, "start_s"), (plot.end_frame, "end_s"))
        rows.append({"id": plot.id, **{name: float(cues.cue_s(at)) for at, name in ends}, **changes})
    hits, more = _hits(answer["hits"], cues)
    document = {
        "schema": 1,
        "fps": f"{cues.rate.numerator}/{cues.rate.denominator}",
        "cue_start_frame": cues.cue_start_frame,
        "cue_end_frame": cues.cue_end_frame,
        "brief": cues.brief,
        "hits": hits,
        "plots": rows,
    }
    return json.dumps(document), (*told, *more)


def _hits(entries: list[dict[str, Any]], cues: CueSheet) -> tuple[list[dict[str, Any]], list[str]]:
    rows = {hit.id: {"id": hit.id, "frame": hit.frame, "grouped_with": hit.grouped_with} for hit in cues.hits}
    own = {hit.id: hit for hit in cues.hits}
    at = {hit.frame: hit.id for hit in cues.hits}
    free = (f"a{number:03d}" for number in range(1, 10**6) if f"a{number:03d}" not in own)
    told = []
    for number, entry in enumerate(entries):
        name, frame = entry["id"], entry["frame"]
        if name is None and frame is None:
            raise Refused(f"hits[{number}]: neither an id nor a frame")
        if name is not None and name not in own:
            raise Refused(f"hits[{number}].id: there is no hit {_short(name)}")
        if name is not None and frame not in (None, own[name].frame):
            raise Refused(f"hits[{number}].frame: {name} is at {own[name].frame}, and hits are not moved")
        said = {each: entry[each] for each in HIT_FIELDS if entry[each] is not None}
        name = name or at.get(frame)
        if name is None:
            name = next(free)
            at[frame] = name
            rows[name] = {"id": name, "frame": frame, **said}
            told.append(f"The language model added hit {name} at frame {frame}")
        elif name in own:
            changes = {
                each: value for each, value in said.items() if value != _plain(getattr(own[name], each))
            }
            rows[name] |= changes
            if changes:
                what = ", ".join(f"{each} {_short(value)}" for each, value in changes.items())
                told.append(f"The language model set at {name}: {what}")
    return list(rows.values()), told


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _load(text: str) -> Any:
    fenced = _FENCE.match(text)

    def constant(name: str) -> NoReturn:
        raise Refused(f"{name} is not a number that JSON has")

    try:
        return json.loads(fenced[1] if fenced else text, parse_constant=constant)
    except (ValueError, RecursionError):
        raise Refused("it is not JSON") from None


def _check(answer: Any, cues: CueSheet) -> None:
    import jsonschema  # slow to import, and only an answer needs it

    # A value that is left out is one that stays, though the schema that is sent asks for null.
    schema = answer_schema(cues)
    if isinstance(answer, dict):
        answer.setdefault("plots", [])
        answer.setdefault("hits", [])
        for kind, first in (("plots", "id"), ("hits", "")):
            names = schema["properties"][kind]["items"]["properties"]
            for entry in answer[kind] if isinstance(answer[kind], list) else []:
                if isinstance(entry, dict):
                    for name in names:
                        if name != first:
                            entry.setdefault(name, None)
    faults = sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(answer),
        key=lambda fault: [str(part) for part in fault.absolute_path],
    )
    if faults:
        fault = faults[0]
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.absolute_path).lstrip(".")
        raise Refused(f"{where}: {_short(fault.message)}" if where else _short(fault.message))
    if len(json.dumps(answer)) > 2 << 20:
        raise Refused("it is too long")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    line = line.encode("utf-8", "replace").decode("utf-8")
    return line if len(line) <= 120 else line[:117] + "..."
