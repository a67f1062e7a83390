"""A score as plain rows (see `bridge.rows`), for the REAPER actions: their Lua has no JSON and no MIDI.

    cuebridge-score  1                                the format and its version
    take    id, number, name, source, timeline
    place   cue's first frame on the timeline, rate's numerator, its denominator, the frame's timecode as
            text and as seconds from 00:00:00:00
    again   the cue's first frame, the frame after its last, frames a second as N/D, seed, brief: what
            composing it once more takes; absent when that would not be all
    ticks   ticks a quarter
    tempo   tick, microseconds a quarter, seconds     square: from here on
    metre   tick, numerator, denominator, seconds
    plot    id, start seconds, end seconds, name, red, green, blue, first tick of its bars, tick after its
            last or nothing: the last plot's music rings on; both nothing where the bars are not known
    hit     id, tick or nothing, seconds, name, red, green, blue
    track   name, channel from 0, program from 0 or nothing, red, green, blue
    event   tick, bytes in hexadecimal                of the last track, rising in tick
    range   tick, seconds                             the bar line at or after everything
    end     rows before this one

Seconds count from tick 0, the cue's first frame, by the tempo rows. A hit with a tick is met there and its
seconds are the music's; one without was left and its seconds are the picture's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from bridge.errors import CueSheetError
from bridge.rows import row
from bridge.schema.cues import Label
from bridge.schema.score import PartRole
from bridge.schema.tempo import TICKS_PER_QUARTER, Metre, TempoEvent, TempoMap
from bridge.timebase import timecode_to_frames
from bridge.writing.colors import BLUE, LABEL_COLORS, ORANGE, PART_COLORS, SILENCE, VERMILION
from bridge.writing.midi import MidiEvents, events_of

VERSION = 1
# For the parts of a take that does not say what they do.
_IN_ORDER = tuple(PART_COLORS.values())


@dataclass(frozen=True)
class TakeName:
    """What the rows say of the take they are of; `seed` is None where more than a seed went into it.

    `roles` are `PartRole` values by the name of a part, for its colour.
    """

    take_id: str
    number: int
    name: str
    source: str
    timeline: str
    seed: int | None = None
    roles: Mapping[str, str] = field(default_factory=dict)


def reaper_lines(take: TakeName, midi: bytes, cues_json: bytes) -> bytes:
    """The rows of one take, from its MIDI file and cue sheet.

    Raises:
        CueSheetError: the cue sheet lacks what a score's own has.
        OSError, EOFError, ValueError: not a MIDI file that mido can read.
    """
    read = _with_defaults(events_of(midi))
    clock = _clock(read)
    try:
        sheet = json.loads(cues_json)
        numerator, _, denominator = str(sheet["fps"]).partition("/")
        label, rate = str(sheet["cue_start_timecode"]), Fraction(int(numerator), int(denominator))
        label_s = _s(timecode_to_frames(label, rate) / rate)
        place = (sheet["cue_start_frame"], numerator, denominator, label, label_s)
        again = (place[0], sheet["cue_end_frame"], sheet["fps"], take.seed, sheet["brief"])
        marked = [*_plots(sheet["plots"], read, _music(sheet)), *_hits(sheet["hits"], read, clock)]
    except (ValueError, KeyError, TypeError) as error:
        raise CueSheetError(
            f"it is not the cue sheet of a score ({type(error).__name__}: {error})",
            where=f"take {take.take_id}",
            remedy="Score the timeline again",
        ) from None
    rows = [
        row("cuebridge-score", VERSION),
        row("take", take.take_id, take.number, take.name, take.source, take.timeline),
        row("place", *place),
        *([row("again", *again)] if take.seed is not None else []),
        row("ticks", read.ticks_per_quarter),
        *(row("tempo", tick, us, _s(clock(tick))) for tick, us in read.tempo),
        *(row("metre", t, m.numerator, m.denominator, _s(clock(t))) for t, m in read.metres),
        *marked,
    ]
    for index, part in enumerate(read.parts):
        role = take.roles.get(part.name)
        color = PART_COLORS[PartRole(role)] if role else _IN_ORDER[index % len(_IN_ORDER)]
        program = "" if part.program is None else part.program
        rows.append(row("track", part.name, part.channel, program, *_rgb(color)))
        rows += [row("event", tick, data.hex()) for tick, data in part.events]
    end_tick = _bar_line_after(read)
    rows.append(row("range", end_tick, _s(clock(end_tick))))
    rows.append(row("end", len(rows)))
    return "".join(rows).encode("utf-8", "replace")


def _plots(
    plots: Sequence[dict[str, Any]], read: MidiEvents, music: Mapping[str, tuple[int | str, int | str]]
) -> list[str]:
    names = _names(read)
    return [
        row("plot", plot["id"], _s(plot["start_s"]), _s(plot["end_s"]), names.get(plot["id"], plot["id"]),
            *_rgb(LABEL_COLORS[Label(plot["label"])] if plot["music"] else SILENCE),
            *music.get(plot["id"], ("", "")))
        for plot in plots
    ]  # fmt: skip


def _music(sheet: Mapping[str, Any]) -> dict[str, tuple[int | str, int | str]]:
    """Where the bars of each plot are, in ticks of a score's own file, as far as the sheet says."""
    plots = (sheet.get("score") or {}).get("plots", [])
    last = max((plot["end_tick"] for plot in plots), default=0)
    return {p["id"]: (p["start_tick"], p["end_tick"] if p["end_tick"] < last else "") for p in plots}


