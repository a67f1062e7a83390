"""A score's plots and hits as DaVinci Resolve's list of timeline markers ("Timeline Markers from EDL").

Resolve's own exports are CMX 3600 events of one frame at the timeline's timecode, each followed by
` |C:ResolveColorBlue |M:name |D:frames`, `D` being how long the marker is, and a note standing before it.
Names and colour are those by which a later reading knows them for ours (`reading.markers.is_ours`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bridge.timebase import can_drop, frames_to_timecode, timecode_to_frames
from bridge.writing.text import one_line

COLOR = "Mint"
_LEAST_FRAMES = 1


def marker_edl(sheet: Mapping[str, Any], title: str) -> bytes:
    """The list, UTF-8, from a cue sheet (NAME.cues.json, parsed).

    A frame holds one marker in Resolve: a hit on a plot's first frame is named with the plot. Hits that are
    grouped with another are left out.
    """
    rate = Fraction(sheet["fps"])
    drop = bool(sheet.get("drop_frame")) and can_drop(rate)
    first = timecode_to_frames(sheet["start_timecode"], rate)
    lines = [f"TITLE: {one_line(title)}", f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}", ""]
    for number, (frame, (name, note, length)) in enumerate(sorted(_marks(sheet).items()), start=1):
        begin, end = (frames_to_timecode(first + frame + more, rate, drop) for more in (0, 1))
        lines.append(f"{number:03d}  001      V     C        {begin} {end} {begin} {end}  ")
        lines += [f"{note} |C:ResolveColor{COLOR} |M:{name} |D:{length}", ""]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _marks(sheet: Mapping[str, Any]) -> dict[int, tuple[str, str, int]]:
    """(name, note, length in frames) by frame of the timeline."""
    found: dict[int, tuple[str, str, int]] = {}
    for plot in sheet["plots"]:
        music = "" if plot["music"] else ", no music"
        length = max(_LEAST_FRAMES, plot["end_frame"] - plot["start_frame"])
        name = _plain(f"Score {plot['id']}: {plot['label']}{music}")
        found[plot["start_frame"]] = (name, _plain(plot["words"]), length)
    for hit in sheet["hits"]:
        if hit["grouped_with"]:
            continue
        words = f"{hit['id']}: {hit['kind']}" + ("" if hit["met"] else ", left")
        fate = f"{hit['error_frames']:+.2f} frames, by {hit['rung']}" if hit["met"] else hit["reason"]
        if hit["frame"] in found:
            name, note, length = found[hit["frame"]]
            note = "; ".join(filter(None, [note, _plain(fate)]))
            found[hit["frame"]] = (_plain(f"{name}, {words}"), note, length)
        else:
            found[hit["frame"]] = (_plain(f"Score {words}"), _plain(fate), _LEAST_FRAMES)
    return found


def _plain(name: str) -> str:
    """One line without the bar that ends a field."""
    return one_line(name).replace("|", "/")