def _hits(
    hits: Sequence[dict[str, Any]], read: MidiEvents, clock: Callable[[Fraction | int], Fraction]
) -> list[str]:
    names = _names(read)
    rows = []
    for hit in hits:
        tick: int | str = ""
        seconds = Fraction(hit["time_s"])
        if hit["met"] and hit["tick"] is not None:
            scaled = Fraction(hit["tick"] * read.ticks_per_quarter, TICKS_PER_QUARTER)
            tick, seconds = round(scaled), clock(scaled)
        missed = ORANGE if hit["grouped_with"] else VERMILION
        rows.append(
            row(
                "hit",
                hit["id"],
                tick,
                _s(seconds),
                names.get(hit["id"], hit["id"]),
                *_rgb(BLUE if tick != "" else missed),
            )
        )
    return rows


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _names(read: MidiEvents) -> dict[str, str]:
    """By id, what the MIDI file's markers call plots and hits: one wording in every file of a score."""
    return {text.split(" ", 1)[0]: text for _, text in read.markers}


def _with_defaults(read: MidiEvents) -> MidiEvents:
    """The standard's own 120 bpm and 4/4 hold until a file sets others."""
    tempo, metres = read.tempo, read.metres
    if not tempo or tempo[0][0] > 0:
        tempo = ((0, 500_000), *tempo)
    if not metres or metres[0][0] > 0:
        metres = ((0, Metre(4, 4)), *metres)
    return replace(read, tempo=tempo, metres=metres)


def _clock(read: MidiEvents) -> Callable[[Fraction | int], Fraction]:
    """Exact seconds at a tick of the file, by the integers that stand in it."""
    tempo_map = TempoMap(tuple(TempoEvent(*pair) for pair in read.tempo))
    scale = Fraction(TICKS_PER_QUARTER, read.ticks_per_quarter)
    return lambda tick: tempo_map.s_at_tick(tick) * scale


def _bar_line_after(read: MidiEvents) -> int:
    """The first bar line at or after the file's last event and its first track's end."""
    last = max(read.end_tick, *(part.events[-1][0] for part in read.parts if part.events), 0)
    start, metre = read.metres[-1]
    bar = metre.numerator * 4 * read.ticks_per_quarter // metre.denominator
    return start + max(1, -(-(last - start) // bar)) * bar


def _s(seconds: Fraction | float) -> str:
    """Seconds to the nanosecond."""
    return f"{float(seconds):.9f}"
